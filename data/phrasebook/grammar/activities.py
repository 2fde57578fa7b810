"""What people do: verbs with the objects, places and times that make sense with them.

`moods` lists where an activity may occur: h every day, n right now, f planned, p yesterday, x already or not yet,
m after a modal verb or as an infinitive, i as an imperative.
`object` reads "nouns:determiners" with d the, t this, p the subject's own, e a, D the (plural), E plural without
article, b bare (plural where the noun can be counted); no determiner at all says that the nouns are people.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

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
    without: str = ""  # adjectives that would contradict the verb
    label: str = ""

    @property
    def name(self) -> str:
        """What SETS calls it: its label, or the German infinitive."""
        return self.label or german.infinitive(self.verb)


def _tail(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((p.split(" = ")[0], p.split(" = ")[1]) for p in text.split(", "))


A = Activity
HOUSEHOLD = (
    A("auf|machen", "open", "opening:dt", "fpxmi"), A("zu|machen", "close", "opening:dt", "fpxmi"),
    A("an|schalten", "turn on", "appliance switch:dt", "pxmi", without="kaputt"), A("aus|schalten", "turn off", "appliance switch:dt", "pxmi", without="kaputt"),
    A("reparieren", "repair", "appliance vehicle:dpt", "nfpxmi", without="neu schnell"),
    A("putzen", "clean", "room Wohnung:d", without="sauber billig schön modern gemütlich", adjectives=0.25),
    A("auf|räumen", "tidy up", "room Wohnung:d", without="sauber schmutzig billig schön modern gemütlich", adjectives=0.25),
    A("streichen", "paint", "Küche Bad Schlafzimmer Wohnzimmer Garage Wohnung:d", "nfm", without="sauber schmutzig"),
    A("waschen", "wash", "Hemd Pullover Bluse Kleid Schal Jacke Auto:dp", "nfpxmi"),
    A("kochen", "cook", "Suppe Gemüse Reis Fisch Fleisch Kartoffel Ei:b", adjectives=0.15),
    A("backen", "bake", "Kuchen Pizza:e", "nfpm"), A("backen", "bake", "Brot Brötchen:b", "hnfpm", adjectives=0.0),
    A("decken", "set", "Tisch:d", "nfpxmi", adjectives=0.0),
    A("gießen", "water", "plant:D", "hnfpxmi", adjectives=0.1),
    A("füttern", "feed", "pet:dp", "hnfpxmi"),
    A("verkaufen", "sell", "vehicle Haus Wohnung furniture Kamera Computer:pd", "fpxmi"),
    A("mit|bringen", "bring", "Kuchen Salat Geschenk Kamera Regenschirm:e", "fpmi"),
    A("mit|nehmen", "take", "belongings:pd", "fpxmi"),
)  # fmt: skip
PERSONAL = (
    A("suchen", "look for", "belongings pairs:pdt", "npm"),
    A("finden", "find", "belongings:pd", "px"),
    A("verlieren", "lose", "belongings:p", "p"),
    A("vergessen", "forget", "belongings:p", "p"),
    A("ein|packen", "pack", "clothes belongings:pd", "nfpxmi"),
    A("an|ziehen", "put on", "clothes pairs:pd", "nfpxmi"), A("aus|ziehen", "take off", "clothes pairs:pd", "pxmi"),
    A("an|probieren", "try on", "clothes pairs:dt", "nfpxmi"),
    A("kaufen", "buy", "clothes pairs belongings Buch Zeitung Zeitschrift Roman:e", "fpm", label="besorgen"),
    A("kaufen", "buy", "vehicle furniture appliance:e", "fpm", label="anschaffen"),
    A("kaufen", "buy", "countable_food:E", "hfpm", label="essen_kaufen"), A("kaufen", "buy", "food cold_drink:b", "hfpm", label="essen_kaufen"),
    A("bezahlen", "pay", "Rechnung:d", "fpxmi", adjectives=0.3),
    A("trinken", "drink", "cold_drink wine:b", "hnpm"), A("trinken", "drink", "hot_drink:b", "hnpm", label="heiß_trinken"), A("essen", "eat", "food countable_food:b", "hnpm", adjectives=0.15),
    A("probieren", "try", "dish Käse Schinken Wein Kuchen:dt", "fpxmi"),
    A("bestellen", "order", "dish:e", "nfpxmi"), A("bestellen", "order", "wine cold_drink:b", "fpmi"),
    A("lesen", "read", "reading:det", "nfpxmi", without="langweilig"), A("lesen", "read", "reading:E", "hm", without="langweilig"),
    A("sehen", "see", "Film Theaterstück Serie:dt", "pxm"), A("tragen", "wear", "clothes pairs:e", "hnpm"),
    A("leihen", "borrow", "Buch Fahrrad Auto Regenschirm Koffer:e", "fpm", reflexive="dat"),
    A("putzen", "brush", "", "fpxmi", reflexive="dat", tail=_tail("die Zähne = {my} teeth"), label="pflege"),
    A("waschen", "wash", "", "fpxmi", reflexive="dat", tail=_tail("die Hände = {my} hands, die Haare = {my} hair"), label="pflege"),
    A("kaputt|machen", "break", "appliance Kamera Uhr:dp", "p"),
    A("verschicken", "send off", "mail Brief Einladung:dp", "nfpxmi"),
)  # fmt: skip
SOCIAL = (
    A("an|rufen", "call", "relative contact expert name formal:"), A("besuchen", "visit", "relative name:", "hfpm"),
    A("treffen", "meet", "relative contact name formal:", "hfpm"), A("ein|laden", "invite", "relative contact name:", "fpxmi"),
    A("ab|holen", "pick up", "relative contact name:", "fpxmi", tail=_tail(
        "vom Bahnhof = from the station, vom Flughafen = from the airport, von der Arbeit = from work, vom Hotel = from the hotel")),
    A("fragen", "ask", "contact expert relative name:", "fpxmi"), A("sehen", "see", "relative contact name formal:", "p"),
    A("helfen", "help", "relative contact name:", "hnfpmi", case="dat"), A("kennen|lernen", "get to know", "contact expert:", "p"),
    A("antworten", "answer", "contact name formal:", "fpxmi", case="dat"),
    A("danken", "thank", "contact expert name formal:", "pxmi", case="dat"),
    A("gratulieren", "congratulate", "relative contact name:", "fpxmi", case="dat"),
    A("sprechen", "talk", "contact expert relative formal:", "nfpxmi", case="dat", preposition=("mit", "to")),
    A("telefonieren", "talk", "relative contact name:", "hnfpm", case="dat", preposition=("mit", "to"), tail=_tail(" = on the phone")),
    A("warten", "wait", "relative contact expert:", "npmi", preposition=("auf", "for")),
    A("warten", "wait", "transport:d", "npm", preposition=("auf", "for"), adjectives=0.0),
    A("sich kümmern", "look after", "pet:p", "hfpmi", preposition=("um", ""), reflexive="acc"),
    A("sich kümmern", "look after", "relative:", "hfpmi", preposition=("um", ""), reflexive="acc"),
)  # fmt: skip
OFFICE = (
    A("schreiben", "write", "Brief E-Mail Bericht Einladung Liste Artikel:e", "nfpxmi", without="alt"),
    A("aus|drucken", "print out", "Bericht Rechnung Formular Liste E-Mail Vertrag Übersetzung:dt", "nfpxmi"),
    A("unterschreiben", "sign", "Brief Vertrag Formular Antrag:dt", "fpxmi"),
    A("aus|füllen", "fill out", "Formular Antrag:dt", "nfpxmi", adjectives=0.6), A("übersetzen", "translate", "Brief Vertrag E-Mail Anleitung Bericht:dt", "nfpxmi"),
    A("korrigieren", "correct", "Fehler Bericht Übersetzung Brief Artikel:dt", "nfpxmi"),
    A("vor|bereiten", "prepare", "Besprechung Präsentation Reise Party Kurs:d", "nfpxmi"),
    A("ab|sagen", "cancel", "Termin Besprechung Reise Konzert Party:d", "fpxm"),
    A("verschieben", "postpone", "Termin Besprechung Reise Prüfung Hochzeit Präsentation:d", "fpxm"),
    A("lösen", "solve", "Problem:dt", "pxm", adjectives=0.7), A("beantworten", "answer", "Frage E-Mail:dt", "fpxmi"),
    A("erklären", "explain", "Plan Problem Lösung Idee Vorschlag Vertrag:dt", "fpxmi"),
    A("ab|schicken", "send", "Brief E-Mail Antrag Angebot Rechnung Bericht:d", "fpxmi"),
    A("buchen", "book", "Zimmer Kurs Reise:e", "fpm"),
    A("mieten", "rent", "vehicle Wohnung Haus:e", "fpm"), A("vergessen", "forget", "Termin Besprechung Frage:d", "p"),
    A("sprechen", "talk", "Problem Plan Vertrag Vorschlag Idee Lösung Angebot:d", "nfpxm", preposition=("über", "about")),
    A("sich vor|bereiten", "prepare", "Prüfung Gespräch Präsentation Besprechung:d", "nfpmi", preposition=("auf", "for"), reflexive="acc"),
    A("teil|nehmen", "take part", "Kurs Besprechung Prüfung Gespräch:d", "fpm", case="dat", preposition=("an", "in")),
    A("zurück|rufen", "call back", "contact formal:", "fpxmi"),
)  # fmt: skip
MOVING = (
    A("fahren", "go", moods="fpm", tail=places.far_to), A("fliegen", "fly", moods="fpm", tail=places.far_to),
    A("reisen", "travel", moods="fpm", tail=places.far_to), A("gehen", "go", moods="fpm", tail=places.place_to, label="hingehen"), A("gehen", "go", moods="h", tail=places.often_to),
    A("fahren", "drive", moods="hfpm", tail=_tail(
        "mit dem Auto zur Arbeit = to work, mit dem Auto zum Flughafen = to the airport, mit dem Auto zum Supermarkt = to the supermarket")),
    A("bleiben", "stay", moods="fpm", tail=_tail("zu Hause = at home, im Bett = in bed, im Hotel = at the hotel, im Büro = in the office")),
    A("auf|stehen", "get up", moods="hfpmi", tail=_tail("früh = early, um sechs Uhr = at six o'clock")),
    A("gehen", "go", moods="hfpmi", tail=_tail("früh ins Bett = to bed early, zu Fuß nach Hause = home on foot"), label="heimgehen"),
    A("gehen", "go", moods="hfpm", tail=_tail("schwimmen = swimming, spazieren = for a walk, einkaufen = shopping, tanzen = dancing"), label="ausgehen"),
    A("an|kommen", "arrive", moods="fp", tail=places.city_at),
    A("an|kommen", "arrive", moods="p", tail=_tail("pünktlich = on time, zu spät = too late"), label="ankunft"),
    A("ein|steigen", "get", moods="pi", tail=_tail("in den Zug = on the train, in den Bus = on the bus, in die Straßenbahn = on the tram")),
    A("um|ziehen", "move", moods="fpm", tail=places.city_to),
)  # fmt: skip
RESTING = (
    A("arbeiten", "work", moods="hfpm", tail=_tail("im Büro = in the office, zu Hause = at home, im Garten = in the garden, lange = late")),
    A("fern|sehen", "watch TV", moods="hnpm"), A("ein|kaufen", "do the shopping", moods="hfpxm"),
    A("frühstücken", "have breakfast", moods="hnfm", tail=_tail("im Garten = in the garden, im Hotel = at the hotel, zusammen = together")),
    A("spielen", "play", moods="hnfpm", tail=_tail("Fußball = football, Tennis = tennis"), label="sport"),
    A("spielen", "play", moods="hnfpm", tail=_tail("Klavier = the piano, Karten = cards, Gitarre = the guitar, Schach = chess")),
    A("lernen", "learn", "language:b", "nm"),
    A("hören", "listen to", "music:b", "hnm"), A("schlafen", "sleep", moods="pm", tail=_tail("gut = well, lange = late, im Hotel = at the hotel")),
    A("sich aus|ruhen", "rest", moods="fpmi", reflexive="acc"), A("sich um|ziehen", "get changed", moods="nfmi", reflexive="acc"),
    A("sich beeilen", "hurry", moods="pmi", reflexive="acc"), A("sich treffen", "meet up", "relative name contact:", "hfpm", case="dat",
        preposition=("mit", "with"), reflexive="acc"),
    A("sich beschweren", "complain", "Zimmer nuisance:d", "fpm", preposition=("über", "about"), reflexive="acc", adjectives=0.2),
    A("sich erkälten", "catch a cold", moods="p", reflexive="acc"), A("sich verlaufen", "get lost", moods="p", reflexive="acc"),
    A("sich an|melden", "sign up", "Kurs Prüfung:d", "fpxmi", preposition=("für", "for"), reflexive="acc"),
)  # fmt: skip
ACTIVITIES = tuple(
    replace(activity, domain=domain)
    for domain, group in (("home", HOUSEHOLD + PERSONAL), ("any", SOCIAL + MOVING + RESTING), ("office", OFFICE))
    for activity in group
)
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
    return "day" if verb in _DAY or activity.english == "get changed" else "clock" if verb in _CLOCK else "far" if verb in _FAR else "any"


# Activities that fit a context, by name: what one must do, what one would love to do, what one does indoors ...
SETS = {
    name: tuple(text.split())
    for name, text in {
        "duty": """reparieren putzen aufräumen waschen kochen backen füttern gießen abholen anrufen helfen ausdrucken
            unterschreiben ausfüllen übersetzen vorbereiten korrigieren beantworten schreiben abschicken verschicken
            bezahlen essen_kaufen sprechen treffen einkaufen einpacken zurückrufen telefonieren erklären""",
        "fun": """kochen backen lesen spielen sport ausgehen besuchen treffen einladen fliegen reisen fernsehen hören tragen
            frühstücken fahren lernen""",
        "indoors": "lesen fernsehen kochen backen aufräumen putzen hören spielen schreiben bleiben telefonieren",
        "outdoors": "sport ausgehen frühstücken gießen waschen",
        "wish": "anschaffen mieten reisen fliegen buchen",
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
            owned = subject.owned if subject.is_pronoun and draw.chance(0.6) else None
            phrase = person_phrase(draw, nouns, owned, addressed=subject.english == "you")
            if subject.key not in (phrase.noun.english, phrase.noun.english_plural):
                return phrase
    letter = draw.pick(determiners)
    determiner = {"d": DEFINITE, "D": DEFINITE, "t": THIS, "p": subject.owned, "e": INDEFINITE}.get(letter, BARE)
    phrase = thing(draw, nouns, determiner, activity.adjectives)
    if phrase.noun.german in ("Kleid", "Rock", "Bluse") and subject.possessive == "sein":
        return _object(draw, activity, subject)
    if any(adjective.german in activity.without.split() for adjective in phrase.adjectives):
        phrase = replace(phrase, adjectives=())
    plural = phrase.noun.group == "pairs" or letter in "ED" or letter == "b" and phrase.noun.group == "countable_food"
    return replace(phrase, plural=plural)


def realise(draw: Draw, activity: Activity, subject: Subject) -> Predicate:
    """Fill the slots of an activity for this subject."""
    verb = activity.verb.removeprefix("sich ")
    pronoun = {"": "", "acc": subject.accusative, "dat": subject.dative}[activity.reflexive]
    source, target = ("", "") if not activity.tail else (
        activity.tail(draw) if callable(activity.tail) else draw.pick(activity.tail)
    )  # fmt: skip
    key = f"{verb}/{activity.english}"
    if not activity.object:
        # A part of the body is an object although it is written as a tail: "sich die Hände waschen".
        owned = "{my}" in target
        target = target.format(my=subject.english_possessive)
        return Predicate(
            verb, activity.english, target, pronoun, object=source if owned else "", tail="" if owned else source,
            reflexive=bool(pronoun), key=f"{key}/{source}",
        )  # fmt: skip
    phrase = _object(draw, activity, subject)
    preposition, english_preposition = activity.preposition
    rest = " ".join(word for word in (english_preposition, phrase.english(), target) if word)
    key = f"{key}/{phrase.key}/{source}"
    if preposition:
        tail = german.contract(f"{preposition} {phrase.german(activity.case)}")
        return Predicate(verb, activity.english, rest, pronoun, tail=tail, reflexive=bool(pronoun), key=key, has_object=True)
    return Predicate(
        verb, activity.english, rest, pronoun, phrase.german(activity.case), phrase.negative(activity.case), source,
        bool(pronoun), key, has_object=True,
    )  # fmt: skip
