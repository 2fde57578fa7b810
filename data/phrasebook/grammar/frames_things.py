"""Things compared and owned: comparatives, haben and brauchen with indefinite objects."""

from . import clauses, german, times
from .clauses import Clause, Predicate
from .draw import Draw
from .people import DU, ICH, draw_subject
from .phrases import DEFINITE, INDEFINITE, THIS, NounPhrase, thing
from .sentence import Sentence, sentence

_COMPARED = (
    ("schnell", "schneller", "fast", "faster", "vehicle"),
    ("teuer", "teurer", "expensive", "more expensive", "clothes furniture lodging vehicle belongings appliance"),
    ("hell", "heller", "bright", "brighter", "Lampe Wohnung Zimmer Küche"),
    ("schön", "schöner", "beautiful", "more beautiful", "clothes lodging sight picture"),
    ("groß", "größer", "big", "bigger", "lodging furniture sight"),
    ("alt", "älter", "old", "older", "sight vehicle furniture appliance"),
    ("interessant", "interessanter", "interesting", "more interesting", "reading media"),
    ("spannend", "spannender", "exciting", "more exciting", "reading media"),
    ("bequem", "bequemer", "comfortable", "more comfortable", "Sofa Sessel Bett Stuhl"),
    ("klein", "kleiner", "small", "smaller", "lodging furniture"),
    ("langweilig", "langweiliger", "boring", "more boring", "media reading"),
)


def comparison(draw: Draw) -> Sentence:
    """als after a comparative, so ... wie; German drops the noun where English says "one"."""
    word, comparative, translation, english_comparative, source = draw.pick(_COMPARED)
    phrase = thing(draw, source, DEFINITE, 0.0)
    colours = (
        ("rot", "red"),
        ("blau", "blue"),
        ("schwarz", "black"),
        ("grün", "green"),
        ("weiß", "white"),
        ("grau", "grey"),
        ("braun", "brown"),
    )
    kind = draw.integer(0, 3)
    key = f"als/{comparative}/{phrase.key}"
    name, translated = phrase.noun.german, phrase.noun.english
    coloured = phrase.noun.group in ("clothes", "furniture", "vehicle", "belongings") and phrase.noun.german not in (
        "Ring",
        "Boot",
        "Ladegerät",
    )
    if kind == 0 and coloured:
        (one, english_one), (two, english_two) = draw.pick(colours), draw.pick(colours)
        if one == two:
            return comparison(draw)
        article, g = german.definite(phrase.gender, "nom"), phrase.gender
        return sentence(
            f"{article} {german.adjective(one, 'weak', g, 'nom')} {name} ist {comparative} als {article} {german.adjective(two, 'weak', g, 'nom')}",
            f"the {english_one} {translated} is {english_comparative} than the {english_two} one",
            f"{key}/{one}/{two}",
        )
    owners = ((ICH, "deins", "yours"), (DU, "meins", "mine"))
    who, _, theirs = draw.pick(owners)
    ending = {"m": "er", "f": "e", "n": "s"}[phrase.gender]
    other = ("dein" if who is ICH else "mein") + ending
    mine = NounPhrase(phrase.noun, who.owned)
    if phrase.noun.group in ("sight", "media") or kind == 1:
        this = NounPhrase(phrase.noun, THIS)
        pronoun = {"m": "der", "f": "die", "n": "das"}[phrase.gender] + " andere"
        return sentence(
            f"{this.german('nom')} ist {comparative} als {pronoun}",
            f"{this.english()} is {english_comparative} than the other one",
            key,
        )
    if kind == 2:
        return sentence(
            f"{mine.german('nom')} ist nicht so {word} wie {other}",
            f"{mine.english()} isn't as {translation} as {theirs}",
            key,
        )
    return sentence(
        f"{mine.german('nom')} ist {comparative} als {other}",
        f"{mine.english()} is {english_comparative} than {theirs}",
        key,
    )


def having(draw: Draw) -> Sentence:
    """haben and brauchen with one or two indefinite objects, affirmed and denied."""
    who = draw_subject(draw, "home", nouns=0.4)
    verb, translation = draw.pick((("haben", "have"), ("brauchen", "need"), ("haben", "have")))
    one = thing(
        draw,
        "vehicle pet belongings papers" if verb == "haben" else "clothes belongings furniture appliance",
        INDEFINITE,
        0.6,
    )
    key = f"{verb}/{one.key}"
    kind = draw.integer(0, 3)
    predicate = Predicate(verb, translation, one.english(), object=one.german("acc"), no_object=one.negative("acc"))
    if kind == 0:
        asked = draw_subject(draw, "home", first=False, nouns=0.3, question=True)
        clause = Clause(asked, predicate, "present")
        return sentence(clauses.german_question(clause), clauses.english_question(clause), key, "?")
    if kind == 1:
        clause = Clause(who, predicate, "present", negated=True)
        return sentence(clauses.german_main(clause), clauses.english_statement(clause), key)
    if kind == 2 and verb == "haben":
        clause = Clause(who, predicate, "preterite", times.Adverbial("früher", ""))
        if any(adjective.german in ("neu", "modern") for adjective in one.adjectives):
            return having(draw)
        return sentence(clauses.german_main(clause), f"{who.english} used to have {one.english()}", key)
    if kind == 2:
        clause = Clause(who, predicate, "present")
        return sentence(clauses.german_main(clause), clauses.english_statement(clause), key)
    two = thing(draw, one.noun.group, INDEFINITE, 0.5)
    if two.noun == one.noun or {one.noun.english, two.noun.english} == {"bike", "motorbike"}:
        return having(draw)
    predicate = Predicate(
        verb, translation, f"{one.english()} and {two.english()}", object=f"{one.german('acc')} und {two.german('acc')}"
    )
    clause = Clause(who, predicate, "present")
    return sentence(clauses.german_main(clause), clauses.english_statement(clause), key)


FRAMES = {"comparison": (comparison, 310), "having": (having, 560)}
