"""The adjectives, and which of them make sense with which noun."""

from dataclasses import dataclass
from functools import cache

from .nouns import Noun


@dataclass(frozen=True)
class Adjective:
    """An adjective in both languages; lower ranks stand first when two meet (nice, big, old, red)."""

    german: str
    english: str
    rank: int


ADJECTIVES = {
    "judgement": "schön = beautiful, hübsch = pretty",
    "quality": "gut = good, interessant = interesting, wichtig = important",
    "price": "teuer = expensive, billig = cheap",
    "size": "groß = big, klein = small, lang = long, kurz = short",
    "age": "neu = new, alt = old, jung = young, modern = modern, gebraucht = used",
    "heat": "warm = warm, kalt = cold, heiß = hot, frisch = fresh",
    "colour": """rot = red, blau = blue, grün = green, schwarz = black, weiß = white, grau = grey, braun = brown,
        gelb = yellow, dunkelblau = dark blue""",
    "content": """spannend = exciting, langweilig = boring, lustig = funny, traurig = sad, einfach = simple,
        schwierig = difficult, dringend = urgent, berühmt = famous""",
    "feel": """gemütlich = cosy, ruhig = quiet, hell = bright, dunkel = dark, leer = empty, sauber = clean,
        schmutzig = dirty, schwer = heavy, leicht = light, bequem = comfortable, schnell = fast""",
    "person": """nett = nice, freundlich = friendly, klug = clever, geduldig = patient,
        fleißig = hard-working, erfahren = experienced""",
    "taste": "lecker = delicious, stark = strong, trocken = dry",
}


RANKS = {"judgement": 0, "price": 0, "size": 1, "age": 2, "heat": 2, "colour": 3}


FITTING = {
    "clothes": "schön teuer billig neu alt warm rot blau grün schwarz weiß grau braun gelb dunkelblau leicht",
    "pairs": "schön teuer billig neu alt warm rot blau schwarz weiß grau braun bequem",
    "belongings": "schön teuer billig groß klein neu alt rot blau grün schwarz grau braun leicht",
    "papers": "neu alt",
    "cold_drink": "kalt",
    "hot_drink": "heiß stark",
    "wine": "gut trocken teuer",
    "food": "frisch lecker gut",
    "countable_food": "frisch",
    "dish": "groß klein lecker",
    "document": "wichtig neu alt lang kurz dringend",
    "mail": "klein groß schön schwer",
    "reading": "spannend langweilig interessant neu alt berühmt lang",
    "media": "spannend langweilig lustig traurig neu alt interessant",
    "opening": "groß klein alt",
    "room": "klein groß sauber schmutzig hell dunkel",
    "appliance": "neu alt teuer modern",
    "vehicle": "neu alt klein groß schnell rot blau schwarz weiß grau gebraucht",
    "transport": "voll leer",
    "lodging": "groß klein hell ruhig gemütlich modern billig schön",
    "sight": "alt berühmt schön groß",
    "business": "klein gut billig neu gemütlich teuer",
    "event": "wichtig lang kurz langweilig interessant",
    "abstract": "gut neu wichtig interessant einfach schwierig",
    "furniture": "neu alt bequem groß klein schön schwer",
    "picture": "schön alt groß klein hübsch",
    "plant": "schön klein groß",
    "pet": "groß klein alt jung schwarz braun",
    "relative": "alt",
    "contact": "neu jung alt nett freundlich fleißig geduldig klug",
    "expert": "neu jung gut erfahren freundlich",
}


# What a general rule would get wrong: adjectives that a single noun of the group does not take.
UNFITTING = {
    "Kakao": "stark",
    "Kugelschreiber": "schön alt groß klein leicht",
    "Ring": "groß grün blau rot grau braun leicht",
    "Regenschirm": "leicht",
    "Ladegerät": "schön rot blau grün braun leicht grau",
    "Kamera": "grün braun rot blau",
    "Handy": "braun grün groß klein",
    "Uhr": "grün leicht groß klein",
    "Gürtel": "warm leicht schön",
    "Hut": "warm leicht",
    "Hemd": "warm leicht",
    "Bluse": "warm leicht",
    "Mütze": "leicht",
    "Anzug": "warm gelb rot grün leicht weiß",
    "Rock": "warm leicht",
    "Kleid": "warm leicht",
    "Schal": "leicht",
    "Socke": "teuer schön bequem",
    "Salat": "lang",
    "Eis": "lecker",
    "Kuchen": "",
    "Reis": "frisch",
    "Butter": "lecker",
    "Marmelade": "frisch",
    "Suppe": "frisch",
    "Käse": "frisch",
    "Brot": "lecker",
    "Banane": "frisch",
    "Kartoffel": "frisch",
    "Zwiebel": "frisch",
    "Ei": "",
    "Liste": "dringend wichtig alt neu",
    "Plan": "dringend lang kurz",
    "Einladung": "dringend lang kurz",
    "Angebot": "lang kurz dringend",
    "Formular": "wichtig dringend",
    "Rechnung": "lang kurz",
    "Antrag": "lang kurz",
    "Übersetzung": "alt dringend",
    "Anleitung": "dringend wichtig alt",
    "Vertrag": "dringend",
    "Bericht": "dringend",
    "Paket": "schön",
    "Postkarte": "klein groß schwer",
    "Geschenk": "schwer groß",
    "Zeitung": "spannend langweilig interessant berühmt lang neu",
    "Zeitschrift": "spannend berühmt lang",
    "Artikel": "alt berühmt neu",
    "Gedicht": "spannend neu",
    "Tor": "klein",
    "Tür": "klein groß alt",
    "Schreibtisch": "schmutzig sauber hell dunkel",
    "Keller": "hell",
    "Bad": "dunkel",
    "Lampe": "modern",
    "Herd": "modern teuer",
    "Fahrrad": "schwarz weiß groß",
    "Motorrad": "klein weiß groß",
    "Boot": "schwarz grau gebraucht",
    "Zimmer": "modern",
    "Altstadt": "alt groß berühmt",
    "Turm": "groß schön",
    "Brücke": "groß",
    "Markt": "berühmt",
    "Bäckerei": "gemütlich teuer billig",
    "Buchhandlung": "teuer billig",
    "Hotel": "",
    "Termin": "interessant langweilig lang kurz",
    "Hochzeit": "lang kurz langweilig interessant wichtig",
    "Party": "wichtig kurz interessant lang",
    "Prüfung": "langweilig interessant kurz",
    "Konzert": "wichtig kurz",
    "Kurs": "wichtig",
    "Abendessen": "interessant kurz",
    "Mittagessen": "wichtig interessant",
    "Problem": "gut interessant",
    "Fehler": "gut neu interessant schwierig einfach wichtig",
    "Antwort": "neu interessant",
    "Frage": "neu",
    "Idee": "schwierig wichtig",
    "Vorschlag": "einfach schwierig wichtig",
    "Lösung": "wichtig schwierig interessant",
    "Tisch": "bequem",
    "Schrank": "bequem",
    "Regal": "bequem",
    "Teppich": "bequem",
    "Stuhl": "groß",
    "Baum": "",
    "Pferd": "",
    "Vogel": "alt jung",
    "Katze": "",
    "Foto": "groß klein hübsch",
    "Serie": "",
    "Theaterstück": "",
    "Film": "",
    "Schloss": "",
    "Reise": "interessant",
    "Gespräch": "",
    "Besprechung": "",
}


def _parse_adjectives() -> dict[str, Adjective]:
    entries = [(e.strip().split(" = "), RANKS.get(k, 9)) for k, block in ADJECTIVES.items() for e in block.split(",")]
    return {german: Adjective(german, translation, rank) for (german, translation), rank in entries} | {
        "voll": Adjective("voll", "crowded", 9)
    }


ADJECTIVE = _parse_adjectives()


@cache
def adjectives_for(item: Noun) -> tuple[Adjective, ...]:
    """The adjectives that make sense with this noun."""
    banned = UNFITTING.get(item.german, "").split()
    return tuple(ADJECTIVE[a] for a in FITTING.get(item.group, "").split() if a not in banned)
