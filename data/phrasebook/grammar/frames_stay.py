"""Finding one's way and staying: directions, what is near, hotels, what is being done."""

from . import english, german, times
from .draw import Draw
from .people import ICH, WIR
from .phrases import INDEFINITE, thing
from .places import CITIES, PLACES
from .sentence import Sentence, sentence
from .times import english_number, number

_TURNS = (
    ("immer geradeaus", "go straight on"),
    ("die zweite Straße links", "take the second street on the left"),
    ("an der Ampel rechts", "turn right at the traffic lights"),
    ("nach der Brücke links", "turn left after the bridge"),
    ("bis zur Kreuzung", "go to the crossroads"),
    ("an der Kirche vorbei", "go past the church"),
    ("über die Brücke", "go across the bridge"),
    ("durch den Park", "go through the park"),
    ("die erste Straße rechts", "take the first street on the right"),
    ("an der Schule links", "turn left at the school"),
    ("bis zum Ende der Straße", "go to the end of the street"),
    ("die Treppe hinunter", "go down the stairs"),
    ("an der zweiten Kreuzung rechts", "turn right at the second crossroads"),
    ("am Fluss entlang", "go along the river"),
)


def directions(draw: Draw) -> Sentence:
    """Asking and showing the way."""
    place = draw.pick([p for p in PLACES.values() if p.name not in ("Arbeit", "Schule", "Stadt", "Büro")])
    to = {"in den": "zum", "ins": "zum", "in die": "zur", "auf den": "zum", "an den": "zum"}
    name, english_name = place.to
    for long, short in to.items():
        if name.startswith(long + " "):
            name = short + name[len(long) :]
    english_name = english_name.replace("to work", "to the office")
    key = f"weg/{place.name}"
    kind = draw.integer(0, 7)
    if kind == 0:
        word, who = draw.pick((("komme ich", "I"), ("kommen wir", "we")))
        best = draw.chance(0.5)
        how = " am besten" if best else ""
        return sentence(
            f"wie {word}{how} {name}",
            f"what's the best way for {'me' if who == 'I' else 'us'} to get {english_name}"
            if best
            else f"how do {who} get {english_name}",
            f"{key}/{word}/{best}",
            "?",
        )
    if kind == 1:
        verb, polite = draw.pick((("können Sie", ""), ("könnten Sie", "please"), ("kannst du", "")))
        modal = "could" if "ö" in verb and "nt" in verb and verb.startswith("könnt") else "can"
        please = " bitte" if polite else ""
        return sentence(
            f"{verb} uns{please} den Weg {name} zeigen",
            f"{modal} you {polite + ' ' if polite else ''}show us the way {english_name}",
            key,
            "?",
        )
    if kind == 2:
        minutes = draw.integer(2, 25)
        way, english_way = draw.pick(
            (("zu Fuß", "on foot"), ("mit dem Bus", "by bus"), ("mit der Straßenbahn", "by tram"))
        )
        return sentence(
            f"{way} braucht man {number(minutes)} Minuten bis {name}",
            f"it takes {english_number(minutes)} minutes to get {english_name} {english_way}",
            f"{key}/{minutes}/{way}",
        )
    if kind == 3:
        return sentence(f"wie weit ist es von hier bis {name}", f"how far is it from here {english_name}", key, "?")
    first, second = draw.pick(_TURNS), draw.pick(_TURNS)
    if first == second:
        return directions(draw)
    if kind == 4:
        return sentence(
            f"um {name} zu kommen, müssen Sie {first[0]} gehen",
            f"to get {english_name}, you have to {first[1]}",
            f"{key}/{first[0]}",
        )
    who = draw.pick(("gehen Sie", "geh", "geht"))
    return sentence(
        f"{who} {first[0]} und dann {second[0]}",
        f"{first[1]} and then {second[1]}",
        f"weg/{first[0]}/{second[0]}",
        "." if who == "gehen Sie" else "!",
    )


def nearby(draw: Draw) -> Sentence:
    """es gibt with the accusative; the superlative of nah."""
    phrase = thing(draw, "business Museum Markt Kirche", INDEFINITE, 0.6)
    spot = draw.pick(
        (
            "Apotheke = pharmacy f",
            "Geldautomat = cash machine m",
            "Tankstelle = petrol station f",
            "Bushaltestelle = bus stop f",
            "Supermarkt = supermarket m",
            "Krankenhaus = hospital n",
            "Toilette = toilet f",
            "Taxistand = taxi rank m",
            "Post = post office f",
            "Parkplatz = car park m",
        )
    )
    name, rest = spot.split(" = ")
    translation, gender = rest.rsplit(" ", 1)
    kind = draw.integer(0, 4)
    if kind == 0:
        return sentence(
            f"gibt es hier in der Nähe {phrase.german('acc')}",
            f"is there {phrase.english()} near here",
            f"nah/{phrase.key}",
            "?",
        )
    if kind == 1:
        return sentence(
            f"in dieser Straße gibt es {phrase.german('acc')}",
            f"there's {phrase.english()} in this street",
            f"nah/{phrase.key}",
        )
    if kind == 2:
        return sentence(
            f"entschuldigung, wo ist {german.definite(gender, 'nom')} nächste {name}",
            f"excuse me, where is the nearest {translation}",
            f"nächst/{name}/wo",
            "?",
        )
    if kind == 3:
        return sentence(
            f"ich suche {german.ein_word('ein', gender, 'acc')} {name}",
            f"I'm looking for {english.indefinite(translation)} {translation}",
            f"nächst/{name}/suche",
        )
    city, english_city = draw.pick(CITIES)
    return sentence(
        f"es gibt in {city} {phrase.german('acc')}, {german.relative_pronoun(phrase.gender, 'acc')} ich besonders mag",
        f"there's {phrase.english()} in {english_city} that I especially like",
        f"nah/{phrase.key}/{city}",
    )


_ROOMS = (
    ("ein Einzelzimmer", "a single room"),
    ("ein Doppelzimmer", "a double room"),
    ("ein ruhiges Zimmer", "a quiet room"),
    ("ein Zimmer mit Bad", "a room with a bathroom"),
    ("ein Zimmer mit Balkon", "a room with a balcony"),
    ("zwei Zimmer", "two rooms"),
)


_LACKS = (
    ("die Heizung funktioniert nicht", "the heating doesn't work"),
    ("es gibt kein warmes Wasser", "there's no hot water"),
    ("das Licht im Bad ist kaputt", "the light in the bathroom is broken"),
    ("der Fernseher geht nicht an", "the television doesn't turn on"),
    ("es ist sehr laut", "it's very loud"),
    ("ein Handtuch fehlt", "a towel is missing"),
    ("das Fenster lässt sich nicht öffnen", "the window can't be opened"),
    ("die Dusche funktioniert nicht", "the shower doesn't work"),
)


def hotel(draw: Draw) -> Sentence:
    """Rooms, nights, dates and complaints."""
    room, english_room = draw.pick(_ROOMS)
    nights = draw.integer(2, 9)
    stay, english_stay = f"für {number(nights)} Nächte", f"for {english_number(nights)} nights"
    if draw.chance(0.15):
        stay, english_stay = "für eine Nacht", "for one night"
    (day, english_day), (other, english_other) = times.date_range(draw)
    who, me = draw.pick(((ICH, "I"), (WIR, "we")))
    kind = draw.integer(0, 7)
    have, would = german.present("haben", who.person), german.present("möchten", who.person)
    number_shown = draw.integer(101, 499)
    lack, english_lack = draw.pick(_LACKS)
    key = f"hotel/{kind}/{room}/{stay}"
    options = (
        (f"{who.german} {have} {room} {stay} reserviert", f"{me}'ve booked {english_room} {english_stay}", "."),
        (f"{who.german} {would} {room} {stay} reservieren", f"{me}'d like to book {english_room} {english_stay}", "."),
        (f"haben Sie noch {room} {stay} frei", f"do you still have {english_room} available {english_stay}", "?"),
        (
            f"was kostet {room} pro Nacht" if "zwei" not in room else f"was kosten {room} pro Nacht",
            f"how much {'does' if 'zwei' not in room else 'do'} {english_room} cost per night",
            "?",
        ),
        (
            f"{who.german} {have} {room} vom {day} bis zum {other} reserviert",
            f"{me}'ve booked {english_room} from {english_day} to {english_other}",
            ".",
        ),
        (f"Ihr Zimmer hat die Nummer {number_shown}", f"your room number is {number_shown}", "."),
        (f"in Zimmer {number_shown} {_verb_second(lack)}", f"in room {number_shown}, {english_lack}", "."),
        (f"entschuldigen Sie, {lack}", f"excuse me, {english_lack}", "."),
    )
    source, target, end = options[kind]
    key = {
        3: f"hotel/3/{room}",
        4: f"hotel/{room}/{day}/{other}",
        5: f"hotel/nr/{number_shown}",
        6: f"hotel/{lack}/{number_shown}",
        7: f"hotel/{lack}",
    }.get(kind, key)
    return sentence(source, target, key, end)


def _verb_second(clause: str) -> str:
    """ "die Heizung funktioniert nicht" -> "funktioniert die Heizung nicht"."""
    words = clause.split(" ")
    verbs = ("funktioniert", "gibt", "ist", "geht", "fehlt", "lässt")
    index = next(i for i, word in enumerate(words) if word in verbs)
    rest = words[:index] + words[index + 1 :]
    if "lässt" in words:
        rest = ["sich", *words[:index], *words[index + 2 :]]
    return " ".join([words[index], *rest])


def passive(draw: Draw) -> Sentence:
    """werden with the participle, in the present and the past."""
    things = (
        ("das Zimmer", "the room", "geputzt", "cleaned"),
        ("die Küche", "the kitchen", "renoviert", "renovated"),
        ("das Museum", "the museum", "geöffnet", "opened"),
        ("die Straße", "the street", "gesperrt", "closed"),
        ("das Haus", "the house", "verkauft", "sold"),
        ("das Frühstück", "breakfast", "serviert", "served"),
        ("das Auto", "the car", "repariert", "repaired"),
        ("der Brief", "the letter", "übersetzt", "translated"),
        ("das Problem", "the problem", "gelöst", "solved"),
        ("die Rechnung", "the bill", "bezahlt", "paid"),
        ("mein Koffer", "my suitcase", "gefunden", "found"),
        ("unser Flug", "our flight", "gestrichen", "cancelled"),
        ("der Fernseher", "the television", "geliefert", "delivered"),
        ("der Tisch", "the table", "reserviert", "booked"),
    )
    name, translation, participle, english_participle = draw.pick(things)
    kind = draw.integer(0, 2)
    slow = participle in ("verkauft", "renoviert", "geöffnet", "gesperrt")
    when = times.past(draw, "far" if slow else "week") if kind == 0 else times.future(draw, "far" if slow else "week")
    key = f"passiv/{name}/{participle}/{when.german}/{kind}"
    if kind == 0:
        return sentence(
            f"{name} wurde {when.german} {participle}", f"{translation} was {english_participle} {when.english}", key
        )
    if kind == 1 and participle not in ("gestrichen", "gefunden"):
        return sentence(
            f"{name} wird {when.german} {participle}",
            f"{translation} is going to be {english_participle} {when.english}",
            key,
        )
    if "gefunden" in participle:
        return sentence(f"{name} ist noch nicht gefunden worden", f"{translation} hasn't been found yet", key)
    modal, english_modal = draw.pick((("muss", "has to be"), ("kann", "can be"), ("soll", "is supposed to be")))
    if participle == "gestrichen":
        return passive(draw)
    return sentence(
        f"{name} {modal} {when.german} {participle} werden",
        f"{translation} {english_modal} {english_participle} {when.english}",
        f"{key}/{modal}",
    )


FRAMES = {"directions": (directions, 370), "nearby": (nearby, 190), "hotel": (hotel, 430), "passive": (passive, 220)}
