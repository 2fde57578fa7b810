"""Text in, text out: the one path that `translate`, validation and reports share."""

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from nmt.config import parse_config
from nmt.corpus.batching import pad
from nmt.corpus.lines import clean, is_blank, one_line
from nmt.errors import CheckpointError, ConfigError
from nmt.models.base import Seq2Seq
from nmt.models.saved import load_model
from nmt.search.hypothesis import Hypothesis, SearchConfig
from nmt.search.run import search
from nmt.tokenizer.base import EOS_ID
from nmt.tokenizer.pair import TokenizerPair
from nmt.translation.segments import split_long


@dataclass(frozen=True)
class Candidate:
    """One hypothesis as text."""

    text: str
    score: float
    log_prob: float
    num_tokens: int
    pieces: tuple[str, ...]  # ends with "</s>" where finish_reason is "eos"
    attention: Tensor | None  # [tgt_len, src_len], only where it was asked for
    finish_reason: str


@dataclass(frozen=True)
class Translation:
    """A translated line; blank lines stay blank and have no hypotheses."""

    text: str
    score: float
    hypotheses: tuple[Candidate, ...]
    source_tokens: tuple[str, ...]  # pieces of the source, ends with "</s>"
    finish_reason: str  # "eos", "length", or "blank"
    num_segments: int = 1  # more than one where the line was longer than the model allows and was split

    @property
    def target_tokens(self) -> tuple[str, ...]:
        return self.hypotheses[0].pieces if self.hypotheses else ()

    @property
    def attention(self) -> Tensor | None:
        return self.hypotheses[0].attention if self.hypotheses else None

    @property
    def num_tokens(self) -> int:
        return sum(candidate.num_tokens for candidate in self.hypotheses[:1])


@dataclass(frozen=True)
class Segment:
    """A piece of a line, short enough for the model."""

    line: int
    ids: list[int]


class Translator:
    """A model, its tokenizers and how to search; holds no state between calls."""

    def __init__(self, model: Seq2Seq, tokenizers: TokenizerPair, search: SearchConfig, max_length: int) -> None:
        self.model = model
        self.tokenizers = tokenizers
        self.search = search
        self.max_length = max_length

    def translate(
        self,
        lines: Sequence[str],
        search: SearchConfig | None = None,
        attention: bool = False,
        tick: Callable[[int], None] | None = None,
    ) -> list[Translation]:
        """One translation a line, in order. `tick` is told how many more segments are done.

        A line of more tokens than the model was trained on is split at sentence ends and joined again.
        """
        config = search or self.search
        segments = [segment for number, line in enumerate(lines) for segment in self._segments(number, line)]
        found: list[list[Candidate]] = [[] for _ in segments]
        order = sorted(range(len(segments)), key=lambda index: -len(segments[index].ids))
        for start in range(0, len(order), config.batch_sentences):
            chosen = order[start : start + config.batch_sentences]
            batch = self._search([segments[index].ids for index in chosen], config, attention)
            for index, candidates in zip(chosen, batch, strict=True):
                found[index] = candidates
            if tick:
                tick(len(chosen))
        by_line: list[list[tuple[Segment, list[Candidate]]]] = [[] for _ in lines]
        for segment, candidates in zip(segments, found, strict=True):
            by_line[segment.line].append((segment, candidates))
        return [self._join(parts) for parts in by_line]

    def _segments(self, number: int, line: str) -> list[Segment]:
        text = clean(line)
        if is_blank(text):
            return []
        tokenizer = self.tokenizers.source
        ids = tokenizer.encode(text)
        if len(ids) <= self.max_length:
            return [Segment(number, ids)] if ids else []
        pieces = split_long(text, lambda piece: len(tokenizer.encode(piece)) <= self.max_length)
        encoded = (tokenizer.encode(piece) for piece in pieces)
        return [Segment(number, ids) for ids in encoded if ids]

    def _search(self, sentences: list[list[int]], config: SearchConfig, attention: bool) -> list[list[Candidate]]:
        device = next(self.model.parameters()).device
        source, mask = pad([[*ids, EOS_ID] for ids in sentences])
        found = search(self.model, source.to(device), mask.to(device), config, attention)
        return [[self._candidate(hypothesis) for hypothesis in hypotheses] for hypotheses in found]

    def _candidate(self, hypothesis: Hypothesis) -> Candidate:
        ids = list(hypothesis.tokens)
        return Candidate(
            text=one_line(self.tokenizers.target.decode(ids)).strip(),
            score=hypothesis.score,
            log_prob=hypothesis.log_prob,
            num_tokens=len(ids),
            pieces=self.tokenizers.target.pieces(ids),
            attention=None if hypothesis.attention is None else hypothesis.attention.cpu(),
            finish_reason=hypothesis.finish_reason,
        )

    def _join(self, parts: list[tuple[Segment, list[Candidate]]]) -> Translation:
        """One line from its segments: the n-th best of each, side by side; scores and log-probabilities add up."""
        if not parts:
            return Translation("", 0.0, (), (), "blank")
        source = self.tokenizers.source.pieces([token for segment, _ in parts for token in segment.ids] + [EOS_ID])
        if len(parts) == 1:
            best = tuple(parts[0][1])
        else:
            depth = min(len(candidates) for _, candidates in parts)
            best = tuple(_concatenate([candidates[rank] for _, candidates in parts]) for rank in range(depth))
        return Translation(best[0].text, best[0].score, best, source, best[0].finish_reason, len(parts))


def _concatenate(candidates: list[Candidate]) -> Candidate:
    reasons = {candidate.finish_reason for candidate in candidates}
    return Candidate(
        text=" ".join(candidate.text for candidate in candidates),
        score=sum(candidate.score for candidate in candidates),
        log_prob=sum(candidate.log_prob for candidate in candidates),
        num_tokens=sum(candidate.num_tokens for candidate in candidates),
        pieces=tuple(piece for candidate in candidates for piece in candidate.pieces),
        attention=None,  # each segment looked only at itself
        finish_reason="length" if "length" in reasons else "eos",
    )


def load(run_dir: str | Path, checkpoint: str = "best", search: SearchConfig | None = None) -> Translator:
    """The translator in a run directory. Raises CheckpointError where it is missing, changed or does not fit."""
    directory = Path(run_dir)
    if not directory.is_dir():
        raise CheckpointError(f"{directory}: no such run directory. `nmt train RECIPE --out {directory}` makes one.")
    model, about = load_model(directory / checkpoint)
    tokenizers = TokenizerPair.load(directory)
    if tokenizers.fingerprint() != about.tokenizers:
        names = ", ".join(tokenizers.files())
        raise CheckpointError(
            f"{directory}: {names} is not the tokenizer that {checkpoint}/ was trained with. "
            "Put back the one of this run; another one would turn every translation into noise."
        )
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return Translator(model.to(device), tokenizers, search or recipe_search(directory), about.max_length)


def recipe_search(run_dir: Path) -> SearchConfig:
    """How the recipe of a run searches. Raises CheckpointError where it has none, or one that was changed by hand."""
    recipe = run_dir / "experiment.toml"
    if not run_dir.is_dir():
        raise CheckpointError(f"{run_dir}: no such run directory. `nmt train RECIPE --out {run_dir}` makes one.")
    try:
        tree = tomllib.loads(recipe.read_text(encoding="utf-8"))
        return parse_config(SearchConfig, tree.get("search", {}), f"{recipe}: search")
    except FileNotFoundError:
        raise CheckpointError(
            f"{run_dir} has no {recipe.name}: it is not the directory of a run, or not a whole one."
        ) from None
    except (OSError, ValueError, ConfigError) as error:
        raise CheckpointError(f"{recipe} is damaged ({error}). Copy the run again, or train again.") from None
