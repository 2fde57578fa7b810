"""The nouns, in groups that fit the same verbs and take the same adjectives.

A line reads "der Mantel, Mäntel = coat". A weak noun gives its other singular form after ">": "der Kollege>Kollegen".
"-" means that there is no plural; an irregular English plural follows a slash: "child/children".
"""

from dataclasses import dataclass
from functools import cache

from . import english

GENDERS = {"der": "m", "die": "f", "das": "n"}


@dataclass(frozen=True)
class Noun:
    """A noun in both languages."""

    german: str
    oblique: str  # accusative and dative singular
    plural: str
    gender: str
    english: str
    english_plural: str
    group: str


@dataclass(frozen=True)
class Adjective:
    """An adjective in both languages; lower ranks stand first when two meet (nice, big, old, red)."""

    german: str
    english: str
    rank: int


TABLE = {
    "clothes": """der Mantel, Mäntel = coat | die Jacke, Jacken = jacket | das Hemd, Hemden = shirt
        das Kleid, Kleider = dress | der Pullover, Pullover = jumper | der Rock, Röcke = skirt
        der Anzug, Anzüge = suit | der Hut, Hüte = hat | der Schal, Schals = scarf/scarves
        die Mütze, Mützen = cap | die Bluse, Blusen = blouse | der Gürtel, Gürtel = belt""",
    "pairs": """der Schuh, Schuhe = shoe | der Stiefel, Stiefel = boot | die Socke, Socken = sock
        der Handschuh, Handschuhe = glove""",
    "belongings": """der Schlüssel, Schlüssel = key | das Handy, Handys = phone
        der Regenschirm, Regenschirme = umbrella | die Tasche, Taschen = bag
        der Rucksack, Rucksäcke = backpack | der Koffer, Koffer = suitcase
        der Geldbeutel, Geldbeutel = wallet | der Reisepass, Reisepässe = passport
        das Ladegerät, Ladegeräte = charger | die Kamera, Kameras = camera | die Uhr, Uhren = watch
        das Notizbuch, Notizbücher = notebook | der Ring, Ringe = ring | der Kugelschreiber, Kugelschreiber = pen""",
    "cold_drink": """das Wasser, - = water | das Mineralwasser, - = mineral water | die Milch, - = milk
        der Orangensaft, - = orange juice | der Apfelsaft, - = apple juice | das Bier, - = beer
        die Limonade, - = lemonade | der Eistee, - = iced tea""",
    "hot_drink": "der Kaffee, - = coffee | der Tee, - = tea | der Kakao, - = cocoa",
    "wine": "der Wein, - = wine | der Rotwein, - = red wine | der Weißwein, - = white wine",
    "food": """das Brot, - = bread | der Käse, - = cheese | der Salat, - = salad | das Fleisch, - = meat
        der Fisch, - = fish | das Gemüse, - = vegetables | das Obst, - = fruit | die Suppe, - = soup
        der Reis, - = rice | die Butter, - = butter | der Schinken, - = ham | die Marmelade, - = jam""",
    "countable_food": """das Ei, Eier = egg | der Apfel, Äpfel = apple | die Tomate, Tomaten = tomato/tomatoes
        das Brötchen, Brötchen = roll | die Kartoffel, Kartoffeln = potato/potatoes | die Orange, Orangen = orange
        die Banane, Bananen = banana | die Zitrone, Zitronen = lemon | die Zwiebel, Zwiebeln = onion
        die Birne, Birnen = pear | die Gurke, Gurken = cucumber""",
    "dish": """die Suppe, Suppen = soup | der Salat, Salate = salad | die Pizza, Pizzen = pizza
        das Omelett, Omeletts = omelette | das Schnitzel, Schnitzel = schnitzel | das Steak, Steaks = steak
        der Kuchen, Kuchen = cake | das Eis, - = ice cream | der Burger, Burger = burger""",
    "document": """der Brief, Briefe = letter | die E-Mail, E-Mails = email | der Bericht, Berichte = report
        der Vertrag, Verträge = contract | das Formular, Formulare = form | die Rechnung, Rechnungen = invoice
        die Liste, Listen = list | der Antrag, Anträge = application | das Angebot, Angebote = offer
        die Einladung, Einladungen = invitation | der Plan, Pläne = plan
        die Übersetzung, Übersetzungen = translation | die Anleitung, Anleitungen = manual""",
    "mail": "das Paket, Pakete = parcel | die Postkarte, Postkarten = postcard | das Geschenk, Geschenke = present",
    "reading": """das Buch, Bücher = book | die Zeitung, Zeitungen = newspaper
        die Zeitschrift, Zeitschriften = magazine | der Roman, Romane = novel | der Artikel, Artikel = article
        das Gedicht, Gedichte = poem""",
    "media": "der Film, Filme = film | die Serie, Serien = series/series | das Theaterstück, Theaterstücke = play",
    "opening": "das Fenster, Fenster = window | die Tür, Türen = door | das Tor, Tore = gate",
    "room": """die Küche, Küchen = kitchen | das Bad, Bäder = bathroom | das Wohnzimmer, - = living room
        das Schlafzimmer, - = bedroom | der Keller, Keller = cellar | die Garage, Garagen = garage
        der Schreibtisch, Schreibtische = desk""",
    "appliance": """der Computer, Computer = computer | der Fernseher, Fernseher = television
        das Radio, Radios = radio | die Lampe, Lampen = lamp
        der Drucker, Drucker = printer | die Waschmaschine, Waschmaschinen = washing machine
        die Kaffeemaschine, Kaffeemaschinen = coffee machine | der Herd, Herde = cooker""",
    "switch": "die Heizung, Heizungen = heating | das Licht, Lichter = light",
    "vehicle": """das Auto, Autos = car | das Fahrrad, Fahrräder = bike | das Motorrad, Motorräder = motorbike
        das Boot, Boote = boat""",
    "transport": """der Zug, Züge = train | der Bus, Busse = bus/buses | die Straßenbahn, Straßenbahnen = tram
        das Taxi, Taxis = taxi""",
    "lodging": "die Wohnung, Wohnungen = flat | das Haus, Häuser = house | das Zimmer, Zimmer = room",
    "sight": """das Museum, Museen = museum | das Schloss, Schlösser = castle | die Kirche, Kirchen = church
        der Turm, Türme = tower | der Markt, Märkte = market | die Altstadt, - = old town
        die Brücke, Brücken = bridge""",
    "business": """das Restaurant, Restaurants = restaurant | das Hotel, Hotels = hotel | das Café, Cafés = café
        die Bäckerei, Bäckereien = bakery | die Buchhandlung, Buchhandlungen = bookshop
        der Laden, Läden = shop""",
    "event": """die Besprechung, Besprechungen = meeting | der Termin, Termine = appointment
        die Reise, Reisen = trip | die Party, Partys = party | das Konzert, Konzerte = concert
        die Prüfung, Prüfungen = exam | die Hochzeit, Hochzeiten = wedding | der Kurs, Kurse = course
        das Gespräch, Gespräche = conversation | die Präsentation, Präsentationen = presentation
        das Abendessen, - = dinner | das Mittagessen, - = lunch""",
    "abstract": """die Idee, Ideen = idea | die Frage, Fragen = question | das Problem, Probleme = problem
        die Antwort, Antworten = answer | der Fehler, Fehler = mistake | die Lösung, Lösungen = solution
        der Vorschlag, Vorschläge = suggestion""",
    "furniture": """der Tisch, Tische = table | der Stuhl, Stühle = chair | das Sofa, Sofas = sofa
        das Bett, Betten = bed | der Schrank, Schränke = wardrobe | das Regal, Regale = shelf/shelves
        der Teppich, Teppiche = carpet | der Sessel, Sessel = armchair""",
    "picture": "das Bild, Bilder = picture | das Foto, Fotos = photo | die Zeichnung, Zeichnungen = drawing",
    "music": "die Musik, - = music",
    "language": """das Deutsch, - = German | das Englisch, - = English | das Spanisch, - = Spanish
        das Italienisch, - = Italian | das Französisch, - = French""",
    "nuisance": "der Lärm, - = noise | das Essen, - = food | das Wetter, - = weather | der Service, - = service",
    "plant": "die Blume, Blumen = flower | der Baum, Bäume = tree | die Pflanze, Pflanzen = plant",
    "pet": "der Hund, Hunde = dog | die Katze, Katzen = cat | das Pferd, Pferde = horse | der Vogel, Vögel = bird",
}

ADJECTIVES = {
    "judgement": "schön = beautiful, hübsch = pretty, toll = great",
    "quality": "gut = good, interessant = interesting, wichtig = important, gefährlich = dangerous",
    "price": "teuer = expensive, billig = cheap",
    "size": "groß = big, klein = small, lang = long, kurz = short, hoch = high",
    "age": "neu = new, alt = old, jung = young, modern = modern, gebraucht = used",
    "heat": "warm = warm, kalt = cold, heiß = hot, frisch = fresh",
    "colour": """rot = red, blau = blue, grün = green, schwarz = black, weiß = white, grau = grey, braun = brown,
        gelb = yellow, dunkelblau = dark blue""",
    "content": """spannend = exciting, langweilig = boring, lustig = funny, traurig = sad, einfach = simple,
        schwierig = difficult, dringend = urgent, genau = precise, berühmt = famous""",
    "feel": """gemütlich = cosy, ruhig = quiet, hell = bright, dunkel = dark, leer = empty, sauber = clean,
        schmutzig = dirty, kaputt = broken, schwer = heavy, leicht = light, bequem = comfortable, schnell = fast,
        laut = loud, frei = free""",
    "person": """nett = nice, freundlich = friendly, klug = clever, geduldig = patient, nervös = nervous,
        fleißig = hard-working, höflich = polite, erfahren = experienced""",
    "taste": "lecker = delicious, süß = sweet, reif = ripe, stark = strong, trocken = dry, scharf = spicy",
}
RANKS = {"judgement": 0, "price": 0, "size": 1, "age": 2, "heat": 2, "colour": 3}

FITTING = {
    "clothes": "schön teuer billig neu alt warm rot blau grün schwarz weiß grau braun gelb dunkelblau leicht",
    "pairs": "schön teuer billig neu alt warm rot blau schwarz weiß grau braun bequem",
    "belongings": "schön teuer billig groß klein neu alt rot blau grün schwarz grau braun leicht",
    "cold_drink": "kalt", "hot_drink": "heiß stark", "wine": "gut trocken teuer",
    "food": "frisch lecker gut", "countable_food": "frisch",
    "dish": "groß klein lecker", "document": "wichtig neu alt lang kurz dringend",
    "mail": "klein groß schön schwer", "reading": "spannend langweilig interessant neu alt berühmt lang",
    "media": "spannend langweilig lustig traurig neu alt interessant",
    "opening": "groß klein alt", "room": "klein groß sauber schmutzig hell dunkel", "appliance": "neu alt kaputt teuer modern",
    "vehicle": "neu alt klein groß schnell rot blau schwarz weiß grau gebraucht", "transport": "voll leer",
    "lodging": "groß klein hell ruhig gemütlich modern billig schön", "sight": "alt berühmt schön groß",
    "business": "klein gut billig neu gemütlich teuer", "event": "wichtig lang kurz langweilig interessant",
    "abstract": "gut neu wichtig interessant einfach schwierig", "furniture": "neu alt bequem groß klein schön schwer",
    "picture": "schön alt groß klein hübsch", "plant": "schön klein groß", "pet": "groß klein alt jung schwarz braun",
    "relative": "alt", "contact": "neu jung alt nett freundlich fleißig geduldig klug",
    "expert": "neu jung gut erfahren freundlich",
}  # fmt: skip
# What a general rule would get wrong: adjectives that a single noun of the group does not take.
UNFITTING = {
    "Kugelschreiber": "schön alt groß klein leicht", "Ring": "groß grün blau rot grau braun leicht", "Schlüssel": "schön teuer billig leicht braun",
    "Regenschirm": "leicht", "Ladegerät": "schön rot blau grün braun leicht grau", "Reisepass": "schön teuer billig groß klein leicht schwarz grau braun rot grün blau",
    "Kamera": "grün braun rot blau", "Handy": "braun grün groß klein", "Uhr": "grün leicht groß klein",
    "Gürtel": "warm leicht schön", "Hut": "warm leicht", "Hemd": "warm leicht", "Bluse": "warm leicht", "Mütze": "leicht", "Anzug": "warm gelb rot grün leicht weiß",
    "Rock": "warm leicht", "Kleid": "warm leicht", "Schal": "leicht",
    "Socke": "teuer schön bequem", "Salat": "lang", "Eis": "lecker", "Kuchen": "", "Reis": "frisch", "Butter": "lecker", "Marmelade": "frisch",
    "Suppe": "frisch", "Käse": "frisch", "Brot": "lecker", "Banane": "frisch", "Kartoffel": "frisch", "Zwiebel": "frisch", "Ei": "",
    "Liste": "dringend wichtig alt neu", "Plan": "dringend lang kurz", "Einladung": "dringend lang kurz", "Angebot": "lang kurz dringend",
    "Formular": "wichtig dringend", "Rechnung": "lang kurz", "Antrag": "lang kurz", "Übersetzung": "alt dringend", "Anleitung": "dringend wichtig alt",
    "Vertrag": "dringend", "Bericht": "dringend", "Paket": "schön", "Postkarte": "klein groß schwer", "Geschenk": "schwer groß",
    "Zeitung": "spannend langweilig interessant berühmt lang neu", "Zeitschrift": "spannend berühmt lang", "Artikel": "alt berühmt neu",
    "Gedicht": "spannend neu", "Tor": "klein", "Tür": "klein groß alt", "Schreibtisch": "schmutzig sauber hell dunkel", "Keller": "hell", "Bad": "dunkel",
    "Lampe": "modern", "Herd": "modern teuer", "Fahrrad": "schwarz weiß groß", "Motorrad": "klein weiß groß", "Boot": "schwarz grau gebraucht",
    "Zimmer": "modern", "Altstadt": "alt groß berühmt", "Turm": "groß schön", "Brücke": "groß", "Markt": "berühmt", "Bäckerei": "gemütlich teuer billig",
    "Buchhandlung": "teuer billig", "Hotel": "", "Termin": "interessant langweilig lang kurz", "Hochzeit": "lang kurz langweilig interessant wichtig", "Party": "wichtig kurz interessant lang",
    "Prüfung": "langweilig interessant kurz", "Konzert": "wichtig kurz", "Kurs": "wichtig", "Abendessen": "interessant kurz", "Mittagessen": "wichtig interessant",
    "Problem": "gut interessant", "Fehler": "gut neu interessant schwierig einfach wichtig", "Antwort": "neu interessant", "Frage": "neu", "Idee": "schwierig wichtig", "Vorschlag": "einfach schwierig wichtig", "Lösung": "wichtig schwierig interessant",
    "Tisch": "bequem", "Schrank": "bequem", "Regal": "bequem", "Teppich": "bequem", "Stuhl": "groß",
    "Baum": "", "Pferd": "", "Vogel": "alt jung", "Katze": "", "Foto": "groß klein hübsch", "Serie": "", "Theaterstück": "",
    "Film": "", "Schloss": "", "Reise": "interessant", "Gespräch": "", "Besprechung": "",
}  # fmt: skip


def _parse_nouns() -> dict[str, tuple[Noun, ...]]:
    groups = {}
    for group, block in TABLE.items():
        entries = [entry.strip() for line in block.split("\n") for entry in line.split("|") if entry.strip()]
        groups[group] = tuple(parse_noun(entry, group) for entry in entries)
    return groups


def parse_noun(entry: str, group: str) -> Noun:
    """One lexicon entry, written as in the module's first lines."""
    german, translation = entry.split(" = ")
    singular, plural = german.rsplit(", ", 1)
    article, word = singular.split(" ", 1)
    word, _, oblique = word.partition(">")
    one, _, many = translation.partition("/")
    return Noun(word, oblique or word, plural, GENDERS[article], one, many or english.plural(one), group)


def _parse_adjectives() -> dict[str, Adjective]:
    entries = [(e.strip().split(" = "), RANKS.get(k, 9)) for k, block in ADJECTIVES.items() for e in block.split(",")]
    return {german: Adjective(german, translation, rank) for (german, translation), rank in entries} | {
        "voll": Adjective("voll", "crowded", 9)
    }


NOUNS = _parse_nouns()
ADJECTIVE = _parse_adjectives()


def noun(german: str) -> Noun:
    """The noun with this German singular (the first one when groups share it)."""
    return next(n for group in NOUNS.values() for n in group if n.german == german)


@cache
def adjectives_for(item: Noun) -> tuple[Adjective, ...]:
    """The adjectives that make sense with this noun."""
    banned = UNFITTING.get(item.german, "").split()
    return tuple(ADJECTIVE[a] for a in FITTING.get(item.group, "").split() if a not in banned)
