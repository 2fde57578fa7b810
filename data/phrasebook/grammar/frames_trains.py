"""Trains and buses: timetables, platforms, tickets, connections, journeys."""

from . import clauses, times
from .clauses import Clause, Predicate
from .draw import Draw
from .people import ADDRESSED, draw_subject
from .places import CITIES, PLACES, city_to, far_to
from .sentence import Sentence, sentence
from .times import at_clock, english_number, number

_LINES = (
    ("der Zug", "the train"),
    ("der Bus", "the bus"),
    ("der nächste Zug", "the next train"),
    ("der letzte Zug", "the last train"),
    ("der erste Bus", "the first bus"),
    ("der nächste Bus", "the next bus"),
)


def departure(draw: Draw) -> Sentence:
    """abfahren and ankommen with a clock time and a platform."""
    line, english_line = draw.pick(_LINES)
    city, english_city = draw.pick([c for c in CITIES if "Zug" in line or c[0] not in ("London", "Rom", "Paris")])
    time, english_time = at_clock(draw, 5, 23)
    platform = draw.integer(1, 14)
    leave = draw.chance(0.6)
    key = f"zug/{line}/{city}/{time}"
    if "Zug" in line and draw.chance(0.4):
        return sentence(
            f"{line} nach {city} fährt {time} von Gleis {platform} ab",
            f"{english_line} to {english_city} leaves from platform {platform} {english_time}",
            key,
        )
    if leave:
        late = draw.chance(0.2)
        if late:
            return sentence(
                f"{line} nach {city} fährt erst {time} ab",
                f"{english_line} to {english_city} doesn't leave until {english_time.removeprefix('at ')}",
                key,
            )
        return sentence(
            f"{line} nach {city} fährt {time} ab", f"{english_line} to {english_city} leaves {english_time}", key
        )
    if draw.chance(0.4):
        return sentence(
            f"{line} aus {city} soll {time} ankommen",
            f"{english_line} from {english_city} is supposed to arrive {english_time}",
            key,
        )
    return sentence(
        f"{line} aus {city} kommt {time} an", f"{english_line} from {english_city} arrives {english_time}", key
    )


def timetable(draw: Draw) -> Sentence:
    """Questions at the counter, direct and polite."""
    line, english_line = draw.pick(_LINES)
    city, english_city = draw.pick([c for c in CITIES if "Zug" in line or c[0] not in ("London", "Rom", "Paris")])
    verb = draw.pick(("ab", "an", "delay", "platform"))
    ask, english_ask = draw.pick(
        (
            ("können Sie mir sagen", "can you tell me"),
            ("wissen Sie", "do you know"),
            ("weißt du", "do you know"),
            ("könnten Sie mir bitte sagen", "could you please tell me"),
        )
    )
    key = f"fahrplan/{line}/{city}/{verb}"
    direct = draw.chance(0.4)
    if verb == "ab":
        if direct:
            return sentence(
                f"wann fährt {line} nach {city} ab", f"when does {english_line} to {english_city} leave", key, "?"
            )
        return sentence(
            f"{ask}, wann {line} nach {city} abfährt",
            f"{english_ask} when {english_line} to {english_city} leaves",
            key,
            "?",
        )
    if verb == "an":
        if direct:
            return sentence(
                f"wann kommt {line} aus {city} an", f"when does {english_line} from {english_city} arrive", key, "?"
            )
        return sentence(
            f"{ask}, wann {line} aus {city} ankommt",
            f"{english_ask} when {english_line} from {english_city} arrives",
            key,
            "?",
        )
    if verb == "delay":
        if draw.chance(0.5):
            minutes = draw.integer(1, 11) * 5
            return sentence(
                f"{line} nach {city} hat {number(minutes)} Minuten Verspätung",
                f"{english_line} to {english_city} is {english_number(minutes)} minutes late",
                f"{key}/{minutes}",
            )
        return sentence(
            f"{ask}, ob {line} nach {city} Verspätung hat",
            f"{english_ask} whether {english_line} to {english_city} is late",
            key,
            "?",
        )
    if "Bus" in line:
        line, english_line = "der Zug", "the train"
    if direct:
        return sentence(
            f"von welchem Gleis fährt {line} nach {city} ab",
            f"which platform does {english_line} to {english_city} leave from",
            key,
            "?",
        )
    return sentence(
        f"{ask}, von welchem Gleis {line} nach {city} abfährt",
        f"{english_ask} which platform {english_line} to {english_city} leaves from",
        key,
        "?",
    )


def ticket(draw: Draw) -> Sentence:
    """Buying tickets and changing trains."""
    city, english_city = draw.pick(CITIES)
    other, english_other = draw.pick(CITIES)
    if other == city:
        return ticket(draw)
    count, word, english_word = draw.pick(
        (
            (1, "eine Fahrkarte", "a ticket"),
            (2, "zwei Fahrkarten", "two tickets"),
            (3, "drei Fahrkarten", "three tickets"),
            (1, "eine Rückfahrkarte", "a return ticket"),
        )
    )
    key = f"karte/{city}/{other}"
    price = draw.integer(19, 99)
    be, english_be = ("kostet", "costs") if count == 1 else ("kosten", "cost")
    kind = draw.integer(0, 7)
    options = (
        (f"ich möchte {word} nach {city}", f"I'd like {english_word} to {english_city}", "."),
        (f"{word} nach {city}, bitte", f"{english_word} to {english_city}, please", "."),
        (
            f"wie viel {be} {word} nach {city}",
            f"how much {'does' if count == 1 else 'do'} {english_word} to {english_city} cost",
            "?",
        ),
        (
            f"{word} nach {city} {be} {number(price)} Euro",
            f"{english_word} to {english_city} {english_be} {english_number(price)} euros",
            ".",
        ),
        (
            f"muss ich in {other} umsteigen, wenn ich nach {city} fahre",
            f"do I have to change in {english_other} if I go to {english_city}",
            "?",
        ),
        (
            f"Sie müssen in {other} in den Zug nach {city} umsteigen",
            f"you have to change to the train to {english_city} in {english_other}",
            ".",
        ),
        (
            f"wie lange dauert die Fahrt von {other} nach {city}",
            f"how long does the journey from {english_other} to {english_city} take",
            "?",
        ),
        (
            f"der Flug von {other} nach {city} dauert {number(price % 3 + 2)} Stunden",
            f"the flight from {english_other} to {english_city} takes {english_number(price % 3 + 2)} hours",
            ".",
        ),
    )
    source, target, end = options[kind]
    return sentence(
        source, target, f"{key}/{kind}" if kind > 3 else f"karte/{word}/{city}/{kind}/{price if kind == 3 else ''}", end
    )


def missed(draw: Draw) -> Sentence:
    """Connections caught and missed, with two clauses."""
    who = draw_subject(draw, "any", nouns=0.4)
    city, english_city = draw.pick(CITIES[:12])
    line, english_line = draw.pick(
        (("Zug", "train"), ("Bus", "bus"), ("letzten Zug", "last train"), ("ersten Bus", "first bus"))
    )
    predicate = Predicate(
        "verpassen", "miss", f"the {english_line} to {english_city}", object=f"den {line} nach {city}"
    )
    clause = Clause(who, predicate, "past")
    reasons = (
        ("weil das Taxi nicht gekommen ist", "because the taxi didn't come"),
        ("weil die Straßenbahn Verspätung hatte", "because the tram was late"),
        ("weil die Besprechung so lange gedauert hat", "because the meeting took so long"),
        ("weil es so stark geschneit hat", "because it was snowing so hard"),
        ("weil das Auto kaputt war", "because the car was broken"),
    )
    why, english_why = draw.pick(reasons)
    key = f"verpasst/{line}/{city}/{why}/{who.english}"
    if draw.chance(0.3):
        return sentence(clauses.german_main(clause), clauses.english_statement(clause), key)
    return sentence(f"{clauses.german_main(clause)}, {why}", f"{clauses.english_statement(clause)} {english_why}", key)


def meeting_up(draw: Draw) -> Sentence:
    """Where to go and how to get there: ordered time, manner, place."""
    who = draw_subject(draw, "any", first=True, nouns=0.35)
    place, english_place = (far_to if draw.chance(0.5) else city_to)(draw)
    if "USA" in place:
        return meeting_up(draw)
    means, english_means = draw.pick(
        (
            ("mit dem Zug", "by train"),
            ("mit dem Auto", "by car"),
            ("mit dem Bus", "by bus"),
            ("mit dem Fahrrad", "by bike"),
            ("mit dem Taxi", "by taxi"),
        )
    )
    if means in ("mit dem Taxi", "mit dem Fahrrad"):
        spot = PLACES[draw.pick("Bahnhof Flughafen Büro Hotel Bibliothek Museum Universität Arbeit Supermarkt".split())]
        place, english_place = spot.to
    when, mood = draw.pick(
        (
            (times.future(draw, "week"), "going"),
            (times.past(draw, "week"), "past"),
            (times.habit(draw, "date"), "present"),
            (times.NONE, "want"),
            (times.NONE, "must"),
        )
    )
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
    "departure": (departure, 560),
    "timetable": (timetable, 310),
    "ticket": (ticket, 370),
    "missed": (missed, 220),
    "meeting_up": (meeting_up, 430),
}
