"""German word forms: articles, adjective endings, noun cases, verb conjugation.

A verb is a string; a bar marks a separable particle: "an|rufen", "fahren", "verlieren".
Genders are "m", "f", "n" and "p" (any plural). Persons are indices into PERSONS.
"""

import re

CASES = ("nom", "acc", "dat", "gen")
PERSONS = ("ich", "du", "er", "wir", "ihr", "sie")

DEFINITE = {"m": "der den dem des", "f": "die die der der", "n": "das das dem des", "p": "die die den der"}
# Endings of "ein", "kein", "mein" ... and of "dieser", "jeder", "welcher" ...; "-" is no ending.
EIN_ENDINGS = {"m": "- en em es", "f": "e e er er", "n": "- - em es", "p": "e e en er"}
DIESER_ENDINGS = {"m": "er en em es", "f": "e e er er", "n": "es es em es", "p": "e e en er"}
# Adjectives are weak after "der", mixed after "ein" and strong where no article shows the case.
ADJECTIVE_ENDINGS = {
    "weak": {"m": "e en en en", "f": "e e en en", "n": "e e en en", "p": "en en en en"},
    "mixed": {"m": "er en en en", "f": "e e en en", "n": "es es en en", "p": "en en en en"},
    "strong": {"m": "er en em en", "f": "e e er er", "n": "es es em en", "p": "e e en er"},
}
RELATIVE = {"m": "der den dem dessen", "f": "die die der deren", "n": "das das dem dessen", "p": "die die denen deren"}
IRREGULAR_STEMS = {"teuer": "teur", "dunkel": "dunkl", "hoch": "hoh", "sauer": "saur", "übel": "übl"}
CONTRACTIONS = {
    "in dem": "im",
    "in das": "ins",
    "an dem": "am",
    "an das": "ans",
    "zu dem": "zum",
    "zu der": "zur",
    "bei dem": "beim",
    "von dem": "vom",
}


_CONTRACTIBLE = re.compile(rf"(?<!\S)(?:{'|'.join(CONTRACTIONS)})(?= )")


def _cell(table: dict[str, str], gender: str, case: str) -> str:
    ending = table[gender].split()[CASES.index(case)]
    return "" if ending == "-" else ending


def definite(gender: str, case: str) -> str:
    """The definite article."""
    return _cell(DEFINITE, gender, case)


def ein_word(stem: str, gender: str, case: str) -> str:
    """A form of "ein", "kein" or a possessive; `stem` is its bare form."""
    ending = _cell(EIN_ENDINGS, gender, case)
    return ("eur" if stem == "euer" and ending else stem) + ending


def dieser_word(stem: str, gender: str, case: str) -> str:
    """A form of "dieser", "jeder" or "welcher"; `stem` is "dies", "jed", "welch"."""
    return stem + _cell(DIESER_ENDINGS, gender, case)


def relative_pronoun(gender: str, case: str) -> str:
    """The relative pronoun that refers to a noun of this gender."""
    return _cell(RELATIVE, gender, case)


def adjective(word: str, kind: str, gender: str, case: str) -> str:
    """An attributive adjective; `kind` is "weak", "mixed" or "strong"."""
    stem = IRREGULAR_STEMS.get(word, word.removesuffix("e"))
    return stem + _cell(ADJECTIVE_ENDINGS[kind], gender, case)


def plural_noun(plural: str, case: str) -> str:
    """A plural noun in its case: the dative adds -n where it can."""
    return plural + "n" if case == "dat" and plural[-1] not in "ns" else plural


def genitive(noun: str) -> str:
    """The genitive singular of a strong masculine or neuter noun."""
    one_syllable = len(re.findall(f"[{VOWELS}]+", noun.lower())) == 1
    long = noun[-1] in "sßzx" or (one_syllable and noun[-1] not in VOWELS and noun != "Chef")
    return noun + ("es" if long else "s")


def contract(text: str) -> str:
    """Merge a preposition with its article where German always does: "in dem Haus" -> "im Haus"."""
    return _CONTRACTIBLE.sub(lambda match: CONTRACTIONS[match.group()], text)


VOWELS = "aeiouäöüy"
PRESENT_ENDINGS = ("e", "st", "t", "en", "t", "en")
WEAK_PAST_ENDINGS = ("te", "test", "te", "ten", "tet", "ten")
STRONG_PAST_ENDINGS = ("", "st", "", "en", "t", "en")
PRESENT = {
    "sein": "bin bist ist sind seid sind",
    "haben": "habe hast hat haben habt haben",
    "werden": "werde wirst wird werden werdet werden",
    "wissen": "weiß weißt weiß wissen wisst wissen",
    "tun": "tue tust tut tun tut tun",
    "können": "kann kannst kann können könnt können",
    "müssen": "muss musst muss müssen müsst müssen",
    "wollen": "will willst will wollen wollt wollen",
    "sollen": "soll sollst soll sollen sollt sollen",
    "dürfen": "darf darfst darf dürfen dürft dürfen",
    "mögen": "mag magst mag mögen mögt mögen",
    "möchten": "möchte möchtest möchte möchten möchtet möchten",
}
# Conditional (Konjunktiv II) forms that everyday speech still uses.
CONDITIONAL = {
    "sein": "wäre wärst wäre wären wärt wären",
    "haben": "hätte hättest hätte hätten hättet hätten",
    "werden": "würde würdest würde würden würdet würden",
    "können": "könnte könntest könnte könnten könntet könnten",
    "sollen": "sollte solltest sollte sollten solltet sollten",
}
# Strong and irregular verbs: second and third person singular ("-" = regular), past stem, participle, du-imperative.
STRONG = {
    line.split()[0]: tuple(line.split()[1:])
    for line in """
backen - - backte gebacken -
beginnen - - begann begonnen -
bekommen - - bekam bekommen -
beschließen - - beschloss beschlossen -
bitten - - bat gebeten -
bleiben - - blieb geblieben -
brechen brichst bricht brach gebrochen brich
bringen - - brachte gebracht -
denken - - dachte gedacht -
empfehlen empfiehlst empfiehlt empfahl empfohlen empfiehl
essen isst isst aß gegessen iss
fahren fährst fährt fuhr gefahren -
fallen fällst fällt fiel gefallen -
fangen fängst fängt fing gefangen -
finden - - fand gefunden -
fliegen - - flog geflogen -
geben gibst gibt gab gegeben gib
gefallen gefällst gefällt gefiel gefallen -
gehen - - ging gegangen -
gießen - - goss gegossen -
haben hast hat hatte gehabt hab
halten hältst hält hielt gehalten -
hängen - - hing gehangen -
heißen - - hieß geheißen -
helfen hilfst hilft half geholfen hilf
kennen - - kannte gekannt -
kommen - - kam gekommen -
laden lädst lädt lud geladen -
lassen lässt lässt ließ gelassen -
laufen läufst läuft lief gelaufen -
leihen - - lieh geliehen -
lesen liest liest las gelesen lies
liegen - - lag gelegen -
nehmen nimmst nimmt nahm genommen nimm
rufen - - rief gerufen -
scheinen - - schien geschienen -
schlafen schläfst schläft schlief geschlafen -
schließen - - schloss geschlossen -
schneiden - - schnitt geschnitten -
schreiben - - schrieb geschrieben -
schwimmen - - schwamm geschwommen -
sehen siehst sieht sah gesehen sieh
sein bist ist war gewesen sei
singen - - sang gesungen -
sitzen - - saß gesessen -
sprechen sprichst spricht sprach gesprochen sprich
stehen - - stand gestanden -
steigen - - stieg gestiegen -
streichen - - strich gestrichen -
tragen trägst trägt trug getragen -
treffen triffst trifft traf getroffen triff
trinken - - trank getrunken -
tun - - tat getan tu
vergessen vergisst vergisst vergaß vergessen vergiss
verlieren - - verlor verloren -
verpassen - - verpasste verpasst -
verlaufen verläufst verläuft verlief verlaufen -
verschieben - - verschob verschoben -
versprechen versprichst verspricht versprach versprochen versprich
verstehen - - verstand verstanden -
unterschreiben - - unterschrieb unterschrieben -
waschen wäschst wäscht wusch gewaschen -
werden wirst wird wurde geworden -
werfen wirfst wirft warf geworfen wirf
wissen weißt weiß wusste gewusst -
ziehen - - zog gezogen -
""".strip().split("\n")
}
MODAL_PAST = {"können": "konn", "müssen": "muss", "wollen": "woll", "sollen": "soll", "dürfen": "durf", "haben": "hat"}
MIXED_PAST = ("brachte", "dachte", "kannte", "wusste", "wurde", "verpasste", "backte")
INSEPARABLE = ("be", "emp", "ent", "er", "ge", "miss", "ver", "zer", "über", "unter", "wieder")
NOT_PREFIXED = ("gehen", "geben", "beten", "essen", "erben")
PERFECT_WITH_SEIN = (
    "sein",
    "bleiben",
    "fahren",
    "fallen",
    "fliegen",
    "gehen",
    "kommen",
    "laufen",
    "reisen",
    "schwimmen",
    "werden",
    "stehen_auf",
    "steigen",
    "ziehen_um",
    "wachen_auf",
    "landen",
)


def split_particle(verb: str) -> tuple[str, str]:
    """("an", "rufen") for "an|rufen"; the particle is empty for other verbs."""
    particle, _, base = verb.rpartition("|")
    return particle, base


def infinitive(verb: str) -> str:
    """The plain infinitive: "anrufen"."""
    return verb.replace("|", "")


def zu_infinitive(verb: str) -> str:
    """The infinitive with zu: "anzurufen", "zu fahren"."""
    particle, base = split_particle(verb)
    return f"{particle}zu{base}" if particle else f"zu {base}"


def _stem(base: str) -> str:
    return base[:-1] if base.endswith(("eln", "ern", "tun")) else base[:-2]


def _needs_e(stem: str) -> bool:
    """Whether an e keeps the ending audible: arbeit-e-t, öffn-e-t, but lern-t, wohn-t."""
    return stem[-1] in "td" or stem.endswith("chn") or (stem[-1] in "nm" and stem[-2] not in VOWELS + "rlhnm")


def present(verb: str, person: int) -> str:
    """The finite present, without the particle."""
    base = split_particle(verb)[1]
    if base in PRESENT:
        return PRESENT[base].split()[person]
    if base in STRONG and person in (1, 2) and STRONG[base][person - 1] != "-":
        return STRONG[base][person - 1]
    stem, ending = _stem(base), PRESENT_ENDINGS[person]
    if base.endswith(("eln", "ern")):
        if person == 0:
            return (stem[:-2] + "l" if base.endswith("eln") else stem) + "e"
        return base if ending == "en" else stem + ending
    if ending in ("st", "t") and _needs_e(stem):
        return stem + "e" + ending
    return stem + ("t" if ending == "st" and stem[-1] in "sßzx" else ending)


def past(verb: str, person: int) -> str:
    """The finite simple past (Präteritum), without the particle."""
    base = split_particle(verb)[1]
    if base in MODAL_PAST:
        return MODAL_PAST[base] + WEAK_PAST_ENDINGS[person]
    if base in STRONG:
        stem, ending = STRONG[base][2], STRONG_PAST_ENDINGS[person]
        if stem in MIXED_PAST:
            return stem + ("n" if ending == "en" else ending)
        return stem + ("e" if ending in ("st", "t") and stem[-1] in "tdsßz" else "") + ending
    stem = _stem(base)
    return stem + ("e" if _needs_e(stem) else "") + WEAK_PAST_ENDINGS[person]


def conditional(verb: str, person: int) -> str:
    """The finite conditional of the few verbs that still use one."""
    return CONDITIONAL[verb].split()[person]


def participle(verb: str) -> str:
    """The past participle: "angerufen", "bezahlt", "repariert"."""
    particle, base = split_particle(verb)
    if base in STRONG:
        return particle + STRONG[base][3]
    stem = _stem(base)
    ending = "et" if _needs_e(stem) else "t"
    unprefixed = base.endswith("ieren") or (base.startswith(INSEPARABLE) and base not in NOT_PREFIXED)
    return particle + ("" if unprefixed else "ge") + stem + ending


def perfect_auxiliary(verb: str) -> str:
    """ "sein" for verbs of motion and change, "haben" for all others."""
    particle, base = split_particle(verb)
    return "sein" if base in PERFECT_WITH_SEIN or f"{base}_{particle}" in PERFECT_WITH_SEIN else "haben"


def imperative(verb: str, person: int) -> str:
    """The imperative for du (1), ihr (4) or Sie (5, without the pronoun); the particle is left out."""
    base = split_particle(verb)[1]
    if base == "sein":
        return {1: "sei", 4: "seid", 5: "seien"}[person]
    if person != 1:
        return present(verb, person)
    if base in STRONG and STRONG[base][4] != "-":
        return STRONG[base][4]
    stem = _stem(base)
    return stem + "e" if _needs_e(stem) or base.endswith(("ern", "ieren")) else stem
