"""Clock times, dates, opening hours, events, the weather."""

from . import clauses, german, times
from .clauses import Clause, Predicate
from .draw import Draw
from .meanings import modal_clause
from .people import ADDRESSED, ICH, WIR, draw_subject, person_phrase
from .phrases import DEFINITE, thing
from .places import CITIES
from .sentence import Sentence, sentence
from .times import at_clock, clock, weekday

_EVENTS = "Besprechung Konzert Prüfung Kurs Party Hochzeit Präsentation Abendessen Mittagessen"


def schedule(draw: Draw) -> Sentence:
    """When things begin, end, take place: clock times and dates."""
    phrase = thing(draw, _EVENTS, DEFINITE, 0.0)
    event, english_event = phrase.german("nom"), phrase.english()
    if phrase.noun.german in ("Abendessen", "Mittagessen"):
        english_event = english_event.removeprefix("the ")
    low, high = {"Abendessen": (18, 20), "Mittagessen": (12, 13), "Konzert": (18, 20), "Party": (18, 21)}.get(
        phrase.noun.german, (8, 16)
    )
    time, english_time = at_clock(draw, low, high)
    day, english_day = weekday(draw)
    kind = draw.integer(0, 8)
    key = f"plan/{phrase.key}/{time}"
    date, english_date = times.date(draw)
    if kind == 0:
        return sentence(f"{event} beginnt {time}", f"{english_event} starts {english_time}", key)
    if kind == 1:
        return sentence(
            f"{event} findet am {day} {time} statt", f"{english_event} takes place on {english_day} {english_time}", key
        )
    if kind == 2:
        return sentence(
            f"wissen Sie, ob {event} {time} beginnt",
            f"do you know whether {english_event} starts {english_time}",
            key,
            "?",
        )
    if kind == 3:
        hour = draw.integer(low, high)
        start, english_start = clock(draw, hour, hour, figures=False)
        end, english_end = clock(draw, hour + 1, hour + 2, figures=False)
        return sentence(
            f"{event} dauert von {start} bis {end}",
            f"{english_event} lasts from {english_start} to {english_end}",
            f"plan/{phrase.key}/{start}/{end}",
        )
    if kind == 4:
        return sentence(
            f"{event} wurde auf {time.removeprefix('um ')} verschoben",
            f"{english_event} has been moved to {english_time.removeprefix('at ')}",
            key,
        )
    if kind in (5, 6) and "essen" in event:
        return schedule(draw)
    if kind == 5:
        return sentence(
            f"{event} findet am {date} statt",
            f"{english_event} takes place on {english_date}",
            f"plan/{phrase.key}/{date}",
        )
    if kind == 6:
        (first, english_first), (last, english_last) = times.date_range(draw)
        return sentence(
            f"ist {event} am {first} oder am {last}",
            f"is {english_event} on {english_first} or on {english_last}",
            f"plan/{phrase.key}/{date}",
            "?",
        )
    if kind == 7:
        return sentence(
            f"wann beginnt {event} am {day}",
            f"when does {english_event} start on {english_day}",
            f"plan/{phrase.key}/{day}",
            "?",
        )
    return sentence(
        f"{event} fängt erst {time} an", f"{english_event} doesn't start until {english_time.removeprefix('at ')}", key
    )


def dates(draw: Draw) -> Sentence:
    """Birthdays, birth years and appointments."""
    person = person_phrase(draw, "relative contact", None)
    date, english_date = times.date(draw)
    young, old = ("son", "daughter"), ("grandfather", "grandmother")
    born = (
        (2004, 2018) if person.noun.english in young else (1931, 1949) if person.noun.english in old else (1956, 1994)
    )
    year = draw.integer(*born)
    kind = draw.integer(0, 6)
    key = f"datum/{date}/{person.key}"
    city, english_city = draw.pick(CITIES)
    time, english_time = at_clock(draw, 8, 16)
    if kind == 0:
        return sentence(
            f"{person.german('nom')} hat am {date} Geburtstag",
            f"{person.english()}'s birthday is on {english_date}",
            key,
        )
    if kind == 1:
        return sentence(
            f"{person.german('nom')} wurde {year} in {city} geboren",
            f"{person.english()} was born in {english_city} in {year}",
            f"datum/{year}/{city}",
        )
    if kind == 2:
        who, where = draw.pick((ICH, WIR)), german.contract(f"bei {person.german('dat')}")
        return sentence(
            f"{who.german} {german.present('haben', who.person)} am {date} {time} einen Termin {where}",
            f"{who.english} have an appointment with {person.english()} on {english_date} {english_time}",
            key,
        )
    if kind == 3:
        nominative, english_nominative = times.date(draw, "nom")
        return sentence(f"heute ist der {nominative}", f"today is {english_nominative}", f"datum/heute/{nominative}")
    if kind == 4:
        who = draw_subject(draw, "any", nouns=0.5)
        first, english_first = times.date(draw)
        clause = Clause(
            who,
            Predicate("sein", "be on holiday", f"until {english_first}", tail=f"bis zum {first} im Urlaub"),
            "present",
        )
        return sentence(
            clauses.german_main(clause),
            clauses.english_statement(clause).replace("be on", "on"),
            f"datum/urlaub/{first}/{who.english}",
        )
    if kind == 5:
        return sentence(
            f"passt es Ihnen am {date} {time}",
            f"does {english_date} {english_time} suit you",
            f"datum/passt/{date}/{time}",
            "?",
        )
    return sentence(
        f"ich bin am {date} nicht da, aber am {times.WEEKDAYS[year % 7]} habe ich Zeit",
        f"I'm away on {english_date}, but I'm free on {times.ENGLISH_WEEKDAYS[year % 7]}",
        f"datum/da/{date}/{year % 7}",
    )


def telling_time(draw: Draw) -> Sentence:
    """halb drei is half past two; opening hours."""
    kind = draw.integer(0, 5)
    low, high = {1: (7, 10), 2: (15, 19), 3: (16, 20)}.get(kind, (7, 20))
    time, english_time = clock(draw, low, high)
    shop, english_shop = draw.pick(
        (
            ("die Bank", "the bank"),
            ("das Museum", "the museum"),
            ("der Supermarkt", "the supermarket"),
            ("die Apotheke", "the pharmacy"),
            ("die Bibliothek", "the library"),
            ("das Restaurant", "the restaurant"),
            ("die Post", "the post office"),
            ("das Büro", "the office"),
        )
    )
    key = f"uhr/{time}/{shop}/{kind}"
    day, english_day = weekday(draw)
    if kind == 0:
        return _now(draw, time, english_time)
    if kind == 1:
        return sentence(f"{shop} öffnet um {time}", f"{english_shop} opens at {english_time}", key)
    if kind == 2:
        return sentence(
            f"{shop} schließt am {day} schon um {time}",
            f"on {english_day}, {english_shop} closes as early as {english_time}",
            key,
        )
    if kind == 3:
        return sentence(
            f"ist {shop} um {time} noch geöffnet", f"is {english_shop} still open at {english_time}", key, "?"
        )
    if kind == 4:
        person = person_phrase(draw, "contact expert relative name")
        return sentence(
            f"{person.german('nom')} kommt erst um {time} zurück",
            f"{person.english()} isn't coming back until {english_time}",
            f"uhr/{time}/{person.key}",
        )
    who = draw.pick(ADDRESSED)
    activity = modal_clause(draw, "can", who, question=True, when="", among="timed")
    activity = Clause(who, activity.predicate, "can", times.Adverbial(f"um {time}", f"at {english_time}"))
    return sentence(clauses.german_question(activity), clauses.english_question(activity), activity.predicate.key, "?")


def _now(draw: Draw, time: str, english_time: str) -> Sentence:
    if draw.chance(0.4):
        return sentence(f"es ist schon {time}", f"it's already {english_time}", f"uhr/schon/{time}")
    return sentence(f"es ist {time}", f"it's {english_time}", f"uhr/{time}")


_WEATHER = (
    ("es regnet", "it's raining", "regnet es", "hat es geregnet", "it rained", "dass es regnet", "it'll rain"),
    ("es schneit", "it's snowing", "schneit es", "hat es geschneit", "it snowed", "dass es schneit", "it'll snow"),
    ("es ist sehr heiß", "it's very hot", "ist es sehr heiß", "war es sehr heiß", "it was very hot", "", ""),
    ("es ist windig", "it's windy", "ist es windig", "war es windig", "it was windy", "", ""),
    (
        "die Sonne scheint",
        "the sun is shining",
        "scheint die Sonne",
        "hat die Sonne geschienen",
        "the sun shone",
        "",
        "",
    ),
    ("es ist kalt", "it's cold", "ist es kalt", "war es kalt", "it was cold", "", ""),
    (
        "das Wetter ist schön",
        "the weather is nice",
        "ist das Wetter schön",
        "war das Wetter schön",
        "the weather was nice",
        "",
        "",
    ),
    ("es ist neblig", "it's foggy", "ist es neblig", "war es neblig", "it was foggy", "", ""),
)


def weather(draw: Draw) -> Sentence:
    """The weather, here and there, now and then."""
    _, now, inverted, before, english_before, *_ = draw.pick(_WEATHER)
    city, english_city = draw.pick(CITIES)
    when = draw.pick(times.PAST_DAY[:4] + times.PAST_WEEK[:3])
    kind = draw.integer(0, 2)
    if kind == 0:
        return sentence(f"in {city} {inverted}", f"in {english_city}, {now}", f"wetter/{city}/{inverted}")
    if kind == 1:
        return sentence(f"{when.german} {before}", f"{english_before} {when.english}", f"wetter/{when.german}/{before}")
    other, english_other = draw.pick(CITIES)
    _, now2, inverted2, *_ = draw.pick(_WEATHER)
    if other == city or inverted2 == inverted:
        return weather(draw)
    return sentence(
        f"in {city} {inverted}, aber in {other} {inverted2}",
        f"in {english_city}, {now}, but in {english_other}, {now2}",
        f"wetter/{city}/{other}/{inverted}/{inverted2}",
    )


FRAMES = {
    "schedule": (schedule, 620),
    "dates": (dates, 430),
    "telling_time": (telling_time, 430),
    "weather": (weather, 220),
}
