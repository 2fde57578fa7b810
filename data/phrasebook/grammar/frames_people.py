"""People described: knowing, jobs, ages, aches, feelings, who owns and who likes what."""

from . import clauses, english, german, times
from .clauses import Clause, Predicate
from .draw import Draw
from .people import ADDRESSED, DU, ER, FORMAL, ICH, IHR, SHE, THEY, WIR, draw_subject, owner, person_phrase
from .phrases import DEFINITE, THIS, Determiner, NounPhrase, thing
from .places import far_at
from .sentence import Sentence, sentence
from .times import number


def knowing(draw: Draw) -> Sentence:
    """kennen for people and places, wissen for facts: English "know"."""
    if draw.chance(0.6):
        phrase = (
            person_phrase(draw, "contact relative expert", None, True)
            if draw.chance(0.5)
            else thing(draw, "sight business", draw.pick((DEFINITE, THIS)), 0.8)
        )
        if draw.chance(0.5):
            who = draw.pick((*ADDRESSED, SHE, ER, THEY))
            clause = Clause(who, Predicate("kennen", "know", phrase.english(), object=phrase.german("acc")), "present")
            return sentence(
                clauses.german_question(clause), clauses.english_question(clause), f"kennen/{phrase.key}", "?"
            )
        who = draw_subject(draw, "any")
        clause = Clause(
            who,
            Predicate("kennen", "know", phrase.english(), object=phrase.german("acc")),
            "present",
            negated=draw.chance(0.5),
        )
        if phrase.noun.english == who.key:
            return knowing(draw)
        return sentence(clauses.german_main(clause), clauses.english_statement(clause), f"kennen/{phrase.key}")
    facts = (
        ("wo {} wohnt", "where {} lives"),
        ("wie {} heißt", "what {} is called"),
        ("wo {} arbeitet", "where {} works"),
        ("wann {} kommt", "when {} is coming"),
        ("wie alt {} ist", "how old {} is"),
        ("wo {} ist", "where {} is"),
        ("was {} gesagt hat", "what {} said"),
        ("wen {} besucht hat", "who {} visited"),
    )
    fact, english_fact = draw.pick(facts)
    phrase = person_phrase(draw, "contact relative expert", None, True)
    who = draw_subject(draw, "any", nouns=0.2)
    if phrase.noun.english == who.key:
        return knowing(draw)
    clause = Clause(who, Predicate("wissen", "know"), "present", negated=draw.chance(0.5))
    return sentence(
        f"{clauses.german_main(clause)}, {fact.format(phrase.german('nom'))}",
        f"{clauses.english_statement(clause)} {english_fact.format(phrase.english())}",
        f"wissen/{fact}/{phrase.key}",
    )


DATIVES = (
    (ICH, "mir", "me"),
    (DU, "dir", "you"),
    (ER, "ihm", "him"),
    (SHE, "ihr", "her"),
    (WIR, "uns", "us"),
    (IHR, "euch", "you"),
    (THEY, "ihnen", "them"),
    (FORMAL, "Ihnen", "you"),
)


def belonging(draw: Draw) -> Sentence:
    """gehören with the dative."""
    phrase = thing(draw, "belongings papers vehicle clothes reading", draw.pick((DEFINITE, THIS)), 0.5)
    if draw.chance(0.5):
        _, whom, english_whom = draw.pick(DATIVES)
        key = f"gehören/{phrase.key}"
    else:
        person = person_phrase(draw, "relative contact", owner(draw))
        whom, english_whom, key = person.german("dat"), person.english(), f"gehören/{phrase.key}"
    kind = draw.integer(0, 2)
    if kind == 0:
        return sentence(
            f"gehört {phrase.german('nom')} {whom}", f"does {phrase.english()} belong to {english_whom}", key, "?"
        )
    if kind == 1:
        return sentence(
            f"{phrase.german('nom')} gehört {whom} nicht"
            if " " not in whom
            else f"{phrase.german('nom')} gehört nicht {whom}",
            f"{phrase.english()} doesn't belong to {english_whom}",
            key,
        )
    return sentence(f"{phrase.german('nom')} gehört {whom}", f"{phrase.english()} belongs to {english_whom}", key)


def pleasing(draw: Draw) -> Sentence:
    """gefallen and schmecken: what pleases is the German subject and the English object."""
    person, whom, _ = draw.pick(DATIVES)
    tasty = draw.chance(0.3)
    plural = draw.chance(0.25)
    phrase = thing(
        draw,
        "food dish" if tasty else "clothes furniture lodging picture sight media reading vehicle pairs",
        draw.pick((DEFINITE, THIS)),
        0.0 if tasty else 0.4,
        plural,
    )
    if phrase.noun.group == "pairs":
        phrase = NounPhrase(phrase.noun, phrase.determiner, phrase.adjectives, True)
    verb = german.present("schmecken" if tasty else "gefallen", 5 if phrase.plural else 2)
    key = f"gefallen/{phrase.key}"
    if person.english == "you" and draw.chance(0.8):
        return sentence(f"{verb} {whom} {phrase.german('nom')}", f"do you like {phrase.english()}", key, "?")
    if draw.chance(0.35):
        negative = english.NEGATED["does" if person.person == 2 else "do"]
        return sentence(
            f"{phrase.german('nom')} {verb} {whom} nicht", f"{person.english} {negative} like {phrase.english()}", key
        )
    return sentence(
        f"{phrase.german('nom')} {verb} {whom}",
        f"{person.english} {english.present('like', person.person)} {phrase.english()}",
        key,
    )


_JOBS = (
    ("Arzt", "Ärztin", "doctor"),
    ("Lehrer", "Lehrerin", "teacher"),
    ("Ingenieur", "Ingenieurin", "engineer"),
    ("Verkäufer", "Verkäuferin", "sales assistant"),
    ("Koch", "Köchin", "cook"),
    ("Anwalt", "Anwältin", "lawyer"),
    ("Architekt", "Architektin", "architect"),
    ("Journalist", "Journalistin", "journalist"),
    ("Busfahrer", "Busfahrerin", "bus driver"),
    ("Musiker", "Musikerin", "musician"),
)


def job(draw: Draw) -> Sentence:
    """German names a profession without an article, and has a word for women."""
    who = draw_subject(draw, "home", nouns=0.7)
    if who.person != 2:
        return age(draw)
    man, woman, translation = draw.pick(_JOBS)
    word = man if who.possessive == "sein" else woman
    a = english.indefinite(translation)
    key = f"job/{word}/{who.english}"
    place, english_place = far_at(draw)
    kind = draw.integer(0, 2)
    if kind == 0:
        return sentence(
            f"{who.german} ist {word}", f"{english.with_auxiliary(who.english, 'is', False)} {a} {translation}", key
        )
    if kind == 1:
        return sentence(
            f"{who.german} arbeitet als {word} {place}",
            f"{who.english} works as {a} {translation} {english_place}",
            key,
        )
    return sentence(
        f"{who.german} möchte {word} werden",
        f"{english.with_auxiliary(who.english, 'would', False)} like to become {a} {translation}",
        key,
    )


def age(draw: Draw) -> Sentence:
    """Numbers in words, units before tens."""
    who = draw_subject(draw, "home", nouns=0.75)
    if who.is_pronoun and who not in (ICH, ER, SHE):
        return age(draw)
    low, high = {
        "parents": (45, 69),
        "son": (3, 19),
        "daughter": (3, 19),
        "children": (3, 19),
        "grandfather": (66, 90),
        "grandmother": (66, 90),
    }.get(who.key, (21, 64))
    years = draw.integer(low, high)
    finite = german.present("sein", who.person)
    auxiliary = english.BE_PRESENT[who.person]
    shown, translated = (str(years), str(years)) if draw.chance(0.3) else (number(years), times.english_number(years))
    return sentence(
        f"{who.german} {finite} {shown} Jahre alt",
        f"{english.with_auxiliary(who.english, auxiliary, False)} {translated} years old",
        f"age/{years}/{who.english}",
    )


_BODY = (
    ("der Kopf", "head"),
    ("der Rücken", "back"),
    ("der Bauch", "stomach"),
    ("der linke Fuß", "left foot"),
    ("der rechte Arm", "right arm"),
    ("der Hals", "throat"),
    ("das Knie", "knee"),
    ("die rechte Hand", "right hand"),
)


def aching(draw: Draw) -> Sentence:
    """The aching person stands in the dative: "Mir tut der Rücken weh."."""
    part, translation = draw.pick(_BODY)
    person, whom, _ = draw.pick([row for row in DATIVES if row[0] in (ICH, DU, ER, SHE, FORMAL)])
    mine = person.english_possessive
    key = f"weh/{part}/{whom}"
    if person in ADDRESSED:
        return sentence(f"tut {whom} {part} weh", f"does your {translation} hurt", key, "?")
    time, english_time = draw.pick((("", ""), ("seit gestern", "since"), ("", ""), ("nicht mehr", "anymore")))
    if time == "seit gestern":
        return sentence(
            f"{whom} tut seit gestern {part} weh", f"{mine} {translation} has been hurting since yesterday", key
        )
    if time:
        return sentence(f"{whom} tut {part} nicht mehr weh", f"{mine} {translation} doesn't hurt {english_time}", key)
    return sentence(f"{whom} tut {part} weh", f"{mine} {translation} hurts", key)


# Verb, preposition, case, English verb, what it is about.
_FEELINGS = (
    ("freuen", "auf", "acc", "look forward to", "event:Reise Party Konzert Hochzeit Kurs"),
    ("interessieren", "für", "acc", "be interested in", "event:Kurs Angebot Wohnung Haus Zimmer Buch"),
    ("erinnern", "an", "acc", "remember", "event:Reise Party Konzert Gespräch Hochzeit Film Idee Frage"),
    ("ärgern", "über", "acc", "be annoyed about", "event:nuisance Fehler Antwort Rechnung Brief"),
    ("freuen", "über", "acc", "be happy about", "event:Geschenk Brief Einladung Antwort Postkarte"),
)


def feeling(draw: Draw) -> Sentence:
    """Reflexive verbs and the preposition each wants."""
    verb, preposition, case, translation, nouns = draw.pick(_FEELINGS)
    who = draw_subject(draw, "any", nouns=0.35)
    determiner: Determiner = draw.pick((DEFINITE, THIS)) if verb != "freuen" else DEFINITE
    phrase = thing(draw, nouns.partition(":")[2], determiner, 0.0 if verb in ("ärgern", "interessieren") else 0.4)
    if any(adjective.german in ("langweilig", "schwierig") for adjective in phrase.adjectives):
        return feeling(draw)
    tail = german.contract(f"{preposition} {phrase.german(case)}")
    predicate = Predicate(verb, translation, phrase.english(), pronoun=who.accusative, tail=tail, reflexive=True)
    tense = "progressive" if translation.startswith("look") else "present"
    clause = Clause(who, predicate, tense, negated=draw.chance(0.25) and translation != "be happy about")
    key = f"{verb}/{preposition}/{phrase.key}"
    if draw.chance(0.3):
        asked = draw_subject(draw, "any", first=False, nouns=0.2, question=True)
        predicate = Predicate(verb, translation, phrase.english(), pronoun=asked.accusative, tail=tail, reflexive=True)
        clause = Clause(asked, predicate, tense)
        return sentence(clauses.german_question(clause), _be_question(clause), key, "?")
    return sentence(clauses.german_main(clause), _be_statement(clause), key)


def _be_statement(clause: Clause) -> str:
    """ "be annoyed about" in the present: "I'm annoyed about ..."."""
    if not clause.predicate.english.startswith("be "):
        return clauses.english_statement(clause)
    auxiliary = english.BE_PRESENT[clause.subject.person]
    begin = english.with_auxiliary(clause.subject.english, auxiliary, clause.negated)
    return f"{begin} {clause.predicate.english[3:]} {clause.predicate.rest}"


def _be_question(clause: Clause) -> str:
    if not clause.predicate.english.startswith("be "):
        return clauses.english_question(clause)
    auxiliary = english.BE_PRESENT[clause.subject.person]
    return f"{auxiliary} {clause.subject.english} {clause.predicate.english[3:]} {clause.predicate.rest}"


FRAMES = {
    "knowing": (knowing, 560),
    "belonging": (belonging, 370),
    "pleasing": (pleasing, 430),
    "job": (job, 220),
    "age": (age, 160),
    "aching": (aching, 70),
    "feeling": (feeling, 430),
}
