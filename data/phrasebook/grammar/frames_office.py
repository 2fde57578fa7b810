"""On the phone and in the office: one person in every case, greetings, wishes, plans that collide."""

from . import clauses, german
from .clauses import Clause
from .draw import Draw
from .meanings import modal_clause
from .people import FORMAL, FORMAL_NAMES, ICH, WIR, person_phrase
from .sentence import Sentence, sentence

# {nom}, {acc}, {dat}, {gen}: a person in that case.
_AT_WORK = (
    ("könnte ich bitte mit {dat} sprechen", "could I please speak to {}", "?"),
    ("{nom} ist heute leider nicht im Büro", "unfortunately, {} isn't in the office today", "."),
    ("ich möchte {dat} eine Nachricht hinterlassen", "I'd like to leave a message for {}", "."),
    ("ist {nom} heute im Büro", "is {} in the office today", "?"),
    ("sagen Sie {dat} bitte, dass ich angerufen habe", "please tell {} that I called", "."),
    ("{nom} ist gerade in einer Besprechung", "{} is in a meeting right now", "."),
    ("haben Sie die Telefonnummer von {dat}", "do you have {}'s phone number", "?"),
    ("wann kann ich {acc} erreichen", "when can I reach {}", "?"),
    ("{nom} hat mir die Unterlagen noch nicht geschickt", "{} hasn't sent me the documents yet", "."),
    ("ich habe die Nachricht von {dat} bekommen", "I got the message from {}", "."),
    ("geben Sie {dat} bitte diesen Brief", "please give this letter to {}", "."),
    ("ich muss {dat} noch den Bericht zeigen", "I still have to show {} the report", "."),
    ("ohne {acc} können wir nicht anfangen", "we can't start without {}", "."),
    ("wegen {gen} müssen wir länger bleiben", "we have to stay longer because of {}", "."),
    ("während der Besprechung hat {nom} kein Wort gesagt", "{} didn't say a word during the meeting", "."),
)


_IN_PRIVATE = (
    ("haben Sie {acc} heute schon gesehen", "have you seen {} today", "?"),
    ("{nom} hat mich zum Essen eingeladen", "{} invited me to dinner", "."),
    ("kannst du {dat} dein Auto leihen", "can you lend {} your car", "?"),
    ("ich habe von {dat} ein schönes Geschenk bekommen", "I got a beautiful present from {}", "."),
    ("das ist ein Geschenk für {acc}", "this is a present for {}", "."),
    ("wir fahren mit {dat} in den Urlaub", "we're going on holiday with {}", "."),
    ("ich habe {dat} die Stadt gezeigt", "I showed {} the city", "."),
    ("was hältst du von {dat}", "what do you think of {}", "?"),
    ("{nom} hat den ganzen Tag gearbeitet", "{} worked all day", "."),
    ("seit wann kennst du {acc}", "how long have you known {}", "?"),
    ("wir haben {dat} zum Geburtstag Blumen geschenkt", "we gave {} flowers as a birthday present", "."),
    ("hat {nom} schon etwas gegessen", "has {} already eaten something", "?"),
)


def about_someone(draw: Draw) -> Sentence:
    """One person in every case, on the phone and elsewhere."""
    at_work = draw.chance(0.5)
    source, target, end = draw.pick(_AT_WORK if at_work else _IN_PRIVATE)
    person = person_phrase(draw, "contact formal expert" if at_work else "relative name contact", None, "Sie" in source)
    forms = {case: person.german(case) for case in ("nom", "acc", "dat")}
    if "{gen}" in source:
        if person.noun.group in ("name",):
            return about_someone(draw)
        forms["gen"] = person.german("gen")
    return sentence(
        german.contract(source.format(**forms)), target.format(person.english()), f"person/{source}/{person.key}", end
    )


_GREETINGS = (
    ("guten Morgen, {}", "good morning, {}", "."),
    ("guten Tag, {}", "hello, {}", "."),
    ("guten Abend, {}", "good evening, {}", "."),
    ("auf Wiedersehen, {}", "goodbye, {}", "."),
    ("wie geht es Ihnen, {}", "how are you, {}", "?"),
    ("vielen Dank für Ihre Hilfe, {}", "thank you very much for your help, {}", "."),
    ("entschuldigen Sie bitte, {}", "excuse me, {}", "."),
    ("herzlich willkommen in unserem Büro, {}", "welcome to our office, {}", "!"),
    ("haben Sie gut geschlafen, {}", "did you sleep well, {}", "?"),
    ("einen Moment bitte, {}", "one moment, please, {}", "."),
    ("schönes Wochenende, {}", "have a nice weekend, {}", "!"),
    ("gute Reise, {}", "have a good trip, {}", "!"),
    ("das tut mir sehr leid, {}", "I'm very sorry about that, {}", "."),
    ("nehmen Sie bitte Platz, {}", "please take a seat, {}", "."),
    ("bis morgen, {}", "see you tomorrow, {}", "."),
    ("darf ich Ihnen etwas anbieten, {}", "may I offer you something, {}", "?"),
)


def greeting(draw: Draw) -> Sentence:
    """What one says to a person by name."""
    source, target, end = draw.pick(_GREETINGS)
    person = draw.pick(FORMAL_NAMES)
    return sentence(source.format(person.german), target.format(person.english), f"gruß/{source}/{person.german}", end)


def reminder(draw: Draw) -> Sentence:
    """Two clauses with dass-free reported wishes: "Der Chef möchte, dass Sie ..."."""
    person = person_phrase(draw, "contact formal", draw.pick((ICH, WIR)).owned)
    who = draw.pick((FORMAL, ICH, WIR))
    inner = modal_clause(draw, "want", who, when="", among="duty")
    clause = Clause(who, inner.predicate, "present")
    objects = {"I": "me", "we": "us", "you": "you"}
    want, english_want = draw.pick((("möchte", "would like"), ("will", "wants")))
    return sentence(
        f"{person.german('nom')} {want}, {clauses.german_subordinate(clause, 'dass')}",
        f"{person.english()} {english_want} {objects[who.english]} to {clauses.english_infinitive(clause, '')}",
        inner.predicate.key if inner.predicate.has_object else f"wunsch/{inner.predicate.key}/{person.key}",
    )


def together(draw: Draw) -> Sentence:
    """Two wishes, one against the other: aber, und, oder, sondern."""
    one = modal_clause(draw, "like", None, when="", among="free")
    two = modal_clause(draw, "must", None, when="", among="duty")
    who = one.subject
    if not who.is_pronoun or one.predicate.verb == two.predicate.verb:
        return together(draw)
    # The second clause is told of the same pronoun.
    two = modal_clause(draw, "must", who, when="f", among="duty")
    if one.predicate.verb == two.predicate.verb:
        return together(draw)
    return sentence(
        f"{clauses.german_main(one)}, aber {clauses.german_main(two)}",
        f"{clauses.english_statement(one)}, but {clauses.english_statement(two)}",
        " & ".join((one.predicate.key, two.predicate.key)),
    )


FRAMES = {
    "about_someone": (about_someone, 680),
    "greeting": (greeting, 90),
    "reminder": (reminder, 310),
    "together": (together, 370),
}
