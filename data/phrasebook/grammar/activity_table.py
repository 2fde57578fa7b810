"""What people do: verbs with the objects, places and times that make sense with them.

`moods` lists where an activity may occur: h every day, n right now, f planned, p yesterday, x already or not yet,
m after a modal verb or as an infinitive, i as an imperative.
`object` reads "nouns:determiners" with d the, t this, p the subject's own, e a, E plural without article, D the (plural),
b bare (plural where the noun can be counted); no determiner at all says that the nouns are people.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from . import german, places
from .draw import Draw

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
    A("auf|machen", "open", "opening:dt", "fpxmi"),
    A("zu|machen", "close", "opening:dt", "fpxmi"),
    A("an|schalten", "turn on", "appliance switch:dt", "pxmi"),
    A("aus|schalten", "turn off", "appliance switch:dt", "pxmi"),
    A("reparieren", "repair", "appliance vehicle:dpt", "nfpxmi", without="neu schnell"),
    A("putzen", "clean", "room Wohnung:d", without="sauber billig schön modern gemütlich", adjectives=0.25),
    A(
        "auf|räumen",
        "tidy up",
        "room Wohnung:d",
        without="sauber schmutzig billig schön modern gemütlich",
        adjectives=0.25,
    ),
    A("streichen", "paint", "Küche Bad Schlafzimmer Wohnzimmer Garage Wohnung:d", "nfm", without="sauber schmutzig"),
    A("waschen", "wash", "Hemd Pullover Bluse Kleid Schal Jacke Auto:dp", "nfpxmi"),
    A("kochen", "cook", "Suppe Gemüse Reis Fisch Fleisch Kartoffel Ei:b", adjectives=0.15),
    A("backen", "bake", "Kuchen Pizza:e", "nfpm"),
    A("backen", "bake", "Brot Brötchen:b", "hnfpm", adjectives=0.0),
    A("decken", "set", "Tisch:d", "nfpxmi", adjectives=0.0),
    A("gießen", "water", "plant:D", "hnfpxmi", adjectives=0.1),
    A("füttern", "feed", "pet:dp", "hnfpxmi"),
    A("verkaufen", "sell", "vehicle Haus Wohnung furniture Kamera Computer:pd", "fpxmi"),
    A("mit|bringen", "bring", "Kuchen Salat Geschenk Kamera Regenschirm:e", "fpmi"),
    A("mit|nehmen", "take", "belongings papers:pd", "fpxmi"),
)


PERSONAL = (
    A("suchen", "look for", "belongings papers pairs:pdt", "npm"),
    A("finden", "find", "belongings papers:pd", "px"),
    A("verlieren", "lose", "belongings papers:p", "p"),
    A("vergessen", "forget", "belongings papers:p", "p"),
    A("ein|packen", "pack", "clothes belongings papers:pd", "nfpxmi"),
    A("an|ziehen", "put on", "clothes pairs:pd", "nfpxmi"),
    A("aus|ziehen", "take off", "clothes pairs:pd", "pxmi"),
    A("an|probieren", "try on", "clothes pairs:dt", "nfpxmi"),
    A("kaufen", "buy", "clothes pairs belongings Buch Zeitung Zeitschrift Roman:e", "fpm", label="besorgen"),
    A("kaufen", "buy", "vehicle furniture appliance:e", "fpm", without="alt billig", label="anschaffen"),
    A("kaufen", "buy", "countable_food:E", "hfpm", label="essen_kaufen"),
    A("kaufen", "buy", "food cold_drink:b", "hfpm", label="essen_kaufen"),
    A("bezahlen", "pay", "Rechnung:d", "fpxmi", adjectives=0.3),
    A("trinken", "drink", "cold_drink wine:b", "hnpm"),
    A("trinken", "drink", "hot_drink:b", "hnpm", label="heiß_trinken"),
    A(
        "essen",
        "eat",
        "Brot Käse Salat Fleisch Fisch Gemüse Obst Suppe Reis Schinken Ei Apfel Tomate Brötchen Orange Banane Birne Gurke:b",
        "hnpm",
        adjectives=0.15,
    ),
    A("probieren", "try", "dish Käse Schinken Wein Kuchen:dt", "fpxmi"),
    A("bestellen", "order", "dish:e", "nfpxmi"),
    A("bestellen", "order", "wine cold_drink:b", "fpmi"),
    A("lesen", "read", "reading:det", "nfpxmi", without="langweilig"),
    A("lesen", "read", "reading:E", "hm", without="langweilig"),
    A("sehen", "see", "Film Theaterstück Serie:dt", "pxm"),
    A("tragen", "wear", "clothes pairs:e", "hnpm"),
    A("leihen", "borrow", "Buch Fahrrad Auto Regenschirm Koffer:e", "fpm", reflexive="dat"),
    A("putzen", "brush", "", "fpxmi", reflexive="dat", tail=_tail("die Zähne = {my} teeth"), label="pflege"),
    A(
        "waschen",
        "wash",
        "",
        "fpxmi",
        reflexive="dat",
        tail=_tail("die Hände = {my} hands, die Haare = {my} hair"),
        label="pflege",
    ),
    A("kaputt|machen", "break", "appliance Kamera Uhr:dp", "p"),
    A("verschicken", "send off", "mail Brief Einladung:dp", "nfpxmi"),
)


SOCIAL = (
    A("an|rufen", "call", "relative contact expert name formal:"),
    A("besuchen", "visit", "relative name:", "hfpm"),
    A("treffen", "meet", "relative contact name formal:", "hfpm"),
    A("ein|laden", "invite", "relative contact name:", "fpxmi"),
    A(
        "ab|holen",
        "pick up",
        "relative contact name:",
        "fpxmi",
        tail=_tail(
            "vom Bahnhof = from the station, vom Flughafen = from the airport, von der Arbeit = from work, vom Hotel = from the hotel"
        ),
    ),
    A("fragen", "ask", "contact expert relative name:", "fpxmi"),
    A("sehen", "see", "relative contact name formal:", "p"),
    A("helfen", "help", "relative contact name:", "hnfpmi", case="dat"),
    A("kennen|lernen", "get to know", "contact expert:", "p"),
    A("antworten", "answer", "contact name formal:", "fpxmi", case="dat"),
    A("danken", "thank", "contact expert name formal:", "pxmi", case="dat"),
    A("gratulieren", "congratulate", "relative contact name:", "fpxmi", case="dat"),
    A("sprechen", "talk", "contact expert relative formal:", "nfpxmi", case="dat", preposition=("mit", "to")),
    A(
        "telefonieren",
        "talk",
        "relative contact name:",
        "hnfpm",
        case="dat",
        preposition=("mit", "to"),
        tail=_tail(" = on the phone"),
    ),
    A("warten", "wait", "relative contact expert:", "npmi", preposition=("auf", "for")),
    A("warten", "wait", "transport:d", "npm", preposition=("auf", "for"), adjectives=0.0),
    A("sich kümmern", "look after", "pet:p", "hfpmi", preposition=("um", ""), reflexive="acc"),
    A("sich kümmern", "look after", "relative:", "hfpmi", preposition=("um", ""), reflexive="acc"),
)


OFFICE = (
    A("schreiben", "write", "Brief E-Mail Bericht Einladung Liste Artikel:e", "nfpxmi", without="alt"),
    A("aus|drucken", "print out", "Bericht Rechnung Formular Liste E-Mail Vertrag Übersetzung:dt", "nfpxmi"),
    A("unterschreiben", "sign", "Brief Vertrag Formular Antrag:dt", "fpxmi"),
    A("aus|füllen", "fill out", "Formular Antrag:dt", "nfpxmi", adjectives=0.6),
    A("übersetzen", "translate", "Brief Vertrag E-Mail Anleitung Bericht:dt", "nfpxmi"),
    A("korrigieren", "correct", "Fehler Bericht Übersetzung Brief Artikel:dt", "nfpxmi"),
    A("vor|bereiten", "prepare", "Besprechung Präsentation Reise Party Kurs:d", "nfpxmi"),
    A("ab|sagen", "cancel", "Termin Besprechung Reise Konzert Party:d", "fpxm"),
    A("verschieben", "postpone", "Termin Besprechung Reise Prüfung Hochzeit Präsentation:d", "fpxm"),
    A("lösen", "solve", "Problem:dt", "pxm", adjectives=0.7),
    A("beantworten", "answer", "Frage E-Mail:dt", "fpxmi"),
    A("erklären", "explain", "Plan Problem Lösung Idee Vorschlag Vertrag:dt", "fpxmi"),
    A("ab|schicken", "send", "Brief E-Mail Antrag Angebot Rechnung Bericht:d", "fpxmi"),
    A("buchen", "book", "Zimmer Kurs Reise:e", "fpm"),
    A("mieten", "rent", "vehicle Wohnung Haus:e", "fpm"),
    A("vergessen", "forget", "Termin Besprechung Frage:d", "p"),
    A(
        "sprechen",
        "talk",
        "Problem Plan Vertrag Vorschlag Idee Lösung Angebot:d",
        "nfpxm",
        preposition=("über", "about"),
    ),
    A(
        "sich vor|bereiten",
        "prepare",
        "Prüfung Gespräch Präsentation Besprechung:d",
        "nfpmi",
        preposition=("auf", "for"),
        reflexive="acc",
    ),
    A("teil|nehmen", "take part", "Kurs Besprechung Prüfung Gespräch:d", "fpm", case="dat", preposition=("an", "in")),
    A("zurück|rufen", "call back", "contact formal:", "fpxmi"),
)


MOVING = (
    A("fahren", "go", moods="fpm", tail=places.far_to),
    A("fliegen", "fly", moods="fpm", tail=places.far_to),
    A("reisen", "travel", moods="fpm", tail=places.far_to),
    A("gehen", "go", moods="fpm", tail=places.place_to, label="hingehen"),
    A("gehen", "go", moods="h", tail=places.often_to),
    A(
        "fahren",
        "drive",
        moods="hfpm",
        tail=_tail(
            "mit dem Auto zur Arbeit = to work, mit dem Auto zum Flughafen = to the airport, mit dem Auto zum Supermarkt = to the supermarket"
        ),
    ),
    A(
        "bleiben",
        "stay",
        moods="fpm",
        tail=_tail("zu Hause = at home, im Bett = in bed, im Hotel = at the hotel, im Büro = in the office"),
    ),
    A("auf|stehen", "get up", moods="hfpmi", tail=_tail("früh = early, um sechs Uhr = at six o'clock")),
    A(
        "gehen",
        "go",
        moods="hfpmi",
        tail=_tail("früh ins Bett = to bed early, zu Fuß nach Hause = home on foot"),
        label="heimgehen",
    ),
    A(
        "gehen",
        "go",
        moods="hfpm",
        tail=_tail("schwimmen = swimming, spazieren = for a walk, einkaufen = shopping, tanzen = dancing"),
        label="ausgehen",
    ),
    A("an|kommen", "arrive", moods="fp", tail=places.city_at),
    A("an|kommen", "arrive", moods="p", tail=_tail("pünktlich = on time, zu spät = too late"), label="ankunft"),
    A(
        "ein|steigen",
        "get",
        moods="pi",
        tail=_tail("in den Zug = on the train, in den Bus = on the bus, in die Straßenbahn = on the tram"),
    ),
    A("um|ziehen", "move", moods="fpm", tail=places.city_to),
)


RESTING = (
    A(
        "arbeiten",
        "work",
        moods="hfpm",
        tail=_tail("im Büro = in the office, zu Hause = at home, im Garten = in the garden, lange = late"),
    ),
    A("fern|sehen", "watch TV", moods="hnpm"),
    A("ein|kaufen", "do the shopping", moods="hfpxm"),
    A(
        "frühstücken",
        "have breakfast",
        moods="hnfm",
        tail=_tail("im Garten = in the garden, im Hotel = at the hotel, zusammen = together"),
    ),
    A("spielen", "play", moods="hnfpm", tail=_tail("Fußball = football, Tennis = tennis"), label="sport"),
    A(
        "spielen",
        "play",
        moods="hnfpm",
        tail=_tail("Klavier = the piano, Karten = cards, Gitarre = the guitar, Schach = chess"),
    ),
    A("lernen", "learn", "language:b", "nm"),
    A("hören", "listen to", "music:b", "hnm"),
    A("schlafen", "sleep", moods="pm", tail=_tail("gut = well, lange = late, im Hotel = at the hotel")),
    A("sich aus|ruhen", "rest", moods="fpmi", reflexive="acc"),
    A("sich um|ziehen", "get changed", moods="nfmi", reflexive="acc"),
    A("sich beeilen", "hurry", moods="pmi", reflexive="acc"),
    A(
        "sich treffen",
        "meet up",
        "relative name contact:",
        "hfpm",
        case="dat",
        preposition=("mit", "with"),
        reflexive="acc",
    ),
    A(
        "sich beschweren",
        "complain",
        "Zimmer nuisance:d",
        "fpm",
        preposition=("über", "about"),
        reflexive="acc",
        adjectives=0.2,
        without="schön ruhig hell gemütlich groß billig",
    ),
    A("sich erkälten", "catch a cold", moods="p", reflexive="acc"),
    A("sich verlaufen", "get lost", moods="p", reflexive="acc"),
    A("sich an|melden", "sign up", "Kurs Prüfung:d", "fpxmi", preposition=("für", "for"), reflexive="acc"),
)


ACTIVITIES = tuple(
    replace(activity, domain=domain)
    for domain, group in (("home", HOUSEHOLD + PERSONAL), ("any", SOCIAL + MOVING + RESTING), ("office", OFFICE))
    for activity in group
)
