"""Which language a code or a name means, where that decides how text is scored, and whether the text looks like it."""

import unicodedata
from collections.abc import Iterable

# Other names of the languages that sacreBLEU has tokenizers for: ISO 639-2 and 639-3, English, and what people write.
_NAMES = {
    "zh": ("zho", "chi", "cmn", "yue", "lzh", "wuu", "cn", "chinese", "mandarin", "cantonese"),
    "ja": ("jpn", "jp", "japanese"),
    "ko": ("kor", "korean"),
}
_CODES = {name: code for code, names in _NAMES.items() for name in names}
# Scripts without spaces between words, as the names of their characters begin.
_UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN")

LONGEST_WORDS = 4  # letters; text that was split into words has fewer on average, a sentence without spaces has more


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


def is_unspaced(lines: Iterable[str]) -> bool:
    """Whether most letters are of scripts that have no spaces between words, and none were put there."""
    letters = unspaced = words = 0
    for line in lines:
        words += len(line.split())
        for character in filter(str.isalpha, line):
            letters += 1
            unspaced += character > "\u0e00" and unicodedata.name(character, "").startswith(_UNSPACED)
    return 2 * unspaced > letters > LONGEST_WORDS * words


def doubt(target_language: str, tokenizer: str, references: Iterable[str]) -> str | None:
    """What is wrong with splitting these references into words as sacreBLEU's `tokenizer` does; None: nothing."""
    if tokenizer != "13a" or not is_unspaced(references):
        return None
    named = f"the target language is {target_language!r}" if target_language else "no target language is given"
    return (
        f"The references have no spaces between words, and {named}: BLEU and TER take whole sentences for words. "
        "Chinese, Japanese and Korean are known as zh, ja and ko; in other languages, go by chrF."
    )
