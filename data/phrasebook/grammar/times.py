"""Numbers, clock times, dates, and the adverbials of time that decide the English tense."""

from dataclasses import dataclass

from .draw import Draw

UNITS = "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn".split()
TENS = "- zehn zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig".split()
ENGLISH_UNITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
ENGLISH_TENS = "- ten twenty thirty forty fifty sixty seventy eighty ninety".split()
ORDINALS = {1: "erste", 3: "dritte", 7: "siebte", 8: "achte"}
ENGLISH_ORDINALS = {1: "first", 2: "second", 3: "third", 5: "fifth", 8: "eighth", 9: "ninth", 12: "twelfth"}
MONTHS = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split()
ENGLISH_MONTHS = "January February March April May June July August September October November December".split()
WEEKDAYS = "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag".split()
ENGLISH_WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()


def number(value: int) -> str:
    """A German number below 1,000 in words: units before tens."""
    if value >= 100:
        return ("ein" if value < 200 else UNITS[value // 100]) + "hundert" + (number(value % 100) if value % 100 else "")
    if value < 20:
        return UNITS[value]
    unit = {0: "", 1: "einund"}.get(value % 10, UNITS[value % 10] + "und")
    return unit + TENS[value // 10]


def english_number(value: int) -> str:
    """An English number below 1,000 in words."""
    if value >= 100:
        rest = f" and {english_number(value % 100)}" if value % 100 else ""
        return f"{ENGLISH_UNITS[value // 100]} hundred{rest}"
    if value < 20:
        return ENGLISH_UNITS[value]
    return ENGLISH_TENS[value // 10] + (f"-{ENGLISH_UNITS[value % 10]}" if value % 10 else "")


def ordinal(value: int) -> str:
    """A German ordinal up to 31 without its ending: "dritte", "einundzwanzigste"."""
    return ORDINALS.get(value) or number(value) + ("te" if value < 20 else "ste")


def english_ordinal(value: int) -> str:
    """An English ordinal up to 31."""
    if value in ENGLISH_ORDINALS:
        return ENGLISH_ORDINALS[value]
    if value > 20 and value % 10:
        return f"{ENGLISH_TENS[value // 10]}-{english_ordinal(value % 10)}"
    return english_number(value).removesuffix("y") + ("ieth" if value >= 20 else "th")


def spoken_clock(hour: int, minute: int) -> tuple[str, str]:
    """The everyday clock, on the 12-hour dial: (2, 30) is "halb drei" and "half past two"."""
    this, following = UNITS[hour], UNITS[hour % 12 + 1]
    english_this, english_following = ENGLISH_UNITS[hour], ENGLISH_UNITS[hour % 12 + 1]
    if minute == 0:
        return ("ein Uhr" if hour == 1 else f"{this} Uhr"), f"{english_this} o'clock"
    if minute in (15, 45):
        past = minute == 15
        source = f"Viertel {'nach' if past else 'vor'} {this if past else following}"
        return source, f"a quarter {f'past {english_this}' if past else f'to {english_following}'}"
    if minute == 30:
        return f"halb {following}", f"half past {english_this}"
    if minute in (25, 35):
        # Around the half hour German counts from the half: fünf vor halb drei is 2:25.
        source = f"fünf {'vor' if minute == 25 else 'nach'} halb {following}"
        near = f"past {english_this}" if minute == 25 else f"to {english_following}"
        return source, f"twenty-five {near}"
    if minute < 30:
        return f"{number(minute)} nach {this}", f"{english_number(minute)} past {english_this}"
    return f"{number(60 - minute)} vor {following}", f"{english_number(60 - minute)} to {english_following}"


def clock(draw: Draw) -> tuple[str, str]:
    """A time of day, spoken or (one in four) in figures: "14.30 Uhr" is "2:30 p.m."."""
    if draw.chance(0.25):
        hour, minute = draw.integer(6, 22), draw.pick((0, 5, 10, 15, 20, 30, 40, 45, 50))
        if minute:
            return f"{hour}.{minute:02d} Uhr", f"{(hour - 1) % 12 + 1}:{minute:02d} {'a.m.' if hour < 12 else 'p.m.'}"
    return spoken_clock(draw.integer(1, 12), draw.pick((0, 0, 30, 30, 15, 45, 5, 10, 20, 40, 50, 55, 25, 35)))


def at_clock(draw: Draw) -> tuple[str, str]:
    """ "um halb drei", "at half past two"."""
    source, target = clock(draw)
    return f"um {source}", f"at {target}"


def weekday(draw: Draw) -> tuple[str, str]:
    """A day of the week."""
    index = draw.integer(0, 6)
    return WEEKDAYS[index], ENGLISH_WEEKDAYS[index]


def date(draw: Draw, case: str = "dat") -> tuple[str, str]:
    """A day of a month: "dritten Mai", "3. Mai"; in the nominative "dritte Mai"."""
    day, month = draw.integer(1, 28), draw.integer(0, 11)
    if draw.chance(0.4):
        return f"{day}. {MONTHS[month]}", f"{day} {ENGLISH_MONTHS[month]}"
    ending = "n" if case == "dat" else ""
    return f"{ordinal(day)}{ending} {MONTHS[month]}", f"the {english_ordinal(day)} of {ENGLISH_MONTHS[month]}"


@dataclass(frozen=True)
class Adverbial:
    """An adverbial of time. `middle`: English puts it before the main verb. `late`: German puts it after a definite object."""

    german: str
    english: str
    middle: bool = False
    late: bool = False
    can_open: bool = True


NONE = Adverbial("", "", can_open=False)
HABITS = (
    Adverbial("jeden Morgen", "every morning"), Adverbial("jeden Abend", "every evening"),
    Adverbial("jede Woche", "every week"), Adverbial("am Wochenende", "at the weekend"),
    Adverbial("oft", "often", True, can_open=False), Adverbial("immer", "always", True, can_open=False),
    Adverbial("manchmal", "sometimes", True), Adverbial("meistens", "usually", True),
    Adverbial("selten", "rarely", True, can_open=False), Adverbial("nie", "never", True, can_open=False),
    Adverbial("normalerweise", "normally", True), Adverbial("zweimal pro Woche", "twice a week"),
    Adverbial("im Sommer", "in summer"), Adverbial("nach der Arbeit", "after work"),
    Adverbial("vor dem Frühstück", "before breakfast"), Adverbial("abends", "in the evening"),
)  # fmt: skip
NOW = (Adverbial("gerade", "right now", can_open=False), Adverbial("im Moment", "at the moment"), Adverbial("jetzt", "now"))
DONE = (Adverbial("schon", "already", True, True, False), Adverbial("gerade", "just", True, True, False))
_PARTS = (("Morgen", "morning"), ("Nachmittag", "afternoon"), ("Abend", "evening"))


def habit(draw: Draw) -> Adverbial:
    """A repeated time; English takes the simple present."""
    if draw.chance(0.12):
        source, target = weekday(draw)
        return Adverbial(f"jeden {source}", f"every {target}")
    return draw.pick(HABITS)


def future(draw: Draw) -> Adverbial:
    """A coming time."""
    kind = draw.integer(0, 9)
    if kind == 0:
        days = draw.integer(2, 6)
        return Adverbial(f"in {number(days)} Tagen", f"in {english_number(days)} days")
    if kind == 1:
        source, target = weekday(draw)
        return Adverbial(f"nächsten {source}", f"next {target}")
    if kind == 2:
        source, target = weekday(draw)
        part, english_part = draw.pick(_PARTS)
        return Adverbial(f"am {source}{part.lower()}", f"on {target} {english_part}")
    if kind == 3:
        source, target = at_clock(draw)
        return Adverbial(f"morgen {source}", f"tomorrow {target}")
    fixed = (
        "morgen = tomorrow, übermorgen = the day after tomorrow, heute Abend = this evening, nächste Woche = next week, "
        "morgen Abend = tomorrow evening, bald = soon, nach dem Mittagessen = after lunch, heute Nachmittag = this afternoon"
    )
    return Adverbial(*draw.pick(fixed.split(", ")).split(" = "))


def past(draw: Draw) -> Adverbial:
    """A finished time; English takes the simple past."""
    kind = draw.integer(0, 9)
    if kind == 0:
        days, (unit, english_unit) = draw.integer(2, 9), draw.pick((("Tagen", "days"), ("Wochen", "weeks"), ("Stunden", "hours")))
        return Adverbial(f"vor {number(days)} {unit}", f"{english_number(days)} {english_unit} ago")
    if kind == 1:
        source, target = weekday(draw)
        return Adverbial(f"letzten {source}", f"last {target}")
    if kind == 2:
        source, target = weekday(draw)
        part, english_part = draw.pick(_PARTS)
        return Adverbial(f"am {source}{part.lower()}", f"on {target} {english_part}")
    if kind == 3:
        source, target = at_clock(draw)
        return Adverbial(f"gestern {source}", f"yesterday {target}")
    fixed = (
        "gestern = yesterday, gestern Abend = yesterday evening, vorgestern = the day before yesterday, "
        "letzte Woche = last week, heute Morgen = this morning, am Wochenende = at the weekend, "
        "gestern Nachmittag = yesterday afternoon, vor einer Woche = a week ago"
    )
    return Adverbial(*draw.pick(fixed.split(", ")).split(" = "))


def duration(draw: Draw) -> tuple[str, str]:
    """A length of time in the dative: "drei Jahren", "three years"."""
    count = draw.integer(1, 12)
    options = (("Minuten", "minutes"), ("Stunden", "hours"), ("Tagen", "days"), ("Wochen", "weeks"), ("Monaten", "months"), ("Jahren", "years"))
    unit, english_unit = draw.pick(options)
    if count == 1:
        one = {"Stunden": "einer Stunde", "Tagen": "einem Tag", "Wochen": "einer Woche", "Monaten": "einem Monat", "Jahren": "einem Jahr"}
        article = "an" if unit == "Stunden" else "a"
        return (one[unit], f"{article} {english_unit[:-1]}") if unit in one else ("zehn Minuten", "ten minutes")
    return f"{number(count)} {unit}", f"{english_number(count)} {english_unit}"
