"""Whole meanings: an activity with a subject, a tense and a time that fit one another."""

from dataclasses import replace

from . import times
from .activities import Activity, options, realise, scale
from .clauses import Clause
from .draw import Draw
from .people import Subject, draw_subject

# The tense pair of each mood; the German tenses are present, present, present and perfect.
TENSES = {"h": "present", "n": "progressive", "f": "going", "p": "past", "x": "perfect"}


def draw_time(draw: Draw, mood: str, activity: Activity) -> times.Adverbial:
    """A time that goes with the mood and the activity."""
    if mood == "h":
        return times.habit(draw, scale(activity))
    if mood == "n":
        return draw.pick(times.NOW)
    if mood == "x":
        return draw.pick(times.DONE)
    return (times.past if mood == "p" else times.future)(draw, scale(activity))


def activity_clause(
    draw: Draw,
    moods: str = "hnfp",
    subject: Subject | None = None,
    first: bool = True,
    nouns: float = 0.4,
    question: bool = False,
    among: str = "",
) -> Clause:
    """An activity in one of the moods, told of this subject or of any that fits; `among` names one of SETS."""
    mood = draw.pick(moods)
    while True:
        activity = draw.pick(options(mood, among))
        if subject is None or activity.domain != "office" or subject.key not in ("children", "son", "daughter"):
            break
    who = subject or draw_subject(draw, activity.domain, first, nouns, question)
    return Clause(who, realise(draw, activity, who), TENSES.get(mood, "present"), draw_time(draw, mood, activity))


def modal_clause(
    draw: Draw,
    tense: str,
    subject: Subject | None = None,
    first: bool = True,
    question: bool = False,
    when: str = "f",
    among: str = "",
) -> Clause:
    """An activity after a modal verb or in the future; `when` is "f" (a coming time), "p" (a past one) or "" (none)."""
    while True:
        activity = draw.pick(options("m", among))
        if not when or when in activity.moods:
            break
    who = subject or draw_subject(draw, activity.domain, first, 0.3, question)
    time = draw_time(draw, when, activity) if when else times.NONE
    return Clause(who, realise(draw, activity, who), tense, time)


def key_of(clause: Clause, *context: str) -> str:
    """The combination the split holds out: verb and object alone where there is an object, else the whole setting."""
    if clause.predicate.has_object:
        return clause.predicate.key
    return "/".join((clause.predicate.key, clause.subject.english, clause.time.german, clause.tense))


def negated_clause(draw: Draw, moods: str = "nffpp", first: bool = True) -> Clause:
    """A denied activity."""
    while True:
        clause = activity_clause(draw, moods, first=first)
        if deniable(clause):
            return replace(clause, negated=True)


def deniable(clause: Clause) -> bool:
    """Whether one would deny it: nobody says what did not happen at a quarter past seven, soon, or ten minutes ago."""
    time = f" {clause.time.german} "
    return not any(word in time for word in (" um ", " vor ", " in ", " bald ", " später ", " nach "))
