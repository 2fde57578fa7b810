"""nmt itself, run as the peers are: `run.py ACTION TASK`, where ACTION is one of

train      the real loop of `nmt train`, with a clock in place of its log
profile    the same under torch's profiler: seconds by phase and by operation
cached     the same on one and the same batch, every other update making a batch as well: what live data costs
quality    `nmt train` with a time limit: dev BLEU by seconds of training
translate  `nmt.load(RUN).translate(lines)`, or the same of the exported model
"""

import json
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))

import torch
from clock import Clock, Task, leave, read_task, time_lines
from rich.console import Console
from torch.profiler import ProfilerActivity, record_function
from torch.profiler import profile as Profile

import nmt.run.train
import nmt.training.loop
import nmt.training.step
import nmt.training.updater
from nmt.experiment import Experiment, load_experiment
from nmt.export.backend import load_exported
from nmt.models.base import Seq2Seq
from nmt.training.device import prepare_memory
from nmt.training.log import TrainingLog
from nmt.training.loop import Job
from nmt.training.optimizer import MovingAverage
from nmt.training.progress import Progress
from nmt.translation.load import recipe_search
from nmt.translation.translator import Translator

FOREVER = 10**6  # updates: the clock ends a run
PHASES = ("data", "forward", "loss", "backward", "optimizer")


class ClockedLog(TrainingLog):
    """Tells the clock of each update, and nobody of anything."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(None, Console(quiet=True), "bench", FOREVER, None)
        self.clock, self.tokens = clock, 0

    def train(self, progress: Progress, figures: dict[str, float]) -> None:
        tokens, self.tokens = progress.target_tokens - self.tokens, progress.target_tokens
        self.clock.tick(tokens)


def train(task: Task, begin: Callable[[], None] = lambda: None, finish: Callable[[], dict[str, Any]] = dict) -> None:
    """The loop that `nmt train` runs, until the clock has seen enough."""
    loop = nmt.run.train.train

    def timed(job: Job, log: TrainingLog, found: Any) -> Progress:
        numbers = sum(parameter.numel() for parameter in job.model.parameters())
        clock = Clock(task, begin, finish, parameters=numbers, version=nmt.__version__, torch=torch.__version__)
        return loop(job, ClockedLog(clock), found)

    nmt.run.train.train = timed
    ends = f"training.max_updates={FOREVER}", f"training.validate_every={FOREVER}", "training.log_every=1"
    experiment = experiment_of(task, *ends)
    nmt.run.train.train_run(experiment, fresh_run(task), Console(stderr=True))


def experiment_of(task: Task, *overrides: str) -> Experiment:
    """The benchmark's recipe for this task."""
    feed = ["model.decoder.feed=input"] if task["input_feeding"] else []
    settings = {name: task[name] for name in ("batch_tokens", "precision", "threads")}
    chosen = [f"training.{name}={value}" for name, value in settings.items()]
    recipe = HERE.parents[1] / "shapes" / f"{task['model']}.toml"
    return load_experiment(recipe, [*chosen, *feed, f"seed={task['seed']}", *overrides])


def fresh_run(task: Task) -> Path:
    """An empty run directory beside the text that was prepared once."""
    directory = Path(task["corpus"]).parent / f"run-{task['model']}"
    shutil.rmtree(directory, ignore_errors=True)
    return directory


def profile(task: Task) -> None:
    """Seconds of an update in each phase and, by their own time, in the dearest operations."""
    profiler = Profile(activities=[ProfilerActivity.CPU])
    name_phases()
    begun: list[float] = []

    def begin() -> None:
        profiler.start()
        begun.append(time.perf_counter())

    def finish() -> dict[str, Any]:
        seconds = time.perf_counter() - begun[0]
        profiler.stop()
        events = profiler.key_averages()
        phases = {event.key: event.cpu_time_total / 1e6 for event in events if event.key in PHASES}
        phases["other"] = seconds - sum(phases.values())
        own = {event.key: event.self_cpu_time_total / 1e6 for event in events if event.key not in PHASES}
        dearest = sorted(own.items(), key=lambda item: -item[1])[:15]
        return {"wall_seconds": seconds, "phases": phases, "operations": dict(dearest)}

    train(task, begin, finish)


def name_phases() -> None:
    """Have the profiler tell the phases of an update apart."""
    loop, step, updater = nmt.training.loop, nmt.training.step, nmt.training.updater

    def named(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*arguments: Any, **options: Any) -> Any:
            with record_function(name):
                return call(*arguments, **options)

        return wrapped

    loop.make_batch = named("data", loop.make_batch)
    Seq2Seq.forward = named("forward", Seq2Seq.forward)
    step.cross_entropy = named("loss", step.cross_entropy)
    torch.Tensor.backward = named("backward", torch.Tensor.backward)
    updater.clip_gradients = named("optimizer", updater.clip_gradients)
    MovingAverage.update = named("optimizer", MovingAverage.update)
    build = updater.build_optimizer

    def build_named(*arguments: Any) -> torch.optim.Optimizer:
        optimizer = build(*arguments)
        optimizer.step = named("optimizer", optimizer.step)
        return optimizer

    updater.build_optimizer = build_named


def cached(task: Task) -> None:
    """Every update trains on the same batch. In odd ones a batch of the epoch is made too, and thrown away."""
    make, kept, ends = nmt.training.loop.make_batch, [], []

    def make_or_not(*arguments: Any) -> Any:
        if not kept:
            kept.append(make(*arguments))
        ends.append(time.perf_counter())  # of the update before
        if len(ends) % 2:
            make(*arguments)
        return kept[0]

    def finish() -> dict[str, Any]:
        ends.append(time.perf_counter())
        seconds = [later - earlier for earlier, later in pairwise(ends)]
        live, still = (median(seconds[first::2]) for first in (2, 3))
        return {"live_update_seconds": live, "cached_update_seconds": still}

    nmt.training.loop.make_batch = make_or_not
    train(task, finish=finish)


def quality(task: Task) -> None:
    """Train as users do, for so many seconds; the dev BLEU (greedy) at each validation, by seconds of training."""
    directory = fresh_run(task)
    limits = f"training.time_limit={task['seconds']}", f"training.validate_every={task['validate_every']}"
    experiment = experiment_of(task, f"training.max_updates={FOREVER}", *limits)
    nmt.run.train.train_run(experiment, directory, Console(stderr=True))
    lines = (directory / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    points = [point for point in map(json.loads, lines) if "bleu" in point]
    curve = [{"seconds": point["train_seconds"], "updates": point["update"], "bleu": point["bleu"]} for point in points]
    leave(task, {"curve": curve, "run": str(directory), "version": nmt.__version__, "torch": torch.__version__})


def translate(task: Task) -> None:
    """Load once, then translate with each setting; seconds of each, loading apart."""
    prepare_memory()
    begun = time.perf_counter()
    how = task["how"].split("+")
    translator = load(Path(task["checkpoint"]), how, Path(task["exported"]))
    load_seconds = time.perf_counter() - begun
    plain = translator.search.model_copy(update={"stopping": "first"} if "first" in how else {})
    lines = Path(task["source"]).read_text(encoding="utf-8").removesuffix("\n").split("\n")
    results = []
    for setting in task["settings"]:
        search = plain.model_copy(update={"beam": setting["beam"], "batch_sentences": setting["batch"]})
        found = time_lines(partial(translator.translate, search=search), lines[: setting["lines"]], setting)
        outputs = found.pop("outputs")
        tokens = sum(len(one.hypotheses[0].pieces) for one in outputs)
        results.append(found | {"texts": [one.text for one in outputs], "output_tokens": tokens})
    leave(task, {"load_seconds": load_seconds, "results": results, "version": nmt.__version__})


def load(run: Path, how: Sequence[str], exported: Path) -> Translator:
    """The model of a run as it is, or exported to a folder."""
    if "onnx" in how:
        return load_exported(run, "onnx", recipe_search(run), "shortlist" in how, exported)
    return nmt.load(run, int8="int8" in how, shortlist="shortlist" in how)


ACTIONS = {"train": train, "profile": profile, "cached": cached, "quality": quality, "translate": translate}

if __name__ == "__main__":
    task = read_task()
    torch.set_num_threads(task["threads"])
    ACTIONS[sys.argv[1]](task)
