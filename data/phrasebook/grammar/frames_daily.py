"""Main clauses about everyday life: statements, negation, questions, modal verbs, the perfect, imperatives."""

from dataclasses import replace

from . import clauses, english, german, times
from .activities import BY_MOOD, realise
from .clauses import Clause
from .draw import Draw
from .meanings import activity_clause, deniable, key_of, modal_clause, negated_clause
from .people import ADDRESSED, DU, FORMAL, ICH, IHR, WIR, Subject, draw_subject
from .sentence import Sentence, sentence


def _state(clause: Clause, front_time: bool = False, end: str = ".") -> Sentence:
    return sentence(clauses.german_main(clause, front_time), clauses.english_statement(clause), key_of(clause), end)


def statement(draw: Draw) -> Sentence:
    """Subject first: "Wir holen morgen meinen Bruder ab."."""
    return _state(activity_clause(draw))


def time_first(draw: Draw) -> Sentence:
    """Verb second after a time: "Morgen holen wir meinen Bruder ab."."""
    return _state(activity_clause(draw, "hfp", first=False), front_time=True)


def denial(draw: Draw) -> Sentence:
    """nicht and kein."""
    return _state(negated_clause(draw, "ffppp"))


def question(draw: Draw) -> Sentence:
    """Verb first: "Holst du morgen deinen Bruder ab?"."""
    clause = activity_clause(draw, "hnfppp", first=False, nouns=0.3, question=True)
    return sentence(clauses.german_question(clause), clauses.english_question(clause), key_of(clause), "?")


_SOCIABLE = "fahren fliegen reisen gehen kochen backen frühstücken spielen arbeiten essen besuchen vor|bereiten streichen".split()


def wh_question(draw: Draw) -> Sentence:
    """warum, wann, wie oft, mit wem."""
    kind = draw.pick(("warum", "warum nicht", "wann", "wann war", "wie oft", "mit wem"))
    moods = {"warum": "fpn", "wann": "f", "wann war": "p", "warum nicht": "fp", "wie oft": "h", "mit wem": "fp"}[kind]
    clause = activity_clause(draw, moods, first=False, nouns=0.35, question=True)
    if " um " in f" {clause.predicate.tail}" or (kind == "warum" and clause.tense == "going" and not deniable(clause)):
        return wh_question(draw)
    if kind in ("wann", "wann war", "wie oft"):
        clause = replace(clause, time=times.NONE)
    elif kind == "warum nicht":
        clause = activity_clause(draw, moods, first=False, question=True)
        if not deniable(clause):
            return wh_question(draw)
        clause = replace(clause, negated=True)
    elif kind == "mit wem" and (clause.predicate.verb not in _SOCIABLE or "früh" in clause.predicate.tail):
        return wh_question(draw)
    word, translation = {
        "warum": ("warum", "why"),
        "warum nicht": ("warum", "why"),
        "wann": ("wann", "when"),
        "wann war": ("wann", "when"),
        "wie oft": ("wie oft", "how often"),
        "mit wem": ("mit wem", "who"),
    }[kind]
    target = clauses.english_question(clause, translation)
    if kind == "mit wem":
        time = clause.time.english
        target = target.removesuffix(f" {time}") + f" with {time}"
    return sentence(clauses.german_question(clause, word), target, key_of(clause), "?")


def modal(draw: Draw) -> Sentence:
    """A modal verb in second position, the infinitive at the end, present or past."""
    tense = draw.pick(
        ("must", "must", "want", "want", "can", "like", "like", "shall", "should", "had", "had", "wanted")
    )
    when = "p" if tense in ("had", "wanted") else draw.pick(("f", ""))
    clause = modal_clause(draw, tense, when=when)
    if when == "p" and not deniable(clause):
        return modal(draw)
    return _state(clause, draw.chance(0.25) and not clause.subject.ambiguous_first)


def modal_denial(draw: Draw) -> Sentence:
    """nicht können, nicht müssen (not have to), nicht wollen."""
    tense = draw.pick(("can", "can", "must", "want", "could", "could", "wanted"))
    when = "p" if tense in ("could", "wanted") else "f"
    clause = modal_clause(draw, tense, when=when)
    while not deniable(clause):
        clause = modal_clause(draw, tense, when=when)
    return _state(replace(clause, negated=True))


def modal_question(draw: Draw) -> Sentence:
    """Offers, requests and permission: "Soll ich ...?", "Kannst du ...?", "Darf ich ...?"."""
    tense = draw.pick(("should_i", "may_i", "can", "can", "must", "want", "like", "could_you"))
    pools: dict[str, tuple[Subject, ...]] = {"should_i": (ICH, WIR), "may_i": (ICH,)}
    who = draw.pick(pools.get(tense, ADDRESSED))
    clause = modal_clause(draw, tense, who, question=True, when=draw.pick(("f", "")))
    return sentence(clauses.german_question(clause), clauses.english_question(clause), key_of(clause), "?")


def already(draw: Draw) -> Sentence:
    """The perfect with schon and gerade: "Ich habe den Brief schon geschrieben."."""
    return _state(activity_clause(draw, "x"))


def not_yet(draw: Draw) -> Sentence:
    """noch nicht and noch kein."""
    clause = activity_clause(draw, "x")
    return _state(replace(clause, negated=True, time=times.Adverbial("noch", "yet", late=True)))


def yet_question(draw: Draw) -> Sentence:
    """ "Hast du den Brief schon geschrieben?"."""
    clause = activity_clause(draw, "x", first=False, nouns=0.25, question=True)
    clause = replace(clause, time=times.Adverbial("schon", "yet", late=True))
    return sentence(clauses.german_question(clause), clauses.english_question(clause), key_of(clause), "?")


def future(draw: Draw) -> Sentence:
    """werden with the infinitive."""
    clause = modal_clause(draw, "will", first=False)
    if clause.subject.ambiguous_first:
        return _state(clause, front_time=clause.time.can_open)
    return _state(replace(clause, negated=draw.chance(0.25) and deniable(clause)))


def imperative(draw: Draw) -> Sentence:
    """One English imperative, three German ones: "Mach ... auf!", "Macht ... auf!", "Machen Sie ... auf!"."""
    activity = draw.pick(BY_MOOD["i"])
    who = draw.pick((DU, DU, IHR, FORMAL))
    predicate = realise(draw, activity, who)
    please, denied = draw.chance(0.6), draw.chance(0.2)
    time = draw.pick(times.SOON) if draw.chance(0.25) and not denied and "früh" not in predicate.tail else times.NONE
    clause = Clause(who, predicate, "present", time, denied)
    verb = german.imperative(predicate.verb, who.person)
    particle = german.split_particle(predicate.verb)[0]
    words = [verb, who.german if who is FORMAL else "", predicate.pronoun, "bitte" if please else ""]
    source = " ".join(w for w in [*words, clauses.german_middle(clause), particle] if w)
    if denied:
        target = f"{'please ' if please else ''}don't {clauses.english_infinitive(replace(clause, negated=False), '')}"
    else:
        target = f"{'please ' if please else ''}{clauses.english_infinitive(clause, '')}"
    return sentence(german.contract(source), target, key_of(clause), "." if please else "!")


def suggestion(draw: Draw) -> Sentence:
    """ "Lass uns ...", "Wollen wir ...?"."""
    clause = modal_clause(draw, "want", WIR, question=True, when=draw.pick(("f", "")))
    target = clauses.english_infinitive(clause, "")
    if draw.chance(0.5):
        return sentence(clauses.german_question(clause), f"shall we {target}", key_of(clause), "?")
    return sentence(
        f"lass uns {clauses.german_infinitive(clause, zu=False)}".replace("uns uns", "uns"),
        f"let's {target}",
        key_of(clause),
    )


def since(draw: Draw) -> Sentence:
    """German present with seit, English present perfect progressive."""
    options = (
        ("arbeiten", "work", "in der Schweiz", "in Switzerland"),
        ("wohnen", "live", "in dieser Straße", "in this street"),
        ("lernen", "learn", "Deutsch", "German"),
        ("warten", "wait", "auf den Bus", "for the bus"),
        ("warten", "wait", "auf eine Antwort", "for an answer"),
        ("arbeiten", "work", "in diesem Büro", "in this office"),
        ("wohnen", "live", "in Hamburg", "in Hamburg"),
        ("spielen", "play", "Klavier", "the piano"),
        ("suchen", "look", "nach einer Wohnung", "for a flat"),
        ("schlafen", "sleep", "im Wohnzimmer", "in the living room"),
        ("arbeiten", "work", "für diese Firma", "for this company"),
        ("lernen", "learn", "Spanisch", "Spanish"),
        ("wohnen", "live", "bei unserer Tante", "with our aunt"),
        ("arbeiten", "work", "an diesem Buch", "on this book"),
    )
    verb, translation, tail, rest = draw.pick(options)
    short = verb in ("warten", "schlafen")
    while True:
        source, target = times.duration(draw)
        if ("Minute" in source or "Stunde" in source) == short:
            break
    who = draw_subject(draw, "home", first=False)
    predicate = clauses.Predicate(verb, translation, rest, tail=tail, key=f"since/{verb}/{tail}/{source}")
    clause = Clause(who, predicate, "since", times.Adverbial(f"seit {source}", f"for {target}"))
    front = who.ambiguous_first or draw.chance(0.3)
    return sentence(clauses.german_main(clause, front), clauses.english_statement(clause), predicate.key)


def liking(draw: Draw) -> Sentence:
    """gern with any verb is "like doing"; lieber als is "prefer"."""
    options = (
        (
            "trinken",
            "drink",
            "drinking",
            "Tee = tea, Kaffee = coffee, Wasser = water, Milch = milk, Bier = beer, Saft = juice, Wein = wine",
        ),
        (
            "essen",
            "eat",
            "eating",
            "Fisch = fish, Fleisch = meat, Obst = fruit, Gemüse = vegetables, Kuchen = cake, Käse = cheese, Reis = rice",
        ),
        (
            "lesen",
            "read",
            "reading",
            "Romane = novels, Gedichte = poems, Zeitschriften = magazines, Zeitungen = newspapers, Briefe = letters",
        ),
        (
            "spielen",
            "play",
            "playing",
            "Karten = cards, Schach = chess, Tennis = tennis, Fußball = football, Klavier = the piano, Gitarre = the guitar",
        ),
        (
            "lernen",
            "learn",
            "learning",
            "Deutsch = German, Englisch = English, Spanisch = Spanish, Französisch = French, Italienisch = Italian",
        ),
    )
    verb, _, doing, text = draw.pick(options)
    things = [tuple(t.split(" = ")) for t in text.split(", ")]
    (first, first_english), (second, second_english) = draw.pick(things), draw.pick(things)
    who = draw_subject(draw, "any")
    finite = german.present(verb, who.person)
    like = english.present("like", who.person)
    key = f"liking/{verb}/{first}/{second}"
    if first == second:
        if draw.chance(0.5):
            return sentence(f"{who.german} {finite} gern {first}", f"{who.english} {like} {doing} {first_english}", key)
        dont = english.NEGATED["does" if who.person == 2 else "do"]
        return sentence(
            f"{who.german} {finite} nicht gern {first}", f"{who.english} {dont} like {doing} {first_english}", key
        )
    prefer = english.present("prefer", who.person)
    return sentence(
        f"{who.german} {finite} lieber {first} als {second}",
        f"{who.english} {prefer} {doing} {first_english} to {doing} {second_english}",
        key,
    )


FRAMES = {
    "statement": (statement, 1610),
    "time_first": (time_first, 1240),
    "denial": (denial, 810),
    "question": (question, 1050),
    "wh_question": (wh_question, 810),
    "modal": (modal, 1050),
    "modal_denial": (modal_denial, 560),
    "modal_question": (modal_question, 680),
    "already": (already, 310),
    "not_yet": (not_yet, 310),
    "yet_question": (yet_question, 310),
    "future": (future, 370),
    "imperative": (imperative, 620),
    "suggestion": (suggestion, 190),
    "since": (since, 220),
    "liking": (liking, 220),
}
