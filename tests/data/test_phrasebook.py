"""The phrasebook: its grammar against grammar-book tables, its text against the promises of its README."""

import hashlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2] / "data" / "phrasebook"
sys.path.insert(0, str(ROOT))

import prepare  # noqa: E402
from grammar import clauses, english, german, times  # noqa: E402
from grammar.clauses import Clause, Predicate  # noqa: E402
from grammar.corpus import build  # noqa: E402
from grammar.nouns import noun  # noqa: E402
from grammar.people import DU, ER, ICH, SHE, THEY, WIR  # noqa: E402
from grammar.phrases import BARE, DEFINITE, INDEFINITE, NounPhrase  # noqa: E402
from grammar.sentence import Sentence  # noqa: E402
from grammar.split import COMPOUND, split, word_forms  # noqa: E402

Pairs = list[tuple[str, str]]


@pytest.fixture(scope="module")
def corpus() -> dict[str, list[Sentence]]:
    return split(build())


@pytest.fixture(scope="module")
def parts(corpus: dict[str, list[Sentence]]) -> dict[str, Pairs]:
    return {part: [(item.german, item.english) for item in items] for part, items in corpus.items()}


@pytest.fixture(scope="module")
def pairs(parts: dict[str, Pairs]) -> Pairs:
    return [pair for part in parts.values() for pair in part]


# --- word forms, against tables copied from a grammar book ---

# Rows: nominative, accusative, dative, genitive; columns: masculine, feminine, neuter, plural.
ADJECTIVE_TABLES = {
    "weak": ("gute gute gute guten", "guten gute gute guten", "guten guten guten guten", "guten guten guten guten"),
    "mixed": ("guter gute gutes guten", "guten gute gutes guten", "guten guten guten guten", "guten guten guten guten"),
    "strong": ("guter gute gutes gute", "guten gute gutes gute", "gutem guter gutem guten", "guten guter guten guter"),
}


@pytest.mark.parametrize("kind", ADJECTIVE_TABLES)
def test_adjective_endings_follow_the_grammar_book(kind: str) -> None:
    for case, row in zip(german.CASES, ADJECTIVE_TABLES[kind], strict=True):
        assert [german.adjective("gut", kind, gender, case) for gender in "mfnp"] == row.split()


def test_adjectives_that_lose_an_e_are_spelled_without_it() -> None:
    assert german.adjective("teuer", "mixed", "m", "nom") == "teurer"
    assert german.adjective("dunkel", "weak", "m", "acc") == "dunklen"


@pytest.mark.parametrize(
    ("gender", "definite", "mixed"),
    [
        ("m", "der den dem des", "mein meinen meinem meines"),
        ("f", "die die der der", "meine meine meiner meiner"),
        ("n", "das das dem des", "mein mein meinem meines"),
        ("p", "die die den der", "meine meine meinen meiner"),
    ],
)
def test_articles_follow_the_grammar_book(gender: str, definite: str, mixed: str) -> None:
    assert [german.definite(gender, case) for case in german.CASES] == definite.split()
    assert [german.ein_word("mein", gender, case) for case in german.CASES] == mixed.split()


PRESENT_TABLE = {
    "fahren": "fahre fährst fährt fahren fahrt fahren",
    "arbeiten": "arbeite arbeitest arbeitet arbeiten arbeitet arbeiten",
    "lesen": "lese liest liest lesen lest lesen",
    "sein": "bin bist ist sind seid sind",
    "müssen": "muss musst muss müssen müsst müssen",
    "füttern": "füttere fütterst füttert füttern füttert füttern",
    "ein|laden": "lade lädst lädt laden ladet laden",
    "putzen": "putze putzt putzt putzen putzt putzen",
}


@pytest.mark.parametrize("verb", PRESENT_TABLE)
def test_present_tense_follows_the_grammar_book(verb: str) -> None:
    assert [german.present(verb, person) for person in range(6)] == PRESENT_TABLE[verb].split()


def test_simple_past_follows_the_grammar_book() -> None:
    assert [german.past("haben", p) for p in range(6)] == ["hatte", "hattest", "hatte", "hatten", "hattet", "hatten"]
    assert [german.past("kommen", p) for p in range(6)] == ["kam", "kamst", "kam", "kamen", "kamt", "kamen"]
    assert [german.past("können", p) for p in range(6)] == [
        "konnte",
        "konntest",
        "konnte",
        "konnten",
        "konntet",
        "konnten",
    ]


@pytest.mark.parametrize(
    ("verb", "participle", "auxiliary", "with_zu", "imperative"),
    [
        ("an|rufen", "angerufen", "haben", "anzurufen", "ruf"),
        ("an|kommen", "angekommen", "sein", "anzukommen", "komm"),
        ("auf|stehen", "aufgestanden", "sein", "aufzustehen", "steh"),
        ("mit|bringen", "mitgebracht", "haben", "mitzubringen", "bring"),
        ("bezahlen", "bezahlt", "haben", "zu bezahlen", "bezahl"),
        ("reparieren", "repariert", "haben", "zu reparieren", "repariere"),
        ("arbeiten", "gearbeitet", "haben", "zu arbeiten", "arbeite"),
        ("helfen", "geholfen", "haben", "zu helfen", "hilf"),
        ("fahren", "gefahren", "sein", "zu fahren", "fahr"),
        ("vor|bereiten", "vorbereitet", "haben", "vorzubereiten", "bereite"),
    ],
)
def test_participles_auxiliaries_and_infinitives(
    verb: str, participle: str, auxiliary: str, with_zu: str, imperative: str
) -> None:
    assert german.participle(verb) == participle
    assert german.perfect_auxiliary(verb) == auxiliary
    assert german.zu_infinitive(verb) == with_zu
    assert german.imperative(verb, 1) == imperative


def test_noun_phrases_decline_article_adjective_and_noun_together() -> None:
    from grammar.adjectives import ADJECTIVE

    coat = NounPhrase(noun("Mantel"), INDEFINITE, (ADJECTIVE["neu"],))
    assert [coat.german(case) for case in german.CASES] == [
        "ein neuer Mantel", "einen neuen Mantel", "einem neuen Mantel", "eines neuen Mantels",
    ]  # fmt: skip
    assert (coat.negative("acc"), coat.english()) == ("keinen neuen Mantel", "a new coat")
    water = NounPhrase(noun("Wasser"), BARE, (ADJECTIVE["kalt"],))
    assert (water.german("nom"), water.german("dat"), water.negative("acc")) == (
        "kaltes Wasser", "kaltem Wasser", "kein kaltes Wasser",
    )  # fmt: skip
    colleague = NounPhrase(noun("Kollege"), DEFINITE)
    assert [colleague.german(c) for c in german.CASES] == [
        "der Kollege",
        "den Kollegen",
        "dem Kollegen",
        "des Kollegen",
    ]
    assert NounPhrase(noun("Apfel"), DEFINITE, (), plural=True).german("dat") == "den Äpfeln"


@pytest.mark.parametrize(
    ("hour", "minute", "source", "target"),
    [
        (2, 30, "halb drei", "half past two"),
        (12, 30, "halb eins", "half past twelve"),
        (8, 45, "Viertel vor neun", "a quarter to nine"),
        (1, 0, "ein Uhr", "one o'clock"),
        (3, 25, "fünf vor halb vier", "twenty-five past three"),
        (5, 40, "zwanzig vor sechs", "twenty to six"),
    ],
)
def test_clock_times_are_told_as_people_say_them(hour: int, minute: int, source: str, target: str) -> None:
    assert times.spoken_clock(hour, minute) == (source, target)


def test_numbers_and_ordinals_put_units_first() -> None:
    assert [times.number(n) for n in (1, 21, 76, 214)] == [
        "eins", "einundzwanzig", "sechsundsiebzig", "zweihundertvierzehn",
    ]  # fmt: skip
    assert times.english_number(214) == "two hundred and fourteen"
    assert [times.ordinal(n) for n in (1, 3, 7, 19, 20)] == ["erste", "dritte", "siebte", "neunzehnte", "zwanzigste"]
    assert [times.english_ordinal(n) for n in (1, 3, 12, 20, 22)] == [
        "first",
        "third",
        "twelfth",
        "twentieth",
        "twenty-second",
    ]


def test_english_forms_obey_spelling_rules() -> None:
    assert [english.gerund(v) for v in ("make", "put on", "see", "cancel")] == [
        "making",
        "putting on",
        "seeing",
        "cancelling",
    ]
    assert [english.past(v, 0) for v in ("try", "tidy up", "stay", "go", "arrive")] == [
        "tried", "tidied up", "stayed", "went", "arrived",
    ]  # fmt: skip
    assert [english.present(v, 2) for v in ("go", "watch TV", "have", "carry")] == [
        "goes",
        "watches TV",
        "has",
        "carries",
    ]
    assert [english.indefinite(w) for w in ("old car", "university", "hour", "umbrella")] == ["an", "a", "an", "an"]


# --- word order, against sentences written by hand ---

CALL = Predicate("an|rufen", "call", "my boss", object="meinen Chef")
TOMORROW = times.Adverbial("morgen", "tomorrow")


def test_the_finite_verb_is_second_in_main_clauses() -> None:
    clause = Clause(ICH, CALL, "going", TOMORROW)
    assert clauses.german_main(clause) == "ich rufe morgen meinen Chef an"
    assert clauses.german_main(clause, front_time=True) == "morgen rufe ich meinen Chef an"
    assert clauses.english_statement(clause) == "I'm going to call my boss tomorrow"


def test_the_finite_verb_is_last_in_subordinate_clauses() -> None:
    assert (
        clauses.german_subordinate(Clause(SHE, CALL, "going", TOMORROW), "weil") == "weil sie morgen meinen Chef anruft"
    )
    assert clauses.german_subordinate(Clause(ER, CALL, "past"), "dass") == "dass er meinen Chef angerufen hat"
    assert clauses.german_subordinate(Clause(WIR, CALL, "must"), "weil") == "weil wir meinen Chef anrufen müssen"


def test_questions_put_the_verb_first_and_english_adds_do() -> None:
    clause = Clause(DU, CALL, "past", times.Adverbial("gestern", "yesterday"))
    assert clauses.german_question(clause, "warum") == "warum hast du gestern meinen Chef angerufen"
    assert clauses.english_question(clause, "why") == "why did you call my boss yesterday"


def test_nicht_follows_a_definite_object_and_kein_replaces_the_indefinite_article() -> None:
    assert clauses.german_main(Clause(ICH, CALL, "past", negated=True)) == "ich habe meinen Chef nicht angerufen"
    drink = Predicate("trinken", "drink", "coffee", object="Kaffee", no_object="keinen Kaffee")
    assert clauses.german_main(Clause(THEY, drink, "present", negated=True)) == "sie trinken keinen Kaffee"
    assert clauses.english_statement(Clause(ER, drink, "present", negated=True)) == "he doesn't drink coffee"


def test_zu_stands_inside_a_separable_verb() -> None:
    clause = Clause(ICH, CALL, "want", TOMORROW)
    assert clauses.german_infinitive(clause) == "morgen meinen Chef anzurufen"
    assert clauses.german_infinitive(clause, zu=False) == "morgen meinen Chef anrufen"


# --- the corpus ---


def test_there_are_more_than_25000_pairs_and_1000_in_dev_and_test(parts: dict[str, Pairs], pairs: Pairs) -> None:
    assert len(set(pairs)) == len(pairs) >= 25_000
    assert (len(parts["dev"]), len(parts["test"])) == (1000, 1000)


def test_every_source_has_one_target(pairs: Pairs) -> None:
    assert len({source for source, _ in pairs}) == len(pairs)


def test_no_sentence_of_one_part_occurs_in_another_on_either_side(parts: dict[str, Pairs]) -> None:
    for side in (0, 1):
        train, dev, test = ({pair[side] for pair in parts[part]} for part in ("train", "dev", "test"))
        assert train.isdisjoint(dev | test)
        assert dev.isdisjoint(test)


def test_every_word_form_of_dev_and_test_occurs_in_train(parts: dict[str, Pairs]) -> None:
    for side in (0, 1):
        known = {word for pair in parts["train"] for word in word_forms(pair[side])}
        held_out = {word for part in ("dev", "test") for pair in parts[part] for word in word_forms(pair[side])}
        assert held_out - known == set()
        assert len(known) >= 600


def test_held_out_combinations_never_occur_in_train(corpus: dict[str, list[Sentence]]) -> None:
    keys = {part: {key for item in items for key in item.key.split(COMPOUND)} for part, items in corpus.items()}
    assert keys["test"].isdisjoint(keys["train"] | keys["dev"])
    assert keys["dev"].isdisjoint(keys["train"])
    assert len(keys["test"]) >= 300


def test_every_sentence_is_well_formed(pairs: Pairs) -> None:
    blemish = re.compile(r"\s\s|[{}|_/]|\s[.,?!]|,,|\.\.|[a-zäöüß][?!] [^EIS]")
    for line in (line for pair in pairs for line in pair):
        assert line[0].isupper(), line
        assert line[-1] in ".?!", line
        assert not blemish.search(line), line
        assert 3 <= len(line.split()) <= 26, line


def test_both_sides_end_with_the_same_mark(pairs: Pairs) -> None:
    assert [pair for pair in pairs if pair[0][-1] != pair[1][-1]] == []


def test_uncontracted_prepositions_and_wrong_articles_do_not_occur(pairs: Pairs) -> None:
    assert [
        s for s, _ in pairs if re.search(r"\b(?:[zZ]u de[mr]|[vV]on dem|[bB]ei dem|[iI]n das|[aA]n das)\s[A-ZÄÖÜ]", s)
    ] == []
    assert [t for _, t in pairs if re.search(r"\b[aA] [aeio]\w|\b[aA]n [^aeiouhI\W]", t)] == []


def test_a_sentence_that_opens_with_plural_sie_addresses_you(pairs: Pairs) -> None:
    found = [
        target for source, target in pairs if re.match(r"Sie (?:sind|haben|müssen|können|möchten|wollen) ", source)
    ]
    assert len(found) > 100
    assert [target for target in found if not target.startswith("You")] == []


PHENOMENA = {
    "verb second after a time": (r"^(?:Morgen|Gestern|Jeden Montag) \w+ (?:ich|er|wir)\b", r"^(?:I|He|We)"),
    "verb final after weil": (r", weil (?:ich|er|sie|wir) .*(?:muss|müssen)\.$", r" because "),
    "separable verb": (r" (?:ruft|rufe) .* an[.?]$", r"call"),
    "particle joined in a subordinate clause": (r", \w+ .*(?:anruft|abholt|aufräumt|mitbringt)[.?]$", r""),
    "zu inside a particle": (r"\w+zu(?:rufen|holen|räumen|machen|bereiten)\.", r"\bto |ing "),
    "mixed adjective ending": (r"\beinen \w+en [A-Z]", r"\ban? "),
    "strong adjective ending": (r"\b(?:kaltes|frischer|frische|heißer|guten) [A-Z]", r"cold|fresh|hot|good"),
    "nicht": (r"\bnicht\b", r"n't|not\b"),
    "kein": (r"\bkein(?:en|e)? ", r"n't"),
    "yes/no question": (r"^(?:Haben|Hast|Kaufst|Kommst|Kannst) .*\?$", r"\?$"),
    "wh-question": (r"^(?:Wann|Warum|Wo|Wohin) .*\?$", r"^(?:When|Why|Where) "),
    "modal verb": (r"\bmuss .*(?:en|ern)\.$", r" ha(?:s|ve) to "),
    "perfect with haben": (r"\bhat .*ge\w+(?:t|en)\.$", r""),
    "perfect with sein": (r"\bist .*(?:gefahren|gegangen|geflogen|gereist)\.$", r" (?:went|flew|travelled|drove)"),
    "simple past of sein and haben": (r"\b(?:war|waren|hatte|hatten)\b", r"\b(?:was|were|had)\b"),
    "simple past of modals": (r"\b(?:konnte|musste|wollte)\b", r"couldn't|had to|want"),
    "dass": (r", dass ", r" that |would like|want"),
    "ob": (r", ob ", r" whether "),
    "wenn is if": (r"^Wenn ", r"^If "),
    "wenn is when": (r"^Wenn ", r"^When "),
    "als is when": (r"^Als ", r"^When "),
    "conditional": (r"würde", r"'d |would"),
    "relative clause": (r", (?:der|die|das|den|dem|deren|dessen) ", r" (?:who|that|whose) "),
    "relative clause after a preposition": (r", (?:mit|auf) (?:dem|der|den|die|das) ", r" who "),
    "genitive": (r" (?:meines|meiner|unseres|deiner) ", r"'s "),
    "clock time": (r"\bhalb drei\b", r"\bhalf past two\b"),
    "clock time in figures": (r"\b14\.\d\d Uhr", r"\b2:\d\d p\.m\."),
    "date in words": (r"\bam dritten \w+", r"\bthe third of \w+"),
    "date in figures": (r"\b3\. (?:Mai|Juni|Juli|März)", r"\b3 (?:May|June|July|March)"),
    "price": (r"\d+,\d\d Euro", r"\d+\.\d\d euros"),
    "polite imperative": (r"^Machen Sie ", r"(?:Please|please|Open|Close)"),
    "familiar imperative": (r"^Mach ", r""),
    "direction": (r" auf den Tisch (?:gestellt|gelegt)", r" put .* on the table"),
    "location": (r" (?:steht|liegt) auf dem Tisch\.", r" is on the table\."),
    "reflexive verb": (r"\b[Ff]reu\w+ (?:mich|dich|sich|uns|euch|sie sich) auf ", r"looking forward to"),
    "kennen": (r"^(?:Kennst|Kennen) ", r"^Do you know "),
    "wissen": (r"^(?:Weißt du|Wissen Sie), ", r"^Do you know "),
    "vor before a noun": (r"\bvor (?:dem Essen|der Prüfung)\b", r"\bbefore the\b"),
    "vor is ago": (r"\bvor (?:drei|vier) (?:Tagen|Wochen)\b", r"\bago\b"),
    "bevor": (r", bevor ", r" before "),
    "seit with the present": (r"\bseit ", r" ha(?:s|ve) been |'(?:s|ve) been |how long|How long"),
    "um zu": (r", um .* zu \w+", r" to "),
    "passive": (r"\bwurde \w+ .*(?:repariert|geputzt|gelöst|bezahlt)\.$", r" was "),
    "familiar plural": (r"\b(?:habt ihr|Habt ihr|ihr habt|Ihr habt)\b", r"\b[Yy]ou"),
    "comparison": (r"\w+er als ", r" than "),
}  # fmt: skip


@pytest.mark.parametrize("name", PHENOMENA)
def test_every_phenomenon_is_frequent(name: str, pairs: Pairs) -> None:
    source_pattern, target_pattern = (re.compile(pattern) for pattern in PHENOMENA[name])
    found = [pair for pair in pairs if source_pattern.search(pair[0]) and target_pattern.search(pair[1])]
    assert len(found) >= 5


def test_german_separates_what_english_merges(pairs: Pairs) -> None:
    def sources(pattern: str) -> Iterator[str]:
        return (source for source, target in pairs if re.search(pattern, target))

    assert {"gestellt", "gelegt"} <= {w for s in sources(r"\bput\b") for w in word_forms(s)}
    assert {"du", "ihr", "Sie"} <= {w for s in sources(r"\byou\b") for w in word_forms(s)}
    assert {"wenn", "als"} <= {word_forms(s)[0].lower() for s in sources(r"^When ") if word_forms(s)}


# --- the files ---


def test_files_have_the_recorded_hashes_and_a_second_run_writes_nothing(
    corpus: dict[str, list[Sentence]], tmp_path: Path
) -> None:
    prepare.write(tmp_path, prepare.render(corpus))
    command = [sys.executable, "-B", str(ROOT / "prepare.py"), "--out", str(tmp_path)]
    stamps = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert "dev.{de,en}: 1,000 pairs" in printed
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == stamps
    assert {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in tmp_path.iterdir()} == prepare.SHA256


def test_a_changed_file_is_noticed_and_a_wrong_build_is_refused(
    corpus: dict[str, list[Sentence]], tmp_path: Path
) -> None:
    files = prepare.render(corpus)
    prepare.write(tmp_path, files)
    assert prepare.is_current(tmp_path)
    (tmp_path / "dev.en").write_text("Hello.\n", encoding="utf-8")
    assert not prepare.is_current(tmp_path)
    with pytest.raises(SystemExit, match=r"dev\.en: the grammar gave SHA-256"):
        prepare.write(tmp_path, {**files, "dev.en": b"Hello.\n"})


def test_the_readme_records_the_same_hashes_and_counts(parts: dict[str, Pairs]) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, digest in prepare.SHA256.items():
        assert f"{digest}  {name}" in readme
    assert f"{len(parts['train']):,}" in readme


def test_the_examples_in_the_readme_are_sentences_of_the_corpus(pairs: Pairs) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in readme.split("\n") if line.startswith("| ") and line.count(" | ") == 2]
    examples = [(row[1], row[2].removesuffix(" |")) for row in rows if row[1][-1] in ".?!"]
    assert len(examples) >= 20
    assert [example for example in examples if example not in set(pairs)] == []
