"""Things in places: which posture a thing takes, where it may be, and how the two languages say so."""

from dataclasses import dataclass

from . import german
from .adjectives import ADJECTIVE
from .draw import Draw
from .nouns import Noun, parse_noun
from .phrases import DEFINITE, NounPhrase, draw_adjectives


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


def places_table(text: str) -> tuple[tuple[str, str, Noun], ...]:
    rows = (entry.strip().split(" : ") for entry in text.split("|"))
    return tuple((row[0], row[1], parse_noun(row[2], "place")) for row in rows)


POSTURES = (
    Posture(
        "stehen",
        "be",
        "stellen",
        "put",
        _nouns(
            "die Flasche, Flaschen = bottle | die Vase, Vasen = vase | das Glas, Gläser = glass | der Korb, Körbe = basket | "
            "die Tasse, Tassen = cup | die Lampe, Lampen = lamp | der Teller, Teller = plate | die Kaffeekanne, Kaffeekannen = coffee pot",
            "vessel",
        ),
        places_table(
            "auf : on : der Tisch, Tische = table | auf : on : der Boden, Böden = floor | neben : next to : das Bett, Betten = bed | "
            "in : in : der Schrank, Schränke = cupboard | auf : on : die Fensterbank, Fensterbänke = windowsill | "
            "neben : next to : der Herd, Herde = cooker | in : in : die Küche, Küchen = kitchen | neben : next to : die Spüle, Spülen = sink | "
            "neben : next to : das Radio, Radios = radio | vor : in front of : das Fenster, Fenster = window"
        ),
    ),
    Posture(
        "stehen",
        "be",
        "stellen",
        "put",
        _nouns(
            "der Koffer, Koffer = suitcase | das Fahrrad, Fahrräder = bike | der Stuhl, Stühle = chair | der Sessel, Sessel = armchair | "
            "die Kiste, Kisten = box | der Kinderwagen, Kinderwagen = pram",
            "large",
        ),
        places_table(
            "neben : next to : die Tür, Türen = door | vor : in front of : das Haus, Häuser = house | hinter : behind : die Tür, Türen = door | "
            "in : in : der Keller, Keller = cellar | in : in : die Garage, Garagen = garage | in : in : der Flur, Flure = hall | "
            "neben : next to : der Schreibtisch, Schreibtische = desk | auf : on : der Balkon, Balkone = balcony | vor : in front of : die Tür, Türen = door"
        ),
    ),
    Posture(
        "liegen",
        "be",
        "legen",
        "put",
        _nouns(
            "das Buch, Bücher = book | der Schlüssel, Schlüssel = key | das Handy, Handys = phone | die Zeitung, Zeitungen = newspaper | "
            "der Brief, Briefe = letter | der Kugelschreiber, Kugelschreiber = pen | das Messer, Messer = knife/knives | "
            "der Reisepass, Reisepässe = passport | die Fahrkarte, Fahrkarten = ticket | die Brieftasche, Brieftaschen = wallet",
            "flat",
        ),
        places_table(
            "auf : on : der Tisch, Tische = table | auf : on : der Schreibtisch, Schreibtische = desk | in : in : die Schublade, Schubladen = drawer | "
            "unter : under : das Bett, Betten = bed | neben : next to : der Computer, Computer = computer | auf : on : das Sofa, Sofas = sofa | "
            "unter : under : die Zeitung, Zeitungen = newspaper | in : in : die Tasche, Taschen = bag | auf : on : der Stuhl, Stühle = chair | "
            "hinter : behind : das Radio, Radios = radio | neben : next to : das Telefon, Telefone = phone"
        ),
    ),
    Posture(
        "hängen",
        "be hanging",
        "hängen",
        "hang",
        _nouns(
            "das Bild, Bilder = picture | der Kalender, Kalender = calendar | der Spiegel, Spiegel = mirror | die Uhr, Uhren = clock | "
            "die Landkarte, Landkarten = map",
            "hanging",
        ),
        places_table(
            "an : on : die Wand, Wände = wall | über : above : das Sofa, Sofas = sofa | neben : next to : das Fenster, Fenster = window | "
            "in : in : das Schlafzimmer, - = bedroom | über : above : der Schreibtisch, Schreibtische = desk | neben : next to : die Tür, Türen = door | "
            "in : in : der Flur, Flure = hall | über : above : das Bett, Betten = bed"
        ),
    ),
)


_LOOKS = {
    "vessel": "klein groß blau weiß grün schön",
    "large": "alt rot schwarz klein groß",
    "flat": "neu alt klein rot",
    "hanging": "alt groß schön klein",
}


_LOOKS_UNFIT = {
    "Flasche": "schön",
    "Zeitung": "klein rot",
    "Messer": "rot neu",
    "Brief": "klein rot",
    "Reisepass": "klein",
    "Fahrkarte": "klein rot",
    "Handy": "klein",
    "Kinderwagen": "klein groß",
}


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
    return Scene(
        posture, thing, preposition, translation, NounPhrase(place, DEFINITE, draw_adjectives(draw, place, 0.0))
    )
