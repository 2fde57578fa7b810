"""Translation memories: which segments are taken, and what is said of files that are none."""

import gzip
import subprocess
from pathlib import Path

import pytest

from nmt.corpus import tmx
from nmt.corpus.readers import name_text
from nmt.corpus.tmx import read_tmx
from nmt.errors import DataError

HEAD = '<?xml version="1.0"?>\n<!DOCTYPE tmx SYSTEM "tmx14.dtd">\n<tmx version="1.4"><header srclang="*all*"/><body>\n'
TAIL = "</body></tmx>\n"


def unit(*variants: tuple[str, str]) -> str:
    inside = "".join(f'  <tuv xml:lang="{language}">\n    <seg>{text}</seg>\n  </tuv>\n' for language, text in variants)
    return f'<tu tuid="1"><prop type="x">a note</prop><note>another</note>\n{inside}</tu>\n'


def write(folder: Path, *units: str, encoding: str = "utf-8") -> Path:
    path = folder / "memory.tmx"
    path.write_bytes((HEAD + "".join(units) + TAIL).encode(encoding))
    return path


def pairs(path: Path, source: str = "de", target: str = "en") -> list[tuple[str, str]]:
    return list(read_tmx(path, (source, target)))


def test_units_with_both_languages_are_pairs_in_order_and_direction(tmp_path: Path) -> None:
    units = [unit(("en", "one"), ("de", "eins"), ("fr", "un")), unit(("de", "zwei")), unit(("de", "drei"), ("en", ""))]
    path = write(tmp_path, *units)
    assert pairs(path) == [("eins", "one"), ("drei", "")]
    assert pairs(path, "en", "fr") == [("one", "un")]


def test_only_the_text_between_formatting_codes_is_taken(tmp_path: Path) -> None:
    german = (
        '<bpt i="1">&lt;b&gt;</bpt>Halt<ept i="1">&lt;/b&gt;</ept>, <hi>Tom</hi> &amp; <ph>{0}<sub>tip</sub>!</ph>du'
        "<ut>{1}</ut><sub>note</sub>"
    )
    english = "Stop,\n      Tom\n\t&lt;and&gt; <it pos='begin'>x</it>you&#33;  "
    assert pairs(write(tmp_path, unit(("de", german), ("en", english)))) == [("Halt, Tom & du", "Stop, Tom <and> you!")]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("en", "American"),  # the first, where none is named
        ("en-GB", "British"),
        ("EN_gb", "British"),
        ("en-AU", None),
        ("pt-BR", "any"),  # the file does not say which
        ("e", None),
        ("eng", None),
    ],
)
def test_a_region_counts_where_both_name_one(tmp_path: Path, asked: str, found: str | None) -> None:
    path = write(
        tmp_path, unit(("de", "x"), ("en-US", "American"), ("en-GB", "British"), ("pt", "any"), ("en-US", "2nd"))
    )
    if found is None:
        with pytest.raises(DataError, match=f"no unit in both de and {asked}. Its languages are: de, en-GB, en-US, pt"):
            pairs(path, "de", asked)
    else:
        assert pairs(path, "de", asked) == [("x", found)]


@pytest.mark.parametrize(
    ("asked", "found"),
    [("zh-Hans", "simple"), ("zh-Hant-TW", "old"), ("zh-Hans-SG", None), ("zh-HK", None), ("zh", "simple")],
)
def test_a_script_counts_as_a_region_does(tmp_path: Path, asked: str, found: str | None) -> None:
    path = write(tmp_path, unit(("en", "x"), ("zh-Hans-CN", "simple"), ("zh-Hant", "old")))
    if found is None:
        with pytest.raises(DataError, match="no unit in both"):
            pairs(path, "en", asked)
    else:
        assert pairs(path, "en", asked) == [("x", found)]


def test_a_variant_is_no_translation_of_itself(tmp_path: Path) -> None:
    both = unit(("en-US", "color"), ("en-GB", "colour"))
    assert pairs(write(tmp_path, unit(("en-US", "alone")), both), "en-GB", "en-US") == [("colour", "color")]
    with pytest.raises(DataError, match="no unit in both en and en-US"):
        pairs(write(tmp_path, unit(("en-US", "alone"), ("fr", "seul"))), "en", "en-US")


def test_the_very_language_comes_before_one_of_its_regions(tmp_path: Path) -> None:
    path = write(tmp_path, unit(("de", "x"), ("en-US", "American"), ("en", "any")), unit(("en", "1"), ("de", "2")))
    assert pairs(path) == [("x", "any"), ("2", "1")]
    assert pairs(path, "de", "en-us") == [("x", "American"), ("2", "1")]


def test_a_variant_with_text_comes_before_an_empty_one(tmp_path: Path) -> None:
    path = write(tmp_path, unit(("de", "ja"), ("en-US", ""), ("en-GB", "yes"), ("en", "")))
    assert pairs(path) == [("ja", "yes")]


def test_a_line_break_in_a_code_parts_words(tmp_path: Path) -> None:
    path = write(tmp_path, unit(("de", 'eins<ph type="lb"/>zwei<ph type="x"/>en'), ("en", "x")))
    assert pairs(path) == [("eins zweien", "x")]


def test_entities_of_html_are_read_and_unknown_ones_kept(tmp_path: Path) -> None:
    path = write(tmp_path, unit(("de", "10&nbsp;km, caf&eacute; &who;"), ("en", "x")))
    assert pairs(path) == [("10 km, café &who;", "x")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("declared", ["", ' encoding="utf-8"', ' encoding="utf-16"'])
def test_a_byte_order_mark_says_the_encoding_whatever_is_declared(tmp_path: Path, encoding: str, declared: str) -> None:
    path = write(tmp_path, unit(("de", "Straße"), ("en", "“street”")))
    path.write_bytes(
        path.read_text(encoding="utf-8").replace(' version="1.0"?', f' version="1.0"{declared}?').encode(encoding)
    )
    assert pairs(path) == [("Straße", "“street”")]


@pytest.mark.parametrize("declared", ["utf-16", "UTF-16LE"])
def test_a_memory_that_was_converted_from_utf_16_may_still_declare_it(tmp_path: Path, declared: str) -> None:
    path = write(tmp_path, unit(("de", "Straße"), ("en", "“street”")))
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(' version="1.0"?', f" version='1.0' encoding = '{declared}'?"), encoding="utf-8")
    assert pairs(path) == [("Straße", "“street”")]


@pytest.mark.parametrize("encoding", ["iso-8859-1", "windows-1252"])
def test_other_encodings_that_are_declared_are_read(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path, unit(("de", "Straße"), ("en", "é")))
    text = path.read_text(encoding="utf-8").replace(' version="1.0"?', f' version="1.0" encoding="{encoding}"?')
    path.write_bytes(text.encode(encoding))
    assert pairs(path) == [("Straße", "é")]


@pytest.mark.parametrize("encoding", ["shift_jis", "gb18030", "utf-7", "no-such"])
def test_encodings_that_are_not_read_are_named_with_what_helps(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path, unit(("de", "x"), ("en", "y")))
    path.write_text(
        path.read_text(encoding="utf-8").replace(' version="1.0"?', f' version="1.0" encoding="{encoding}"?')
    )
    with pytest.raises(DataError, match=r"memory\.tmx: its encoding is not read here .*iconv"):
        pairs(path)


def test_the_older_attribute_for_a_language_is_known(tmp_path: Path) -> None:
    path = write(tmp_path, unit(("de", "ja"), ("en", "yes")).replace("xml:lang", "lang"))
    assert pairs(path) == [("ja", "yes")]


def test_a_unit_may_lie_across_any_border_between_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, *(unit(("de", f"Straße {number}"), ("en", f"street {number}")) for number in range(3)))
    for size in (1, 7, 64):
        monkeypatch.setattr(tmx, "CHUNK_BYTES", size)
        assert pairs(path) == [(f"Straße {number}", f"street {number}") for number in range(3)]


def test_units_that_end_with_the_file_are_not_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """expat from 2.6 holds a token of a whole chunk back, and with it what follows, until there is more, or no more."""
    path, feed = write(tmp_path, unit(("de", "ja"), ("en", "yes"))), tmx._Reading.feed
    held: list[tmx.Unit] = []

    def hold_back(self: tmx._Reading, chunk: bytes, last: bool = False) -> list[tmx.Unit]:
        held.extend(feed(self, chunk, last))
        return held if last else []

    monkeypatch.setattr(tmx._Reading, "feed", hold_back)
    assert pairs(path) == [("ja", "yes")]


@pytest.mark.parametrize("name", ["memory.tmx.gz", "packed"])
def test_a_packed_memory_is_read_as_a_recipe_names_it(tmp_path: Path, name: str) -> None:
    packed = tmp_path / name
    packed.write_bytes(gzip.compress(write(tmp_path, unit(("de-AT", "ja"), ("en-US", "yes"))).read_bytes()))
    text = name_text("train", "tmx", {"source": str(packed)}, ("de", "en"))
    assert [(pair.source, pair.target) for pair in text.pairs()] == [("ja", "yes")]
    assert text.paths() == [packed]
    other = name_text("train", "tmx", {"source": str(packed)}, ("en", "de"))
    assert other.fingerprint(other.hashes()) != text.fingerprint(text.hashes())


def test_what_is_no_xml_is_named_with_its_line(tmp_path: Path) -> None:
    path = write(tmp_path, unit(("de", "ja"), ("en", "yes")), unit(("de", "A & B"), ("en", "x")))
    number = path.read_text(encoding="utf-8").split("A & B")[0].count("\n") + 1
    with pytest.raises(DataError, match=rf"memory\.tmx: line {number}, column \d+: not well-formed"):
        pairs(path)
    path.write_bytes(path.read_bytes()[:150])
    with pytest.raises(DataError, match="unclosed token"):
        pairs(path)
    with pytest.raises(DataError, match="missing: no such file"):
        pairs(tmp_path / "missing")
    path.write_bytes(b"PK\x03\x04" + bytes(600))
    with pytest.raises(DataError, match=r"memory\.tmx is a zip archive, which is not read\. Unpack it"):
        pairs(path)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16le"])
def test_a_character_that_xml_does_not_allow_is_named_with_how_to_remove_it(
    tmp_path: Path, encoding: str, packed: bool
) -> None:
    bad = "&#x1F;b &#10;&#31; &#x0001;&#00;&#55357;&#56832;&#xD83D;&#xde00;&#xFFFE;&#65535;"
    path = write(tmp_path, unit(("de", f"a{bad} &#x20AC;&#128512;&#xE9;&#56;&#xDF;e;&#55;no;"), ("en", "c")))
    declared = path.read_text(encoding="utf-8").replace(' version="1.0"?', f' version="1.0" encoding="{encoding}"?')
    path.write_bytes(gzip.compress(declared.encode(encoding)) if packed else declared.encode(encoding))
    with pytest.raises(
        DataError, match=r"line \d+, column \d+: reference to invalid character number. Remove it"
    ) as raised:
        pairs(path)
    command = str(raised.value).split("Remove it: ")[1].replace("OLD", str(path)).removesuffix(" > NEW")
    path.write_bytes(subprocess.run(command, shell=True, check=True, capture_output=True).stdout)
    assert pairs(path) == [("a b €😀é8ße;7no;", "c")]


def test_entities_that_would_grow_without_end_are_refused(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE tmx [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    path = tmp_path / "memory.tmx"
    path.write_text(f"{bomb}<tmx><body>{unit(('de', '&b;'), ('en', 'x'))}</body></tmx>", encoding="utf-8")
    with pytest.raises(DataError, match=r"memory\.tmx declares entities"):
        pairs(path)


def test_a_memory_without_units_says_so(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="Its languages are: none"):
        pairs(write(tmp_path))
