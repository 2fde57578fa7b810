"""Clauses in both languages: one meaning, rendered as statement, question, subordinate clause or infinitive.

A tense names the pair of constructions, for instance "going": German present, English "be going to".
"""

from dataclasses import dataclass

from . import english, german
from .people import Subject
from .times import NONE, Adverbial


@dataclass(frozen=True)
class Predicate:
    """What is said of a subject. German keeps its parts apart because word order moves them; English needs no such care."""

    verb: str
    english: str
    rest: str = ""  # English objects and adverbials
    pronoun: str = ""  # German reflexive or personal pronoun, which goes first
    object: str = ""
    no_object: str = ""  # the object with "kein", for indefinite objects
    tail: str = ""  # German prepositional objects, places, predicates: what "nicht" stands before
    reflexive: bool = False
    key: str = ""
    has_object: bool = False  # whether `key` names a combination of words that can be held out


@dataclass(frozen=True)
class Clause:
    """A subject, a predicate, a tense and an adverbial of time."""

    subject: Subject
    predicate: Predicate
    tense: str
    time: Adverbial = NONE
    negated: bool = False


# tense: German verb in front, its form. Tenses that are not listed are the plain present.
_MODALS = {
    "can": ("können", german.present),
    "able": ("können", german.past),
    "could": ("können", german.past),
    "could_you": ("können", german.conditional),
    "must": ("müssen", german.present),
    "had": ("müssen", german.past),
    "want": ("wollen", german.present),
    "wanted": ("wollen", german.past),
    "may": ("dürfen", german.present),
    "may_i": ("dürfen", german.present),
    "allowed": ("dürfen", german.past),
    "should": ("sollen", german.conditional),
    "should_i": ("sollen", german.present),
    "shall": ("sollen", german.present),
    "like": ("möchten", german.present),
    "will": ("werden", german.present),
    "would": ("werden", german.conditional),
}
# tense: English auxiliary ("be", "was" and "have" agree with the subject), and what follows it.
_AUXILIARIES = {
    "progressive": ("be", english.gerund),
    "was_doing": ("was", english.gerund),
    "going": ("be", "going to {}"),
    "will": ("will", "{}"),
    "would": ("would", "{}"),
    "can": ("can", "{}"),
    "could": ("could", "{}"),
    "could_you": ("could", "{}"),
    "able": ("was", "able to {}"),
    "may": ("be", "allowed to {}"),
    "may_i": ("may", "{}"),
    "allowed": ("was", "allowed to {}"),
    "should": ("should", "{}"),
    "should_i": ("should", "{}"),
    "shall": ("be", "supposed to {}"),
    "like": ("would", "like to {}"),
    "perfect": ("have", english.participle),
    "since": ("have", lambda verb: f"been {english.gerund(verb)}"),
}
_FULL_VERBS = {
    "must": ("have to {}", False),
    "had": ("have to {}", True),
    "want": ("want to {}", False),
    "wanted": ("want to {}", True),
}


def german_verbs(predicate: Predicate, tense: str, person: int) -> tuple[str, str, str]:
    """The finite verb, the right bracket of a main clause, and the verbs that end a subordinate clause."""
    verb = predicate.verb
    if tense in _MODALS:
        modal, form = _MODALS[tense]
        finite, bracket = form(modal, person), german.infinitive(verb)
    elif tense in ("past", "perfect"):
        auxiliary = "haben" if predicate.reflexive else german.perfect_auxiliary(verb)
        finite, bracket = german.present(auxiliary, person), german.participle(verb)
    else:
        form = {"preterite": german.past, "was_doing": german.past, "conditional": german.conditional}.get(
            tense, german.present
        )
        finite, bracket = form(verb, person), german.split_particle(verb)[0]
        return finite, bracket, bracket + finite
    return finite, bracket, f"{bracket} {finite}"


def _join(*words: str) -> str:
    return german.contract(" ".join(word for word in words if word))


def german_middle(clause: Clause, with_time: bool = True) -> str:
    """Object, time, negation and the rest, in German order; pronouns are placed by the callers."""
    predicate, time = clause.predicate, clause.time.german if with_time else ""
    if clause.negated and not predicate.no_object:
        return _join(predicate.object, time, "nicht", predicate.tail)
    noun_phrase = predicate.no_object if clause.negated else predicate.object
    if clause.time.late and not predicate.no_object:
        return _join(noun_phrase, time, predicate.tail)
    return _join(time, noun_phrase, predicate.tail)


def _after_verb(clause: Clause) -> str:
    """Subject and light pronoun once something else stands first: a pronoun subject precedes the reflexive."""
    subject, pronoun = clause.subject, clause.predicate.pronoun
    return _join(subject.german, pronoun) if subject.is_pronoun else _join(pronoun, subject.german)


def german_main(clause: Clause, front_time: bool = False) -> str:
    """Verb second: the subject first, or the time first and the subject after the verb."""
    finite, bracket, _ = german_verbs(clause.predicate, clause.tense, clause.subject.person)
    if front_time and clause.time.can_open:
        return _join(clause.time.german, finite, _after_verb(clause), german_middle(clause, False), bracket)
    return _join(clause.subject.german, finite, clause.predicate.pronoun, german_middle(clause), bracket)


def german_question(clause: Clause, question_word: str = "") -> str:
    """Verb first, or second after a question word; also the order of a main clause after a subordinate one."""
    finite, bracket, _ = german_verbs(clause.predicate, clause.tense, clause.subject.person)
    return _join(question_word, finite, _after_verb(clause), german_middle(clause), bracket)


def german_subordinate(clause: Clause, conjunction: str = "") -> str:
    """Verb last."""
    final = german_verbs(clause.predicate, clause.tense, clause.subject.person)[2]
    return _join(conjunction, clause.subject.german, clause.predicate.pronoun, german_middle(clause), final)


def german_infinitive(clause: Clause, zu: bool = True) -> str:
    """The clause without subject and finite verb: "den Chef morgen anzurufen"."""
    verb = clause.predicate.verb
    end = german.zu_infinitive(verb) if zu else german.infinitive(verb)
    return _join(clause.predicate.pronoun, german_middle(clause), end)


def english_verbs(clause: Clause) -> tuple[str, str]:
    """The auxiliary and what follows it; without auxiliary an empty string and the finite verb."""
    verb, tense, person = clause.predicate.english, clause.tense, clause.subject.person
    # "you" and "they" agree like the German second and third person plural; "he" and "she" are person 2.
    if tense in _AUXILIARIES:
        auxiliary, pattern = _AUXILIARIES[tense]
        forms = {"be": english.BE_PRESENT, "was": english.BE_PAST}
        if auxiliary in forms:
            auxiliary = forms[auxiliary][person]
        elif auxiliary == "have" and person == 2:
            auxiliary = "has"
        return auxiliary, pattern.format(verb) if isinstance(pattern, str) else pattern(verb)
    is_past = tense in ("past", "preterite")
    if tense in _FULL_VERBS:
        pattern, is_past = _FULL_VERBS[tense]
        verb = pattern.format(verb)
    elif verb.split()[0] == "be":
        forms = english.BE_PAST if is_past else english.BE_PRESENT
        return forms[person], verb[3:]
    return "", english.past(verb, person) if is_past else english.present(verb, person)


def _do_support(clause: Clause) -> tuple[str, str]:
    """Auxiliary and main verb with "do" where English needs one."""
    auxiliary, main = english_verbs(clause)
    if auxiliary:
        return auxiliary, main
    is_past = clause.tense in ("past", "preterite", "had", "wanted")
    base = clause.predicate.english
    if clause.tense in _FULL_VERBS:
        base = _FULL_VERBS[clause.tense][0].format(base)
    return "did" if is_past else "does" if clause.subject.person == 2 else "do", base


def _english_time(clause: Clause) -> tuple[str, str]:
    return (clause.time.english, "") if clause.time.middle else ("", clause.time.english)


def _words(*words: str) -> str:
    return " ".join(word for word in words if word)


def english_statement(clause: Clause) -> str:
    """Subject, verb, object, place, time."""
    middle, end = _english_time(clause)
    auxiliary, main = _do_support(clause) if clause.negated else english_verbs(clause)
    if not auxiliary:
        return _words(clause.subject.english, middle, main, clause.predicate.rest, end)
    begin = english.with_auxiliary(clause.subject.english, auxiliary, clause.negated)
    return _words(begin, middle, main, clause.predicate.rest, end)


def english_question(clause: Clause, question_word: str = "") -> str:
    """Auxiliary before the subject."""
    middle, end = _english_time(clause)
    auxiliary, main = _do_support(clause)
    if clause.negated:
        auxiliary = english.NEGATED[auxiliary]
    return _words(question_word, auxiliary, clause.subject.english, middle, main, clause.predicate.rest, end)


def english_infinitive(clause: Clause, form: str = "to") -> str:
    """ "to call the boss tomorrow", the bare infinitive (form "") or the gerund (form "ing")."""
    verb = clause.predicate.english
    head = english.gerund(verb) if form == "ing" else _words(form, verb)
    end = _english_time(clause)[1]
    return _words("not" if clause.negated else "", head, clause.predicate.rest, end)
