"""Where things are and where they go: two-way prepositions with the dative for a place, the accusative for a direction.

German says how a thing is there (stehen, liegen, hängen; stellen, legen, hängen), English only "be" and "put".
"""

from dataclasses import replace

from . import clauses, german, times
from .clauses import Clause, Predicate
from .draw import Draw
from .people import ADDRESSED, DU, FORMAL, ICH, IHR, Subject, draw_subject
from .phrases import DEFINITE, NounPhrase
from .scenes import Scene, draw_scene, places_table
from .sentence import Sentence, sentence


def _thing_subject(phrase: NounPhrase) -> Subject:
    return Subject(phrase.german("nom"), phrase.english(), 2, "", "", "", "", "", is_pronoun=False)


def _there(scene: Scene) -> Predicate:
    return Predicate(
        scene.posture.being, scene.posture.english_being, scene.english_place(), tail=scene.where(), key=scene.key
    )


def location(draw: Draw) -> Sentence:
    """Statements, questions and corrections about where a thing is."""
    scene = draw_scene(draw)
    clause = Clause(_thing_subject(scene.thing), _there(scene), "present")
    kind = draw.integer(0, 5)
    if kind == 0:
        return sentence(clauses.german_question(clause), clauses.english_question(_progressive(clause)), scene.key, "?")
    if kind == 1:
        other = draw_scene(draw)
        while other.posture is not scene.posture or other.english_place() == scene.english_place():
            other = draw_scene(draw)
        clause = replace(clause, negated=True)
        return sentence(
            f"{clauses.german_main(clause)}, sondern {other.where()}",
            f"{clauses.english_statement(_progressive(clause))} but {other.english_place()}",
            scene.key,
        )
    if kind == 2:
        it = scene.thing.pronoun("nom")
        german_it = f"{it} {german.present(scene.posture.being, 2)} {scene.where()}"
        it_is = "It's hanging" if scene.posture.being == "hängen" else "It's"
        return sentence(
            f"wo ist {scene.thing.german('nom')}? {german_it[0].upper()}{german_it[1:]}",
            f"where is {scene.thing.english()}? {it_is} {scene.english_place()}",
            scene.key,
        )
    if kind == 3:
        before = replace(clause, tense="preterite", time=times.Adverbial("gestern noch", ""))
        being = "was still hanging" if scene.posture.being == "hängen" else "was still"
        target = f"{clause.subject.english} {being} {scene.english_place()} yesterday"
        return sentence(clauses.german_main(before), target, scene.key)
    return sentence(clauses.german_main(clause), clauses.english_statement(_progressive(clause)), scene.key)


def _progressive(clause: Clause) -> Clause:
    """English says that a picture "is hanging"."""
    if clause.predicate.english == "be hanging":
        return replace(clause, tense="progressive", predicate=replace(clause.predicate, english="hang"))
    return clause


def direction(draw: Draw) -> Sentence:
    """Bringing a thing somewhere: statements, requests and questions."""
    scene = draw_scene(draw)
    putting, translation = scene.posture.putting, scene.posture.english_putting
    predicate = Predicate(
        "legen" if putting == "legen" else putting,
        translation,
        f"{scene.thing.english()} {scene.english_place()}",
        object=scene.thing.german("acc"),
        tail=scene.whither(),
        key=scene.key,
    )
    kind = draw.integer(0, 6)
    if kind <= 2:
        who = draw_subject(draw, "home")
        if putting == "hängen":
            return _hung(draw, who, scene)
        clause = Clause(who, predicate, "past", times.past(draw, "day") if draw.chance(0.4) else times.NONE)
        return sentence(clauses.german_main(clause), clauses.english_statement(clause), scene.key)
    if kind == 3:
        who = draw.pick((DU, IHR, FORMAL))
        verb = german.imperative(putting, who.person)
        pronoun = " Sie" if who is FORMAL else ""
        return sentence(
            f"{verb}{pronoun} {predicate.object} bitte {predicate.tail}",
            f"please {translation} {predicate.rest}",
            scene.key,
        )
    if kind == 4:
        clause = Clause(draw.pick(ADDRESSED), predicate, draw.pick(("can", "could_you")))
        return sentence(clauses.german_question(clause), clauses.english_question(clause), scene.key, "?")
    if kind == 5:
        clause = Clause(ICH, predicate, "should_i")
        return sentence(clauses.german_question(clause), clauses.english_question(clause), scene.key, "?")
    who = draw_subject(draw, "home", question=True)
    clause = Clause(who, predicate, draw.pick(("must", "want", "can", "like", "will")))
    return sentence(clauses.german_main(clause), clauses.english_statement(clause), scene.key)


def _hung(draw: Draw, who: Subject, scene: Scene) -> Sentence:
    """hängen is weak where somebody hangs a thing: "hat ... gehängt"."""
    time = times.past(draw, "day") if draw.chance(0.4) else times.NONE
    auxiliary = german.present("haben", who.person)
    words = (who.german, auxiliary, time.german, scene.thing.german("acc"), scene.whither(), "gehängt")
    target = (who.english, "hung", scene.thing.english(), scene.english_place(), time.english)
    return sentence(" ".join(w for w in words if w), " ".join(w for w in target if w), scene.key)


def where_question(draw: Draw) -> Sentence:
    """wo asks for the place, wohin for the direction; English has one "where"."""
    scene = draw_scene(draw)
    thing, being = scene.thing, scene.posture.being
    key = f"wo/{thing.key}/{being}"
    if draw.chance(0.4):
        return sentence(
            f"wo {german.present(being, 2)} {thing.german('nom')}",
            f"where is {thing.english()}" + (" hanging" if being == "hängen" else ""),
            key,
            "?",
        )
    who = draw_subject(draw, "home", first=False, question=True)
    putting = "gehängt" if being == "hängen" else german.participle(scene.posture.putting)
    return sentence(
        f"wohin {german.present('haben', who.person)} {who.german} {thing.german('acc')} {putting}",
        f"where did {who.english} {scene.posture.english_putting} {thing.english()}",
        key,
        "?",
    )


_SEATS = places_table(
    "neben : next to : der Ofen, Öfen = stove | auf : on : der Balkon, Balkone = balcony | an : at : der Tisch, Tische = table | "
    "in : in : der Garten, Gärten = garden | auf : on : das Sofa, Sofas = sofa | an : by : das Fenster, Fenster = window | "
    "in : in : der Sessel, Sessel = armchair | unter : under : der Baum, Bäume = tree | auf : on : die Bank, Bänke = bench/benches | "
    "in : in : die Küche, Küchen = kitchen | vor : in front of : der Kamin, Kamine = fireplace"
)


def sitting(draw: Draw) -> Sentence:
    """sitzen with the dative, sich setzen with the accusative."""
    preposition, translation, place = draw.pick(_SEATS)
    phrase = NounPhrase(place, DEFINITE)
    who = draw_subject(draw, "home")
    where = german.contract(f"{preposition} {phrase.german('dat')}")
    whither = german.contract(f"{preposition} {phrase.german('acc')}")
    key = f"sitz/{preposition}/{place.german}/{who.english}"
    rest = f"{translation} {phrase.english()}"
    kind = draw.integer(0, 3)
    if kind == 0:
        clause = Clause(who, Predicate("sitzen", "sit", rest, tail=where), "progressive", draw.pick(times.NOW))
    elif kind == 1:
        clause = Clause(
            who, Predicate("setzen", "sit down", rest, pronoun=who.accusative, tail=whither, reflexive=True), "past"
        )
    elif kind == 2:
        clause = Clause(who, Predicate("sitzen", "sit", rest, tail=where), "present", draw.pick(times.HABITS[2:7]))
    else:
        clause = Clause(
            who,
            Predicate("setzen", "sit down", rest, pronoun=who.accusative, tail=whither, reflexive=True),
            draw.pick(("want", "can", "like", "should")),
        )
    return sentence(clauses.german_main(clause), clauses.english_statement(clause), key)


FRAMES = {
    "location": (location, 680),
    "direction": (direction, 930),
    "where_question": (where_question, 220),
    "sitting": (sitting, 220),
}
