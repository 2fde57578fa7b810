"""Text in, text out: the one path that `translate`, validation and reports share."""

import math
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace

import torch

from nmt.corpus.batching import pad
from nmt.corpus.lines import clean, one_line
from nmt.errors import ConfigError, NotFiniteError
from nmt.models.attention import NoAttention
from nmt.models.base import Seq2Seq
from nmt.models.narrow import narrow
from nmt.models.no_encoder import NoEncoder
from nmt.search.config import SearchConfig
from nmt.search.hypothesis import Hypothesis
from nmt.search.run import search
from nmt.tokenizer.base import EOS_ID
from nmt.tokenizer.pair import TokenizerPair
from nmt.translation.glossary import Glossary
from nmt.translation.parallel import map_in_threads, split_evenly, torch_threads
from nmt.translation.result import Candidate, Translation, concatenate
from nmt.translation.segmenter import Segment, Segmenter
from nmt.translation.shortlist import Shortlist
from nmt.translation.words import align, is_loop, visible_words

NO_PROBABILITIES = "The model gives no probabilities (they are not numbers). Use another checkpoint."


class Translator:
    """A model, its tokenizers and how to search; holds no state between calls."""

    def __init__(
        self,
        model: Seq2Seq,
        tokenizers: TokenizerPair,
        search: SearchConfig,
        max_length: int,
        shortlist: Shortlist | None = None,
        max_sentences: int = 0,
    ) -> None:
        self.model = model
        self.tokenizers = tokenizers
        self.search = search
        self.max_length, self.max_sentences = max_length, max_sentences  # of a source; 0 sentences: any number
        self.shortlist = shortlist  # what the output is restricted to, None: nothing
        # Not read for each search: one in another thread may just have set it to 1.
        self.torch_threads = torch.get_num_threads()

    def honours(self, key: str) -> bool:
        """Whether the search does what this key of [search] asks for."""
        return key in SearchConfig.model_fields

    @property
    def threads(self) -> int:
        """How many batches are searched at once: on a CPU, as many as PyTorch had threads when this was made."""
        return self.torch_threads if next(self.model.parameters()).device.type == "cpu" else 1

    def check(
        self, search: SearchConfig | None = None, alignment: bool = False, glossary: Glossary | None = None
    ) -> None:
        """Raise ConfigError where `translate` would refuse this, whatever the lines are."""
        config = search or self.search
        if (alignment or config.coverage) and not _looks(self.model):
            what = "no alignment can be given" if alignment else "search.coverage has nothing to go by"
            raise ConfigError(f"This model has no attention, so {what}.")
        if self.shortlist and glossary:
            raise ConfigError("A shortlist may lack the terms of a glossary. Leave out the one or the other.")
        if self.shortlist and (config.exact or config.method == "sample"):
            asked = "search.exact = true" if config.exact else "search.method = 'sample'"
            raise ConfigError(
                f"With a shortlist, {asked} cannot be kept to: which pieces are on it depends on the batch. Leave out "
                "one of them."
            )
        if glossary is None:
            return
        if config.method != "beam" or config.mbr != "none":
            asked = "search.method = 'sample'" if config.method != "beam" else f"search.mbr = {config.mbr!r}"
            raise ConfigError(
                f"A glossary needs beam search, and cannot be kept to with {asked}. Leave out one of them."
            )
        if glossary.tokenizer.model != self.tokenizers.target.model:
            raise ConfigError(
                "The glossary was read for another model: read it with the tokenizers of this translator."
            )

    def translate(
        self,
        lines: Sequence[str],
        search: SearchConfig | None = None,
        attention: bool = False,
        alignment: bool = False,
        prefixes: Sequence[str] | None = None,
        glossary: Glossary | None = None,
        tick: Callable[[int], None] | None = None,
    ) -> list[Translation]:
        """One translation a line, in order. `tick` is told how many more segments are done; what it raises ends this.

        A line of more tokens than the model was trained on, or of more sentences, is split at sentence ends and joined
        again: a model that has seen one sentence a line leaves out most of what follows the first.
        `prefixes`: text that each translation begins with; its last word may go on. Of a split line, a part of n
        sentences begins with the next n sentences of it, and the last part with all that are left.
        `glossary`: terms and what they must be called; each translation says which of them it has.
        `alignment`: also say which source word each word comes from; `attention`: also give all weights.

        Raises ConfigError for what cannot go together (see `check`), such as alignment and a model without attention,
        and for a text in place of lines; NotFiniteError where the model's probabilities are no numbers.
        """
        if isinstance(lines, str) or isinstance(prefixes, str):
            raise ConfigError("`translate` takes a list of lines: one text would be translated letter by letter.")
        if prefixes is not None and len(prefixes) != len(lines):
            raise ConfigError(f"Lines: {len(lines)}, prefixes: {len(prefixes)}. Each line needs one, if an empty one.")
        config = search or self.search
        self.check(config, alignment, glossary)
        begins = [""] * len(lines) if prefixes is None else prefixes
        segmenter = Segmenter(self.tokenizers, self.max_length, self.max_sentences, glossary, config.terms_elsewhere)
        segments = [
            segment
            for number, (line, prefix) in enumerate(zip(lines, begins, strict=True))
            for segment in segmenter.segments(number, line, prefix)
        ]
        found: list[list[Candidate]] = [[] for _ in segments]
        order = sorted(range(len(segments)), key=lambda index: (segments[index].needed, -len(segments[index].ids)))
        threads = self.threads
        batches = split_evenly(order, config.sentences_at_once, threads)

        def work(chosen: Sequence[int]) -> list[list[Candidate]]:
            return self._search([segments[index] for index in chosen], config, attention, alignment)

        # One alone has all threads; not where every bit counts: how many there are decides how sums are rounded.
        alone = len(batches) == 1 and not config.exact
        searched = (work(batch) for batch in batches) if alone else map_in_threads(work, batches, threads)
        # No search goes on when `tick` raises.
        with torch_threads(threads if alone else 1, threads), closing(searched):
            for chosen, batch in zip(batches, searched, strict=True):
                for index, candidates in zip(chosen, batch, strict=True):
                    found[index] = candidates
                if tick:
                    tick(len(chosen))
        by_line: list[list[tuple[Segment, list[Candidate]]]] = [[] for _ in lines]
        for segment, candidates in zip(segments, found, strict=True):
            by_line[segment.line].append((segment, candidates))
        joined = [self._join(parts, config) for parts in by_line]
        joined = [self._noted(*pair) for pair in zip(joined, map(clean, lines), strict=True)]
        if alignment:
            joined = [_in_words_of(*pair) for pair in zip(joined, lines, strict=True)]
        if glossary is None:
            return joined
        elsewhere = config.terms_elsewhere
        return [_checked(*parts, glossary, elsewhere) for parts in zip(joined, lines, begins, strict=True)]

    def _noted(self, translation: Translation, text: str) -> Translation:
        """With what is out of the ordinary in the text for the vocabulary."""
        return replace(translation, unknown=self.tokenizers.unknown(text), capitals=self.tokenizers.capitals(text))

    def _search(
        self, segments: list[Segment], config: SearchConfig, attention: bool, alignment: bool
    ) -> list[list[Candidate]]:
        wanted = config if config.mbr == "none" else config.model_copy(update={"n_best": config.hypotheses})
        found = self._find(segments, wanted, attention or alignment)
        candidates = [
            [self._candidate(segment, hypothesis, attention, alignment) for hypothesis in hypotheses]
            for segment, hypotheses in zip(segments, found, strict=True)
        ]
        if config.mbr == "none":
            return candidates
        from nmt.translation.mbr import most_agreed  # sacreBLEU takes a while to import

        return [most_agreed(one, config.mbr, config.n_best) for one in candidates]

    def _find(self, segments: list[Segment], config: SearchConfig, keep_attention: bool) -> list[list[Hypothesis]]:
        """The search; an exported model has another one."""
        device = next(self.model.parameters()).device
        source, mask = pad([segment.source for segment in segments])
        prefixes = [segment.prefix for segment in segments] if any(segment.prefix for segment in segments) else None
        terms = [segment.terms for segment in segments if segment.terms]  # of all of them, or of none
        ids = None
        if self.shortlist:
            ids = self.shortlist.ids((segment.ids for segment in segments), prefixes or ()).to(device)
            places = {piece: place for place, piece in enumerate(ids.tolist())}
            prefixes = [[places[piece] for piece in prefix] for prefix in prefixes] if prefixes else None
        model = self.model if ids is None else narrow(self.model, ids)
        found = search(model, source.to(device), mask.to(device), config, keep_attention, prefixes, terms)
        if ids is None:
            return found
        return [[hypothesis.renamed(ids) for hypothesis in hypotheses] for hypotheses in found]

    def _candidate(self, segment: Segment, hypothesis: Hypothesis, attention: bool, alignment: bool) -> Candidate:
        ids = list(hypothesis.tokens)
        pieces = self.tokenizers.target.pieces(ids)
        looked = None if hypothesis.attention is None else hypothesis.attention.cpu()
        links = None
        if alignment and looked is not None:
            links = align(looked, self.tokenizers.source.pieces(segment.source), pieces)
        return Candidate(
            text=one_line(self.tokenizers.target.decode(ids)).strip(),
            score=hypothesis.score,
            pieces=pieces,
            token_log_probs=hypothesis.token_log_probs,
            attention=looked if attention else None,
            finish_reason=hypothesis.finish_reason,
            alignment=links,
            repeats=is_loop(segment.ids, ids),
        )

    def _join(self, parts: list[tuple[Segment, list[Candidate]]], config: SearchConfig) -> Translation:
        """One line from its segments: the n-th best of each, side by side.

        Scores and log-probabilities add up; of expected utilities it is the mean.
        """
        if not parts:
            return Translation("", 0.0, (), (), "blank")
        if any(not candidates or math.isnan(candidates[0].log_prob) for _, candidates in parts):
            raise NotFiniteError(NO_PROBABILITIES)
        source = self.tokenizers.source.pieces([token for segment, _ in parts for token in segment.ids] + [EOS_ID])
        if len(parts) == 1:
            best = tuple(parts[0][1])
        else:
            words = [segment.first_word for segment, _ in parts]
            depth = min(len(candidates) for _, candidates in parts)
            best = tuple(concatenate([candidates[rank] for _, candidates in parts], words) for rank in range(depth))
            if config.mbr != "none":
                best = tuple(replace(one, score=one.score / len(parts)) for one in best)
        return Translation(best[0].text, best[0].score, best, source, best[0].finish_reason, len(parts))


def _looks(model: Seq2Seq) -> bool:
    """Whether it has attention to a source, so that it can say where words come from."""
    return not any(isinstance(module, (NoAttention, NoEncoder)) for module in model.modules())


def _in_words_of(translation: Translation, line: str) -> Translation:
    """With links from the words of the line as it came, not as it was cleaned."""
    words = visible_words(line)
    hypotheses = (
        replace(one, alignment=tuple((words[source], target) for source, target in one.alignment or ()))
        for one in translation.hypotheses
    )
    return replace(translation, hypotheses=tuple(hypotheses))


def _checked(translation: Translation, line: str, prefix: str, glossary: Glossary, elsewhere: bool) -> Translation:
    """With the terms of the line, and which of them each hypothesis has."""
    source, begin = clean(line), clean(prefix)
    hypotheses = tuple(
        replace(one, terms=glossary.check(source, begin, one.text, elsewhere)) for one in translation.hypotheses
    )
    return replace(translation, hypotheses=hypotheses)
