"""The nouns, in groups that fit the same verbs and take the same adjectives.

A line reads "der Mantel, Mäntel = coat". A weak noun gives its other singular form after ">": "der Kollege>Kollegen".
"-" means that there is no plural; an irregular English plural follows a slash: "child/children".
"""

from dataclasses import dataclass

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


TABLE = {
    "clothes": """der Mantel, Mäntel = coat | die Jacke, Jacken = jacket | das Hemd, Hemden = shirt
        das Kleid, Kleider = dress | der Pullover, Pullover = jumper | der Rock, Röcke = skirt
        der Anzug, Anzüge = suit | der Hut, Hüte = hat | der Schal, Schals = scarf/scarves
        die Mütze, Mützen = cap | die Bluse, Blusen = blouse | der Gürtel, Gürtel = belt""",
    "pairs": """der Schuh, Schuhe = shoe | der Stiefel, Stiefel = boot | die Socke, Socken = sock
        der Handschuh, Handschuhe = glove""",
    "papers": "der Schlüssel, Schlüssel = key | der Reisepass, Reisepässe = passport | der Ausweis, Ausweise = ID card",
    "belongings": """das Handy, Handys = phone
        der Regenschirm, Regenschirme = umbrella | die Tasche, Taschen = bag
        der Rucksack, Rucksäcke = backpack | der Koffer, Koffer = suitcase
        der Geldbeutel, Geldbeutel = wallet
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


NOUNS = _parse_nouns()


def noun(german: str) -> Noun:
    """The noun with this German singular (the first one when groups share it)."""
    return next(n for group in NOUNS.values() for n in group if n.german == german)
