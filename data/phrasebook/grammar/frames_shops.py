"""In shops and restaurants: prices, sizes, colours, orders, tables."""

from . import german
from .draw import Draw
from .people import ICH, WIR
from .phrases import DEFINITE, INDEFINITE, THIS, WHICH, NounPhrase, thing
from .sentence import Sentence, sentence
from .times import at_clock, english_number, number


def price(draw: Draw) -> Sentence:
    """Prices in words and figures: "12,50 Euro" is "12.50 euros"."""
    phrase = thing(draw, "clothes furniture belongings appliance vehicle", draw.pick((DEFINITE, THIS)), 0.5)
    high = {"furniture": 400, "appliance": 600, "vehicle": 900}.get(phrase.noun.group, 95)
    low = 90 if high > 100 else 15
    if phrase.noun.group == "vehicle" and phrase.noun.german != "Fahrrad":
        thousands = f"{draw.integer(3, 19)}.{draw.pick((200, 500, 900))}"
        return sentence(
            f"{phrase.german('nom')} kostet {thousands} Euro",
            f"{phrase.english()} costs {thousands.replace('.', ',')} euros",
            f"preis/{phrase.key}/{thousands}",
        )
    euros = draw.integer(low, high) if high < 100 else draw.integer(low // 10, high // 10) * 10
    cents = draw.pick((50, 90, 95, 20, 80))
    key = f"preis/{phrase.key}"
    adjectives = [a.german for a in phrase.adjectives]
    kind = draw.integer(0, 4)
    if kind == 0:
        return sentence(f"was kostet {phrase.german('nom')}", f"how much is {phrase.english()}", key, "?")
    if kind == 1:
        return sentence(
            f"können Sie mir sagen, wie viel {phrase.german('nom')} kostet",
            f"can you tell me how much {phrase.english()} costs",
            key,
            "?",
        )
    if kind == 2 and high < 100:
        return sentence(
            f"{phrase.german('nom')} kostet {euros},{cents} Euro",
            f"{phrase.english()} costs {euros}.{cents} euros",
            f"{key}/{euros}",
        )
    if kind == 4 and not {"billig", "teuer"} & set(adjectives):
        return sentence(
            f"{phrase.german('nom')} hat nur {number(euros)} Euro gekostet",
            f"{phrase.english()} only cost {english_number(euros)} euros",
            f"{key}/{euros}",
        )
    return sentence(
        f"{phrase.german('nom')} kostet {number(euros)} Euro",
        f"{phrase.english()} costs {english_number(euros)} euros",
        f"{key}/{euros}",
    )


_COLOURS = (
    ("rot", "red"),
    ("blau", "blue"),
    ("schwarz", "black"),
    ("grün", "green"),
    ("weiß", "white"),
    ("grau", "grey"),
    ("braun", "brown"),
)


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
    male, female = (
        (("meinen Bruder", "my brother"), ("meinen Vater", "my father")),
        (("meine Mutter", "my mother"), ("meine Schwester", "my sister")),
    )
    suited = {"Kleid": female, "Rock": female, "Bluse": female, "Anzug": male}.get(phrase.noun.german, male + female)
    whom, english_whom = draw.pick(suited)
    colour = german.IRREGULAR_STEMS.get(one, one).capitalize()
    options = (
        (
            f"haben Sie {this.german('acc')} auch in Größe {size}",
            f"do you also have {this.english()} in size {size}",
            f"{key}/{size}",
            "?",
        ),
        (
            f"haben Sie {this.german('acc')} auch in {colour}",
            f"do you also have {this.english()} in {english_one}",
            f"laden/{phrase.noun.german}/{one}",
            "?",
        ),
        (
            f"{which.german('acc')} möchten Sie, {first} oder {second}",
            f"which {phrase.noun.english} would you like, the {english_one} one or the {english_two} one",
            pair,
            "?",
        ),
        (
            f"ich nehme {first}, nicht {second}",
            f"I'll take the {english_one} one, not the {english_two} one",
            f"nehme/{gender}/{one}/{two}",
            ".",
        ),
        (
            f"ich suche {phrase.german('acc')} für {whom}",
            f"I'm looking for {phrase.english()} for {english_whom}",
            key,
            ".",
        ),
        (f"kann ich {this.german('acc')} anprobieren", f"can I try on {this.english()}", key, "?"),
        (
            f"{this.german('nom')} ist mir zu groß, haben Sie {german.ein_word('ein', gender, 'acc') + ('s' if gender == 'n' else '')} in Größe {size}",
            f"{this.english()} is too big for me, do you have one in size {size}",
            f"{key}/{size}",
            "?",
        ),
        (f"wo haben Sie {described.german('acc')} gekauft", f"where did you buy {described.english()}", key, "?"),
        (f"ich möchte {this.german('acc')} gern umtauschen", f"I'd like to exchange {this.english()}", key, "."),
    )
    source, target, key, end = options[kind]
    return sentence(source, target, key, end)


_SERVED = (
    ("eine Tasse Kaffee", "a cup of coffee"),
    ("eine Tasse Tee", "a cup of tea"),
    ("ein Glas Wasser", "a glass of water"),
    ("ein Glas Rotwein", "a glass of red wine"),
    ("ein Glas Weißwein", "a glass of white wine"),
    ("eine Flasche Mineralwasser", "a bottle of mineral water"),
    ("ein Stück Kuchen", "a piece of cake"),
    ("ein kleines Bier", "a small beer"),
    ("einen grünen Salat", "a green salad"),
    ("eine heiße Suppe", "a hot soup"),
    ("ein Schnitzel mit Kartoffeln", "a schnitzel with potatoes"),
    ("einen Teller Nudeln", "a plate of pasta"),
    ("ein Käsebrot", "a cheese sandwich"),
    ("ein Eis mit Sahne", "an ice cream with cream"),
    ("zwei Tassen Kaffee", "two cups of coffee"),
    ("zwei Gläser Wasser", "two glasses of water"),
    ("drei Stück Kuchen", "three pieces of cake"),
    ("ein gekochtes Ei", "a boiled egg"),
    ("den Fisch mit Reis", "the fish with rice"),
    ("die Tomatensuppe", "the tomato soup"),
)


_TABLE_TALK = (
    ("ich hätte gern {}", "I'd like {}", "."),
    ("wir hätten gern {}", "we'd like {}", "."),
    ("könnten Sie mir bitte {} bringen", "could you please bring me {}", "?"),
    ("könnten Sie uns bitte {} bringen", "could you please bring us {}", "?"),
    ("ich nehme {}", "I'll take {}", "."),
    ("für mich bitte {}", "{} for me, please", "."),
    ("möchten Sie {}", "would you like {}", "?"),
    ("möchtest du {}", "would you like {}", "?"),
    ("er hat {} bestellt", "he ordered {}", "."),
    ("wir haben {} bestellt, aber noch nichts bekommen", "we ordered {} but haven't got anything yet", "."),
    ("kann ich noch {} haben", "can I have {} as well", "?"),
    ("willst du wirklich {}", "do you really want {}", "?"),
    ("sie hat {} bestellt", "she ordered {}", "."),
    ("zum Mittagessen nehme ich {}", "I'll take {} for lunch", "."),
)


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
    day, english_day = draw.pick(
        (
            ("heute Abend", "this evening"),
            ("morgen Abend", "tomorrow evening"),
            ("am Samstag", "on Saturday"),
            ("am Freitagabend", "on Friday evening"),
            ("für Sonntag", "for Sunday"),
        )
    )
    who, me = draw.pick(((ICH, "I"), (WIR, "we")))
    kind = draw.integer(0, 2)
    key = f"tisch/{persons}/{day}/{time}"
    for_sunday = day.startswith("für")
    tail = f"für {number(persons)} Personen {'am Sonntag' if for_sunday else day} {time}"
    english_tail = f"for {english_number(persons)} people {'on Sunday' if for_sunday else english_day} {english_time}"
    if kind == 0:
        return sentence(
            f"{who.german} {german.present('möchten', who.person)} einen Tisch {tail} reservieren",
            f"{me}'d like to book a table {english_tail}",
            key,
        )
    if kind == 1:
        return sentence(
            f"{who.german} {german.present('haben', who.person)} einen Tisch {tail} reserviert",
            f"{me}'ve booked a table {english_tail}",
            key,
        )
    return sentence(f"haben Sie noch einen Tisch {tail}", f"do you still have a table {english_tail}", key, "?")


FRAMES = {"price": (price, 430), "shopping": (shopping, 500), "ordering": (ordering, 560), "table": (table, 220)}
