"""Subordinate clauses that give reasons, contents and questions: weil, dass, ob, warum, obwohl."""

from dataclasses import replace

from . import clauses, times
from .clauses import Clause, Predicate
from .draw import Draw
from .meanings import activity_clause, key_of, modal_clause
from .people import ADDRESSED, ER, ICH, SHE, WIR, pronoun_for
from .sentence import Sentence, sentence

NO_TIME = (Predicate("haben", "have", "time", no_object="keine Zeit"), "present", True)


_EXCUSES = (
    NO_TIME,
    (Predicate("mit|kommen", "come along"), "can", True),
    (Predicate("haben", "have", "much time", tail="viel Zeit"), "present", True),
    (Predicate("sein", "be in a hurry", tail="in Eile"), "present", False),
    (Predicate("gehen", "go", "home now", tail="jetzt nach Hause"), "must", False),
    (Predicate("bleiben", "stay", "long", tail="lange"), "can", True),
)


def because(draw: Draw) -> Sentence:
    """An excuse and its reason: weil with the verb at the end, denn with main clause order."""
    reason = modal_clause(draw, "must", when="", among="duty")
    predicate, tense, denied = draw.pick(_EXCUSES)
    excuse = Clause(reason.subject, predicate, tense, times.NONE, denied)
    time = draw.pick(times.TODAY) if draw.chance(0.5) else times.NONE
    reason = replace(reason, subject=pronoun_for(reason.subject), time=time)
    why = clauses.german_subordinate(reason, "weil") if draw.chance(0.7) else f"denn {clauses.german_main(reason)}"
    return sentence(
        f"{clauses.german_main(excuse)}, {why}",
        f"{clauses.english_statement(excuse)} because {clauses.english_statement(reason)}",
        key_of(reason),
    )


_RESULTS = (
    NO_TIME,
    (Predicate("kommen", "come", "to the party", tail="zur Party"), "can", True),
    (Predicate("gehen", "go", "home now", tail="jetzt nach Hause"), "progressive", False),
    (Predicate("mit|fahren", "come along"), "can", True),
)


def consequence(draw: Draw) -> Sentence:
    """The same reason with deshalb, which takes the first place and turns the order round."""
    reason = modal_clause(draw, "must", among="duty")
    predicate, tense, denied = draw.pick(_RESULTS)
    if "zur Party" not in predicate.tail:
        reason = replace(reason, time=draw.pick(times.TODAY))
    result = Clause(pronoun_for(reason.subject), predicate, tense, times.NONE, denied)
    word = draw.pick(("deshalb", "deswegen", "darum"))
    return sentence(
        f"{clauses.german_main(reason)}, {clauses.german_question(result, word)}",
        f"{clauses.english_statement(reason)}, so {clauses.english_statement(result)}",
        key_of(reason),
    )


_SAYING = (
    ("glauben", "think", "present", "fp"),
    ("wissen", "know", "present", "p"),
    ("hoffen", "hope", "present", "fx"),
    ("vergessen", "forget", "past", "p"),
    ("hören", "hear", "past", "fp"),
    ("erzählen", "say", "past", "p"),
)


_JUDGING = (
    ("es ist schön", "it's nice", "kind"),
    ("es ist gut", "it's good", "kind"),
    ("es freut mich", "I'm glad", "kind"),
    ("es ist möglich", "it's possible", ""),
    ("es ist klar", "it's clear", ""),
)


_REGRETTING = (("es ist schade", "it's a pity"), ("wir finden es schade", "we think it's a pity"))


def that(draw: Draw) -> Sentence:
    """dass with the verb at the end; English could drop its "that", here it never does."""
    kind = draw.integer(0, 9)
    if kind == 0:
        source, target = draw.pick(_REGRETTING)
        inner = replace(activity_clause(draw, "p", first=False, among="kind"), time=times.NONE, negated=True)
        if inner.subject.person in (0, 3):
            return that(draw)
    elif kind == 1:
        source, target = "es tut mir leid", "I'm sorry"
        inner = replace(activity_clause(draw, "p", ICH, among="forgettable"), time=times.NONE, negated=True)
    elif kind < 5:
        source, target, among = draw.pick(_JUDGING)
        inner = activity_clause(draw, "fp" if among else "f", first=False, among=among)
        if inner.subject.person == 0 and "mich" in source:
            return that(draw)
    else:
        verb, translation, tense, moods = draw.pick(_SAYING)
        outer = Clause(draw.pick((ICH, ICH, WIR, ER, SHE)), Predicate(verb, translation), tense)
        inner = activity_clause(draw, moods, first=False)
        # One neither hopes nor hears what one does oneself, and a second "he" might be anybody.
        if inner.subject.is_pronoun and (inner.subject in (ER, SHE) or inner.subject.person in (0, 3)):
            return that(draw)
        if verb == "erzählen" and inner.subject in ADDRESSED:
            return that(draw)
        source, target = clauses.german_main(outer), clauses.english_statement(outer)
    return sentence(
        f"{source}, {clauses.german_subordinate(inner, 'dass')}",
        f"{target} that {clauses.english_statement(inner)}",
        key_of(inner),
    )


_ASKING = (
    ("weißt du", "do you know", "?"),
    ("wissen Sie", "do you know", "?"),
    ("wisst ihr", "do you know", "?"),
    ("können Sie mir sagen", "can you tell me", "?"),
    ("kannst du mir sagen", "can you tell me", "?"),
    ("ich weiß nicht", "I don't know", "."),
    ("wir wissen nicht", "we don't know", "."),
    ("ich möchte wissen", "I'd like to know", "."),
    ("niemand weiß", "nobody knows", "."),
    ("sie hat mich gefragt", "she asked me", "."),
    ("ich frage mich", "I wonder", "."),
)


def whether(draw: Draw) -> Sentence:
    """ob: an indirect yes/no question."""
    source, target, end = draw.pick(_ASKING)
    while True:
        inner = activity_clause(draw, "p" if "asked" in target else "fpx", first=False, nouns=0.6)
        if inner.subject not in (*ADDRESSED, ICH, WIR):
            break
    if inner.tense == "perfect":
        inner = replace(inner, time=times.DONE[0])
    return sentence(
        f"{source}, {clauses.german_subordinate(inner, 'ob')}",
        f"{target} whether {clauses.english_statement(inner)}",
        key_of(inner),
        end,
    )


_WORDS = (
    ("warum", "why", "p"),
    ("warum", "why", "f"),
    ("wann", "when", "p"),
    ("wann", "when", "f"),
    ("wie oft", "how often", "h"),
)


def indirect_question(draw: Draw) -> Sentence:
    """wann, warum and wie oft at the head of a subordinate clause."""
    source, target, end = draw.pick(_ASKING)
    word, translation, moods = draw.pick(_WORDS[0:1] + _WORDS[2:3] if "asked" in target else _WORDS)
    while True:
        inner = activity_clause(draw, moods, first=False, nouns=0.6)
        if inner.subject not in (*ADDRESSED, ICH, WIR) and not (word == "wann" and "um " in inner.predicate.tail):
            break
    if word != "warum":
        inner = replace(inner, time=times.NONE)
    return sentence(
        f"{source}, {clauses.german_subordinate(inner, word)}",
        f"{target} {translation} {clauses.english_statement(inner)}",
        key_of(inner),
        end,
    )


_HINDRANCES = (
    Predicate("sein", "be tired", tail="müde"),
    Predicate("sein", "be ill", tail="krank"),
    Predicate("haben", "have", "little time", tail="wenig Zeit"),
    Predicate("sein", "be in a hurry", tail="in Eile"),
    Predicate("haben", "have", "a headache", tail="Kopfschmerzen"),
)


def although(draw: Draw) -> Sentence:
    """obwohl and trotzdem."""
    main = activity_clause(draw, "p", among="duty")
    who, again = main.subject, pronoun_for(main.subject)
    main = replace(main, time=times.NONE)
    state = Clause(again, draw.pick(_HINDRANCES), "preterite")
    key = f"{key_of(main)}/{state.predicate.tail}"
    if draw.chance(0.5):
        return sentence(
            f"{clauses.german_main(main)}, {clauses.german_subordinate(state, 'obwohl')}",
            f"{clauses.english_statement(main)} although {clauses.english_statement(state)}",
            key,
        )
    state, main = replace(state, subject=who), replace(main, subject=again)
    return sentence(
        f"{clauses.german_main(state)}, aber trotzdem {clauses.german_question(main)}",
        f"{clauses.english_statement(state)}, but {clauses.english_statement(main)} anyway",
        key,
    )


FRAMES = {
    "because": (because, 560),
    "consequence": (consequence, 280),
    "that": (that, 740),
    "whether": (whether, 560),
    "indirect_question": (indirect_question, 560),
    "although": (although, 280),
}
