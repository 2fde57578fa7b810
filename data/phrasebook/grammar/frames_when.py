"""wenn, als, bevor and the conditional: one English "when", "if" or "before", several German words."""

from dataclasses import replace

from . import clauses, english, times
from .clauses import Clause, Predicate
from .draw import Draw
from .meanings import activity_clause, key_of, modal_clause
from .people import draw_subject, pronoun_for
from .sentence import Sentence, sentence

# A condition and the activities that follow from it.
_WEATHER = (
    ("wenn es regnet", "if it rains", "indoors"),
    ("wenn es schneit", "if it snows", "indoors"),
    ("wenn das Wetter gut ist", "if the weather is good", "outdoors"),
    ("wenn das Wetter schlecht ist", "if the weather is bad", "indoors"),
    ("wenn die Sonne scheint", "if the sun shines", "outdoors"),
    ("wenn es morgen warm ist", "if it's warm tomorrow", "outdoors"),
    ("wenn die Besprechung früh endet", "if the meeting ends early", "duty"),
    ("wenn der Termin ausfällt", "if the appointment is cancelled", "duty"),
    ("wenn es nicht zu spät ist", "if it isn't too late", "chore"),
)
_STATES = (
    (Predicate("haben", "have", "time", tail="Zeit"), "duty"),
    (Predicate("haben", "have", "the day off", tail="frei"), "free"),
    (Predicate("sein", "be tired", tail="müde"), "rest"),
    (Predicate("sein", "be at home", tail="zu Hause"), "home"),
    (Predicate("haben", "have", "enough money", tail="genug Geld"), "wish"),
)


def condition(draw: Draw) -> Sentence:
    """wenn is "if" for what may happen; a main clause that follows starts with its verb."""
    if draw.chance(0.45):
        source, target, among = draw.pick(_WEATHER)
        main = modal_clause(draw, draw.pick(("can", "will", "will", "must")), first=False, when="", among=among)
        if among == "outdoors" and main.tense == "must":
            main = replace(main, tense="want")
        setting, can_follow = source, True
    else:
        state, among = draw.pick(_STATES)
        main = modal_clause(draw, draw.pick(("can", "will", "will")), first=False, when="", among=among)
        clause = Clause(main.subject, state, "present")
        source, target = clauses.german_subordinate(clause, "wenn"), f"if {clauses.english_statement(clause)}"
        # A pronoun must not come before the name it stands for.
        setting, can_follow = state.tail, main.subject.is_pronoun
        main = replace(main, subject=pronoun_for(main.subject))
    key = key_of(main) if main.predicate.has_object else f"{key_of(main)}/{setting}"
    if can_follow and not main.subject.ambiguous_first and draw.chance(0.4):
        return sentence(f"{clauses.german_main(main)}, {source}", f"{clauses.english_statement(main)} {target}", key)
    return sentence(f"{source}, {clauses.german_question(main)}", f"{target}, {clauses.english_statement(main)}", key)


_RECURRING = (
    (Predicate("kommen", "get", "home", tail="nach Hause"), "home"),
    (Predicate("auf|wachen", "wake up"), "wake"),
    (Predicate("kommen", "come", "into town", tail="in die Stadt"), "town"),
    (Predicate("kommen", "get", "to the office", tail="ins Büro"), "work"),
)
_OFTEN = (
    times.Adverbial("meistens", "usually", True),
    times.Adverbial("oft", "often", True, True),
    times.Adverbial("zuerst", "first"),
)


def whenever(draw: Draw) -> Sentence:
    """wenn is "when" for what happens again and again, immer wenn is "whenever"."""
    event, among = draw.pick(_RECURRING)
    main = activity_clause(draw, "h", first=False, among=among)
    always = draw.chance(0.35)
    clause = Clause(main.subject, event, "present")
    source = clauses.german_subordinate(clause, "immer wenn" if always else "wenn")
    target = f"{'whenever' if always else 'when'} {clauses.english_statement(clause)}"
    time = times.NONE if always else draw.pick(_OFTEN)
    main = replace(main, subject=pronoun_for(main.subject), time=time)
    return sentence(
        f"{source}, {clauses.german_question(main)}",
        f"{target}, {clauses.english_statement(main)}",
        f"{key_of(main)}/{event.tail}" if not main.predicate.has_object else key_of(main),
    )


_MOMENTS = (
    Predicate("an|kommen", "arrive"),
    Predicate("kommen", "get", "home", tail="nach Hause"),
    Predicate("auf|wachen", "wake up"),
    Predicate("kommen", "get", "to the office", tail="ins Büro"),
    Predicate("kommen", "get", "to the hotel", tail="ins Hotel"),
    Predicate("gehen", "leave the house", tail="aus dem Haus"),
    Predicate("an|kommen", "arrive", "in Berlin", tail="in Berlin"),
)
_SCENES = (
    ("war es schon dunkel", "it was already dark"),
    ("war niemand da", "nobody was there"),
    ("war es noch dunkel", "it was still dark"),
    ("hat das Telefon geklingelt", "the phone rang"),
    ("war es sehr kalt", "it was very cold"),
    ("hat es geregnet", "it was raining"),
    ("hat die Sonne geschienen", "the sun was shining"),
    ("war das Wetter schlecht", "the weather was bad"),
    ("war es sehr heiß", "it was very hot"),
    ("hat es geschneit", "it was snowing"),
    ("war alles ruhig", "everything was quiet"),
    ("war es acht Uhr", "it was eight o'clock"),
)
_PERIODS = (
    Predicate("sein", "be young", tail="jung"),
    Predicate("wohnen", "live", "in Vienna", tail="in Wien"),
    Predicate("wohnen", "live", "in Hamburg", tail="in Hamburg"),
    Predicate("sein", "be on holiday", tail="im Urlaub"),
    Predicate("wohnen", "live", "in Switzerland", tail="in der Schweiz"),
)


def once(draw: Draw) -> Sentence:
    """als is "when" for a moment or a period of the past, and goes with the simple past."""
    if draw.chance(0.5):
        who, event = draw_subject(draw, "home", first=False), draw.pick(_MOMENTS)
        clause = Clause(who, event, "preterite")
        source, target = draw.pick(_SCENES)
        key = f"als/{event.english}/{event.tail}/{source}"
    else:
        main = activity_clause(draw, "p", first=False, among="youth")
        clause = Clause(main.subject, draw.pick(_PERIODS), "preterite")
        main = replace(main, subject=pronoun_for(main.subject), time=times.Adverbial("oft", "often", True, True))
        source, target, key = clauses.german_question(main), clauses.english_statement(main), key_of(main)
    return sentence(
        f"{clauses.german_subordinate(clause, 'als')}, {source}",
        f"when {clauses.english_statement(clause)}, {target}",
        key,
    )


_BEFORE = (
    ("vor dem Essen", "before the meal"),
    ("nach der Besprechung", "after the meeting"),
    ("vor der Abfahrt", "before departure"),
    ("nach dem Frühstück", "after breakfast"),
    ("vor der Reise", "before the trip"),
    ("nach dem Kurs", "after the course"),
    ("vor dem Konzert", "before the concert"),
    ("vor der Prüfung", "before the exam"),
)
_LEAVING = (
    Predicate("gehen", "go", "to bed", tail="ins Bett"),
    Predicate("gehen", "leave the house", tail="aus dem Haus"),
    Predicate("fahren", "go", "home", tail="nach Hause"),
    Predicate("ab|fahren", "leave"),
    Predicate("gehen", "go", "to work", tail="zur Arbeit"),
)


def before_after(draw: Draw) -> Sentence:
    """before is bevor before a clause and vor before a noun."""
    main = modal_clause(draw, draw.pick(("must", "want", "can", "should", "like")), when="", among="chore")
    if draw.chance(0.35):
        clause = replace(main, time=times.Adverbial(*draw.pick(_BEFORE)))
        front = draw.chance(0.3)
        return sentence(clauses.german_main(clause, front), clauses.english_statement(clause), key_of(clause))
    event = Clause(pronoun_for(main.subject), draw.pick(_LEAVING), "present")
    source, target = clauses.german_subordinate(event, "bevor"), f"before {clauses.english_statement(event)}"
    return sentence(
        f"{clauses.german_main(main)}, {source}", f"{clauses.english_statement(main)} {target}", key_of(main)
    )


_DREAMS = (
    (Predicate("haben", "have", "more time", tail="mehr Zeit"), "free"),
    (Predicate("haben", "have", "more money", tail="mehr Geld"), "wish"),
    (Predicate("sein", "be rich", tail="reich"), "wish"),
    (Predicate("haben", "have", "the day off", tail="frei"), "free"),
    (Predicate("haben", "have", "a holiday", tail="Urlaub"), "anticipation"),
    (Predicate("sein", "be at home", tail="zu Hause"), "indoors"),
)


def unreal(draw: Draw) -> Sentence:
    """The conditional: "Wenn ich mehr Zeit hätte, würde ich ..."; English says "if I had" and "if I were"."""
    state, among = draw.pick(_DREAMS)
    main = modal_clause(draw, "would", first=False, when="", among=among)
    clause = Clause(main.subject, state, "conditional")
    verb = english.past(state.english, 3)
    target = f"if {main.subject.english} {verb} {state.rest}".rstrip()
    main = replace(main, subject=pronoun_for(main.subject))
    key = key_of(main) if main.predicate.has_object else f"{key_of(main)}/{state.tail}"
    return sentence(
        f"{clauses.german_subordinate(clause, 'wenn')}, {clauses.german_question(main)}",
        f"{target}, {clauses.english_statement(main)}",
        key,
    )


FRAMES = {
    "condition": (condition, 620),
    "whenever": (whenever, 310),
    "once": (once, 500),
    "before_after": (before_after, 430),
    "unreal": (unreal, 370),
}
