"""Choosing activities that fit a context, and filling their slots for a subject."""

from dataclasses import replace
from functools import cache

from . import german, places
from .activity_table import ACTIVITIES, Activity
from .clauses import Predicate
from .draw import Draw
from .people import Subject, person_phrase
from .phrases import BARE, DEFINITE, INDEFINITE, THIS, NounPhrase, thing

# Which times an activity takes: appointments a clock time, small acts a part of the day, stays a date, large ones a month.
_CLOCK = "anrufen treffen abholen ankommen frühstücken telefonieren zurückrufen sprechen".split()


_DAY = """aufmachen zumachen anschalten ausschalten putzen aufräumen waschen kochen backen decken gießen füttern suchen
    anziehen ausziehen anprobieren trinken essen tragen warten fragen antworten danken ausdrucken ausfüllen erklären
    einsteigen ausruhen beeilen fernsehen hören einpacken bestellen mitnehmen probieren bezahlen verlaufen""".split()


_DATE = "bleiben arbeiten schlafen aufstehen lernen".split()


_FAR = "reisen fliegen mieten verkaufen streichen kennenlernen".split()


def scale(activity: Activity) -> str:
    """ "clock", "day", "date", "far", or "any" for what happens some day this week."""
    verb = german.infinitive(activity.verb.removeprefix("sich "))
    tails = () if callable(activity.tail) else tuple(source for source, _ in activity.tail)
    if verb in _DATE or any(source.startswith(("früh", "pünktlich")) for source in tails):
        return "date"
    if activity.english == "move" or activity.tail is places.far_to:
        return "far"
    if activity.english in ("go", "drive") or (activity.english == "prepare" and activity.reflexive):
        return "clock" if activity.english != "prepare" else "any"
    return (
        "day"
        if verb in _DAY or activity.english == "get changed"
        else "clock"
        if verb in _CLOCK
        else "far"
        if verb in _FAR
        else "any"
    )


# Activities that fit a context, by name: what one must do, what one would love to do, what one does indoors ...
SETS = {
    name: tuple(text.split())
    for name, text in {
        "duty": """reparieren putzen aufräumen waschen kochen backen füttern gießen abholen anrufen helfen ausdrucken
            unterschreiben ausfüllen übersetzen vorbereiten korrigieren beantworten schreiben abschicken verschicken
            bezahlen essen_kaufen sprechen treffen einkaufen einpacken zurückrufen telefonieren erklären""",
        "fun": """kochen backen lesen spielen sport ausgehen besuchen treffen einladen fliegen reisen fernsehen hören tragen
            frühstücken fahren lernen""",
        "indoors": "lesen fernsehen kochen backen aufräumen putzen hören spielen schreiben telefonieren",
        "outdoors": "sport ausgehen frühstücken gießen waschen",
        "wish": "anschaffen mieten reisen fliegen",
        "free": "lesen spielen sport ausgehen besuchen treffen einladen fernsehen kochen backen streichen aufräumen",
        "rest": "ausruhen fernsehen heimgehen hören",
        "home": "kochen trinken heiß_trinken essen lesen hören fernsehen telefonieren füttern anrufen aufräumen waschen",
        "wake": "heiß_trinken hören lesen füttern essen",
        "town": "besuchen treffen essen_kaufen essen heiß_trinken",
        "work": "heiß_trinken telefonieren anrufen",
        "youth": "sport spielen besuchen kochen backen ausgehen treffen helfen",
        "timed": "abholen anrufen",
        "hobby": "kochen backen lesen spielen sport ausgehen lernen",
        "hard": "lernen übersetzen reparieren lösen erklären verkaufen mieten",
        "kind": "helfen besuchen einladen abholen gratulieren danken mitbringen anrufen antworten",
        "effort": "reparieren lösen anrufen übersetzen erklären lernen verkaufen korrigieren schreiben öffnen",
        "plan": "fliegen reisen verkaufen mieten einladen besuchen streichen anschaffen fahren buchen",
        "decision": "verkaufen mieten absagen verschieben anschaffen einladen buchen umziehen streichen",
        "promise": "helfen anrufen mitbringen abholen abschicken reparieren antworten aufräumen zurückrufen schreiben",
        "begin": "lernen putzen streichen übersetzen vorbereiten aufräumen kochen lesen packen einpacken",
        "anticipation": "besuchen treffen reisen fliegen einladen",
        "forgettable": """aufmachen zumachen anschalten ausschalten gießen füttern anrufen ausdrucken unterschreiben
            ausfüllen antworten bezahlen mitbringen mitnehmen abschicken verschicken beantworten absagen einladen
            gratulieren einpacken essen_kaufen""",
        "chore": """zumachen ausschalten aufräumen putzen gießen füttern anrufen ausdrucken unterschreiben ausfüllen
            bezahlen abschicken beantworten einpacken decken waschen essen_kaufen anziehen sprechen fragen korrigieren""",
    }.items()
}


BY_MOOD = {mood: tuple(a for a in ACTIVITIES if mood in a.moods) for mood in "hnfpxmi"}


@cache
def options(mood: str, among: str = "") -> tuple[Activity, ...]:
    """The activities that may occur in this mood, those of a set where one is named."""
    return tuple(a for a in BY_MOOD[mood] if not among or a.name.removeprefix("sich ") in SETS[among])


def _object(draw: Draw, activity: Activity, subject: Subject) -> NounPhrase:
    nouns, _, determiners = activity.object.partition(":")
    if not determiners:
        while True:
            # "Nina" and "Sophie" look the same in every case: two names would leave open who does it.
            named = subject.key[:1].isupper()
            owned = subject.owned if subject.is_pronoun and draw.chance(0.6) else None
            phrase = person_phrase(draw, nouns, owned, addressed=subject.english == "you")
            if subject.key not in (phrase.noun.english, phrase.noun.english_plural) and not (
                named and phrase.noun.group == "name"
            ):
                return phrase
    letter = draw.pick(determiners)
    determiner = {"d": DEFINITE, "D": DEFINITE, "t": THIS, "p": subject.owned, "e": INDEFINITE}.get(letter, BARE)
    phrase = thing(draw, nouns, determiner, activity.adjectives)
    if phrase.noun.german in ("Kleid", "Rock", "Bluse") and subject.possessive == "sein":
        return _object(draw, activity, subject)
    if any(adjective.german in activity.without.split() for adjective in phrase.adjectives):
        phrase = replace(phrase, adjectives=())
    plural = phrase.noun.group == "pairs" or letter in "ED" or (letter == "b" and phrase.noun.group == "countable_food")
    return replace(phrase, plural=plural)


def realise(draw: Draw, activity: Activity, subject: Subject) -> Predicate:
    """Fill the slots of an activity for this subject."""
    verb = activity.verb.removeprefix("sich ")
    pronoun = {"": "", "acc": subject.accusative, "dat": subject.dative}[activity.reflexive]
    source, target = (
        ("", "")
        if not activity.tail
        else (activity.tail(draw) if callable(activity.tail) else draw.pick(activity.tail))
    )
    key = f"{verb}/{activity.english}"
    if not activity.object:
        # A part of the body is an object although it is written as a tail: "sich die Hände waschen".
        owned = "{my}" in target
        target = target.format(my=subject.english_possessive)
        return Predicate(
            verb,
            activity.english,
            target,
            pronoun,
            object=source if owned else "",
            tail="" if owned else source,
            reflexive=bool(pronoun),
            key=f"{key}/{source}",
        )
    phrase = _object(draw, activity, subject)
    preposition, english_preposition = activity.preposition
    rest = " ".join(word for word in (english_preposition, phrase.english(), target) if word)
    key = f"{key}/{phrase.key}/{source}"
    if preposition:
        tail = german.contract(f"{preposition} {phrase.german(activity.case)}")
        return Predicate(
            verb, activity.english, rest, pronoun, tail=tail, reflexive=bool(pronoun), key=key, has_object=True
        )
    return Predicate(
        verb,
        activity.english,
        rest,
        pronoun,
        phrase.german(activity.case),
        phrase.negative(activity.case),
        source,
        bool(pronoun),
        key,
        has_object=True,
    )
