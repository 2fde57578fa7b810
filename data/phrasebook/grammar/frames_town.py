"""In shops, restaurants and offices, on the phone; prices, dates, opening hours, the weather, greetings."""

from . import clauses, german, times
from .clauses import Clause, Predicate
from .draw import Draw
from .meanings import modal_clause
from .people import ADDRESSED, FORMAL, FORMAL_NAMES, ICH, WIR, draw_subject, person_phrase
from .phrases import DEFINITE, INDEFINITE, THIS, WHICH, NounPhrase, thing
from .places import CITIES
from .sentence import Sentence, sentence
from .times import at_clock, clock, english_number, number, weekday


def price(draw: Draw) -> Sentence:
    """Prices in words and figures: "12,50 Euro" is "12.50 euros"."""
    phrase = thing(draw, "clothes furniture belongings appliance vehicle", draw.pick((DEFINITE, THIS)), 0.5)
    if phrase.noun.german == "Reisepass":
        return price(draw)
    high = {"furniture": 400, "appliance": 600, "vehicle": 900}.get(phrase.noun.group, 95)
    low = 90 if high > 100 else 15
    if phrase.noun.group == "vehicle" and phrase.noun.german != "Fahrrad":
        thousands = f"{draw.integer(3, 19)}.{draw.pick((200, 500, 900))}"
        return sentence(
            f"{phrase.german('nom')} kostet {thousands} Euro", f"{phrase.english()} costs {thousands.replace('.', ',')} euros",
            f"preis/{phrase.key}/{thousands}",
        )  # fmt: skip
    euros = draw.integer(low, high) if high < 100 else draw.integer(low // 10, high // 10) * 10
    cents = draw.pick((50, 90, 95, 20, 80))
    key = f"preis/{phrase.key}"
    adjectives = [a.german for a in phrase.adjectives]
    kind = draw.integer(0, 4)
    if kind == 0:
        return sentence(f"was kostet {phrase.german('nom')}", f"how much is {phrase.english()}", key, "?")
    if kind == 1:
        return sentence(f"können Sie mir sagen, wie viel {phrase.german('nom')} kostet", f"can you tell me how much {phrase.english()} costs", key, "?")
    if kind == 2 and high < 100:
        return sentence(f"{phrase.german('nom')} kostet {euros},{cents} Euro", f"{phrase.english()} costs {euros}.{cents} euros", f"{key}/{euros}")
    if kind == 4 and not {"billig", "teuer"} & set(adjectives):
        return sentence(f"{phrase.german('nom')} hat nur {number(euros)} Euro gekostet", f"{phrase.english()} only cost {english_number(euros)} euros", f"{key}/{euros}")
    return sentence(f"{phrase.german('nom')} kostet {number(euros)} Euro", f"{phrase.english()} costs {english_number(euros)} euros", f"{key}/{euros}")


_COLOURS = (("rot", "red"), ("blau", "blue"), ("schwarz", "black"), ("grün", "green"), ("weiß", "white"), ("grau", "grey"), ("braun", "brown"))


def shopping(draw: Draw) -> Sentence:
    """Sizes, colours, choices; German leaves out the noun where English puts "one"."""
    phrase = thing(draw, "clothes", INDEFINITE, 0.5)
    gender, sized = phrase.gender, phrase.noun.german not in ("Schal", "Gürtel", "Mütze", "Hut")
    (one, english_one), (two, english_two) = draw.pick(_COLOURS), draw.pick(_COLOURS)
    if one == two:
        return shopping(draw)
    acc = german.definite(gender, "acc")
    size = draw.integer(18, 27) * 2
    first, second = (f"{acc} {german.adjective(c, 'weak', gender, 'acc')}" for c in (one, two))
    this = NounPhrase(phrase.noun, THIS)
    described = NounPhrase(phrase.noun, THIS, phrase.adjectives)
    which = NounPhrase(phrase.noun, WHICH)
    key = f"laden/{phrase.key}"
    pair = f"laden/{phrase.noun.german}/{one}/{two}"
    kind = draw.integer(0, 8) if sized else draw.pick((1, 2, 3, 4, 5, 7, 8))
    male, female = (("meinen Bruder", "my brother"), ("meinen Vater", "my father")), (("meine Mutter", "my mother"), ("meine Schwester", "my sister"))
    suited = {"Kleid": female, "Rock": female, "Bluse": female, "Anzug": male}.get(phrase.noun.german, male + female)
    whom, english_whom = draw.pick(suited)
    colour = german.IRREGULAR_STEMS.get(one, one).capitalize()
    options = (
        (f"haben Sie {this.german('acc')} auch in Größe {size}", f"do you also have {this.english()} in size {size}", f"{key}/{size}", "?"),
        (f"haben Sie {this.german('acc')} auch in {colour}", f"do you also have {this.english()} in {english_one}", f"laden/{phrase.noun.german}/{one}", "?"),
        (f"{which.german('acc')} möchten Sie, {first} oder {second}", f"which {phrase.noun.english} would you like, the {english_one} one or the {english_two} one", pair, "?"),
        (f"ich nehme {first}, nicht {second}", f"I'll take the {english_one} one, not the {english_two} one", f"nehme/{gender}/{one}/{two}", "."),
        (f"ich suche {phrase.german('acc')} für {whom}", f"I'm looking for {phrase.english()} for {english_whom}", key, "."),
        (f"kann ich {this.german('acc')} anprobieren", f"can I try on {this.english()}", key, "?"),
        (f"{this.german('nom')} ist mir zu groß, haben Sie {german.ein_word('ein', gender, 'acc') + ('s' if gender == 'n' else '')} in Größe {size}", f"{this.english()} is too big for me, do you have one in size {size}", f"{key}/{size}", "?"),
        (f"wo haben Sie {described.german('acc')} gekauft", f"where did you buy {described.english()}", key, "?"),
        (f"ich möchte {this.german('acc')} gern umtauschen", f"I'd like to exchange {this.english()}", key, "."),
    )  # fmt: skip
    source, target, key, end = options[kind]
    return sentence(source, target, key, end)


_SERVED = (
    ("eine Tasse Kaffee", "a cup of coffee"), ("eine Tasse Tee", "a cup of tea"), ("ein Glas Wasser", "a glass of water"), ("ein Glas Rotwein", "a glass of red wine"), ("ein Glas Weißwein", "a glass of white wine"),
    ("eine Flasche Mineralwasser", "a bottle of mineral water"), ("ein Stück Kuchen", "a piece of cake"), ("ein kleines Bier", "a small beer"), ("einen grünen Salat", "a green salad"), ("eine heiße Suppe", "a hot soup"),
    ("ein Schnitzel mit Kartoffeln", "a schnitzel with potatoes"), ("einen Teller Nudeln", "a plate of pasta"), ("ein Käsebrot", "a cheese sandwich"), ("ein Eis mit Sahne", "an ice cream with cream"), ("zwei Tassen Kaffee", "two cups of coffee"),
    ("zwei Gläser Wasser", "two glasses of water"), ("drei Stück Kuchen", "three pieces of cake"), ("ein gekochtes Ei", "a boiled egg"), ("den Fisch mit Reis", "the fish with rice"), ("die Tomatensuppe", "the tomato soup"),
)  # fmt: skip
_TABLE_TALK = (
    ("ich hätte gern {}", "I'd like {}", "."), ("wir hätten gern {}", "we'd like {}", "."), ("könnten Sie mir bitte {} bringen", "could you please bring me {}", "?"), ("könnten Sie uns bitte {} bringen", "could you please bring us {}", "?"),
    ("ich nehme {}", "I'll take {}", "."), ("für mich bitte {}", "{} for me, please", "."), ("möchten Sie {}", "would you like {}", "?"), ("möchtest du {}", "would you like {}", "?"), ("er hat {} bestellt", "he ordered {}", "."),
    ("wir haben {} bestellt, aber noch nichts bekommen", "we ordered {} but haven't got anything yet", "."), ("kann ich noch {} haben", "can I have {} as well", "?"), ("willst du wirklich {}", "do you really want {}", "?"),
    ("sie hat {} bestellt", "she ordered {}", "."), ("zum Mittagessen nehme ich {}", "I'll take {} for lunch", "."),
)  # fmt: skip


def ordering(draw: Draw) -> Sentence:
    """hätte gern, könnten Sie, and measures without "of"."""
    source, target, end = draw.pick(_TABLE_TALK)
    one, english_one = draw.pick(_SERVED)
    if draw.chance(0.55):
        two, english_two = draw.pick(_SERVED)
        if two == one or two.split()[-1] == one.split()[-1]:
            return ordering(draw)
        one, english_one = f"{one} und {two}", f"{english_one} and {english_two}"
    return sentence(source.format(one), target.format(english_one), f"bestellung/{one}", end)


def table(draw: Draw) -> Sentence:
    """Booking a table: persons, day, time."""
    persons = draw.integer(2, 12)
    time, english_time = at_clock(draw, 18, 21, figures=False)
    day, english_day = draw.pick((("heute Abend", "this evening"), ("morgen Abend", "tomorrow evening"), ("am Samstag", "on Saturday"), ("am Freitagabend", "on Friday evening"), ("für Sonntag", "for Sunday")))
    who, me = draw.pick(((ICH, "I"), (WIR, "we")))
    kind = draw.integer(0, 2)
    key = f"tisch/{persons}/{day}/{time}"
    for_sunday = day.startswith("für")
    tail = f"für {number(persons)} Personen {'am Sonntag' if for_sunday else day} {time}"
    english_tail = f"for {english_number(persons)} people {'on Sunday' if for_sunday else english_day} {english_time}"
    if kind == 0:
        return sentence(f"{who.german} {german.present('möchten', who.person)} einen Tisch {tail} reservieren", f"{me}'d like to book a table {english_tail}", key)
    if kind == 1:
        return sentence(f"{who.german} {german.present('haben', who.person)} einen Tisch {tail} reserviert", f"{me}'ve booked a table {english_tail}", key)
    return sentence(f"haben Sie noch einen Tisch {tail}", f"do you still have a table {english_tail}", key, "?")


_EVENTS = "Besprechung Konzert Prüfung Kurs Party Hochzeit Präsentation Abendessen Mittagessen"


def schedule(draw: Draw) -> Sentence:
    """When things begin, end, take place: clock times and dates."""
    phrase = thing(draw, _EVENTS, DEFINITE, 0.0)
    event, english_event = phrase.german("nom"), phrase.english()
    if phrase.noun.german in ("Abendessen", "Mittagessen"):
        english_event = english_event.removeprefix("the ")
    low, high = {"Abendessen": (18, 20), "Mittagessen": (12, 13), "Konzert": (18, 20), "Party": (18, 21)}.get(phrase.noun.german, (8, 16))
    time, english_time = at_clock(draw, low, high)
    day, english_day = weekday(draw)
    kind = draw.integer(0, 8)
    key = f"plan/{phrase.key}/{time}"
    date, english_date = times.date(draw)
    if kind == 0:
        return sentence(f"{event} beginnt {time}", f"{english_event} starts {english_time}", key)
    if kind == 1:
        return sentence(f"{event} findet am {day} {time} statt", f"{english_event} takes place on {english_day} {english_time}", key)
    if kind == 2:
        return sentence(f"wissen Sie, ob {event} {time} beginnt", f"do you know whether {english_event} starts {english_time}", key, "?")
    if kind == 3:
        hour = draw.integer(low, high)
        start, english_start = clock(draw, hour, hour, figures=False)
        end, english_end = clock(draw, hour + 1, hour + 2, figures=False)
        return sentence(f"{event} dauert von {start} bis {end}", f"{english_event} lasts from {english_start} to {english_end}", f"plan/{phrase.key}/{start}/{end}")
    if kind == 4:
        return sentence(f"{event} wurde auf {time.removeprefix('um ')} verschoben", f"{english_event} has been moved to {english_time.removeprefix('at ')}", key)
    if kind in (5, 6) and "essen" in event:
        return schedule(draw)
    if kind == 5:
        return sentence(f"{event} findet am {date} statt", f"{english_event} takes place on {english_date}", f"plan/{phrase.key}/{date}")
    if kind == 6:
        (first, english_first), (last, english_last) = times.date_range(draw)
        return sentence(f"ist {event} am {first} oder am {last}", f"is {english_event} on {english_first} or on {english_last}", f"plan/{phrase.key}/{date}", "?")
    if kind == 7:
        return sentence(f"wann beginnt {event} am {day}", f"when does {english_event} start on {english_day}", f"plan/{phrase.key}/{day}", "?")
    return sentence(f"{event} fängt erst {time} an", f"{english_event} doesn't start until {english_time.removeprefix('at ')}", key)


def dates(draw: Draw) -> Sentence:
    """Birthdays, birth years and appointments."""
    person = person_phrase(draw, "relative contact", None)
    date, english_date = times.date(draw)
    young, old = ("son", "daughter"), ("grandfather", "grandmother")
    born = (2004, 2018) if person.noun.english in young else (1931, 1949) if person.noun.english in old else (1956, 1994)
    year = draw.integer(*born)
    kind = draw.integer(0, 6)
    key = f"datum/{date}/{person.key}"
    city, english_city = draw.pick(CITIES)
    time, english_time = at_clock(draw, 8, 16)
    if kind == 0:
        return sentence(f"{person.german('nom')} hat am {date} Geburtstag", f"{person.english()}'s birthday is on {english_date}", key)
    if kind == 1:
        return sentence(f"{person.german('nom')} wurde {year} in {city} geboren", f"{person.english()} was born in {english_city} in {year}", f"datum/{year}/{city}")
    if kind == 2:
        who = draw.pick((ICH, WIR))
        return sentence(f"{who.german} {german.present('haben', who.person)} am {date} {time} einen Termin bei {person.german('dat')}", f"{who.english} have an appointment with {person.english()} on {english_date} {english_time}", key)
    if kind == 3:
        nominative, english_nominative = times.date(draw, "nom")
        return sentence(f"heute ist der {nominative}", f"today is {english_nominative}", f"datum/heute/{nominative}")
    if kind == 4:
        who = draw_subject(draw, "any", nouns=0.5)
        first, english_first = times.date(draw)
        clause = Clause(who, Predicate("sein", "be on holiday", f"until {english_first}", tail=f"bis zum {first} im Urlaub"), "present")
        return sentence(clauses.german_main(clause), clauses.english_statement(clause).replace("be on", "on"), f"datum/urlaub/{first}/{who.english}")
    if kind == 5:
        return sentence(f"passt es Ihnen am {date} {time}", f"does {english_date} {english_time} suit you", f"datum/passt/{date}/{time}", "?")
    return sentence(f"ich bin am {date} nicht da, aber am {times.WEEKDAYS[year % 7]} habe ich Zeit", f"I'm away on {english_date}, but I'm free on {times.ENGLISH_WEEKDAYS[year % 7]}", f"datum/da/{date}/{year % 7}")


def telling_time(draw: Draw) -> Sentence:
    """halb drei is half past two; opening hours."""
    kind = draw.integer(0, 5)
    low, high = {1: (7, 10), 2: (15, 19), 3: (16, 20)}.get(kind, (7, 20))
    time, english_time = clock(draw, low, high)
    shop, english_shop = draw.pick((("die Bank", "the bank"), ("das Museum", "the museum"), ("der Supermarkt", "the supermarket"), ("die Apotheke", "the pharmacy"), ("die Bibliothek", "the library"), ("das Restaurant", "the restaurant"), ("die Post", "the post office"), ("das Büro", "the office")))
    key = f"uhr/{time}/{shop}/{kind}"
    day, english_day = weekday(draw)
    if kind == 0:
        return _now(draw, time, english_time)
    if kind == 1:
        return sentence(f"{shop} öffnet um {time}", f"{english_shop} opens at {english_time}", key)
    if kind == 2:
        return sentence(f"{shop} schließt am {day} schon um {time}", f"on {english_day}, {english_shop} closes as early as {english_time}", key)
    if kind == 3:
        return sentence(f"ist {shop} um {time} noch geöffnet", f"is {english_shop} still open at {english_time}", key, "?")
    if kind == 4:
        person = person_phrase(draw, "contact expert relative name")
        return sentence(f"{person.german('nom')} kommt erst um {time} zurück", f"{person.english()} isn't coming back until {english_time}", f"uhr/{time}/{person.key}")
    who = draw.pick(ADDRESSED)
    activity = modal_clause(draw, "can", who, question=True, when="", among="timed")
    activity = Clause(who, activity.predicate, "can", times.Adverbial(f"um {time}", f"at {english_time}"))
    return sentence(clauses.german_question(activity), clauses.english_question(activity), activity.predicate.key, "?")


def _now(draw: Draw, time: str, english_time: str) -> Sentence:
    if draw.chance(0.4):
        return sentence(f"es ist schon {time}", f"it's already {english_time}", f"uhr/schon/{time}")
    return sentence(f"es ist {time}", f"it's {english_time}", f"uhr/{time}")


_WEATHER = (
    ("es regnet", "it's raining", "regnet es", "hat es geregnet", "it rained", "dass es regnet", "it'll rain"), ("es schneit", "it's snowing", "schneit es", "hat es geschneit", "it snowed", "dass es schneit", "it'll snow"),
    ("es ist sehr heiß", "it's very hot", "ist es sehr heiß", "war es sehr heiß", "it was very hot", "", ""), ("es ist windig", "it's windy", "ist es windig", "war es windig", "it was windy", "", ""),
    ("die Sonne scheint", "the sun is shining", "scheint die Sonne", "hat die Sonne geschienen", "the sun shone", "", ""), ("es ist kalt", "it's cold", "ist es kalt", "war es kalt", "it was cold", "", ""),
    ("das Wetter ist schön", "the weather is nice", "ist das Wetter schön", "war das Wetter schön", "the weather was nice", "", ""), ("es ist neblig", "it's foggy", "ist es neblig", "war es neblig", "it was foggy", "", ""),
)  # fmt: skip


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
    return sentence(f"in {city} {inverted}, aber in {other} {inverted2}", f"in {english_city}, {now}, but in {english_other}, {now2}", f"wetter/{city}/{other}/{inverted}/{inverted2}")


# {nom}, {acc}, {dat}, {gen}: a person in that case.
_AT_WORK = (
    ("könnte ich bitte mit {dat} sprechen", "could I please speak to {}", "?"),
    ("{nom} ist heute leider nicht im Büro", "unfortunately, {} isn't in the office today", "."),
    ("ich möchte {dat} eine Nachricht hinterlassen", "I'd like to leave a message for {}", "."),
    ("ist {nom} heute im Büro", "is {} in the office today", "?"),
    ("sagen Sie {dat} bitte, dass ich angerufen habe", "please tell {} that I called", "."),
    ("{nom} ist gerade in einer Besprechung", "{} is in a meeting right now", "."),
    ("haben Sie die Telefonnummer von {dat}", "do you have {}'s phone number", "?"),
    ("wann kann ich {acc} erreichen", "when can I reach {}", "?"),
    ("{nom} hat mir die Unterlagen noch nicht geschickt", "{} hasn't sent me the documents yet", "."),
    ("ich habe die Nachricht von {dat} bekommen", "I got the message from {}", "."),
    ("geben Sie {dat} bitte diesen Brief", "please give this letter to {}", "."),
    ("ich muss {dat} noch den Bericht zeigen", "I still have to show {} the report", "."),
    ("ohne {acc} können wir nicht anfangen", "we can't start without {}", "."),
    ("wegen {gen} müssen wir länger bleiben", "we have to stay longer because of {}", "."),
    ("während der Besprechung hat {nom} kein Wort gesagt", "{} didn't say a word during the meeting", "."),
)
_IN_PRIVATE = (
    ("haben Sie {acc} heute schon gesehen", "have you seen {} today", "?"),
    ("{nom} hat mich zum Essen eingeladen", "{} invited me to dinner", "."),
    ("kannst du {dat} dein Auto leihen", "can you lend {} your car", "?"),
    ("ich habe von {dat} ein schönes Geschenk bekommen", "I got a beautiful present from {}", "."),
    ("das ist ein Geschenk für {acc}", "this is a present for {}", "."),
    ("wir fahren mit {dat} in den Urlaub", "we're going on holiday with {}", "."),
    ("ich habe {dat} die Stadt gezeigt", "I showed {} the city", "."),
    ("was hältst du von {dat}", "what do you think of {}", "?"),
    ("{nom} hat den ganzen Tag gearbeitet", "{} worked all day", "."),
    ("seit wann kennst du {acc}", "how long have you known {}", "?"),
    ("wir haben {dat} zum Geburtstag Blumen geschenkt", "we gave {} flowers as a birthday present", "."),
    ("hat {nom} schon etwas gegessen", "has {} already eaten something", "?"),
)


def about_someone(draw: Draw) -> Sentence:
    """One person in every case, on the phone and elsewhere."""
    at_work = draw.chance(0.5)
    source, target, end = draw.pick(_AT_WORK if at_work else _IN_PRIVATE)
    person = person_phrase(draw, "contact formal expert" if at_work else "relative name contact", None, "Sie" in source)
    forms = {case: person.german(case) for case in ("nom", "acc", "dat")}
    if "{gen}" in source:
        if person.noun.group in ("name",):
            return about_someone(draw)
        forms["gen"] = person.german("gen")
    return sentence(source.format(**forms), target.format(person.english()), f"person/{source}/{person.key}", end)


_GREETINGS = (
    ("guten Morgen, {}", "good morning, {}", "."), ("guten Tag, {}", "hello, {}", "."), ("guten Abend, {}", "good evening, {}", "."), ("auf Wiedersehen, {}", "goodbye, {}", "."), ("wie geht es Ihnen, {}", "how are you, {}", "?"),
    ("vielen Dank für Ihre Hilfe, {}", "thank you very much for your help, {}", "."), ("entschuldigen Sie bitte, {}", "excuse me, {}", "."), ("herzlich willkommen in unserem Büro, {}", "welcome to our office, {}", "!"),
    ("haben Sie gut geschlafen, {}", "did you sleep well, {}", "?"), ("einen Moment bitte, {}", "one moment, please, {}", "."), ("schönes Wochenende, {}", "have a nice weekend, {}", "!"), ("gute Reise, {}", "have a good trip, {}", "!"),
    ("das tut mir sehr leid, {}", "I'm very sorry about that, {}", "."), ("nehmen Sie bitte Platz, {}", "please take a seat, {}", "."), ("bis morgen, {}", "see you tomorrow, {}", "."), ("darf ich Ihnen etwas anbieten, {}", "may I offer you something, {}", "?"),
)  # fmt: skip


def greeting(draw: Draw) -> Sentence:
    """What one says to a person by name."""
    source, target, end = draw.pick(_GREETINGS)
    person = draw.pick(FORMAL_NAMES)
    return sentence(source.format(person.german), target.format(person.english), f"gruß/{source}/{person.german}", end)


def reminder(draw: Draw) -> Sentence:
    """Two clauses with dass-free reported wishes: "Der Chef möchte, dass Sie ..."."""
    person = person_phrase(draw, "contact formal", draw.pick((ICH, WIR)).owned)
    who = draw.pick((FORMAL, ICH, WIR))
    inner = modal_clause(draw, "want", who, when="", among="duty")
    clause = Clause(who, inner.predicate, "present")
    objects = {"I": "me", "we": "us", "you": "you"}
    want, english_want = draw.pick((("möchte", "would like"), ("will", "wants")))
    return sentence(
        f"{person.german('nom')} {want}, {clauses.german_subordinate(clause, 'dass')}",
        f"{person.english()} {english_want} {objects[who.english]} to {clauses.english_infinitive(clause, '')}", inner.predicate.key if inner.predicate.has_object else f"wunsch/{inner.predicate.key}/{person.key}",
    )  # fmt: skip


def together(draw: Draw) -> Sentence:
    """Two wishes, one against the other: aber, und, oder, sondern."""
    one = modal_clause(draw, "like", None, when="", among="free")
    two = modal_clause(draw, "must", None, when="", among="duty")
    who = one.subject
    if not who.is_pronoun or one.predicate.verb == two.predicate.verb:
        return together(draw)
    # The second clause is told of the same pronoun.
    two = modal_clause(draw, "must", who, when="f", among="duty")
    if one.predicate.verb == two.predicate.verb:
        return together(draw)
    return sentence(
        f"{clauses.german_main(one)}, aber {clauses.german_main(two)}", f"{clauses.english_statement(one)}, but {clauses.english_statement(two)}",
        " & ".join((one.predicate.key, two.predicate.key)),
    )  # fmt: skip


FRAMES = {
    "price": (price, 430), "shopping": (shopping, 500), "ordering": (ordering, 560), "table": (table, 220), "schedule": (schedule, 620), "dates": (dates, 430),
    "telling_time": (telling_time, 430), "weather": (weather, 220), "about_someone": (about_someone, 680), "greeting": (greeting, 90), "reminder": (reminder, 310), "together": (together, 370),
}  # fmt: skip
