"""Places: where one goes, is and comes from, each with the preposition that the place wants."""

from dataclasses import dataclass

from .draw import Draw


@dataclass(frozen=True)
class Place:
    """A place as a destination, a location and an origin, in both languages."""

    name: str
    to: tuple[str, str]
    at: tuple[str, str]
    out_of: tuple[str, str]


_TABLE = """
Bahnhof : zum Bahnhof = to the station : am Bahnhof = at the station : vom Bahnhof = from the station
Flughafen : zum Flughafen = to the airport : am Flughafen = at the airport : vom Flughafen = from the airport
Supermarkt : in den Supermarkt = to the supermarket : im Supermarkt = at the supermarket : aus dem Supermarkt = from the supermarket
Büro : ins Büro = to the office : im Büro = in the office : aus dem Büro = from the office
Park : in den Park = to the park : im Park = in the park : aus dem Park = from the park
Schule : in die Schule = to school : in der Schule = at school : aus der Schule = from school
Stadt : in die Stadt = into town : in der Stadt = in town : aus der Stadt = from town
Kino : ins Kino = to the cinema : im Kino = at the cinema : aus dem Kino = from the cinema
Restaurant : ins Restaurant = to the restaurant : im Restaurant = at the restaurant : aus dem Restaurant = from the restaurant
Bibliothek : in die Bibliothek = to the library : in der Bibliothek = at the library : aus der Bibliothek = from the library
Krankenhaus : ins Krankenhaus = to the hospital : im Krankenhaus = at the hospital : aus dem Krankenhaus = from the hospital
Hotel : ins Hotel = to the hotel : im Hotel = at the hotel : aus dem Hotel = from the hotel
Theater : ins Theater = to the theatre : im Theater = at the theatre : aus dem Theater = from the theatre
Museum : ins Museum = to the museum : im Museum = at the museum : aus dem Museum = from the museum
Schwimmbad : ins Schwimmbad = to the swimming pool : im Schwimmbad = at the swimming pool : aus dem Schwimmbad = from the swimming pool
Bank : zur Bank = to the bank : bei der Bank = at the bank : von der Bank = from the bank
Post : zur Post = to the post office : bei der Post = at the post office : von der Post = from the post office
Arbeit : zur Arbeit = to work : bei der Arbeit = at work : von der Arbeit = from work
Haltestelle : zur Haltestelle = to the bus stop : an der Haltestelle = at the bus stop : von der Haltestelle = from the bus stop
Markt : auf den Markt = to the market : auf dem Markt = at the market : vom Markt = from the market
Strand : an den Strand = to the beach : am Strand = on the beach : vom Strand = from the beach
Apotheke : in die Apotheke = to the pharmacy : in der Apotheke = at the pharmacy : aus der Apotheke = from the pharmacy
Universität : zur Universität = to the university : an der Universität = at the university : von der Universität = from the university
Bäckerei : zur Bäckerei = to the bakery : in der Bäckerei = at the bakery : von der Bäckerei = from the bakery
"""


def _pair(text: str) -> tuple[str, str]:
    source, target = text.split(" = ")
    return source, target


def _parse() -> dict[str, Place]:
    rows = [line.split(" : ") for line in _TABLE.strip().split("\n")]
    return {row[0]: Place(row[0], _pair(row[1]), _pair(row[2]), _pair(row[3])) for row in rows}


PLACES = _parse()
CITIES = tuple(
    _pair(p)
    for p in (
        "Berlin = Berlin, München = Munich, Wien = Vienna, Köln = Cologne, Hamburg = Hamburg, Zürich = Zurich, "
        "Frankfurt = Frankfurt, Leipzig = Leipzig, Dresden = Dresden, Salzburg = Salzburg, Prag = Prague, "
        "Nürnberg = Nuremberg, Paris = Paris, London = London, Rom = Rome, Stuttgart = Stuttgart"
    ).split(", ")
)
# Feminine and plural countries keep their article and take "in"; the others take "nach" alone.
COUNTRIES = tuple(
    (_pair(to), _pair(at))
    for to, at in (
        ("nach Österreich = to Austria", "in Österreich = in Austria"),
        ("nach Italien = to Italy", "in Italien = in Italy"),
        ("nach Frankreich = to France", "in Frankreich = in France"),
        ("nach Spanien = to Spain", "in Spanien = in Spain"),
        ("nach Norwegen = to Norway", "in Norwegen = in Norway"),
        ("in die Schweiz = to Switzerland", "in der Schweiz = in Switzerland"),
        ("in die Türkei = to Turkey", "in der Türkei = in Turkey"),
        ("in die Niederlande = to the Netherlands", "in den Niederlanden = in the Netherlands"),
        ("in die USA = to the USA", "in den USA = in the USA"),
    )
)


def city_to(draw: Draw) -> tuple[str, str]:
    """A city as a destination."""
    source, target = draw.pick(CITIES)
    return f"nach {source}", f"to {target}"


def city_at(draw: Draw) -> tuple[str, str]:
    """A city as a location."""
    source, target = draw.pick(CITIES)
    return f"in {source}", f"in {target}"


def far_to(draw: Draw) -> tuple[str, str]:
    """A city or a country as a destination."""
    return city_to(draw) if draw.chance(0.6) else draw.pick(COUNTRIES)[0]


def far_at(draw: Draw) -> tuple[str, str]:
    """A city or a country as a location."""
    return city_at(draw) if draw.chance(0.6) else draw.pick(COUNTRIES)[1]


def place_to(draw: Draw) -> tuple[str, str]:
    """A place in town as a destination."""
    return draw.pick(tuple(PLACES.values())).to


def often_to(draw: Draw) -> tuple[str, str]:
    """A place one goes to again and again."""
    return PLACES[
        draw.pick("Supermarkt Büro Park Schule Stadt Kino Bibliothek Theater Schwimmbad Markt Bäckerei".split())
    ].to
