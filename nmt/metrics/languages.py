"""What decides how text is scored: the language that a code or a name means, and spaces between words."""

import re
from collections.abc import Sequence

# Other names of the languages that sacreBLEU has tokenizers for: ISO 639-2 and 639-3, English, and what people write.
_NAMES = {
    "zh": ("zho", "chi", "cmn", "yue", "lzh", "wuu", "cn", "chinese", "mandarin", "cantonese"),
    "ja": ("jpn", "jp", "japanese"),
    "ko": ("kor", "korean"),
}
_CODES = {name: code for code, names in _NAMES.items() for name in names}
# Characters of scripts without spaces between words: Thai, Lao, Tibetan, Burmese, Khmer, kana and Chinese characters.
_UNSPACED = "[\u0e00-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_CHARACTER, _GAP = re.compile(_UNSPACED), re.compile(rf"(?<={_UNSPACED})\s+(?={_UNSPACED})")
_LONGEST_WORDS = 8  # characters: the words of tokenised text have fewer on average, the phrases of Thai have more


def primary(language: str) -> str:
    """The language of a code such as "zh-CN" or "jpn_Jpan", or of a name such as "Japanese": "zh", "ja", "ko", or the
    first part in lower case.
    """
    first = language.strip().replace("_", "-").split("-", maxsplit=1)[0].lower()
    return _CODES.get(first, first)


def first_part(language: str) -> str:
    """The language of a code such as "pt-BR", "pt"; of a name such as "Japanese" its code, where that is known."""
    first = language.strip().replace("_", "-").split("-", maxsplit=1)[0].lower()
    return first if len(first) in (2, 3) else primary(language)


def has_spaces(sentences: Sequence[str]) -> bool:
    """Whether spaces separate the words: not in Chinese, Japanese or Thai text, unless it is tokenised.

    A space beside a Latin word does not count: untokenised text may have one there, too.
    """
    unspaced = sum(len(_CHARACTER.findall(sentence)) for sentence in sentences)
    gaps = sum(len(_GAP.findall(sentence)) for sentence in sentences)
    letters = sum(map(str.isalnum, "".join(sentences)))
    return 2 * unspaced <= letters or unspaced <= _LONGEST_WORDS * gaps


def doubt(target_language: str, tokenizer: str, references: Sequence[str]) -> str | None:
    """Why sacreBLEU's `tokenizer` cannot split these references into words; None if it can."""
    if tokenizer != "13a" or has_spaces(references):
        return None
    named = f"the target language is {target_language!r}" if target_language else "no target language is given"
    return (
        f"The references have no spaces between words, and {named}: BLEU and TER take whole sentences for words. "
        "Chinese, Japanese and Korean are known as zh, ja and ko; in other languages, go by chrF."
    )
