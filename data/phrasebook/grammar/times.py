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
        return (
            ("ein" if value < 200 else UNITS[value // 100]) + "hundert" + (number(value % 100) if value % 100 else "")
        )
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


def clock(draw: Draw, low: int = 7, high: int = 20, figures: bool = True) -> tuple[str, str]:
    """A time between two hours of the day, spoken or (one in four) in figures: "14.30 Uhr" is "2:30 p.m."."""
    hour, minute = draw.integer(low, high), draw.pick((0, 0, 30, 30, 15, 45, 5, 10, 20, 40, 50, 55, 25, 35))
    if minute and figures and draw.chance(0.25):
        return f"{hour}.{minute:02d} Uhr", f"{(hour - 1) % 12 + 1}:{minute:02d} {'a.m.' if hour < 12 else 'p.m.'}"
    return spoken_clock((hour - 1) % 12 + 1, minute)


def at_clock(draw: Draw, low: int = 7, high: int = 20, figures: bool = True) -> tuple[str, str]:
    """ "um halb drei", "at half past two"."""
    source, target = clock(draw, low, high, figures)
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


def date_range(draw: Draw) -> tuple[tuple[str, str], tuple[str, str]]:
    """Two days of one month in figures, in order: "3. Mai" and "3 May"."""
    first, month = draw.integer(1, 20), draw.integer(0, 11)
    last = first + draw.integer(2, 8)
    return (f"{first}. {MONTHS[month]}", f"{first} {ENGLISH_MONTHS[month]}"), (
        f"{last}. {MONTHS[month]}",
        f"{last} {ENGLISH_MONTHS[month]}",
    )


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
    Adverbial("jede Woche", "every week"),
    Adverbial("jeden Monat", "every month"),
    Adverbial("oft", "often", True, True, False),
    Adverbial("immer", "always", True, True, False),
    Adverbial("manchmal", "sometimes", True),
    Adverbial("meistens", "usually", True),
    Adverbial("selten", "rarely", True, True, False),
    Adverbial("nie", "never", True, True, False),
    Adverbial("normalerweise", "normally", True),
    Adverbial("zweimal pro Woche", "twice a week"),
    Adverbial("dreimal pro Woche", "three times a week"),
)
DAILY_HABITS = (
    Adverbial("jeden Morgen", "every morning"),
    Adverbial("jeden Abend", "every evening"),
    Adverbial("abends", "in the evening"),
    Adverbial("jeden Tag", "every day"),
)
NOW = (
    Adverbial("gerade", "right now", can_open=False),
    Adverbial("im Moment", "at the moment"),
    Adverbial("jetzt", "now"),
)
DONE = (Adverbial("schon", "already", True, True, False), Adverbial("gerade", "just", True, False, False))
_PARTS = (("Morgen", "morning"), ("Nachmittag", "afternoon"), ("Abend", "evening"))


def habit(draw: Draw, scale: str = "any") -> Adverbial:
    """A repeated time; English takes the simple present. Scale "date" leaves out parts of the day."""
    if draw.chance(0.12):
        source, target = weekday(draw)
        return Adverbial(f"jeden {source}", f"every {target}")
    return draw.pick(HABITS if scale == "date" else HABITS + DAILY_HABITS)


def _fixed(text: str) -> tuple[Adverbial, ...]:
    return tuple(Adverbial(*entry.strip().split(" = ")) for entry in text.split(","))


FUTURE_DAY = _fixed("""morgen früh = tomorrow morning, heute Abend = this evening, morgen Abend = tomorrow evening, morgen = tomorrow,
    heute Nachmittag = this afternoon, nach dem Mittagessen = after lunch, in einer Stunde = in an hour,
    in zehn Minuten = in ten minutes, nach der Arbeit = after work, später = later""")
FUTURE_WEEK = _fixed("""nächste Woche = next week, übermorgen = the day after tomorrow, am Wochenende = at the weekend,
    morgen = tomorrow, bald = soon""")
FUTURE_FAR = _fixed("""nächste Woche = next week, nächsten Monat = next month, nächstes Jahr = next year, bald = soon,
    übermorgen = the day after tomorrow, im Herbst = in autumn, im Sommer = in summer""")
TODAY = _fixed("""heute Abend = this evening, heute Nachmittag = this afternoon, in einer Stunde = in an hour, später = later,
    nach dem Mittagessen = after lunch, heute noch = today""")
SOON = _fixed(
    """morgen früh = tomorrow morning, heute Abend = this evening, heute Nachmittag = this afternoon, morgen = tomorrow"""
)
PAST_DAY = _fixed("""gestern Abend = yesterday evening, heute Morgen = this morning, gestern = yesterday,
    gestern Nachmittag = yesterday afternoon, vor dem Mittagessen = before lunch, nach der Arbeit = after work,
    vor einer Stunde = an hour ago, vor zehn Minuten = ten minutes ago""")
PAST_WEEK = _fixed("""letzte Woche = last week, vorgestern = the day before yesterday, am Wochenende = at the weekend,
    gestern = yesterday, vor einer Woche = a week ago""")
PAST_FAR = _fixed("""letzte Woche = last week, letzten Monat = last month, letztes Jahr = last year,
    vorgestern = the day before yesterday, vor einem Jahr = a year ago, im Winter = in winter""")
_COMING = {
    "day": FUTURE_DAY,
    "week": FUTURE_WEEK,
    "far": FUTURE_FAR,
    "next": ("nächsten", "next"),
    "today": FUTURE_DAY[3],
}
_GONE = {"day": PAST_DAY, "week": PAST_WEEK, "far": PAST_FAR, "next": ("letzten", "last"), "today": PAST_DAY[2]}


def _of_week(draw: Draw, fixed: tuple[Adverbial, ...], adjective: tuple[str, str], parts: bool) -> Adverbial:
    """A fixed expression, a weekday, or a part of it."""
    source, target = weekday(draw)
    kind = draw.integer(0, 4)
    if kind == 0:
        return Adverbial(f"{adjective[0]} {source}", f"{adjective[1]} {target}")
    if kind == 1 and parts:
        part, english_part = draw.pick(_PARTS)
        return Adverbial(f"am {source}{part.lower()}", f"on {target} {english_part}")
    return Adverbial(f"am {source}", f"on {target}") if kind == 2 else draw.pick(fixed)


def _point(draw: Draw, scale: str, table: dict[str, tuple[Adverbial, ...]]) -> Adverbial:
    if scale == "clock" and draw.chance(0.4):
        source, target = at_clock(draw)
        return Adverbial(f"{table['today'].german} {source}", f"{table['today'].english} {target}")
    if scale == "day":
        return draw.pick(table["day"])
    if scale in ("clock", "any") and draw.chance(0.5):
        return draw.pick(table["day"][:5])
    if scale == "date":
        return _of_week(draw, table["week"][:-1], table["next"], False)
    return _of_week(draw, table["far" if scale == "far" else "week"], table["next"], scale in ("any", "clock"))


def future(draw: Draw, scale: str = "any") -> Adverbial:
    """A coming time; `scale` is one of activities.scale()."""
    if scale in ("far", "any") and draw.chance(0.12):
        days = draw.integer(2, 6)
        return Adverbial(f"in {number(days)} Tagen", f"in {english_number(days)} days")
    return _point(draw, scale, _COMING)


def past(draw: Draw, scale: str = "any") -> Adverbial:
    """A finished time; English takes the simple past."""
    if scale in ("far", "any") and draw.chance(0.12):
        count, (unit, english_unit) = draw.integer(2, 6), draw.pick((("Tagen", "days"), ("Wochen", "weeks")))
        return Adverbial(f"vor {number(count)} {unit}", f"{english_number(count)} {english_unit} ago")
    return _point(draw, scale, _GONE)


def duration(draw: Draw) -> tuple[str, str]:
    """A length of time in the dative: "drei Jahren", "three years"."""
    count = draw.integer(1, 12)
    options = (
        ("Minuten", "minutes"),
        ("Stunden", "hours"),
        ("Tagen", "days"),
        ("Wochen", "weeks"),
        ("Monaten", "months"),
        ("Jahren", "years"),
    )
    unit, english_unit = draw.pick(options)
    if count == 1:
        one = {
            "Stunden": "einer Stunde",
            "Tagen": "einem Tag",
            "Wochen": "einer Woche",
            "Monaten": "einem Monat",
            "Jahren": "einem Jahr",
        }
        article = "an" if unit == "Stunden" else "a"
        return (one[unit], f"{article} {english_unit[:-1]}") if unit in one else ("zehn Minuten", "ten minutes")
    return f"{number(count)} {unit}", f"{english_number(count)} {english_unit}"
