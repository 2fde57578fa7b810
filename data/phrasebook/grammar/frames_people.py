"""People and things described: relative clauses, knowing, owning, liking, comparing, jobs, aches, feelings."""

from . import clauses, english, german, times
from .clauses import Clause, Predicate
from .draw import Draw
from .nouns import parse_noun
from .people import ADDRESSED, DU, ER, FORMAL, ICH, IHR, SHE, THEY, WIR, draw_subject, owner, person_phrase
from .phrases import DEFINITE, INDEFINITE, THIS, Determiner, NounPhrase, thing
from .places import far_at
from .sentence import Sentence, sentence
from .times import number

STRANGERS = tuple(
    parse_noun(entry, "stranger")
    for entry in (
        "der Mann, Männer = man/men", "die Frau, Frauen = woman/women", "der Junge>Jungen, Jungen = boy",
        "das Mädchen, Mädchen = girl", "der Student>Studenten, Studenten = student", "die Studentin, Studentinnen = student",
        "der Verkäufer, Verkäufer = sales assistant", "der Kellner, Kellner = waiter", "die Kellnerin, Kellnerinnen = waitress",
        "der Tourist>Touristen, Touristen = tourist", "der Polizist>Polizisten, Polizisten = police officer", "der Gast, Gäste = guest",
        "der Kollege>Kollegen, Kollegen = colleague", "die Kollegin, Kolleginnen = colleague",
    )
)  # fmt: skip
# German (finite verb singular / plural last) and English (verb singular / plural first).
_DOING = (
    ("neben mir sitzt / sitzen", "is / are sitting next to me"), ("dort am Fenster steht / stehen", "is / are standing by the window over there"),
    ("gestern angerufen hat / haben", "called yesterday"), ("über uns wohnt / wohnen", "lives / live above us"), ("bei der Bank arbeitet / arbeiten", "works / work at the bank"),
    ("auf den Bus wartet / warten", "is / are waiting for the bus"), ("uns den Weg gezeigt hat / haben", "showed us the way"), ("gerade hereinkommt / hereinkommen", "is / are just coming in"),
    ("mir gestern geholfen hat / haben", "helped me yesterday"), ("im Café Zeitung liest / lesen", "is / are reading the newspaper in the café"), ("kein Deutsch spricht / sprechen", "doesn't / don't speak German"),
    ("im Park spazieren geht / gehen", "is / are walking in the park"), ("die Rechnung bezahlt hat / haben", "paid the bill"), ("zu spät gekommen ist / sind", "came too late"),
)  # fmt: skip
_BEING = (
    ("kommt / kommen aus Italien", "comes / come from Italy"), ("heißt Klein", "is called Klein"), ("spricht / sprechen sehr gut Englisch", "speaks / speak English very well"),
    ("wohnt / wohnen in Köln", "lives / live in Cologne"), ("ist / sind sehr freundlich", "is / are very friendly"), ("hat / haben seinen Schlüssel verloren", "has / have lost his key"),
    ("arbeitet / arbeiten im Krankenhaus", "works / work at the hospital"), ("ist / sind sehr nett", "is / are very nice"), ("sucht / suchen eine Wohnung", "is / are looking for a flat"),
    ("kommt / kommen morgen wieder", "is / are coming back tomorrow"), ("ist / sind schon weg", "has / have already left"), ("hat / haben zwei Kinder", "has / have two children"),
)  # fmt: skip


def _number(text: str, plural: bool) -> str:
    """Choose the singular or the plural of "sitzt / sitzen"; what is not written twice stays."""
    words = text.split(" ")
    while "/" in words:
        index = words.index("/")
        words[index - 1 : index + 2] = [words[index + 1 if plural else index - 1]]
    return " ".join(words)


def _clash(name: str, plural: bool, doing: str, being: str) -> bool:
    """Whether this person would hardly do the one, be the other, or both together."""
    grown = name in ("Mann", "Frau")
    if name in ("Junge", "Mädchen") and any(w in doing + being for w in ("Bank", "Rechnung", "Café", "Kinder", "Krankenhaus", "Wohnung")):
        return True
    if not grown and any(w in doing + being for w in ("Bank", "über uns", "Krankenhaus", "Klein")):
        return True
    if "Rechnung" in doing and name in ("Kellner", "Kellnerin", "Verkäufer", "Polizist"):
        return True
    if ("seinen" in being or "Klein" in being) and (plural or name not in ("Mann", "Student", "Tourist", "Gast")):
        return True
    return ("weg" in being or "wieder" in being) and not ("hat / haben" in doing or "gekommen" in doing)


def relative_subject(draw: Draw) -> Sentence:
    """der, die, das as subject of a relative clause: "Der Mann, der neben mir sitzt, kommt aus Italien."."""
    item, plural = draw.pick(STRANGERS), draw.chance(0.25)
    phrase = NounPhrase(item, DEFINITE, (), plural)
    doing, english_doing = draw.pick(_DOING)
    being, english_being = draw.pick(_BEING)
    if _clash(item.german, plural, doing, being):
        return relative_subject(draw)
    pronoun = german.relative_pronoun(phrase.gender, "nom")
    key = f"rel/{phrase.noun.german}/{doing}/{being}"
    clause, english_clause = _number(doing, plural), _number(english_doing, plural)
    if draw.chance(0.35):
        who, verb = draw.pick(((DU, "kennst du"), (FORMAL, "kennen Sie"), (IHR, "kennt ihr"), (DU, "siehst du"), (FORMAL, "sehen Sie")))
        know = "can you see" if verb.startswith("se") or verb.startswith("si") else "do you know"
        return sentence(
            f"{verb} {phrase.german('acc')}, {pronoun} {clause}", f"{know} {phrase.english()} who {english_clause}", f"{key}/{who.german}", "?"
        )
    return sentence(
        f"{phrase.german('nom')}, {pronoun} {clause}, {_number(being, plural)}",
        f"{phrase.english()} who {english_clause} {_number(english_being, plural)}", key,
    )  # fmt: skip


# Verb, English verb, case or preposition of what was met, asked, thanked.
_MEETING = (
    ("treffen", "meet", "acc", ""), ("fragen", "ask", "acc", ""), ("ein|laden", "invite", "acc", ""), ("besuchen", "visit", "acc", ""), ("helfen", "help", "dat", ""),
    ("danken", "thank", "dat", ""), ("sprechen", "talk to", "dat", "mit"), ("warten", "wait for", "acc", "auf"), ("kennen|lernen", "get to know", "acc", ""),
    ("antworten", "answer", "dat", ""), ("suchen", "look for", "acc", ""),
)  # fmt: skip


def relative_object(draw: Draw) -> Sentence:
    """The relative pronoun in the accusative, the dative or after a preposition."""
    phrase = NounPhrase(draw.pick(STRANGERS), DEFINITE, (), draw.chance(0.2))
    verb, translation, case, preposition = draw.pick(_MEETING)
    if verb in ("ein|laden", "besuchen") and phrase.noun.english not in ("man", "woman", "boy", "girl", "student", "colleague"):
        return relative_object(draw)
    who = draw_subject(draw, "any", first=False, nouns=0.2)
    time = times.past(draw, "week")
    clause = Clause(who, Predicate(verb, translation), "past", time)
    pronoun = f"{preposition} {german.relative_pronoun(phrase.gender, case)}".strip()
    be, english_be = ("das sind", "those are") if phrase.plural else ("das ist", "that's")
    return sentence(
        f"{be} {phrase.german('nom')}, {clauses.german_subordinate(clause, pronoun)}",
        f"{english_be} {phrase.english()} who {clauses.english_statement(clause)}", f"relobj/{verb}/{phrase.key}/{who.english}/{time.german}",
    )  # fmt: skip


_GETTING = (("kaufen", "buy"), ("mit|bringen", "bring"), ("finden", "find"), ("verlieren", "lose"), ("suchen", "look for"), ("vergessen", "forget"))
_VERDICTS = (
    ("ist sehr schön", "is very beautiful"), ("war sehr teuer", "was very expensive"), ("ist zu klein", "is too small"), ("gefällt mir sehr", ""), ("ist schon kaputt", "is already broken"),
    ("liegt auf dem Tisch", "is on the table"), ("gehört meiner Tante", "belongs to my aunt"), ("war nicht billig", "wasn't cheap"),
)  # fmt: skip


def relative_thing(draw: Draw) -> Sentence:
    """Things with a relative clause: "Wo ist der Mantel, den du gestern gekauft hast?"."""
    verb, translation = draw.pick(_GETTING)
    phrase = thing(draw, "clothes belongings", DEFINITE, 0.3)
    who = draw_subject(draw, "home", first=False, nouns=0.3, question=True)
    time = times.past(draw, "week")
    clause = Clause(who, Predicate(verb, translation), "past", time)
    inner = clauses.german_subordinate(clause, german.relative_pronoun(phrase.gender, "acc"))
    english_inner = f"that {clauses.english_statement(clause)}"
    key = f"relthing/{verb}/{phrase.key}"
    if draw.chance(0.4) and verb not in ("verlieren", "suchen", "vergessen"):
        return sentence(f"wo ist {phrase.german('nom')}, {inner}", f"where is {phrase.english()} {english_inner}", key, "?")
    if draw.chance(0.4) and verb not in ("finden",):
        return sentence(f"das ist {phrase.german('nom')}, {inner}", f"that's {phrase.english()} {english_inner}", key)
    verdict, english_verdict = draw.pick(_VERDICTS)
    if "teuer" in verdict or "billig" in verdict:
        phrase = NounPhrase(phrase.noun, phrase.determiner)
    gone = verb in ("verlieren", "suchen", "vergessen") and verdict.startswith(("ist", "liegt", "gefällt"))
    if gone or phrase.noun.german == "Reisepass" and verdict.startswith(("ist", "war", "gefällt")):
        return relative_thing(draw)
    if not english_verdict:
        return sentence(f"{phrase.german('nom')}, {inner}, {verdict}", f"I really like {phrase.english()} {english_inner}", key)
    return sentence(f"{phrase.german('nom')}, {inner}, {verdict}", f"{phrase.english()} {english_inner} {english_verdict}", key)


def whose(draw: Draw) -> Sentence:
    """dessen and deren, and the genitive: "das Auto meines Bruders"."""
    owned = thing(draw, "vehicle pet appliance lodging", DEFINITE, 0.0)
    states = {
        "vehicle": (("ist kaputt", "is broken"), ("steht vor dem Haus", "is in front of the house"), ("war sehr teuer", "was very expensive"), ("ist ganz neu", "is brand new")),
        "pet": (("ist krank", "is ill"), ("ist sehr alt", "is very old"), ("heißt Max", "is called Max"), ("ist weggelaufen", "has run away")),
        "appliance": (("ist kaputt", "is broken"), ("ist ganz neu", "is brand new"), ("war sehr teuer", "was very expensive")),
        "lodging": (("ist sehr groß", "is very big"), ("war sehr billig", "was very cheap"), ("ist ganz modern", "is quite modern")),
    }  # fmt: skip
    state, english_state = draw.pick(states[owned.noun.group])
    key = f"whose/{owned.key}/{state}"
    if draw.chance(0.5):
        who = person_phrase(draw, "relative contact expert", draw.pick((ICH, WIR, DU)).owned)
        return sentence(
            f"{owned.german('nom')} {who.german('gen')} {state}", f"{who.english()}'s {owned.noun.english} {english_state}", f"{key}/{who.key}"
        )
    item = draw.pick((*STRANGERS[:2], *STRANGERS[4:6]))
    phrase = NounPhrase(item, DEFINITE)
    words = state.split(" ")
    last = " ".join([*words[1:], words[0]])
    return sentence(
        f"das ist {phrase.german('nom')}, {german.relative_pronoun(phrase.gender, 'gen')} {owned.noun.german} {last}",
        f"that's {phrase.english()} whose {owned.noun.english} {english_state}", f"{key}/{item.german}",
    )  # fmt: skip


def knowing(draw: Draw) -> Sentence:
    """kennen for people and places, wissen for facts: English "know"."""
    if draw.chance(0.6):
        phrase = person_phrase(draw, "contact relative expert", None, True) if draw.chance(0.5) else thing(draw, "sight business", draw.pick((DEFINITE, THIS)), 0.8)
        if draw.chance(0.5):
            who = draw.pick((*ADDRESSED, SHE, ER, THEY))
            clause = Clause(who, Predicate("kennen", "know", phrase.english(), object=phrase.german("acc")), "present")
            return sentence(clauses.german_question(clause), clauses.english_question(clause), f"kennen/{phrase.key}", "?")
        who = draw_subject(draw, "any")
        clause = Clause(who, Predicate("kennen", "know", phrase.english(), object=phrase.german("acc")), "present", negated=draw.chance(0.5))
        if phrase.noun.english == who.key:
            return knowing(draw)
        return sentence(clauses.german_main(clause), clauses.english_statement(clause), f"kennen/{phrase.key}")
    facts = (
        ("wo {} wohnt", "where {} lives"), ("wie {} heißt", "what {} is called"), ("wo {} arbeitet", "where {} works"), ("wann {} kommt", "when {} is coming"),
        ("wie alt {} ist", "how old {} is"), ("wo {} ist", "where {} is"), ("was {} gesagt hat", "what {} said"), ("wen {} besucht hat", "who {} visited"),
    )  # fmt: skip
    fact, english_fact = draw.pick(facts)
    phrase = person_phrase(draw, "contact relative expert", None, True)
    who = draw_subject(draw, "any", nouns=0.2)
    if phrase.noun.english == who.key:
        return knowing(draw)
    clause = Clause(who, Predicate("wissen", "know"), "present", negated=draw.chance(0.5))
    return sentence(
        f"{clauses.german_main(clause)}, {fact.format(phrase.german('nom'))}",
        f"{clauses.english_statement(clause)} {english_fact.format(phrase.english())}", f"wissen/{fact}/{phrase.key}",
    )  # fmt: skip


DATIVES = ((ICH, "mir", "me"), (DU, "dir", "you"), (ER, "ihm", "him"), (SHE, "ihr", "her"), (WIR, "uns", "us"), (IHR, "euch", "you"), (THEY, "ihnen", "them"), (FORMAL, "Ihnen", "you"))


def belonging(draw: Draw) -> Sentence:
    """gehören with the dative."""
    phrase = thing(draw, "belongings vehicle clothes reading", draw.pick((DEFINITE, THIS)), 0.5)
    if draw.chance(0.5):
        _, whom, english_whom = draw.pick(DATIVES)
        key = f"gehören/{phrase.key}"
    else:
        person = person_phrase(draw, "relative contact", owner(draw))
        whom, english_whom, key = person.german("dat"), person.english(), f"gehören/{phrase.key}"
    kind = draw.integer(0, 2)
    if kind == 0:
        return sentence(f"gehört {phrase.german('nom')} {whom}", f"does {phrase.english()} belong to {english_whom}", key, "?")
    if kind == 1:
        return sentence(f"{phrase.german('nom')} gehört {whom} nicht" if " " not in whom else f"{phrase.german('nom')} gehört nicht {whom}", f"{phrase.english()} doesn't belong to {english_whom}", key)
    return sentence(f"{phrase.german('nom')} gehört {whom}", f"{phrase.english()} belongs to {english_whom}", key)


def pleasing(draw: Draw) -> Sentence:
    """gefallen and schmecken: what pleases is the German subject and the English object."""
    person, whom, _ = draw.pick(DATIVES)
    tasty = draw.chance(0.3)
    plural = draw.chance(0.25)
    phrase = thing(draw, "food dish" if tasty else "clothes furniture lodging picture sight media reading vehicle pairs", draw.pick((DEFINITE, THIS)), 0.0 if tasty else 0.4, plural)
    if phrase.noun.group == "pairs":
        phrase = NounPhrase(phrase.noun, phrase.determiner, phrase.adjectives, True)
    verb = german.present("schmecken" if tasty else "gefallen", 5 if phrase.plural else 2)
    key = f"gefallen/{phrase.key}"
    if person.english == "you" and draw.chance(0.8):
        return sentence(f"{verb} {whom} {phrase.german('nom')}", f"do you like {phrase.english()}", key, "?")
    if draw.chance(0.35):
        negative = english.NEGATED["does" if person.person == 2 else "do"]
        return sentence(f"{phrase.german('nom')} {verb} {whom} nicht", f"{person.english} {negative} like {phrase.english()}", key)
    return sentence(f"{phrase.german('nom')} {verb} {whom}", f"{person.english} {english.present('like', person.person)} {phrase.english()}", key)


_COMPARED = (
    ("schnell", "schneller", "fast", "faster", "vehicle"), ("teuer", "teurer", "expensive", "more expensive", "clothes furniture lodging vehicle belongings appliance"), ("hell", "heller", "bright", "brighter", "Lampe Wohnung Zimmer Küche"),
    ("schön", "schöner", "beautiful", "more beautiful", "clothes lodging sight picture"), ("groß", "größer", "big", "bigger", "lodging furniture sight"), ("alt", "älter", "old", "older", "sight vehicle furniture appliance"),
    ("interessant", "interessanter", "interesting", "more interesting", "reading media"), ("spannend", "spannender", "exciting", "more exciting", "reading media"), ("bequem", "bequemer", "comfortable", "more comfortable", "Sofa Sessel Bett Stuhl"),
    ("klein", "kleiner", "small", "smaller", "lodging furniture"), ("langweilig", "langweiliger", "boring", "more boring", "media reading"),
)  # fmt: skip


def comparison(draw: Draw) -> Sentence:
    """als after a comparative, so ... wie; German drops the noun where English says "one"."""
    word, comparative, translation, english_comparative, source = draw.pick(_COMPARED)
    phrase = thing(draw, source, DEFINITE, 0.0)
    colours = (("rot", "red"), ("blau", "blue"), ("schwarz", "black"), ("grün", "green"), ("weiß", "white"), ("grau", "grey"), ("braun", "brown"))
    kind = draw.integer(0, 3)
    key = f"als/{comparative}/{phrase.key}"
    name, translated = phrase.noun.german, phrase.noun.english
    coloured = phrase.noun.group in ("clothes", "furniture", "vehicle", "belongings") and phrase.noun.german not in ("Reisepass", "Ring", "Boot", "Ladegerät")
    if kind == 0 and coloured:
        (one, english_one), (two, english_two) = draw.pick(colours), draw.pick(colours)
        if one == two:
            return comparison(draw)
        article, g = german.definite(phrase.gender, "nom"), phrase.gender
        return sentence(
            f"{article} {german.adjective(one, 'weak', g, 'nom')} {name} ist {comparative} als {article} {german.adjective(two, 'weak', g, 'nom')}",
            f"the {english_one} {translated} is {english_comparative} than the {english_two} one", f"{key}/{one}/{two}",
        )  # fmt: skip
    owners = ((ICH, "deins", "yours"), (DU, "meins", "mine"))
    who, _, theirs = draw.pick(owners)
    ending = {"m": "er", "f": "e", "n": "s"}[phrase.gender]
    other = ("dein" if who is ICH else "mein") + ending
    mine = NounPhrase(phrase.noun, who.owned)
    if phrase.noun.group in ("sight", "media") or kind == 1:
        this = NounPhrase(phrase.noun, THIS)
        pronoun = {"m": "der", "f": "die", "n": "das"}[phrase.gender] + " andere"
        return sentence(f"{this.german('nom')} ist {comparative} als {pronoun}", f"{this.english()} is {english_comparative} than the other one", key)
    if kind == 2:
        return sentence(f"{mine.german('nom')} ist nicht so {word} wie {other}", f"{mine.english()} isn't as {translation} as {theirs}", key)
    return sentence(f"{mine.german('nom')} ist {comparative} als {other}", f"{mine.english()} is {english_comparative} than {theirs}", key)


_JOBS = (
    ("Arzt", "Ärztin", "doctor"), ("Lehrer", "Lehrerin", "teacher"), ("Ingenieur", "Ingenieurin", "engineer"), ("Verkäufer", "Verkäuferin", "sales assistant"), ("Koch", "Köchin", "cook"),
    ("Anwalt", "Anwältin", "lawyer"), ("Architekt", "Architektin", "architect"), ("Journalist", "Journalistin", "journalist"), ("Busfahrer", "Busfahrerin", "bus driver"), ("Musiker", "Musikerin", "musician"),
)  # fmt: skip


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
        return sentence(f"{who.german} ist {word}", f"{english.with_auxiliary(who.english, 'is', False)} {a} {translation}", key)
    if kind == 1:
        return sentence(f"{who.german} arbeitet als {word} {place}", f"{who.english} works as {a} {translation} {english_place}", key)
    return sentence(f"{who.german} möchte {word} werden", f"{english.with_auxiliary(who.english, 'would', False)} like to become {a} {translation}", key)


def age(draw: Draw) -> Sentence:
    """Numbers in words, units before tens."""
    who = draw_subject(draw, "home", nouns=0.75)
    if who.is_pronoun and who not in (ICH, ER, SHE):
        return age(draw)
    low, high = {"parents": (45, 69), "son": (3, 19), "daughter": (3, 19), "children": (3, 19), "grandfather": (66, 90), "grandmother": (66, 90)}.get(who.key, (21, 64))
    years = draw.integer(low, high)
    finite = german.present("sein", who.person)
    auxiliary = english.BE_PRESENT[who.person]
    shown, translated = (str(years), str(years)) if draw.chance(0.3) else (number(years), times.english_number(years))
    return sentence(f"{who.german} {finite} {shown} Jahre alt", f"{english.with_auxiliary(who.english, auxiliary, False)} {translated} years old", f"age/{years}/{who.english}")


_BODY = (("der Kopf", "head"), ("der Rücken", "back"), ("der Bauch", "stomach"), ("der linke Fuß", "left foot"), ("der rechte Arm", "right arm"), ("der Hals", "throat"), ("das Knie", "knee"), ("die rechte Hand", "right hand"))


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
        return sentence(f"{whom} tut seit gestern {part} weh", f"{mine} {translation} has been hurting since yesterday", key)
    if time:
        return sentence(f"{whom} tut {part} nicht mehr weh", f"{mine} {translation} doesn't hurt {english_time}", key)
    return sentence(f"{whom} tut {part} weh", f"{mine} {translation} hurts", key)


# Verb, preposition, case, English verb, what it is about.
_FEELINGS = (
    ("freuen", "auf", "acc", "look forward to", "event:Reise Party Konzert Hochzeit Abendessen Kurs"), ("interessieren", "für", "acc", "be interested in", "event:Kurs Angebot Wohnung Haus Zimmer Buch"),
    ("erinnern", "an", "acc", "remember", "event:Reise Party Konzert Gespräch Hochzeit Film Idee Frage"), ("ärgern", "über", "acc", "be annoyed about", "event:nuisance Fehler Antwort Rechnung Brief"),
    ("freuen", "über", "acc", "be happy about", "event:Geschenk Brief Einladung Antwort Postkarte"),
)  # fmt: skip


def feeling(draw: Draw) -> Sentence:
    """Reflexive verbs and the preposition each wants."""
    verb, preposition, case, translation, nouns = draw.pick(_FEELINGS)
    who = draw_subject(draw, "any", nouns=0.35)
    determiner: Determiner = draw.pick((DEFINITE, THIS)) if verb != "freuen" else DEFINITE
    phrase = thing(draw, nouns.partition(":")[2], determiner, 0.0 if verb == "ärgern" else 0.4)
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


def having(draw: Draw) -> Sentence:
    """haben and brauchen with one or two indefinite objects, affirmed and denied."""
    who = draw_subject(draw, "home", nouns=0.4)
    verb, translation = draw.pick((("haben", "have"), ("brauchen", "need"), ("haben", "have")))
    one = thing(draw, "vehicle pet belongings" if verb == "haben" else "clothes belongings furniture appliance", INDEFINITE, 0.6)
    key = f"{verb}/{one.key}"
    kind = draw.integer(0, 3)
    predicate = Predicate(verb, translation, one.english(), object=one.german("acc"), no_object=one.negative("acc"))
    if kind == 0:
        asked = draw_subject(draw, "home", first=False, nouns=0.3, question=True)
        clause = Clause(asked, predicate, "present")
        return sentence(clauses.german_question(clause), clauses.english_question(clause), key, "?")
    if kind == 1:
        clause = Clause(who, predicate, "present", negated=True)
        return sentence(clauses.german_main(clause), clauses.english_statement(clause), key)
    if kind == 2:
        clause = Clause(who, predicate, "preterite" if verb == "haben" else "present", times.Adverbial("früher", "", True) if verb == "haben" else times.NONE)
        if verb == "haben":
            return sentence(clauses.german_main(clause), f"{who.english} used to have {one.english()}", key)
        return sentence(clauses.german_main(clause), clauses.english_statement(clause), key)
    two = thing(draw, one.noun.group, INDEFINITE, 0.5)
    if two.noun == one.noun or {one.noun.english, two.noun.english} == {"bike", "motorbike"}:
        return having(draw)
    predicate = Predicate(verb, translation, f"{one.english()} and {two.english()}", object=f"{one.german('acc')} und {two.german('acc')}")
    clause = Clause(who, predicate, "present")
    return sentence(clauses.german_main(clause), clauses.english_statement(clause), key)


FRAMES = {
    "relative_subject": (relative_subject, 680), "relative_object": (relative_object, 560), "relative_thing": (relative_thing, 560), "whose": (whose, 280),
    "knowing": (knowing, 560), "belonging": (belonging, 370), "pleasing": (pleasing, 430), "comparison": (comparison, 310), "job": (job, 220), "aching": (aching, 70),
    "feeling": (feeling, 430), "having": (having, 560), "age": (age, 160),
}  # fmt: skip
