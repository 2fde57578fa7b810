"""On the way: trains, tickets, directions, hotels; clock times, platforms and prices."""

from . import clauses, english, german, times
from .clauses import Clause, Predicate
from .draw import Draw
from .people import ADDRESSED, ICH, WIR, draw_subject
from .phrases import INDEFINITE, thing
from .places import CITIES, PLACES, city_to, far_to
from .sentence import Sentence, sentence
from .times import at_clock, english_number, number

_LINES = (("der Zug", "the train"), ("der Bus", "the bus"), ("der nächste Zug", "the next train"), ("der letzte Zug", "the last train"), ("der erste Bus", "the first bus"), ("der nächste Bus", "the next bus"))


def departure(draw: Draw) -> Sentence:
    """abfahren and ankommen with a clock time and a platform."""
    line, english_line = draw.pick(_LINES)
    city, english_city = draw.pick([c for c in CITIES if "Zug" in line or c[0] not in ("London", "Rom", "Paris")])
    time, english_time = at_clock(draw, 5, 23)
    platform = draw.integer(1, 14)
    leave = draw.chance(0.6)
    key = f"zug/{line}/{city}/{time}"
    if "Zug" in line and draw.chance(0.4):
        return sentence(f"{line} nach {city} fährt {time} von Gleis {platform} ab", f"{english_line} to {english_city} leaves at platform {platform} {english_time}".replace("at platform", "from platform"), key)
    if leave:
        late = draw.chance(0.2)
        if late:
            return sentence(f"{line} nach {city} fährt erst {time} ab", f"{english_line} to {english_city} doesn't leave until {english_time.removeprefix('at ')}", key)
        return sentence(f"{line} nach {city} fährt {time} ab", f"{english_line} to {english_city} leaves {english_time}", key)
    if draw.chance(0.4):
        return sentence(f"{line} aus {city} soll {time} ankommen", f"{english_line} from {english_city} is supposed to arrive {english_time}", key)
    return sentence(f"{line} aus {city} kommt {time} an", f"{english_line} from {english_city} arrives {english_time}", key)


def timetable(draw: Draw) -> Sentence:
    """Questions at the counter, direct and polite."""
    line, english_line = draw.pick(_LINES)
    city, english_city = draw.pick([c for c in CITIES if "Zug" in line or c[0] not in ("London", "Rom", "Paris")])
    verb = draw.pick(("ab", "an", "delay", "platform"))
    ask, english_ask = draw.pick((("können Sie mir sagen", "can you tell me"), ("wissen Sie", "do you know"), ("weißt du", "do you know"), ("könnten Sie mir bitte sagen", "could you please tell me")))
    key = f"fahrplan/{line}/{city}/{verb}"
    direct = draw.chance(0.4)
    if verb == "ab":
        if direct:
            return sentence(f"wann fährt {line} nach {city} ab", f"when does {english_line} to {english_city} leave", key, "?")
        return sentence(f"{ask}, wann {line} nach {city} abfährt", f"{english_ask} when {english_line} to {english_city} leaves", key, "?")
    if verb == "an":
        if direct:
            return sentence(f"wann kommt {line} aus {city} an", f"when does {english_line} from {english_city} arrive", key, "?")
        return sentence(f"{ask}, wann {line} aus {city} ankommt", f"{english_ask} when {english_line} from {english_city} arrives", key, "?")
    if verb == "delay":
        if draw.chance(0.5):
            minutes = draw.integer(1, 11) * 5
            return sentence(f"{line} nach {city} hat {number(minutes)} Minuten Verspätung", f"{english_line} to {english_city} is {english_number(minutes)} minutes late", f"{key}/{minutes}")
        return sentence(f"{ask}, ob {line} nach {city} Verspätung hat", f"{english_ask} whether {english_line} to {english_city} is late", key, "?")
    if "Bus" in line:
        line, english_line = "der Zug", "the train"
    if direct:
        return sentence(f"von welchem Gleis fährt {line} nach {city} ab", f"which platform does {english_line} to {english_city} leave from", key, "?")
    return sentence(f"{ask}, von welchem Gleis {line} nach {city} abfährt", f"{english_ask} which platform {english_line} to {english_city} leaves from", key, "?")


def ticket(draw: Draw) -> Sentence:
    """Buying tickets and changing trains."""
    city, english_city = draw.pick(CITIES)
    other, english_other = draw.pick(CITIES)
    if other == city:
        return ticket(draw)
    count, word, english_word = draw.pick(((1, "eine Fahrkarte", "a ticket"), (2, "zwei Fahrkarten", "two tickets"), (3, "drei Fahrkarten", "three tickets"), (1, "eine Rückfahrkarte", "a return ticket")))
    key = f"karte/{city}/{other}"
    price = draw.integer(19, 99)
    be, english_be = ("kostet", "costs") if count == 1 else ("kosten", "cost")
    kind = draw.integer(0, 7)
    options = (
        (f"ich möchte {word} nach {city}", f"I'd like {english_word} to {english_city}", "."), (f"{word} nach {city}, bitte", f"{english_word} to {english_city}, please", "."),
        (f"wie viel {be} {word} nach {city}", f"how much {'does' if count == 1 else 'do'} {english_word} to {english_city} cost", "?"),
        (f"{word} nach {city} {be} {number(price)} Euro", f"{english_word} to {english_city} {english_be} {english_number(price)} euros", "."),
        (f"muss ich in {other} umsteigen, wenn ich nach {city} fahre", f"do I have to change in {english_other} if I go to {english_city}", "?"),
        (f"Sie müssen in {other} in den Zug nach {city} umsteigen", f"you have to change to the train to {english_city} in {english_other}", "."),
        (f"wie lange dauert die Fahrt von {other} nach {city}", f"how long does the journey from {english_other} to {english_city} take", "?"),
        (f"der Flug von {other} nach {city} dauert {number(price % 3 + 2)} Stunden", f"the flight from {english_other} to {english_city} takes {english_number(price % 3 + 2)} hours", "."),
    )  # fmt: skip
    source, target, end = options[kind]
    return sentence(source, target, f"{key}/{kind}" if kind > 3 else f"karte/{word}/{city}/{kind}/{price if kind == 3 else ''}", end)


def missed(draw: Draw) -> Sentence:
    """Connections caught and missed, with two clauses."""
    who = draw_subject(draw, "any", nouns=0.4)
    city, english_city = draw.pick(CITIES[:12])
    line, english_line = draw.pick((("Zug", "train"), ("Bus", "bus"), ("letzten Zug", "last train"), ("ersten Bus", "first bus")))
    predicate = Predicate("verpassen", "miss", f"the {english_line} to {english_city}", object=f"den {line} nach {city}")
    clause = Clause(who, predicate, "past")
    reasons = (
        ("weil das Taxi nicht gekommen ist", "because the taxi didn't come"), ("weil die Straßenbahn Verspätung hatte", "because the tram was late"),
        ("weil die Besprechung so lange gedauert hat", "because the meeting took so long"), ("weil es so stark geschneit hat", "because it was snowing so hard"), ("weil das Auto kaputt war", "because the car was broken"),
    )  # fmt: skip
    why, english_why = draw.pick(reasons)
    key = f"verpasst/{line}/{city}/{why}/{who.english}"
    if draw.chance(0.3):
        return sentence(clauses.german_main(clause), clauses.english_statement(clause), key)
    return sentence(f"{clauses.german_main(clause)}, {why}", f"{clauses.english_statement(clause)} {english_why}", key)


_TURNS = (
    ("immer geradeaus", "go straight on"), ("die zweite Straße links", "take the second street on the left"),
    ("an der Ampel rechts", "turn right at the traffic lights"), ("nach der Brücke links", "turn left after the bridge"),
    ("bis zur Kreuzung", "go to the crossroads"), ("an der Kirche vorbei", "go past the church"),
    ("über die Brücke", "go across the bridge"), ("durch den Park", "go through the park"),
    ("die erste Straße rechts", "take the first street on the right"), ("an der Schule links", "turn left at the school"),
    ("bis zum Ende der Straße", "go to the end of the street"), ("die Treppe hinunter", "go down the stairs"),
    ("an der zweiten Kreuzung rechts", "turn right at the second crossroads"), ("am Fluss entlang", "go along the river"),
)  # fmt: skip


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
        return sentence(f"wie {word}{how} {name}", f"what's the best way for {'me' if who == 'I' else 'us'} to get {english_name}" if best else f"how do {who} get {english_name}", f"{key}/{word}/{best}", "?")
    if kind == 1:
        verb, polite = draw.pick((("können Sie", ""), ("könnten Sie", "please"), ("kannst du", "")))
        modal = "could" if "ö" in verb and "nt" in verb and verb.startswith("könnt") else "can"
        please = " bitte" if polite else ""
        return sentence(f"{verb} uns{please} den Weg {name} zeigen", f"{modal} you {polite + ' ' if polite else ''}show us the way {english_name}", key, "?")
    if kind == 2:
        minutes = draw.integer(2, 25)
        way, english_way = draw.pick((("zu Fuß", "on foot"), ("mit dem Bus", "by bus"), ("mit der Straßenbahn", "by tram")))
        return sentence(f"{way} braucht man {number(minutes)} Minuten bis {name}", f"it takes {english_number(minutes)} minutes to get {english_name} {english_way}", f"{key}/{minutes}/{way}")
    if kind == 3:
        return sentence(f"wie weit ist es von hier bis {name}", f"how far is it from here {english_name}", key, "?")
    first, second = draw.pick(_TURNS), draw.pick(_TURNS)
    if first == second:
        return directions(draw)
    if kind == 4:
        return sentence(f"um {name} zu kommen, müssen Sie {first[0]} gehen", f"to get {english_name}, you have to {first[1]}", f"{key}/{first[0]}")
    who = draw.pick(("gehen Sie", "geh", "geht"))
    return sentence(f"{who} {first[0]} und dann {second[0]}", f"{first[1]} and then {second[1]}", f"weg/{first[0]}/{second[0]}", "." if who == "gehen Sie" else "!")


def nearby(draw: Draw) -> Sentence:
    """es gibt with the accusative; the superlative of nah."""
    phrase = thing(draw, "business Museum Markt Kirche", INDEFINITE, 0.6)
    spot = draw.pick(("Apotheke = pharmacy f", "Geldautomat = cash machine m", "Tankstelle = petrol station f", "Bushaltestelle = bus stop f", "Supermarkt = supermarket m", "Krankenhaus = hospital n", "Toilette = toilet f", "Taxistand = taxi rank m", "Post = post office f", "Parkplatz = car park m"))
    name, rest = spot.split(" = ")
    translation, gender = rest.rsplit(" ", 1)
    kind = draw.integer(0, 4)
    if kind == 0:
        return sentence(f"gibt es hier in der Nähe {phrase.german('acc')}", f"is there {phrase.english()} near here", f"nah/{phrase.key}", "?")
    if kind == 1:
        return sentence(f"in dieser Straße gibt es {phrase.german('acc')}", f"there's {phrase.english()} in this street", f"nah/{phrase.key}")
    if kind == 2:
        return sentence(f"entschuldigung, wo ist {german.definite(gender, 'nom')} nächste {name}", f"excuse me, where is the nearest {translation}", f"nächst/{name}/wo", "?")
    if kind == 3:
        return sentence(f"ich suche {german.ein_word('ein', gender, 'acc')} {name}", f"I'm looking for {english.indefinite(translation)} {translation}", f"nächst/{name}/suche")
    city, english_city = draw.pick(CITIES)
    return sentence(f"es gibt in {city} {phrase.german('acc')}, {german.relative_pronoun(phrase.gender, 'acc')} ich besonders mag", f"there's {phrase.english()} in {english_city} that I especially like", f"nah/{phrase.key}/{city}")


_ROOMS = (("ein Einzelzimmer", "a single room"), ("ein Doppelzimmer", "a double room"), ("ein ruhiges Zimmer", "a quiet room"), ("ein Zimmer mit Bad", "a room with a bathroom"), ("ein Zimmer mit Balkon", "a room with a balcony"), ("zwei Zimmer", "two rooms"))
_LACKS = (
    ("die Heizung funktioniert nicht", "the heating doesn't work"), ("es gibt kein warmes Wasser", "there's no hot water"), ("das Licht im Bad ist kaputt", "the light in the bathroom is broken"), ("der Fernseher geht nicht an", "the television doesn't turn on"),
    ("es ist sehr laut", "it's very loud"), ("ein Handtuch fehlt", "a towel is missing"), ("das Fenster lässt sich nicht öffnen", "the window can't be opened"), ("die Dusche funktioniert nicht", "the shower doesn't work"),
)  # fmt: skip


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
        (f"{who.german} {have} {room} {stay} reserviert", f"{me}'ve booked {english_room} {english_stay}", "."), (f"{who.german} {would} {room} {stay} reservieren", f"{me}'d like to book {english_room} {english_stay}", "."),
        (f"haben Sie noch {room} {stay} frei", f"do you still have {english_room} available {english_stay}", "?"), (f"was kostet {room} pro Nacht" if "zwei" not in room else f"was kosten {room} pro Nacht", f"how much {'does' if 'zwei' not in room else 'do'} {english_room} cost per night", "?"),
        (f"{who.german} {have} {room} vom {day} bis zum {other} reserviert", f"{me}'ve booked {english_room} from {english_day} to {english_other}", "."), (f"Ihr Zimmer hat die Nummer {number_shown}", f"your room number is {number_shown}", "."),
        (f"in Zimmer {number_shown} {_verb_second(lack)}", f"in room {number_shown}, {english_lack}", "."), (f"entschuldigen Sie, {lack}", f"excuse me, {english_lack}", "."),
    )  # fmt: skip
    source, target, end = options[kind]
    key = {3: f"hotel/3/{room}", 4: f"hotel/{room}/{day}/{other}", 5: f"hotel/nr/{number_shown}", 6: f"hotel/{lack}/{number_shown}", 7: f"hotel/{lack}"}.get(kind, key)
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
        ("das Zimmer", "the room", "geputzt", "cleaned"), ("die Küche", "the kitchen", "renoviert", "renovated"), ("das Museum", "the museum", "geöffnet", "opened"), ("die Straße", "the street", "gesperrt", "closed"),
        ("das Haus", "the house", "verkauft", "sold"), ("das Frühstück", "breakfast", "serviert", "served"), ("das Auto", "the car", "repariert", "repaired"), ("der Brief", "the letter", "übersetzt", "translated"),
        ("das Problem", "the problem", "gelöst", "solved"), ("die Rechnung", "the bill", "bezahlt", "paid"), ("mein Koffer", "my suitcase", "gefunden", "found"), ("unser Flug", "our flight", "gestrichen", "cancelled"),
        ("der Fernseher", "the television", "geliefert", "delivered"), ("der Tisch", "the table", "reserviert", "booked"),
    )  # fmt: skip
    name, translation, participle, english_participle = draw.pick(things)
    kind = draw.integer(0, 2)
    slow = participle in ("verkauft", "renoviert", "geöffnet", "gesperrt")
    when = times.past(draw, "far" if slow else "week") if kind == 0 else times.future(draw, "far" if slow else "week")
    key = f"passiv/{name}/{participle}/{when.german}/{kind}"
    if kind == 0:
        return sentence(f"{name} wurde {when.german} {participle}", f"{translation} was {english_participle} {when.english}", key)
    if kind == 1 and participle not in ("gestrichen", "gefunden"):
        return sentence(f"{name} wird {when.german} {participle}", f"{translation} is going to be {english_participle} {when.english}", key)
    if "gefunden" in participle:
        return sentence(f"{name} ist noch nicht gefunden worden", f"{translation} hasn't been found yet", key)
    modal, english_modal = draw.pick((("muss", "has to be"), ("kann", "can be"), ("soll", "is supposed to be")))
    if participle == "gestrichen":
        return passive(draw)
    return sentence(f"{name} {modal} {when.german} {participle} werden", f"{translation} {english_modal} {english_participle} {when.english}", f"{key}/{modal}")


def meeting_up(draw: Draw) -> Sentence:
    """Where to go and how to get there: ordered time, manner, place."""
    who = draw_subject(draw, "any", first=True, nouns=0.35)
    place, english_place = (far_to if draw.chance(0.5) else city_to)(draw)
    means, english_means = draw.pick((("mit dem Zug", "by train"), ("mit dem Auto", "by car"), ("mit dem Bus", "by bus"), ("mit dem Fahrrad", "by bike"), ("mit dem Taxi", "by taxi")))
    if means in ("mit dem Taxi", "mit dem Fahrrad"):
        spot = PLACES[draw.pick("Bahnhof Flughafen Büro Hotel Bibliothek Museum Universität Arbeit Supermarkt".split())]
        place, english_place = spot.to
    when, mood = draw.pick(((times.future(draw, "week"), "going"), (times.past(draw, "week"), "past"), (times.habit(draw, "date"), "present"), (times.NONE, "want"), (times.NONE, "must")))
    if mood == "present" and place not in [p.to[0] for p in PLACES.values()]:
        when, mood = times.past(draw, "far"), "past"
    predicate = Predicate("fahren", "go", f"{english_place} {english_means}", tail=f"{means} {place}")
    clause = Clause(who, predicate, mood, when)
    key = f"fahrt/{means}/{place}"
    if draw.chance(0.25) and mood in ("going", "past"):
        asked = draw.pick(ADDRESSED)
        clause = Clause(asked, predicate, mood, when)
        return sentence(clauses.german_question(clause), clauses.english_question(clause), key, "?")
    return sentence(clauses.german_main(clause), clauses.english_statement(clause), key)


FRAMES = {
    "departure": (departure, 560), "timetable": (timetable, 310), "ticket": (ticket, 370), "missed": (missed, 220), "directions": (directions, 370),
    "nearby": (nearby, 190), "hotel": (hotel, 430), "passive": (passive, 220), "meeting_up": (meeting_up, 430),
}  # fmt: skip
