"""People: pronouns, names, relatives and colleagues, as subjects and as objects."""

from dataclasses import dataclass

from .draw import Draw
from .nouns import NOUNS, Noun, parse_noun
from .phrases import BARE, DEFINITE, Determiner, NounPhrase, draw_adjectives, possessive


@dataclass(frozen=True)
class Subject:
    """Who a clause is about; `person` is an index into german.PERSONS."""

    german: str
    english: str
    person: int
    accusative: str  # reflexive: mich, dich, sich
    dative: str  # reflexive: mir, dir, sich
    possessive: str  # mein, dein, sein
    english_possessive: str
    english_reflexive: str
    is_pronoun: bool = True
    key: str = ""

    @property
    def owned(self) -> Determiner:
        """The determiner of what belongs to the subject."""
        return possessive(self.possessive, self.english_possessive)

    @property
    def ambiguous_first(self) -> bool:
        """ "Sie sind" at the start of a sentence could be they or you: only you may stand there."""
        return (self.german, self.person) == ("sie", 5)


ICH = Subject("ich", "I", 0, "mich", "mir", "mein", "my", "myself")
DU = Subject("du", "you", 1, "dich", "dir", "dein", "your", "yourself")
ER = Subject("er", "he", 2, "sich", "sich", "sein", "his", "himself")
SHE = Subject("sie", "she", 2, "sich", "sich", "ihr", "her", "herself")
WIR = Subject("wir", "we", 3, "uns", "uns", "unser", "our", "ourselves")
IHR = Subject("ihr", "you", 4, "euch", "euch", "euer", "your", "yourselves")
THEY = Subject("sie", "they", 5, "sich", "sich", "ihr", "their", "themselves")
FORMAL = Subject("Sie", "you", 5, "sich", "sich", "Ihr", "your", "yourself")
ADDRESSED = (DU, IHR, FORMAL)

PEOPLE = {
    "relative": """der Bruder, Brüder = brother | die Schwester, Schwestern = sister | der Vater, Väter = father
        die Mutter, Mütter = mother | der Sohn, Söhne = son | die Tochter, Töchter = daughter
        der Onkel, Onkel = uncle | die Tante, Tanten = aunt | der Großvater, Großväter = grandfather
        die Großmutter, Großmütter = grandmother | der Cousin, Cousins = cousin""",
    "contact": """der Chef, Chefs = boss | die Chefin, Chefinnen = boss | der Kollege>Kollegen, Kollegen = colleague
        die Kollegin, Kolleginnen = colleague | der Nachbar>Nachbarn, Nachbarn = neighbour
        die Nachbarin, Nachbarinnen = neighbour | der Lehrer, Lehrer = teacher | die Lehrerin, Lehrerinnen = teacher
        der Vermieter, Vermieter = landlord | die Vermieterin, Vermieterinnen = landlady
        der Kunde>Kunden, Kunden = customer | die Kundin, Kundinnen = customer""",
    "expert": """der Arzt, Ärzte = doctor | die Ärztin, Ärztinnen = doctor | der Anwalt, Anwälte = lawyer
        die Anwältin, Anwältinnen = lawyer | der Mechaniker, Mechaniker = mechanic
        der Architekt>Architekten, Architekten = architect | der Zahnarzt, Zahnärzte = dentist
        die Zahnärztin, Zahnärztinnen = dentist""",
}
# Plain name, gender; "Herr" is a weak noun, so that it becomes "Herrn" everywhere but in the nominative.
FIRST_NAMES = (
    "Anna f, Peter m, Julia f, Thomas m, Maria f, Lukas m, Sophie f, Paul m, Laura f, Felix m, Nina f, Jonas m"
)
SURNAMES = "Weber, Klein, Schmidt, Fischer, Wagner, Becker, Hoffmann, Schulz"
GROUPS = {
    name: tuple(parse_noun(e.strip(), name) for line in PEOPLE[name].split("\n") for e in line.split("|"))
    for name in ("relative", "contact", "expert")
}
NAMES = tuple(
    Noun(n.split()[0], n.split()[0], "-", n.split()[1], n.split()[0], "-", "name") for n in FIRST_NAMES.split(", ")
)
FORMAL_NAMES = tuple(
    n
    for s in SURNAMES.split(", ")
    for n in (
        Noun(f"Herr {s}", f"Herrn {s}", "-", "m", f"Mr {s}", "-", "name"),
        Noun(f"Frau {s}", f"Frau {s}", "-", "f", f"Ms {s}", "-", "name"),
    )
)
NOUNS.update(GROUPS)
CHILDREN = parse_noun("das Kind, Kinder = child/children", "relative")
PARENTS = parse_noun("die Eltern, Eltern = parents/parents", "relative")
FRIENDS = parse_noun("der Freund, Freunde = friend", "relative")


def subject_of(phrase: NounPhrase) -> Subject:
    """A noun phrase as a subject."""
    model = THEY if phrase.plural else {"m": ER, "f": SHE}[phrase.gender]
    return Subject(
        phrase.german("nom"),
        phrase.english(),
        model.person,
        model.accusative,
        model.dative,
        model.possessive,
        model.english_possessive,
        model.english_reflexive,
        is_pronoun=False,
        key=phrase.noun.english_plural if phrase.plural else phrase.noun.english,
    )


def pronoun_for(subject: Subject) -> Subject:
    """The pronoun that takes the subject up in a second clause."""
    if subject.is_pronoun:
        return subject
    return THEY if subject.person == 5 else ER if subject.possessive == "sein" else SHE


def owner(draw: Draw, addressed: bool = False) -> Determiner:
    """Whose relative or colleague it is; never "Ihr" or "ihr", which the context would have to explain.

    In a sentence that addresses somebody as ihr or Sie, "dein" would be a second form of address.
    """
    return draw.pick((ICH, WIR) if addressed else (ICH, ICH, WIR, DU)).owned


def person_phrase(draw: Draw, source: str, determiner: Determiner | None = None, addressed: bool = False) -> NounPhrase:
    """A person from the groups named: "relative contact expert name formal_name"."""
    options: list[Noun] = []
    for group in source.split():
        options += {"name": NAMES, "formal": FORMAL_NAMES}.get(group) or GROUPS[group]
    item = draw.pick(options)
    if item.group == "name":
        return NounPhrase(item, BARE)
    adjectives = draw_adjectives(draw, item, 0.25 if item.group != "relative" else 0.0)
    if determiner is None:
        determiner = DEFINITE if item.group == "expert" or draw.chance(0.3) else owner(draw, addressed)
    if item.group == "relative" and determiner is DEFINITE:
        determiner = owner(draw, addressed)
    return NounPhrase(item, determiner, adjectives)


def noun_subject(draw: Draw, domain: str) -> Subject:
    """A subject that is a noun or a name; `domain` is "home", "office" or "any"."""
    if draw.chance(0.15) and domain != "office":
        item = draw.pick((CHILDREN, PARENTS, FRIENDS))
        return subject_of(NounPhrase(item, draw.pick((ICH, WIR, DU)).owned, (), True))
    if draw.chance(0.12) and domain != "home":
        item = draw.pick([n for n in GROUPS["contact"] if n.english in ("colleague", "neighbour", "customer")])
        return subject_of(NounPhrase(item, draw.pick((ICH, WIR, DU)).owned, (), True))
    groups = {"home": "relative name", "office": "contact formal", "any": "relative name contact formal"}[domain]
    return subject_of(person_phrase(draw, groups))


# How often each pronoun is drawn: one rarely tells people what they themselves do, and rarely asks oneself.
STATEMENT_PRONOUNS = (ICH, ICH, ICH, ER, ER, SHE, SHE, WIR, WIR, THEY, THEY, DU, FORMAL, IHR)
QUESTION_PRONOUNS = (DU, DU, DU, FORMAL, FORMAL, FORMAL, IHR, IHR, ER, SHE, THEY, THEY)


def draw_subject(
    draw: Draw, domain: str = "any", first: bool = True, nouns: float = 0.4, question: bool = False
) -> Subject:
    """A subject; `first` says that it will open the sentence, where "sie sind" would be ambiguous."""
    if draw.chance(nouns):
        return noun_subject(draw, domain)
    pronouns = QUESTION_PRONOUNS if question else STATEMENT_PRONOUNS
    return draw.pick([p for p in pronouns if not (first and p.ambiguous_first)])
