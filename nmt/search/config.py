"""What a search is asked for: the keys of `[search]`."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, model_validator

from nmt.config import Config

MAX_ROWS = 512  # hypotheses in a batch: what a search takes memory for
WIDEST = {"beam": 1_000, "samples": 10_000}  # of a sentence; with more, a search would never end
LONGEST = {"ratio": 100.0, "extra": 10_000}  # of a hypothesis, for the same reason

# Keys that have an effect only where another has this value.
NEEDS = {
    **dict.fromkeys(("samples", "temperature", "top_k", "top_p", "seed"), ("method", "sample")),
    **dict.fromkeys(("beam", "diversity", "stopping"), ("method", "beam")),
    "alpha": ("length_penalty", "gnmt"),
}
GLOSSARY_KEYS = ("term_placement", "terms_elsewhere")  # keys that have an effect only with one


def without_effect(search: Mapping[str, Any]) -> list[str]:
    """The keys of [search] that are for another search than this one."""
    return [name for name, (key, value) in NEEDS.items() if search[key] != value]


class SearchConfig(Config):
    """`method`: beam keeps the `beam` best hypotheses (1 is greedy search); sample draws `samples` at random.
    The best `n_best` are returned.

    A hypothesis has at most source tokens x `max_length_ratio` + `max_length_extra` tokens, and does not end before
    source tokens x `min_length_ratio`. `no_repeat_ngram` n: no n tokens in a row occur twice in it, unless a prefix or
    a term of a glossary needs them; 0: they may.

    `length_penalty` divides a hypothesis' log-probability before hypotheses of different length are compared: by one
    (none), by its length (average), or by ((5 + length) / 6) ** alpha (gnmt; Wu et al., 2016). `coverage` is the weight
    of their coverage penalty, which counts source tokens that were hardly looked at.
    `stopping`: exact goes on until no live hypothesis can still become one of the n best; first stops a sentence once
    `beam` hypotheses have ended.
    `diversity` is taken from the score of a hypothesis for each better one that extends the same beginning (Li et al.,
    2016).
    `term_placement` rewards writing a term of a glossary while attention is on what it translates. `terms_elsewhere`:
    its target terms may also be written where none of their source terms is.

    Sampling draws from the model's distribution with its logits divided by `temperature`, cut to the `top_k` most
    probable tokens (0: all) and to the fewest that hold `top_p` of the probability (Holtzman et al., 2020). What is
    drawn depends on `seed` and on the sentence itself, not on the batch it stands in.

    `mbr` orders hypotheses not by score but by how much the others agree with them (minimum Bayes risk).

    `batch_sentences` are searched together, or fewer where they would have more than 512 hypotheses. How many, and
    which, changes the last digits of scores (matrix products of other shapes add up in another order) and so, rarely,
    which of two equally good hypotheses is found. With `exact` each sentence is searched by itself: texts and scores
    are the same to the last bit in any batch and any order.
    """

    method: Literal["beam", "sample"] = "beam"
    beam: int = Field(5, ge=1, le=WIDEST["beam"])
    samples: int = Field(1, ge=1, le=WIDEST["samples"])
    n_best: int = Field(1, ge=1)
    length_penalty: Literal["none", "average", "gnmt"] = "gnmt"
    alpha: float = Field(1.0, ge=0.0, le=10.0)
    coverage: float = Field(0.0, ge=0.0)
    stopping: Literal["exact", "first"] = "exact"
    diversity: float = Field(0.0, ge=0.0)
    temperature: float = Field(1.0, gt=0.0)
    top_k: int = Field(0, ge=0)
    top_p: float = Field(1.0, gt=0.0, le=1.0)
    seed: int = Field(0, ge=0)
    min_length_ratio: float = Field(0.0, ge=0.0, le=LONGEST["ratio"])
    max_length_ratio: float = Field(2.0, gt=0.0, le=LONGEST["ratio"])
    max_length_extra: int = Field(10, ge=1, le=LONGEST["extra"])
    no_repeat_ngram: int = Field(0, ge=0)
    term_placement: float = Field(10.0, ge=0.0)
    terms_elsewhere: bool = False
    mbr: Literal["none", "chrf", "bleu"] = "none"
    batch_sentences: int = Field(64, ge=1)
    exact: bool = False

    @property
    def hypotheses(self) -> int:
        """How many hypotheses a sentence the n best are chosen from."""
        return self.beam if self.method == "beam" else self.samples

    @property
    def sentences_at_once(self) -> int:
        """`batch_sentences`, or as few as keep their hypotheses from being more than MAX_ROWS together."""
        return min(self.batch_sentences, max(1, MAX_ROWS // self.hypotheses))

    @model_validator(mode="after")
    def _n_best_are_there(self) -> "SearchConfig":
        if self.n_best > self.hypotheses:
            if self.method == "sample":
                raise ValueError(
                    f"search.n_best = {self.n_best} needs as many samples; search.samples = {self.samples}."
                )
            raise ValueError(f"search.n_best = {self.n_best} needs a beam at least as wide; search.beam = {self.beam}.")
        return self

    @model_validator(mode="after")
    def _no_option_without_effect(self) -> "SearchConfig":
        for name in without_effect(vars(self)):
            if getattr(self, name) != type(self).model_fields[name].default:
                key, value = NEEDS[name]
                raise ValueError(f"search.{name} has no effect without search.{key} = {value!r}.")
        if self.diversity and self.beam == 1:
            raise ValueError("search.diversity needs a beam of at least 2; search.beam = 1.")
        if self.mbr != "none" and self.hypotheses < 3:
            raise ValueError(
                f"search.mbr needs at least 3 hypotheses to choose from; there are {self.hypotheses} "
                f"(search.{'beam' if self.method == 'beam' else 'samples'})."
            )
        return self
