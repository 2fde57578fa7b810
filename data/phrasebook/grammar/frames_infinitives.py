"""Infinitives with zu and um ... zu, where zu slips into separable verbs."""

from dataclasses import replace

from . import clauses, german, times
from .clauses import Clause, Predicate
from .draw import Draw
from .meanings import key_of, modal_clause
from .people import DU, FORMAL, ICH, WIR, draw_subject
from .places import PLACES
from .sentence import Sentence, sentence

_WITH_ZU = (
    ("vergessen", "past", "forget", "to", "forgettable"),
    ("versuchen", "progressive", "try", "to", "effort"),
    ("versuchen", "past", "try", "to", "effort"),
    ("planen", "progressive", "plan", "to", "plan"),
    ("beschließen", "past", "decide", "to", "decision"),
    ("versprechen", "past", "promise", "to", "promise"),
    ("an|fangen", "past", "start", "ing", "begin"),
    ("hoffen", "progressive", "hope", "to", "plan"),
)


_IMPERSONAL = (
    ("es ist wichtig", "it's important", "to", "duty"),
    ("es ist nicht leicht", "it isn't easy", "to", "hard"),
    ("es macht Spaß", "it's fun", "to", "hobby"),
    ("es ist schwer", "it's hard", "to", "hard"),
    ("ich habe keine Lust", "I don't feel like", "ing", "duty"),
    ("hast du Lust", "do you feel like", "ing", "free"),
    ("haben Sie Zeit", "do you have time", "to", "duty"),
    ("ich habe keine Zeit", "I don't have time", "to", "duty"),
    ("es ist zu spät", "it's too late", "to", "duty"),
    ("hast du Zeit", "do you have time", "to", "duty"),
    ("wir freuen uns darauf", "we're looking forward to", "ing", "anticipation"),
    ("wir haben vor", "we intend", "to", "plan"),
    ("ich habe vor", "I intend", "to", "plan"),
)


def with_zu(draw: Draw) -> Sentence:
    """Infinitives with zu, which goes inside a separable verb: "anzurufen"."""
    if draw.chance(0.5):
        source, target, form, among = draw.pick(_IMPERSONAL)
        who = DU if "du" in source else FORMAL if "Sie" in source else WIR if "wir" in source else ICH
        inner = modal_clause(draw, "want", who, when="", among=among)
        if (
            source.startswith("es ") and inner.predicate.reflexive
        ):  # "es ist wichtig, sich ..." is nobody's in particular
            return with_zu(draw)
        end = "?" if source.startswith(("hast", "haben")) else "."
        start, english_start = source, target
    else:
        verb, tense, translation, form, among = draw.pick(_WITH_ZU)
        inner = modal_clause(
            draw, "want", when="f" if tense == "progressive" and verb != "versuchen" else "", among=among
        )
        outer, end = Clause(inner.subject, Predicate(verb, translation), tense), "."
        start, english_start = clauses.german_main(outer), clauses.english_statement(outer)
    return sentence(
        f"{start}, {clauses.german_infinitive(inner)}",
        f"{english_start} {clauses.english_infinitive(inner, form)}",
        key_of(inner),
        end,
    )


_PURPOSES = {
    "Supermarkt": "Brot kaufen = buy bread, frisches Obst kaufen = buy fresh fruit, Milch und Eier kaufen = buy milk and eggs, Gemüse kaufen = buy vegetables",
    "Bahnhof": "{meinen} Onkel abholen = pick up {my} uncle, eine Fahrkarte kaufen = buy a ticket, den Zug nach Köln nehmen = take the train to Cologne",
    "Post": "ein Paket abholen = pick up a parcel, einen Brief abschicken = send a letter, Briefmarken kaufen = buy stamps",
    "Bank": "Geld abheben = withdraw money, ein Konto eröffnen = open an account, Geld wechseln = change money",
    "Bibliothek": "ein Buch ausleihen = borrow a book, für die Prüfung lernen = study for the exam, die Zeitung lesen = read the newspaper",
    "Stadt": "einen neuen Mantel kaufen = buy a new coat, ein Geschenk suchen = look for a present, einen Freund treffen = meet a friend, die Schuhe umtauschen = exchange the shoes",
    "Park": "spazieren gehen = go for a walk, in der Sonne sitzen = sit in the sun, Fußball spielen = play football",
    "Apotheke": "Tabletten holen = get some tablets, etwas gegen Husten kaufen = buy something for a cough",
    "Flughafen": "{meine} Schwester abholen = pick up {my} sister, den Koffer abgeben = check in the suitcase",
    "Markt": "Blumen kaufen = buy flowers, frischen Fisch kaufen = buy fresh fish, Kartoffeln kaufen = buy potatoes",
    "Büro": "einen Vertrag unterschreiben = sign a contract, mit dem Chef sprechen = talk to the boss, den Bericht ausdrucken = print out the report",
    "Krankenhaus": "{meine} Tante besuchen = visit {my} aunt, einen Freund besuchen = visit a friend",
    "Restaurant": "Fisch essen = eat fish, {meinen} Geburtstag feiern = celebrate {my} birthday",
}


_PARTICLES = ("ab", "um", "aus")


def _zu(phrase: str) -> str:
    """ "Brot kaufen" -> "Brot zu kaufen", "meinen Onkel abholen" -> "meinen Onkel abzuholen"."""
    *words, verb = phrase.split(" ")
    particle = next((p for p in _PARTICLES if verb.startswith(p)), "")
    return " ".join([*words, f"{particle}zu{verb.removeprefix(particle)}" if particle else f"zu {verb}"])


def in_order_to(draw: Draw) -> Sentence:
    """um ... zu: why one goes there."""
    place = draw.pick(tuple(_PURPOSES))
    purpose, translation = draw.pick(_PURPOSES[place].split(", ")).split(" = ")
    who = draw_subject(draw, "home", nouns=0.35)
    for slot, gender in (("{meinen}", "m"), ("{meine}", "f")):
        purpose = purpose.replace(slot, german.ein_word(who.possessive, gender, "acc"))
    tense, time = draw.pick(
        (
            ("progressive", times.Adverbial("gerade", "")),
            ("going", times.future(draw, "day")),
            ("past", times.past(draw, "day")),
            ("want", times.NONE),
            ("must", times.NONE),
        )
    )
    to, english_to = PLACES[place].to
    verb, translated = ("fahren", "drive") if place in ("Flughafen", "Krankenhaus") else ("gehen", "go")
    outer = Clause(who, Predicate(verb, translated, english_to, tail=to), tense, time)
    # English puts the purpose next to the verb and the time last.
    target = clauses.english_statement(replace(outer, time=times.NONE))
    target = f"{target} to {translation.format(my=who.english_possessive)} {time.english}".rstrip()
    key = f"um/{place}/{translation}/{who.english}/{tense}"
    return sentence(f"{clauses.german_main(outer)}, um {_zu(purpose)}", target, key)


FRAMES = {"with_zu": (with_zu, 620), "in_order_to": (in_order_to, 370)}
