"""What a language is called, by its codes and its names, and whether its text has spaces between words."""

import re
from collections.abc import Sequence

Languages = tuple[str, str]  # of source and target; empty where not known

# The two-letter codes of ISO 639-1, and those that it once had.
_TWO_LETTERS = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el "
    "en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik in io is it "
    "iu iw ja ji jv jw ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mo "
    "mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh "
    "si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh "
    "yi yo za zh zu"
)
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


def language_parts(language: str) -> list[str]:
    """Language, script, region of a code, as far as it has them: "zh-Hans_CN" -> ["zh", "hans", "cn"]."""
    return language.strip().lower().replace("_", "-").split("-")


def primary(language: str) -> str:
    """The language of a code such as "zh-CN" or "jpn_Jpan", or of a name such as "Japanese": "zh", "ja", "ko", or the
    first part in lower case.
    """
    first = language_parts(language)[0]
    return _CODES.get(first, first)


def first_part(language: str) -> str:
    """The language of a code such as "pt-BR", "pt"; of a name such as "Japanese" its code, where that is known."""
    first = language_parts(language)[0]
    return first if len(first) in (2, 3) else primary(language)


def bcp47(language: str) -> str:
    """A code as the web writes it, "pt-BR" for "pt_BR"; empty for a name."""
    code = language.replace("_", "-")
    return code if re.fullmatch("[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", code) else ""


def agree(one: str, other: str) -> bool:
    """Whether two codes are of one language, of which either may say less: `de` and `de-AT`."""
    a, b = language_parts(one), language_parts(other)
    return a[: len(b)] == b[: len(a)]


def fit(one: Languages, other: Languages) -> bool:
    """Whether two pairs of languages are one, as far as both are known."""
    return all(not (a and b) or agree(a, b) for a, b in zip(one, other, strict=True))


def surely_differ(one: str, other: str) -> bool:
    """Whether two codes of one length are of different languages.

    Otherwise nobody knows: one is empty, a name, or another kind of code (de, deu, German).
    """
    first, second = primary(one), primary(other)
    return len(first) == len(second) in (2, 3) and first != second


def is_two_letter_code(text: str) -> bool:
    """Whether it is among the two-letter codes of languages, in lower case."""
    return len(text) == 2 and text in _TWO_LETTERS


def looks_like_a_code(text: str) -> bool:
    """Whether it may be a code where a file's name ends in it, and is no usual ending of text."""
    return bool(re.fullmatch("(?!txt|tmp|raw|src|tgt|tok|out)[a-z]{2,3}([-_][A-Za-z]{2,4})?", text))


def doubt_about_codes(languages: Languages) -> str:
    """A sentence where a language is called by two letters that are no language's; or ''."""
    unknown = [code for code in languages if len(code) == 2 and not is_two_letter_code(code.lower())]
    return f"{' and '.join(unknown)}: not among the two-letter codes of languages (ISO 639-1). A typo?" * bool(unknown)


def has_spaces(sentences: Sequence[str]) -> bool:
    """Whether spaces separate the words: not in Chinese, Japanese or Thai text, unless it is tokenised.

    A space beside a Latin word does not count: untokenised text may have one there, too.
    """
    unspaced = sum(len(_CHARACTER.findall(sentence)) for sentence in sentences)
    gaps = sum(len(_GAP.findall(sentence)) for sentence in sentences)
    letters = sum(map(str.isalnum, "".join(sentences)))
    return 2 * unspaced <= letters or unspaced <= _LONGEST_WORDS * gaps
