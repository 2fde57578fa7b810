"""Where things are and where they go: two-way prepositions with the dative for a place, the accusative for a direction.

German says how a thing is there (stehen, liegen, hängen; stellen, legen, hängen), English only "be" and "put".
"""

from dataclasses import dataclass, replace

from . import clauses, german, times
from .clauses import Clause, Predicate
from .draw import Draw
from .nouns import Noun, parse_noun
from .people import ADDRESSED, DU, FORMAL, ICH, IHR, Subject, draw_subject
from .phrases import DEFINITE, NounPhrase, draw_adjectives
from .sentence import Sentence, sentence


def _nouns(text: str, group: str) -> tuple[Noun, ...]:
    return tuple(parse_noun(entry.strip(), group) for entry in text.split("|"))


@dataclass(frozen=True)
class Posture:
    """A way of being somewhere, the verb of bringing a thing there, the things, and the places that suit them."""

    being: str
    english_being: str  # "be" or "hang"
    putting: str
    english_putting: str
    things: tuple[Noun, ...]
    places: tuple[tuple[str, str, Noun], ...]  # German preposition, English preposition, noun


def _places(text: str) -> tuple[tuple[str, str, Noun], ...]:
    rows = (entry.strip().split(" : ") for entry in text.split("|"))
    return tuple((row[0], row[1], parse_noun(row[2], "place")) for row in rows)


POSTURES = (
    Posture("stehen", "be", "stellen", "put", _nouns(
        "die Flasche, Flaschen = bottle | die Vase, Vasen = vase | das Glas, Gläser = glass | der Korb, Körbe = basket | "
        "die Tasse, Tassen = cup | die Lampe, Lampen = lamp | der Teller, Teller = plate | die Kaffeekanne, Kaffeekannen = coffee pot",
        "vessel"), _places(
        "auf : on : der Tisch, Tische = table | auf : on : der Boden, Böden = floor | neben : next to : das Bett, Betten = bed | "
        "in : in : der Schrank, Schränke = cupboard | auf : on : die Fensterbank, Fensterbänke = windowsill | "
        "neben : next to : der Herd, Herde = cooker | in : in : die Küche, Küchen = kitchen | neben : next to : die Spüle, Spülen = sink | "
        "neben : next to : das Radio, Radios = radio | vor : in front of : das Fenster, Fenster = window")),
    Posture("stehen", "be", "stellen", "put", _nouns(
        "der Koffer, Koffer = suitcase | das Fahrrad, Fahrräder = bike | der Stuhl, Stühle = chair | der Sessel, Sessel = armchair | "
        "die Kiste, Kisten = box | der Kinderwagen, Kinderwagen = pram", "large"), _places(
        "neben : next to : die Tür, Türen = door | vor : in front of : das Haus, Häuser = house | hinter : behind : die Tür, Türen = door | "
        "in : in : der Keller, Keller = cellar | in : in : die Garage, Garagen = garage | in : in : der Flur, Flure = hall | "
        "neben : next to : der Schreibtisch, Schreibtische = desk | auf : on : der Balkon, Balkone = balcony | vor : in front of : die Tür, Türen = door")),
    Posture("liegen", "be", "legen", "put", _nouns(
        "das Buch, Bücher = book | der Schlüssel, Schlüssel = key | das Handy, Handys = phone | die Zeitung, Zeitungen = newspaper | "
        "der Brief, Briefe = letter | der Kugelschreiber, Kugelschreiber = pen | das Messer, Messer = knife/knives | "
        "der Reisepass, Reisepässe = passport | die Fahrkarte, Fahrkarten = ticket | die Brieftasche, Brieftaschen = wallet", "flat"), _places(
        "auf : on : der Tisch, Tische = table | auf : on : der Schreibtisch, Schreibtische = desk | in : in : die Schublade, Schubladen = drawer | "
        "unter : under : das Bett, Betten = bed | neben : next to : der Computer, Computer = computer | auf : on : das Sofa, Sofas = sofa | "
        "unter : under : die Zeitung, Zeitungen = newspaper | in : in : die Tasche, Taschen = bag | auf : on : der Stuhl, Stühle = chair | "
        "hinter : behind : das Radio, Radios = radio | neben : next to : das Telefon, Telefone = phone")),
    Posture("hängen", "be hanging", "hängen", "hang", _nouns(
        "das Bild, Bilder = picture | der Kalender, Kalender = calendar | der Spiegel, Spiegel = mirror | die Uhr, Uhren = clock | "
        "die Landkarte, Landkarten = map", "hanging"), _places(
        "an : on : die Wand, Wände = wall | über : above : das Sofa, Sofas = sofa | neben : next to : das Fenster, Fenster = window | "
        "in : in : das Schlafzimmer, - = bedroom | über : above : der Schreibtisch, Schreibtische = desk | neben : next to : die Tür, Türen = door | "
        "in : in : der Flur, Flure = hall | über : above : das Bett, Betten = bed")),
)  # fmt: skip
_LOOKS = {"vessel": "klein groß blau weiß grün schön", "large": "alt rot schwarz klein groß", "flat": "neu alt klein rot", "hanging": "alt groß schön klein"}
_LOOKS_UNFIT = {"Flasche": "schön", "Zeitung": "klein rot", "Messer": "rot neu", "Brief": "klein rot", "Reisepass": "klein", "Fahrkarte": "klein rot", "Handy": "klein", "Kinderwagen": "klein groß"}


@dataclass(frozen=True)
class Scene:
    """A thing, its place, and how the two belong together."""

    posture: Posture
    thing: NounPhrase
    preposition: str
    english_preposition: str
    place: NounPhrase

    def where(self) -> str:
        """The place, in the dative."""
        return german.contract(f"{self.preposition} {self.place.german('dat')}")

    def whither(self) -> str:
        """The direction, in the accusative."""
        return german.contract(f"{self.preposition} {self.place.german('acc')}")

    def english_place(self) -> str:
        """Either, in English."""
        return f"{self.english_preposition} {self.place.english()}"

    @property
    def key(self) -> str:
        """The thing and the place: held out together."""
        return f"place/{self.thing.key}/{self.preposition}/{self.place.key}"


def _look(draw: Draw, item: Noun) -> NounPhrase:
    from .nouns import ADJECTIVE

    words = [w for w in _LOOKS[item.group].split() if w not in _LOOKS_UNFIT.get(item.german, "").split()]
    adjectives = (ADJECTIVE[draw.pick(words)],) if draw.chance(0.35) else ()
    return NounPhrase(item, DEFINITE, adjectives)


def draw_scene(draw: Draw) -> Scene:
    """Any thing in any place that suits it."""
    posture = draw.pick(POSTURES)
    thing = _look(draw, draw.pick(posture.things))
    while True:
        preposition, translation, place = draw.pick(posture.places)
        if place.german != thing.noun.german:
            break
    return Scene(posture, thing, preposition, translation, NounPhrase(place, DEFINITE, draw_adjectives(draw, place, 0.0)))


def _thing_subject(phrase: NounPhrase) -> Subject:
    return Subject(phrase.german("nom"), phrase.english(), 2, "", "", "", "", "", is_pronoun=False)


def _there(scene: Scene) -> Predicate:
    return Predicate(scene.posture.being, scene.posture.english_being, scene.english_place(), tail=scene.where(), key=scene.key)


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
            f"{clauses.english_statement(_progressive(clause))} but {other.english_place()}", scene.key,
        )  # fmt: skip
    if kind == 2:
        it = scene.thing.pronoun("nom")
        german_it = f"{it} {german.present(scene.posture.being, 2)} {scene.where()}"
        verb = "it's hanging" if scene.posture.being == "hängen" else "it's"
        return sentence(
            f"wo ist {scene.thing.german('nom')}? {german_it[0].upper()}{german_it[1:]}",
            f"where is {scene.thing.english()}? I{verb[1:]} {scene.english_place()}", scene.key,
        )  # fmt: skip
    if kind == 3:
        clause = replace(clause, tense="preterite", time=times.Adverbial("gestern", "yesterday"))
        noun = clause.subject.english
        being = "was hanging" if scene.posture.being == "hängen" else "was"
        return sentence(clauses.german_main(replace(clause, time=times.Adverbial("gestern noch", ""))), f"{noun} {being} still {scene.english_place()} yesterday" if being == "was" else f"{noun} was still hanging {scene.english_place()} yesterday", scene.key)
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
        "legen" if putting == "legen" else putting, translation, f"{scene.thing.english()} {scene.english_place()}",
        object=scene.thing.german("acc"), tail=scene.whither(), key=scene.key,
    )  # fmt: skip
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
            f"{verb}{pronoun} {predicate.object} bitte {predicate.tail}", f"please {translation} {predicate.rest}", scene.key
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
            f"where is {thing.english()}" + (" hanging" if being == "hängen" else ""), key, "?",
        )  # fmt: skip
    who = draw_subject(draw, "home", first=False, question=True)
    putting = "gehängt" if being == "hängen" else german.participle(scene.posture.putting)
    return sentence(
        f"wohin {german.present('haben', who.person)} {who.german} {thing.german('acc')} {putting}",
        f"where did {who.english} {scene.posture.english_putting} {thing.english()}", key, "?",
    )  # fmt: skip


_SEATS = _places(
    "neben : next to : der Ofen, Öfen = stove | auf : on : der Balkon, Balkone = balcony | an : at : der Tisch, Tische = table | "
    "in : in : der Garten, Gärten = garden | auf : on : das Sofa, Sofas = sofa | an : by : das Fenster, Fenster = window | "
    "in : in : der Sessel, Sessel = armchair | unter : under : der Baum, Bäume = tree | auf : on : die Bank, Bänke = bench/benches | "
    "in : in : die Küche, Küchen = kitchen | vor : in front of : der Kamin, Kamine = fireplace"
)  # fmt: skip


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
        clause = Clause(who, Predicate("setzen", "sit down", rest, pronoun=who.accusative, tail=whither, reflexive=True), "past")
    elif kind == 2:
        clause = Clause(who, Predicate("sitzen", "sit", rest, tail=where), "present", draw.pick(times.HABITS[2:7]))
    else:
        clause = Clause(who, Predicate("setzen", "sit down", rest, pronoun=who.accusative, tail=whither, reflexive=True), draw.pick(("want", "can", "like", "should")))
    return sentence(clauses.german_main(clause), clauses.english_statement(clause), key)


FRAMES = {
    "location": (location, 680), "direction": (direction, 930), "where_question": (where_question, 220), "sitting": (sitting, 220),
}  # fmt: skip
