"""Translating with an exported model: our text path, CTranslate2's search.

CTranslate2 compares hypotheses by log-probability / length ** penalty, has one length limit for a whole call and stops
once it has enough hypotheses. So it is asked for twice as many as the beam is wide, they are ranked by our own score,
and sentences that went beyond their own limit are searched once more with that.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from nmt.errors import CheckpointError, ConfigError
from nmt.export.keys import asked_besides
from nmt.export.packages import package
from nmt.search.hypothesis import FinishReason, Hypothesis, SearchConfig
from nmt.search.length import length_limits
from nmt.search.score import score
from nmt.storage.folder import MANIFEST, read_folder, sha256
from nmt.storage.steps import step_dir
from nmt.tokenizer.base import EOS_ID
from nmt.tokenizer.pair import TokenizerPair
from nmt.translation.glossary import Glossary
from nmt.translation.load import find_steps
from nmt.translation.result import Translation
from nmt.translation.translator import Segment, Translator

PATIENCE = 2.0


def export_dir(run: Path, format: str) -> Path:
    """Where the exported model of a run lies, unless another place was asked for."""
    return run / "export" / format


def model_sums(run: Path, checkpoint: str) -> list[str]:
    """What tells the models that `checkpoint` names from others: the checksums of their manifests."""
    folders = [step_dir(run / "models", update) for update in find_steps(run, checkpoint)]
    return [sha256((folder / MANIFEST).read_bytes()) for folder in folders]


def load_exported(run: Path, search: SearchConfig) -> "ExportedTranslator":
    """The translator of a run's model for CTranslate2. Raises CheckpointError where there is none, or one changed."""
    folder, remedy = export_dir(run, "ctranslate2"), f"`nmt export {run} --format ctranslate2`"
    if not folder.is_dir():
        raise CheckpointError(f"{folder} is missing: {remedy} makes it.")
    read = read_folder(folder)
    about = read.about
    if about["models"] != model_sums(run, about["checkpoint"]):
        raise CheckpointError(
            f"{folder} was not made from what is now the checkpoint '{about['checkpoint']}' of {run}. Make it again: "
            f"{remedy}."
        )
    tokenizers = TokenizerPair.load(folder)
    engine = CTranslate2Search(read.files, about["quantization"], tokenizers, about["positions"])
    return ExportedTranslator(engine, tokenizers, search, about["max_length"])


class CTranslate2Search:
    """A model of CTranslate2, loaded from the bytes of its files."""

    def __init__(self, files: dict[str, bytes], quantization: str, tokenizers: TokenizerPair, positions: int) -> None:
        library: Any = package("ctranslate2", "--backend ctranslate2")
        own = {name: data for name, data in files.items() if not name.startswith("tokenizer.")}
        self.threads = torch.get_num_threads()  # as our own search has: OMP_NUM_THREADS says how many
        self.engine = library.Translator(
            "model", files=own, compute_type=quantization, inter_threads=self.threads, intra_threads=1
        )
        self.source_pieces = tokenizers.source.pieces(list(range(tokenizers.source.vocab_size)))
        self.target_ids = {
            piece: index
            for index, piece in enumerate(tokenizers.target.pieces(list(range(tokenizers.target.vocab_size))))
        }
        self.positions = positions

    def find(self, sources: Sequence[Sequence[int]], config: SearchConfig) -> list[list[Hypothesis]]:
        """Up to n_best hypotheses, the best first, of each sentence (ids that end with end-of-sentence).

        Raises ConfigError where translations may be longer than the model has positions.
        """
        limits = length_limits(config, [len(source) for source in sources])
        if max(limits) > self.positions:
            raise ConfigError(
                f"search.max_length_ratio = {config.max_length_ratio} and search.max_length_extra = "
                f"{config.max_length_extra} allow translations of {max(limits)} tokens, but the exported model has "
                f"{self.positions} positions. Lower them."
            )
        found = self._run(sources, config, max(limits))
        for limit in sorted(set(limits)):
            beyond = [
                row
                for row, result in enumerate(found)
                if limits[row] == limit and any(len(one) > limit for one in result.hypotheses)
            ]
            again = self._run([sources[row] for row in beyond], config, limit) if beyond else []
            for row, result in zip(beyond, again, strict=True):
                found[row] = result
        return [self._ranked(result, config) for result in found]

    def _run(self, sources: Sequence[Sequence[int]], config: SearchConfig, limit: int) -> list[Any]:
        return self.engine.translate_batch(
            [[self.source_pieces[index] for index in source[:-1]] for source in sources],
            beam_size=config.beam,
            patience=PATIENCE if config.beam > 1 else 1,
            num_hypotheses=round(config.beam * PATIENCE) if config.beam > 1 else 1,
            length_penalty=1,  # any but 0, with which it would stop early
            no_repeat_ngram_size=config.no_repeat_ngram,
            max_input_length=0,
            max_decoding_length=limit,
            min_decoding_length=0,
            return_scores=True,
            return_end_token=True,
        )

    def _ranked(self, result: Any, config: SearchConfig) -> list[Hypothesis]:
        """Ended hypotheses first of all; one that was cut only where fewer than n_best have ended, as in our search."""
        hypotheses = [
            self._hypothesis(pieces, mean, config)
            for pieces, mean in zip(result.hypotheses, result.scores, strict=True)
        ]
        ended = [one for one in hypotheses if one.finish_reason == "eos"]
        cut = sorted((one for one in hypotheses if one.finish_reason == "length"), key=lambda one: -one.log_prob)
        chosen = ended + cut[: max(config.n_best - len(ended), 0)]
        return sorted(chosen, key=lambda one: -one.score)[: config.n_best]

    def _hypothesis(self, pieces: Sequence[str], mean: float, config: SearchConfig) -> Hypothesis:
        """`mean` is the log-probability of a token; CTranslate2 does not say what each of them has."""
        tokens = tuple(self.target_ids[piece] for piece in pieces)
        log_probs = (mean,) * len(tokens)
        reason: FinishReason = "eos" if tokens[-1] == EOS_ID else "length"
        return Hypothesis(tokens, log_probs, score(config, log_probs, None), None, reason)


class ExportedTranslator(Translator):
    """Text in, text out, as the Translator does, but CTranslate2 searches; the keys that it honours decide how."""

    def __init__(
        self, engine: CTranslate2Search, tokenizers: TokenizerPair, search: SearchConfig, max_length: int
    ) -> None:
        self.engine, self.tokenizers, self.search, self.max_length = engine, tokenizers, search, max_length
        self.shortlist = None

    @property
    def threads(self) -> int:
        """As many as CTranslate2 has workers."""
        return self.engine.threads

    @property
    def looks(self) -> bool:
        """Where the model looks is not asked for."""
        return False

    def check(
        self, search: SearchConfig | None = None, alignment: bool = False, glossary: Glossary | None = None
    ) -> None:
        """Raise ConfigError for what CTranslate2's search does not do."""
        _refuse({"alignment": alignment, "glossary": glossary})
        config = search or self.search
        if keys := asked_besides(config, "ctranslate2"):  # it may well be the recipe that says so
            said = ", ".join(f"search.{key} = {getattr(config, key)!r}" for key in keys)
            remedy = " ".join(f"--set {key}={_default(key)}" for key in keys)
            raise ConfigError(f"The ctranslate2 backend has no {said}. Give {remedy}, or use our own search.")

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
        """One translation a line, in order. Raises ConfigError for what CTranslate2's search does not do."""
        _refuse({"attention": attention, "prefix": any(prefixes or ())})
        config = search or self.search
        self.check(config, alignment, glossary)
        return super().translate(lines, config, tick=tick)

    def _find(self, segments: list[Segment], config: SearchConfig, keep_attention: bool) -> list[list[Hypothesis]]:
        return self.engine.find([segment.source for segment in segments], config)


def _refuse(asked: dict[str, object]) -> None:
    """Raise ConfigError for the first of what was asked for and is not there."""
    for name, value in asked.items():
        if value:
            raise ConfigError(f"The ctranslate2 backend has no {name}. Leave it out, or use our own search.")


def _default(key: str) -> str:
    """Of a search key, as an override says it."""
    value = SearchConfig.model_fields[key].default
    return str(value).lower() if isinstance(value, bool) else str(value)
