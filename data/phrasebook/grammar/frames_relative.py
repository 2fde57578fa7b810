"""Relative clauses: der, die, das in every case, after a preposition, and the genitive of possession."""

from . import clauses, german, times
from .clauses import Clause, Predicate
from .draw import Draw
from .nouns import parse_noun
from .people import DU, FORMAL, ICH, IHR, WIR, draw_subject, person_phrase
from .phrases import DEFINITE, NounPhrase, thing
from .sentence import Sentence, sentence

STRANGERS = tuple(
    parse_noun(entry, "stranger")
    for entry in (
        "der Mann, Männer = man/men",
        "die Frau, Frauen = woman/women",
        "der Junge>Jungen, Jungen = boy",
        "das Mädchen, Mädchen = girl",
        "der Student>Studenten, Studenten = student",
        "die Studentin, Studentinnen = student",
        "der Verkäufer, Verkäufer = sales assistant",
        "der Kellner, Kellner = waiter",
        "die Kellnerin, Kellnerinnen = waitress",
        "der Tourist>Touristen, Touristen = tourist",
        "der Polizist>Polizisten, Polizisten = police officer",
        "der Gast, Gäste = guest",
        "der Kollege>Kollegen, Kollegen = colleague",
        "die Kollegin, Kolleginnen = colleague",
    )
)


# German (finite verb singular / plural last) and English (verb singular / plural first).
_DOING = (
    ("neben mir sitzt / sitzen", "is / are sitting next to me"),
    ("dort am Fenster steht / stehen", "is / are standing by the window over there"),
    ("gestern angerufen hat / haben", "called yesterday"),
    ("über uns wohnt / wohnen", "lives / live above us"),
    ("bei der Bank arbeitet / arbeiten", "works / work at the bank"),
    ("auf den Bus wartet / warten", "is / are waiting for the bus"),
    ("uns den Weg gezeigt hat / haben", "showed us the way"),
    ("gerade hereinkommt / hereinkommen", "is / are just coming in"),
    ("mir gestern geholfen hat / haben", "helped me yesterday"),
    ("im Café Zeitung liest / lesen", "is / are reading the newspaper in the café"),
    ("kein Deutsch spricht / sprechen", "doesn't / don't speak German"),
    ("im Park spazieren geht / gehen", "is / are walking in the park"),
    ("die Rechnung bezahlt hat / haben", "paid the bill"),
    ("zu spät gekommen ist / sind", "came too late"),
)


_BEING = (
    ("kommt / kommen aus Italien", "comes / come from Italy"),
    ("heißt Klein", "is called Klein"),
    ("spricht / sprechen sehr gut Englisch", "speaks / speak English very well"),
    ("wohnt / wohnen in Köln", "lives / live in Cologne"),
    ("ist / sind sehr freundlich", "is / are very friendly"),
    ("hat / haben seinen Schlüssel verloren", "has / have lost his key"),
    ("arbeitet / arbeiten im Krankenhaus", "works / work at the hospital"),
    ("ist / sind sehr nett", "is / are very nice"),
    ("sucht / suchen eine Wohnung", "is / are looking for a flat"),
    ("kommt / kommen morgen wieder", "is / are coming back tomorrow"),
    ("ist / sind schon weg", "has / have already left"),
    ("hat / haben zwei Kinder", "has / have two children"),
)


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
    if name in ("Junge", "Mädchen") and any(
        w in doing + being for w in ("Bank", "Rechnung", "Café", "Kinder", "Krankenhaus", "Wohnung")
    ):
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
        who, verb = draw.pick(
            ((DU, "kennst du"), (FORMAL, "kennen Sie"), (IHR, "kennt ihr"), (DU, "siehst du"), (FORMAL, "sehen Sie"))
        )
        know = "can you see" if verb.startswith("se") or verb.startswith("si") else "do you know"
        return sentence(
            f"{verb} {phrase.german('acc')}, {pronoun} {clause}",
            f"{know} {phrase.english()} who {english_clause}",
            f"{key}/{who.german}",
            "?",
        )
    return sentence(
        f"{phrase.german('nom')}, {pronoun} {clause}, {_number(being, plural)}",
        f"{phrase.english()} who {english_clause} {_number(english_being, plural)}",
        key,
    )


# Verb, English verb, case or preposition of what was met, asked, thanked.
_MEETING = (
    ("treffen", "meet", "acc", ""),
    ("fragen", "ask", "acc", ""),
    ("ein|laden", "invite", "acc", ""),
    ("besuchen", "visit", "acc", ""),
    ("helfen", "help", "dat", ""),
    ("danken", "thank", "dat", ""),
    ("sprechen", "talk to", "dat", "mit"),
    ("warten", "wait for", "acc", "auf"),
    ("kennen|lernen", "get to know", "acc", ""),
    ("antworten", "answer", "dat", ""),
    ("suchen", "look for", "acc", ""),
)


def relative_object(draw: Draw) -> Sentence:
    """The relative pronoun in the accusative, the dative or after a preposition."""
    phrase = NounPhrase(draw.pick(STRANGERS), DEFINITE, (), draw.chance(0.2))
    verb, translation, case, preposition = draw.pick(_MEETING)
    if verb in ("ein|laden", "besuchen") and phrase.noun.english not in (
        "man",
        "woman",
        "boy",
        "girl",
        "student",
        "colleague",
    ):
        return relative_object(draw)
    who = draw_subject(draw, "any", first=False, nouns=0.2)
    time = times.past(draw, "week")
    clause = Clause(who, Predicate(verb, translation), "past", time)
    pronoun = f"{preposition} {german.relative_pronoun(phrase.gender, case)}".strip()
    be, english_be = ("das sind", "those are") if phrase.plural else ("das ist", "that's")
    return sentence(
        f"{be} {phrase.german('nom')}, {clauses.german_subordinate(clause, pronoun)}",
        f"{english_be} {phrase.english()} who {clauses.english_statement(clause)}",
        f"relobj/{verb}/{phrase.key}/{who.english}/{time.german}",
    )


_GETTING = (
    ("kaufen", "buy"),
    ("mit|bringen", "bring"),
    ("finden", "find"),
    ("verlieren", "lose"),
    ("suchen", "look for"),
    ("vergessen", "forget"),
)


_VERDICTS = (
    ("ist sehr schön", "is very beautiful"),
    ("war sehr teuer", "was very expensive"),
    ("ist zu klein", "is too small"),
    ("gefällt mir sehr", ""),
    ("ist schon kaputt", "is already broken"),
    ("liegt auf dem Tisch", "is on the table"),
    ("gehört meiner Tante", "belongs to my aunt"),
    ("war nicht billig", "wasn't cheap"),
)


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
        return sentence(
            f"wo ist {phrase.german('nom')}, {inner}", f"where is {phrase.english()} {english_inner}", key, "?"
        )
    if draw.chance(0.4) and verb not in ("finden",):
        return sentence(f"das ist {phrase.german('nom')}, {inner}", f"that's {phrase.english()} {english_inner}", key)
    verdict, english_verdict = draw.pick(_VERDICTS)
    if "teuer" in verdict or "billig" in verdict:
        phrase = NounPhrase(phrase.noun, phrase.determiner)
    if verb in ("verlieren", "suchen", "vergessen") and verdict.startswith(("ist", "liegt", "gefällt")):
        return relative_thing(draw)
    if not english_verdict:
        return sentence(
            f"{phrase.german('nom')}, {inner}, {verdict}", f"I really like {phrase.english()} {english_inner}", key
        )
    return sentence(
        f"{phrase.german('nom')}, {inner}, {verdict}", f"{phrase.english()} {english_inner} {english_verdict}", key
    )


def whose(draw: Draw) -> Sentence:
    """dessen and deren, and the genitive: "das Auto meines Bruders"."""
    owned = thing(draw, "vehicle pet appliance lodging", DEFINITE, 0.0)
    states = {
        "vehicle": (
            ("ist kaputt", "is broken"),
            ("steht vor dem Haus", "is in front of the house"),
            ("war sehr teuer", "was very expensive"),
            ("ist ganz neu", "is brand new"),
        ),
        "pet": (
            ("ist krank", "is ill"),
            ("ist sehr alt", "is very old"),
            ("heißt Max", "is called Max"),
            ("ist weggelaufen", "has run away"),
        ),
        "appliance": (
            ("ist kaputt", "is broken"),
            ("ist ganz neu", "is brand new"),
            ("war sehr teuer", "was very expensive"),
        ),
        "lodging": (
            ("ist sehr groß", "is very big"),
            ("war sehr billig", "was very cheap"),
            ("ist ganz modern", "is quite modern"),
        ),
    }
    state, english_state = draw.pick(states[owned.noun.group])
    key = f"whose/{owned.key}/{state}"
    if draw.chance(0.5):
        who = person_phrase(draw, "relative contact expert", draw.pick((ICH, WIR, DU)).owned)
        return sentence(
            f"{owned.german('nom')} {who.german('gen')} {state}",
            f"{who.english()}'s {owned.noun.english} {english_state}",
            f"{key}/{who.key}",
        )
    item = draw.pick((*STRANGERS[:2], *STRANGERS[4:6]))
    phrase = NounPhrase(item, DEFINITE)
    words = state.split(" ")
    last = " ".join([*words[1:], words[0]])
    return sentence(
        f"das ist {phrase.german('nom')}, {german.relative_pronoun(phrase.gender, 'gen')} {owned.noun.german} {last}",
        f"that's {phrase.english()} whose {owned.noun.english} {english_state}",
        f"{key}/{item.german}",
    )


FRAMES = {
    "relative_subject": (relative_subject, 680),
    "relative_object": (relative_object, 560),
    "relative_thing": (relative_thing, 560),
    "whose": (whose, 280),
}
