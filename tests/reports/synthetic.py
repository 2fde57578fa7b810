"""Invented systems and an invented test set: everything a report needs, without training anything."""

import dataclasses
import hashlib
import math
import random
from pathlib import Path

from nmt.reports.evaluation_set import EvaluationSet
from nmt.reports.record import RunRecord
from nmt.reports.run_results import Alignment, RunResult, Sample, Validation

SUBJECTS = {
    "wir": "we",
    "die Kollegin": "the colleague",
    "mein Bruder": "my brother",
    "der alte Kapitän": "the old captain",
}
VERBS = {"kaufen": "buy", "suchen": "look for", "sehen": "see", "vergessen": "forget", "bringen": "bring"}
OBJECTS = {"einen Schirm": "an umbrella", "die Karten": "the tickets", "das kleine Buch": "the small book"}
TIMES = {"": "", "heute": "today", "am Montag": "on Monday", "um halb neun": "at half past eight"}
PLACES = {"": "", "im Bahnhof": "at the station", "hinter dem Museum": "behind the museum", "in Köln": "in Cologne"}
CLAUSES = {
    "": "",
    ", weil es regnet": " because it is raining",
    ", bevor der Zug nach Wien um zehn Uhr abfährt": " before the train to Vienna leaves at ten o'clock",
}


def sentences(number: int, seed: int = 0) -> list[tuple[str, str]]:
    """Pairs of a German-looking source and its English."""
    rng = random.Random(seed)
    pairs = []
    for _ in range(number):
        parts = [rng.choice(list(part.items())) for part in (SUBJECTS, VERBS, OBJECTS, TIMES, PLACES, CLAUSES)]
        subject, verb, thing, when, where, clause = parts
        german = " ".join(filter(None, (subject[0], verb[0], when[0], thing[0], where[0]))) + clause[0] + "."
        english = " ".join(filter(None, (subject[1], verb[1], thing[1], where[1], when[1]))) + clause[1] + "."
        pairs.append((german[0].upper() + german[1:], english[0].upper() + english[1:]))
    return pairs


def evaluation_set(number: int = 300, seed: int = 0) -> EvaluationSet:
    pairs = sentences(number, seed)
    source, reference = tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs)
    return EvaluationSet(
        Path("data/invented/test.de"),
        Path("data/invented/test.en"),
        source,
        reference,
        sha256(source),
        sha256(reference),
    )


def sha256(lines: tuple[str, ...]) -> str:
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def corrupt(text: str, rng: random.Random, rate: float) -> str:
    """The reference as a system might have translated it: some words replaced, dropped or doubled."""
    words = []
    for word in text.split():
        chance = rng.random()
        if chance < rate:
            words.append(rng.choice(["a", "station", "book", "sees", "train", "yesterday", "old", "from"]))
        elif chance < 1.4 * rate:
            continue
        else:
            words.append(word)
    return " ".join(words)


def curve(
    best: float, seconds: float, updates: int, speed: float, seed: int, points: int = 16
) -> tuple[Validation, ...]:
    """A learning curve that rises quickly, levels off and wobbles."""
    rng = random.Random(seed)
    found = []
    for k in range(1, points + 1):
        share = k / points
        bleu = best * (1 - math.exp(-speed * share)) / (1 - math.exp(-speed)) + rng.uniform(-0.5, 0.3)
        found.append(Validation(updates * k // points, seconds * share, max(0.0, bleu)))
    return tuple(found)


def record(name: str, **changes: object) -> RunRecord:
    fields: dict[str, object] = {
        "name": name,
        "experiment": {"name": name, "corpus": {"test": {"source": "test.de", "target": "test.en"}}},
        "architecture": "bi-GRU encoder, 2-layer LSTM decoder, additive attention",
        "commit": "0123abc4567d",
        "versions": {"nmt": "0.1.0", "torch": "2.13.0"},
        "hardware": {"cpu": "Some Processor 9000 @ 2.5 GHz", "cores": 2},
        "precision": "bf16",
        "threads": 2,
        "parameters": 10_612_345,
        "vocab_size": 8000,
        "updates": 4800,
        "epochs": 14.2,
        "target_tokens": 6_210_400,
        "train_seconds": 1134.2,
        "wall_seconds": 1302.8,
        "target_tokens_per_second": 5475.6,
        "peak_memory_bytes": 1_525_000_000,
        "best_update": 4500,
        "best_dev_bleu": 38.6,
        "finish_reason": "max_updates",
    }
    return RunRecord(**{**fields, **changes})  # type: ignore[arg-type]


def pieces(text: str) -> list[str]:
    """Subword-like pieces: long words in two parts."""
    found = []
    for word in text.replace(".", " .").replace(",", " ,").split():
        if word in ".,":
            found.append(word)
        elif len(word) > 6:
            found += ["▁" + word[:4], word[4:]]
        else:
            found.append("▁" + word)
    return [*found, "</s>"]


def alignment(source: str, target: str, seed: int, sharpness: float) -> Alignment:
    """A mostly diagonal matrix with rows that sum to one."""
    rng = random.Random(seed)
    rows, columns = pieces(target), pieces(source)
    weights = []
    for i in range(len(rows)):
        centre = i * (len(columns) - 1) / max(1, len(rows) - 1) + rng.uniform(-1, 1)
        raw = [math.exp(-sharpness * (j - centre) ** 2) + 0.01 * rng.random() for j in range(len(columns))]
        weights.append(tuple(value / sum(raw) for value in raw))
    return Alignment(tuple(columns), tuple(rows), tuple(weights))


def system(
    name: str,
    test: EvaluationSet,
    rate: float,
    seed: int,
    validations: tuple[Validation, ...] = (),
    samples: tuple[int, ...] = (),
    **changes: object,
) -> RunResult:
    """A system that gets about `rate` of the words wrong; `changes` are fields of its record."""
    rng = random.Random(seed)
    outputs = tuple(corrupt(text, rng, rate) for text in test.reference)
    return RunResult(
        name=name,
        record=record(name, **changes),
        validations=validations,
        outputs=outputs,
        translate_seconds=len(test) / 40,
        search={"beam": 5, "n_best": 1, "length_penalty": "gnmt", "alpha": 1.0},
        finish_reasons={"eos": len(test) - 1, "length": 1},
        num_split=0,
        samples=tuple(
            Sample(outputs[i], alignment(test.source[i], outputs[i], seed + i, 0.5 + 0.4 * seed)) for i in samples
        ),
    )


def seeds(name: str, test: EvaluationSet, rate: float, numbers: tuple[int, ...]) -> list[RunResult]:
    """Runs of one recipe that differ in their seed, called name-1, name-2 ...; their records share the name."""
    corpus = {"train": {"source": "train.de", "target": "train.en"}}
    return [
        dataclasses.replace(
            system(
                name,
                test,
                rate,
                100 * number + len(name),
                experiment={"name": name, "seed": number, "corpus": corpus, "model": {"kind": name}},
            ),
            name=f"{name}-{number}",
        )
        for number in numbers
    ]


def pair_of_systems(test: EvaluationSet, samples: tuple[int, ...] = ()) -> list[RunResult]:
    """The two systems of a usual report."""
    return [
        system("rnn", test, 0.16, 1, curve(38.6, 1134.2, 4800, 4.5, 1), samples),
        system(
            "transformer",
            test,
            0.20,
            2,
            curve(37.2, 951.7, 5200, 3.5, 2),
            samples,
            architecture="4-layer Transformer encoder, 4-layer Transformer decoder, pre-norm",
            parameters=8_934_400,
            train_seconds=951.7,
            wall_seconds=1107.3,
            target_tokens_per_second=7021.3,
            peak_memory_bytes=1_811_000_000,
            updates=5200,
            best_update=4875,
            best_dev_bleu=37.2,
        ),
    ]
