"""Noun phrases: a determiner, up to two adjectives and a noun, declined in German and spelled in English."""

from dataclasses import dataclass, replace
from functools import cache

from . import english, german
from .adjectives import Adjective, adjectives_for
from .draw import Draw
from .nouns import NOUNS, Noun, noun


@dataclass(frozen=True)
class Determiner:
    """`kind` decides the adjective endings: "def" and "dies" weak, "ein" mixed, "bare" strong."""

    kind: str
    german: str
    english: str
    english_plural: str


DEFINITE = Determiner("def", "der", "the", "the")
INDEFINITE = Determiner("ein", "ein", "a", "")
NEGATIVE = Determiner("ein", "kein", "no", "no")
BARE = Determiner("bare", "", "", "")
THIS = Determiner("dies", "dies", "this", "these")
WHICH = Determiner("dies", "welch", "which", "which")


def possessive(stem: str, translation: str) -> Determiner:
    """ "mein" and "my" as a determiner."""
    return Determiner("ein", stem, translation, translation)


@dataclass(frozen=True)
class NounPhrase:
    """A noun phrase in both languages."""

    noun: Noun
    determiner: Determiner
    adjectives: tuple[Adjective, ...] = ()
    plural: bool = False

    @property
    def gender(self) -> str:
        """The gender that agreement follows; "p" in the plural."""
        return "p" if self.plural else self.noun.gender

    @property
    def key(self) -> str:
        """The lexical content, whatever the determiner and number: what the split holds out."""
        return "+".join([*(a.german for a in self.adjectives), self.noun.german])

    @property
    def indefinite(self) -> bool:
        """Whether negation turns the phrase into one with "kein"."""
        return self.determiner in (INDEFINITE, BARE) and self.noun.group != "name"

    def german(self, case: str) -> str:
        """The German phrase in this case."""
        gender, kind = self.gender, self.determiner.kind
        if kind == "def":
            words = [german.definite(gender, case)]
        elif kind == "dies":
            words = [german.dieser_word(self.determiner.german, gender, case)]
        elif kind == "ein" and not (self.determiner is INDEFINITE and self.plural):
            words = [german.ein_word(self.determiner.german, gender, case)]
        else:
            words, kind = [self.determiner.german], "bare"
        endings = {"def": "weak", "dies": "weak", "ein": "mixed", "bare": "strong"}[kind]
        words += [german.adjective(a.german, endings, gender, case) for a in self.adjectives]
        return " ".join(word for word in [*words, self._german_noun(case)] if word)

    def _german_noun(self, case: str) -> str:
        if self.plural:
            return german.plural_noun(self.noun.plural, case)
        if case == "gen" and self.noun.gender != "f" and self.noun.oblique == self.noun.german:
            return german.genitive(self.noun.german)
        return self.noun.german if case == "nom" else self.noun.oblique

    def negative(self, case: str) -> str:
        """The German phrase with "kein"; definite phrases have none."""
        return replace(self, determiner=NEGATIVE).german(case) if self.indefinite else ""

    def english(self) -> str:
        """The English phrase."""
        words = [a.english for a in self.adjectives]
        words.append(self.noun.english_plural if self.plural else self.noun.english)
        text = " ".join(words)
        determiner = self.determiner.english_plural if self.plural else self.determiner.english
        if determiner == "a":
            determiner = english.indefinite(text)
        return f"{determiner} {text}" if determiner else text

    def pronoun(self, case: str) -> str:
        """The German personal pronoun that refers back to the phrase."""
        table = {"m": "er ihn ihm", "f": "sie sie ihr", "n": "es es ihm", "p": "sie sie ihnen"}
        return table[self.gender].split()[german.CASES.index(case)]


def draw_adjectives(draw: Draw, item: Noun, probability: float) -> tuple[Adjective, ...]:
    """None, one or (rarely) two adjectives that fit the noun, in their natural order."""
    fitting = adjectives_for(item)
    if not fitting or not draw.chance(probability):
        return ()
    first, second = draw.pick(fitting), draw.pick(fitting)
    # Two adjectives need different ranks ("small red"), or they contradict or crowd each other.
    if first.rank != second.rank and draw.chance(0.25) and 9 not in (first.rank, second.rank):
        return tuple(sorted((first, second), key=lambda a: a.rank))
    return (first,)


@cache
def nouns_of(source: str) -> tuple[Noun, ...]:
    """The nouns of several groups and single nouns, separated by spaces: "document Paket"."""
    return tuple(n for name in source.split() for n in (NOUNS[name] if name in NOUNS else (noun(name),)))


def thing(draw: Draw, source: str, determiner: Determiner, adjectives: float = 0.4, plural: bool = False) -> NounPhrase:
    """A noun phrase with a noun from `source`."""
    item = draw.pick(nouns_of(source))
    return NounPhrase(item, determiner, draw_adjectives(draw, item, adjectives), plural and item.plural != "-")
