"""Search in an exported recurrent model. Needs sentencepiece, onnxruntime and numpy: an exported model has a copy.

A beam of the best hypotheses, as nmt's, compared by log-probability over ((5 + length) / 6) ** alpha (or the penalty in
config.json), until none can still become better or, where config.json has "stopping": "first", as many have ended as
the beam is wide.
"""

import io
import json
import os
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import sentencepiece

from nmt.corpus.sentences import sentence_ends
from nmt.search.boundaries import without_space
from nmt.tokenizer.stand_ins import alphabet_of, in_known_characters

BEGIN, END = 2, 3
MAX_ROWS, WIDEST = 512, 1000  # hypotheses in a batch, and of a sentence
INVISIBLE = {"Zs", "Zl", "Zp", "Cc", "Cf"}  # categories of characters that show nothing
Array = np.ndarray[Any, Any]
Arrays = dict[str, Array]
CPU = Path("/proc/cpuinfo")
LINE_ENDS = "\n\x0b\x0c\r\x1c\x1d\x1e\x1f\x85\u2028\u2029"


def has_vnni() -> bool:
    """Whether the CPU is known to sum 8-bit products exactly; only Linux tells."""
    try:
        return "vnni" in CPU.read_text(encoding="ascii", errors="replace")
    except OSError:
        return False


@dataclass(frozen=True)
class Config:
    """How to search, as the recipe says; lengths are in tokens."""

    beam: int
    length_penalty: str  # none, average or gnmt
    alpha: float
    max_length_ratio: float
    max_length_extra: int
    stopping: str  # exact, or first: a sentence is done once `beam` hypotheses have ended
    batch_sentences: int  # searched together
    max_length: int  # of what is translated at once
    max_sentences: int = 0  # in it, 0: any number; what was exported earlier does not say

    def penalty(self, length: int) -> float:
        """What the log-probability of so many tokens is divided by."""
        if self.length_penalty == "gnmt":
            return float(((5 + length) / 6) ** self.alpha)
        return float(length) if self.length_penalty == "average" else 1.0


class Translator:
    """An exported model: lines in, lines out."""

    def __init__(self, files: dict[str, bytes], threads: int = 0) -> None:
        """`files` are those of the exported folder; so many searches run at once, 0: one for each core it may use."""
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        self.threads = threads or cores
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # of a search: products are too small to be shared
        if not has_vnni():  # sums of 8-bit products would saturate; the exact way takes half as long again
            options.add_session_config_entry("session.x64quantprecision", "1")

        def session(name: str) -> Any:
            return onnxruntime.InferenceSession(files[name], options, providers=["CPUExecutionProvider"])

        self.encoder, self.step, self.output = map(session, ("encoder.onnx", "step.onnx", "output.onnx"))
        self.inputs = {one.name for one in self.step.get_inputs()}
        self.outputs = [one.name for one in self.step.get_outputs()]
        self.listed = session("shortlist.onnx") if "shortlist.onnx" in files else None
        self.lists = dict(np.load(io.BytesIO(files["shortlist.npz"]))) if self.listed else {}
        joint = files.get("tokenizer.model", b"")
        source, target = files.get("tokenizer.source.model", joint), files.get("tokenizer.target.model", joint)
        self.source = sentencepiece.SentencePieceProcessor(model_proto=source)
        self.target = sentencepiece.SentencePieceProcessor(model_proto=target)
        self.alphabet = alphabet_of(self.source)
        self.config = Config(**json.loads(files["config.json"]))

    @classmethod
    def load(cls, folder: Path, threads: int = 0) -> "Translator":
        """The model in an exported folder."""
        return cls({path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}, threads)

    def translate(self, lines: list[str], beam: int | None = None, shortlist: bool = False) -> list[str]:
        """One translation a line, in order; blank lines stay blank.

        A line of more tokens than the model was trained on is cut between words, and its parts are joined again.
        With `shortlist` only likely tokens are considered. Raises ValueError where the model came without one.
        """
        return [text for text, _ in self.translations(lines, beam, shortlist)]

    def translations(self, lines: list[str], beam: int | None, shortlist: bool) -> list[tuple[str, bool]]:
        """As `translate`, each with whether it, or a part of it, ended only at the length limit."""
        config = replace(self.config, beam=beam or self.config.beam)
        parts = [(line, ids) for line, text in enumerate(lines) for ids in self._parts(text)]
        order = sorted(range(len(parts)), key=lambda index: -len(parts[index][1]))
        texts, cut = [""] * len(parts), [False] * len(lines)
        size = max(1, min(config.batch_sentences, MAX_ROWS // config.beam, -(-len(order) // self.threads)))
        batches = [order[start : start + size] for start in range(0, len(order), size)]

        def work(chosen: list[int]) -> list[tuple[float, list[int]]]:
            return self.search([[*parts[index][1], END] for index in chosen], config, shortlist)

        with ThreadPoolExecutor(self.threads) as pool:
            for chosen, found in zip(batches, pool.map(work, batches), strict=True):
                for index, (_, tokens) in zip(chosen, found, strict=True):
                    texts[index] = one_line(self.target.decode([token for token in tokens if token != END])).strip()
                    cut[parts[index][0]] |= tokens[-1:] != [END]
        joined: list[list[str]] = [[] for _ in lines]
        for (line, _), text in zip(parts, texts, strict=True):
            joined[line].append(text)
        return [(join(one), ended) for one, ended in zip(joined, cut, strict=True)]

    def _parts(self, text: str) -> list[list[int]]:
        clean = one_line(" ".join(text.split())).replace("\u2581", "_")
        if all(unicodedata.category(one) in INVISIBLE for one in clean):
            return []
        return [part for piece in self._pieces(unicodedata.normalize("NFC", clean)) for part in self._cut(piece)]

    def _pieces(self, text: str) -> list[str]:
        """As many sentences in each as the model takes."""
        ends = sentence_ends(text) if self.config.max_sentences else [len(text)]
        cuts = [0, *ends[self.config.max_sentences - 1 : -1 : max(self.config.max_sentences, 1)], len(text)]
        return [text[start:end].strip() for start, end in pairwise(cuts)]

    def _cut(self, text: str) -> list[list[int]]:
        """The ids of a piece, cut between words where there are too many."""
        ids: list[int] = self.source.encode(in_known_characters(text, self.alphabet))
        parts, start, most = [], 0, self.config.max_length
        while len(ids) - start > most:
            ends = range(start + most - 1, start, -1)
            cut = next((at for at in ends if self.source.id_to_piece(ids[at])[0] == "\u2581"), start + most)
            parts.append(ids[start:cut])
            start = cut
        return [*parts, ids[start:]] if ids else parts

    def search(
        self, sources: list[list[int]], config: Config, shortlist: bool = False
    ) -> list[tuple[float, list[int]]]:
        """The log-probability and the ids of the best translation of each sentence.

        Both have end-of-sentence, a translation unless its length limit was reached. Raises as `translate` does.
        """
        output, beam = self._output(sources if shortlist else None), config.beam
        memory, state = self._read(sources, beam)
        lengths = memory["mask"].sum(axis=1)
        limits = (lengths * config.max_length_ratio).astype(int) + config.max_length_extra
        scores = np.full(len(sources), -np.inf)  # of the best so far
        enough = beam if config.stopping == "first" else np.inf
        ended = np.zeros(len(sources), np.int64)  # how many hypotheses of a sentence
        found: list[tuple[float, list[int]]] = [(-np.inf, []) for _ in sources]
        active = np.arange(len(sources))
        totals = np.full((len(sources), beam), -np.inf)
        totals[:, 0] = 0.0  # the others begin impossible, so that the first step fills them
        written = np.full((len(sources) * beam, 1), BEGIN)
        count = 2 * beam if beam > 1 else 1  # at most half of them end the sentence, so `beam` live ones remain
        while len(active):
            features, state = self._next(written[:, -1], state, memory)
            log_probs, following = output(features, np.array([count]))
            candidates = (totals.reshape(-1, 1) + log_probs).reshape(len(active), -1)
            places = np.argsort(-candidates, axis=1, kind="stable")[:, :count]
            each = np.arange(len(active))[:, None]  # a sentence a row
            ranked, tokens = candidates[each, places], following.reshape(len(active), -1)[each, places]
            rows = each * beam + places // log_probs.shape[1]
            length = written.shape[1]
            for index, place in np.argwhere((tokens == END) & np.isfinite(ranked)):
                score, sentence = ranked[index, place] / config.penalty(length), active[index]
                ended[sentence] += 1
                if score > scores[sentence]:
                    scores[sentence] = score
                    found[sentence] = (ranked[index, place], [*written[rows[index, place], 1:].tolist(), END])
            live = np.argsort(tokens == END, axis=1, kind="stable")[:, :beam]
            rows, tokens = rows[each, live], tokens[each, live]
            totals = np.where(tokens == END, -np.inf, ranked[each, live])
            going = []
            for index, sentence in enumerate(active):
                limit = int(limits[sentence])
                if length >= limit:
                    if not found[sentence][1]:
                        cut = [*written[rows[index, 0], 1:].tolist(), int(tokens[index, 0])]
                        found[sentence] = (totals[index, 0], cut)
                elif ended[sentence] < enough and scores[sentence] < totals[index, 0] / config.penalty(limit):
                    going.append(index)  # it may still become better
            kept = rows[going].reshape(-1)
            written = np.concatenate([written[kept], tokens[going].reshape(-1, 1)], axis=1)
            state = {name: one[kept] for name, one in state.items()}
            totals = totals[going]
            if len(going) < len(active):
                memory = {name: one[going] for name, one in memory.items()}
                active = active[going]
        return [(float(log_prob), tokens) for log_prob, tokens in found]

    def _read(self, sources: list[list[int]], beam: int) -> tuple[Arrays, Arrays]:
        """What does not change while decoding, a row a sentence, and the first state, `beam` rows a sentence."""
        lengths = np.array([len(one) for one in sources], np.int32)
        mask = np.arange(lengths.max()) < lengths[:, None]
        source = np.zeros(mask.shape, np.int64)
        source[mask] = np.concatenate([np.array(one) for one in sources])
        keys, values, *states = self.encoder.run(None, {"source": source, "lengths": lengths})
        state = {f"state_{index}": np.repeat(one, beam, axis=0) for index, one in enumerate(states)}
        feed = next((one.shape[1] for one in self.step.get_inputs() if one.name == "feed"), 0)
        state["feed"] = np.zeros((len(sources) * beam, feed), np.float32)
        return {"mask": mask, "keys": keys, "values": values}, state

    def _next(self, tokens: Array, state: Arrays, memory: Arrays) -> tuple[Array, Arrays]:
        """One token a row read: the features, and the next state."""
        given = {"tokens": tokens, **memory, **state}
        given = {name: value for name, value in given.items() if name in self.inputs}
        answer = dict(zip(self.outputs, self.step.run(None, given), strict=True))
        answer["next_feed"] = answer["features"]
        return answer["features"], {name: answer.get(f"next_{name}", one) for name, one in state.items()}

    def _output(self, sources: list[list[int]] | None) -> Callable[[Array, Array], Any]:
        """From features and how many tokens are wanted to their log-probabilities and ids; None: of all tokens."""
        if sources is None:
            return lambda features, count: self.output.run(None, {"features": features, "count": count})
        if self.listed is None:
            raise ValueError("This model was exported without a shortlist.")
        listed, lists = self.listed, self.lists
        likely = lists["translations"][np.concatenate([one[:-1] for one in sources])].ravel()
        ids = np.unique(np.concatenate([lists["always"], likely]))
        fixed = {"ids": ids.astype(np.int64), "weight": lists["weight"][ids], "bias": lists["bias"][ids]}
        return lambda features, count: listed.run(None, {"features": features, "count": count, **fixed})


def join(texts: list[str]) -> str:
    """Parts of a line, with a space between them, but not where both are written without (Japanese, Chinese)."""
    joined = ""
    for text in filter(None, texts):
        joined += text if not joined or without_space(joined, text) else f" {text}"
    return joined


def one_line(text: str) -> str:
    """Without control characters; those that end a line for some program become a space."""
    if text.isprintable():  # as nearly all are
        return text
    spaced = (" " if one in LINE_ENDS else one for one in text)
    return "".join(one for one in spaced if one == "\t" or (unicodedata.category(one) != "Cc" and one != "\ufeff"))
