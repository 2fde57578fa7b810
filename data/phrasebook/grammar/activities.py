"""What people do: verbs with the objects, places and times that make sense with them.

`moods` lists where an activity may occur: h every day, n right now, f planned, p yesterday, x already or not yet,
m after a modal verb or as an infinitive, i as an imperative.
`object` reads "nouns:determiners" with d the, t this, p the subject's own, e a, E plural without article, b bare noun.
"""

from collections.abc import Callable
from dataclasses import dataclass

from . import german, places
from .clauses import Predicate
from .draw import Draw
from .people import Subject, person_phrase
from .phrases import BARE, DEFINITE, INDEFINITE, THIS, NounPhrase, thing

Tail = tuple[tuple[str, str], ...] | Callable[[Draw], tuple[str, str]]


@dataclass(frozen=True)
class Activity:
    """A verb in both languages with its typed slots."""

    verb: str
    english: str
    object: str = ""
    moods: str = "hnfpxmi"
    case: str = "acc"
    preposition: tuple[str, str] = ("", "")  # makes the object a prepositional one: ("auf", "for")
    tail: Tail = ()
    reflexive: str = ""  # "acc" or "dat"
    domain: str = "any"
    adjectives: float = 0.4


def _tail(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((p.split(" = ")[0], p.split(" = ")[1]) for p in text.split(", "))


A = Activity
HOUSEHOLD = (
    A("auf|machen", "open", "opening:dt", "fpxmi"), A("zu|machen", "close", "opening:dt", "fpxmi"),
    A("an|schalten", "turn on", "appliance:dt", "pxmi"), A("aus|schalten", "turn off", "appliance:dt", "pxmi"),
    A("reparieren", "repair", "appliance vehicle:dpt", "nfpxmi", domain="home"),
    A("putzen", "clean", "room Wohnung:d", domain="home"),
    A("auf|räumen", "tidy up", "room Wohnung:d", domain="home"),
    A("streichen", "paint", "Küche Bad Schlafzimmer Wohnzimmer Garage Wohnung:d", "nfm", domain="home"),
    A("waschen", "wash", "Hemd Pullover Bluse Kleid Schal Jacke Auto:dp", "nfpxmi", domain="home"),
    A("kochen", "cook", "Suppe Gemüse Reis Fisch Fleisch Kartoffel Ei:bE", domain="home"),
    A("backen", "bake", "Brot Kuchen Pizza Brötchen:eE", "hnfm", domain="home", adjectives=0.2),
    A("decken", "set", "Tisch:d", "nfpxmi", domain="home", adjectives=0.0),
    A("gießen", "water", "plant:D", "hnfpxmi", domain="home", adjectives=0.1),
    A("füttern", "feed", "pet:dp", "hnfpxmi", domain="home"),
    A("verkaufen", "sell", "vehicle Haus Wohnung furniture Kamera Computer:pd", "fpxmi", domain="home"),
    A("mit|bringen", "bring", "Kuchen Salat Wein Brot Geschenk Kamera Regenschirm:e", "fpmi", domain="home"),
    A("mit|nehmen", "take along", "belongings:pd", "fpxmi"),
)  # fmt: skip
PERSONAL = (
    A("suchen", "look for", "belongings pairs:pdt", "npm"),
    A("finden", "find", "belongings:pd", "pxm"),
    A("verlieren", "lose", "belongings:p", "px"),
    A("vergessen", "forget", "belongings:pd", "px"),
    A("ein|packen", "pack", "clothes belongings:pd", "nfpxmi"),
    A("an|ziehen", "put on", "clothes pairs:pd", "nfpxmi"), A("aus|ziehen", "take off", "clothes pairs:pd", "pxmi"),
    A("an|probieren", "try on", "clothes pairs:dt", "nfpxmi"),
    A("kaufen", "buy", "clothes belongings vehicle furniture appliance reading:e", "fpm"),
    A("kaufen", "buy", "countable_food pairs:E", "hfpm"), A("kaufen", "buy", "food cold_drink:b", "hfpm"),
    A("brauchen", "need", "clothes belongings appliance furniture:e", "fm", adjectives=0.5),
    A("bezahlen", "pay", "Rechnung:d", "fpxmi", adjectives=0.3),
    A("trinken", "drink", "cold_drink hot_drink wine:b", "hnpm"), A("essen", "eat", "food countable_food:bE", "hnpm"),
    A("probieren", "try", "dish Käse Schinken Wein Kuchen:dt", "fpxmi"),
    A("bestellen", "order", "dish:e", "nfpxmi"), A("bestellen", "order", "wine cold_drink:b", "fpmi"),
    A("lesen", "read", "reading:det", "nfpxmi"), A("lesen", "read", "reading:E", "hm"),
    A("sehen", "see", "Film Theaterstück Serie:dt", "pxm"), A("tragen", "wear", "clothes pairs:eE", "hnfpm"),
    A("leihen", "borrow", "Buch Fahrrad Auto Regenschirm Koffer:e", "fpm", reflexive="dat"),
    A("putzen", "brush", "", "fpxmi", reflexive="dat", tail=_tail("die Zähne = {my} teeth")),
    A("waschen", "wash", "", "fpxmi", reflexive="dat", tail=_tail("die Hände = {my} hands, die Haare = {my} hair")),
    A("kaputt|machen", "break", "appliance Kamera Uhr:dp", "p"),
    A("verschicken", "send off", "mail Brief Einladung:dp", "nfpxmi"),
)  # fmt: skip
SOCIAL = (
    A("an|rufen", "call", "relative contact expert name formal:"), A("besuchen", "visit", "relative name:", "hfpm"),
    A("treffen", "meet", "relative contact name formal:", "hfpm"), A("ein|laden", "invite", "relative contact name:", "fpxmi"),
    A("ab|holen", "pick up", "relative contact name:", "hfpxmi", tail=_tail(
        "vom Bahnhof = from the station, vom Flughafen = from the airport, von der Arbeit = from work, vom Hotel = from the hotel")),
    A("fragen", "ask", "contact expert relative name:", "fpxmi"), A("sehen", "see", "relative contact name formal:", "pm"),
    A("helfen", "help", "relative contact name:", "hnfpmi", case="dat"), A("kennen|lernen", "get to know", "contact expert:", "fpm"),
    A("antworten", "answer", "contact name formal:", "fpxmi", case="dat"),
    A("danken", "thank", "contact expert name formal:", "pxmi", case="dat"),
    A("gratulieren", "congratulate", "relative contact name:", "fpxmi", case="dat"),
    A("sprechen", "talk", "contact expert relative formal:", "nfpxmi", case="dat", preposition=("mit", "to")),
    A("telefonieren", "talk", "relative contact name:", "hnfpm", case="dat", preposition=("mit", "on the phone to")),
    A("warten", "wait", "relative contact transport expert:d", "nfpmi", preposition=("auf", "for")),
    A("sich kümmern", "look after", "pet relative:p", "hfpmi", preposition=("um", ""), reflexive="acc", domain="home"),
    A("verstehen", "understand", "contact expert name:", "pm"),
)  # fmt: skip
OFFICE = (
    A("schreiben", "write", "Brief E-Mail Bericht Einladung Liste Artikel:e", "nfpxmi"),
    A("aus|drucken", "print out", "Bericht Rechnung Formular Liste E-Mail Vertrag Übersetzung:dt", "nfpxmi"),
    A("unterschreiben", "sign", "Brief Vertrag Formular Antrag:dt", "fpxmi"),
    A("aus|füllen", "fill out", "Formular Antrag:dt", "nfpxmi", adjectives=0.6), A("übersetzen", "translate", "Brief Vertrag E-Mail Anleitung Bericht:dt", "nfpxmi"),
    A("korrigieren", "correct", "Fehler Bericht Übersetzung Brief Artikel:dt", "nfpxmi"),
    A("vor|bereiten", "prepare", "Besprechung Präsentation Reise Abendessen Party Kurs:d", "nfpxmi"),
    A("ab|sagen", "cancel", "Termin Besprechung Reise Konzert Party:d", "fpxm"),
    A("verschieben", "postpone", "Termin Besprechung Reise Prüfung Hochzeit Präsentation:d", "fpxm"),
    A("lösen", "solve", "Problem:dt", "pxm", adjectives=0.7), A("beantworten", "answer", "Frage E-Mail:dt", "fpxmi"),
    A("erklären", "explain", "Plan Problem Lösung Idee Vorschlag Vertrag:dt", "fpxmi"),
    A("ab|schicken", "send", "Brief E-Mail Antrag Angebot Rechnung Bericht:d", "fpxmi"),
    A("buchen", "book", "Zimmer Kurs Hotel Reise:e", "fpm"),
    A("mieten", "rent", "vehicle Wohnung Haus:e", "fpm"), A("vergessen", "forget", "Termin Besprechung Frage:d", "p"),
    A("sprechen", "talk", "Problem Plan Vertrag Vorschlag Idee Lösung Angebot:d", "nfpxm", preposition=("über", "about")),
    A("sich vorbereiten", "prepare", "Prüfung Gespräch Präsentation Besprechung:d", "nfpmi", preposition=("auf", "for"), reflexive="acc"),
    A("teil|nehmen", "take part", "Kurs Besprechung Prüfung Gespräch:d", "fpm", case="dat", preposition=("an", "in")),
    A("zurück|rufen", "call back", "contact formal:", "fpxmi", domain="office"),
)  # fmt: skip
MOVING = (
    A("fahren", "go", moods="fpm", tail=places.far_to), A("fliegen", "fly", moods="fpm", tail=places.far_to),
    A("reisen", "travel", moods="fpm", tail=places.far_to), A("gehen", "go", moods="hfpm", tail=places.place_to),
    A("fahren", "drive", moods="hfpm", tail=_tail(
        "mit dem Auto zur Arbeit = to work, mit dem Auto zum Flughafen = to the airport, mit dem Auto zum Supermarkt = to the supermarket")),
    A("bleiben", "stay", moods="fpm", tail=_tail("zu Hause = at home, im Bett = in bed, im Hotel = at the hotel, im Büro = at the office")),
    A("auf|stehen", "get up", moods="hfpmi", tail=_tail("früh = early, um sechs Uhr = at six o'clock")),
    A("gehen", "go", moods="hfpmi", tail=_tail("früh ins Bett = to bed early, zu Fuß nach Hause = home on foot")),
    A("schwimmen gehen", "go swimming", moods="hfpm"), A("spazieren gehen", "go for a walk", moods="hfpm"),
    A("an|kommen", "arrive", moods="fp", tail=_tail("pünktlich = on time, zu spät = too late, in Berlin = in Berlin, in Wien = in Vienna")),
    A("ein|steigen", "get", moods="pi", tail=_tail("in den Zug = on the train, in den Bus = on the bus, in die Straßenbahn = on the tram")),
    A("um|ziehen", "move", moods="fpm", tail=places.city_to),
)  # fmt: skip
RESTING = (
    A("arbeiten", "work", moods="hfpm", tail=_tail("im Büro = at the office, zu Hause = at home, im Garten = in the garden, lange = late")),
    A("fern|sehen", "watch TV", moods="hnpm"), A("ein|kaufen", "do the shopping", moods="hfpxm"),
    A("frühstücken", "have breakfast", moods="hnfm", tail=_tail("im Garten = in the garden, im Hotel = at the hotel, zusammen = together")),
    A("spielen", "play", moods="hnfpm", tail=_tail("Fußball = football, Klavier = the piano, Karten = cards, Gitarre = the guitar, Tennis = tennis, Schach = chess")),
    A("lernen", "learn", moods="nm", tail=_tail("Deutsch = German, Englisch = English, Spanisch = Spanish, Italienisch = Italian")),
    A("hören", "listen to", "Musik:b", "hnm"), A("schlafen", "sleep", moods="pm", tail=_tail("gut = well, lange = late, im Hotel = at the hotel")),
    A("sich ausruhen", "rest", moods="fpmi", reflexive="acc"), A("sich umziehen", "get changed", moods="nfmi", reflexive="acc"),
    A("sich beeilen", "hurry", moods="pmi", reflexive="acc"), A("sich treffen", "meet up", "relative name contact:", "hfpm", case="dat",
        preposition=("mit", "with"), reflexive="acc"),
    A("sich beschweren", "complain", "Zimmer Rechnung Lärm Essen Wetter:d", "fpm", preposition=("über", "about"), reflexive="acc", adjectives=0.2),
    A("sich erkälten", "catch a cold", moods="p", reflexive="acc"), A("sich verlaufen", "get lost", moods="p", reflexive="acc"),
    A("sich anmelden", "sign up", "Kurs Prüfung:d", "fpxmi", preposition=("für", "for"), reflexive="acc"),
)  # fmt: skip
ACTIVITIES = HOUSEHOLD + PERSONAL + SOCIAL + OFFICE + MOVING + RESTING
_REFLEXIVE_VERBS = {
    "sich vorbereiten": "vor|bereiten", "sich ausruhen": "aus|ruhen", "sich umziehen": "um|ziehen", "sich anmelden": "an|melden",
    "schwimmen gehen": "schwimmen|gehen", "spazieren gehen": "spazieren|gehen", "sich verlaufen": "verlaufen",
}  # fmt: skip


def with_mood(mood: str) -> tuple[Activity, ...]:
    """The activities that may occur in this mood."""
    return tuple(a for a in ACTIVITIES if mood in a.moods)


BY_MOOD = {mood: with_mood(mood) for mood in "hnfpxmi"}


def _object(draw: Draw, activity: Activity, subject: Subject) -> NounPhrase:
    nouns, _, determiners = activity.object.partition(":")
    if not determiners or nouns.split()[0] in ("relative", "contact") and draw.chance(0.7):
        people = " ".join(n for n in nouns.split() if n not in ("transport", "pet"))
        while True:
            phrase = person_phrase(draw, people, subject.owned if draw.chance(0.7) and subject.is_pronoun else None)
            if phrase.noun.german not in subject.key.split("+"):
                return phrase
    letter = draw.pick(determiners)
    determiner = {"d": DEFINITE, "D": DEFINITE, "t": THIS, "p": subject.owned, "e": INDEFINITE, "E": BARE, "b": BARE}[letter]
    return thing(draw, nouns, determiner, activity.adjectives, letter in "ED" or nouns == "pairs")
