"""fairseq (fairseq-fixed 0.12.3.1), run in its own environment: `run.py train TASK`, `run.py translate TASK`."""

import sys
import time
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))

import torch
from clock import Clock, Task, leave, read_task
from fairseq_cli import preprocess
from fairseq_cli import train as command

VERSION = version("fairseq-fixed")


def binary(task: Task) -> Path:
    """The text in fairseq's own format, made once."""
    corpus, folder = Path(task["corpus"]), Path(task["corpus"]) / "fairseq"
    if (folder / "preprocess.log").exists() and (folder / "valid.source-target.target.idx").exists():
        return folder
    folder.mkdir(exist_ok=True)
    dictionary = folder / "dictionary.txt"
    pieces = (corpus / "vocab.txt").read_text(encoding="utf-8").removesuffix("\n").split("\n")
    dictionary.write_text("".join(f"{piece} 1\n" for piece in pieces), encoding="utf-8")
    arguments = [
        "--source-lang",
        "source",
        "--target-lang",
        "target",
        "--joined-dictionary",
        "--srcdict",
        str(dictionary),
    ]
    arguments += ["--trainpref", str(corpus / "train"), "--validpref", str(corpus / "dev"), "--destdir", str(folder)]
    sys.argv = ["fairseq-preprocess", *arguments]
    preprocess.cli_main()
    return folder


def train(task: Task) -> None:
    """Train until the clock has seen enough."""
    from fairseq.trainer import Trainer

    step, clock = Trainer.train_step, []

    def timed(trainer, samples, *rest, **options):
        if not clock:
            numbers = sum(parameter.numel() for parameter in trainer.model.parameters())
            clock.append(Clock(task, parameters=numbers, version=VERSION, torch=torch.__version__))
        done = step(trainer, samples, *rest, **options)
        place = {"train_iterator": {"epoch": 1}, "val_loss": None}
        clock[0].tick(
            sum(sample["ntokens"] for sample in samples), lambda path: trainer.save_checkpoint(path, dict(place))
        )
        return done

    Trainer.train_step = timed
    shape = (HERE / f"{task['model']}.txt").read_text(encoding="utf-8").split()
    sys.argv = ["fairseq-train", str(binary(task)), "--task", "translation", "--cpu", *shape]
    sys.argv += ["--optimizer", "adam", "--adam-betas", "(0.9, 0.98)", "--clip-norm", "1.0"]
    sys.argv += ["--lr-scheduler", "inverse_sqrt", "--warmup-updates", "400", "--max-update", "100000000"]
    sys.argv += ["--criterion", "label_smoothed_cross_entropy", "--label-smoothing", "0.1"]
    sys.argv += ["--max-tokens", str(task["batch_tokens"]), "--num-workers", "0", "--disable-validation", "--no-save"]
    sys.argv += ["--save-dir", task["work"], "--seed", str(task["seed"]), "--log-format", "simple"]
    command.cli_main()


def translate(task: Task) -> None:
    """Load once, then translate with each setting; seconds of each, loading apart."""
    from fairseq.models.transformer import TransformerModel  # only for its way of loading any translation model

    begun = time.perf_counter()
    path = Path(task["checkpoint"])
    hub = TransformerModel.from_pretrained(str(path.parent), path.name, str(binary(task)))
    load_seconds = time.perf_counter() - begun
    lines = Path(task["source"]).read_text(encoding="utf-8").removesuffix("\n").split("\n")
    results = []
    for setting in task["settings"]:
        size = setting["batch"]
        chosen = lines[: setting["lines"]]
        hub.translate(chosen[:20], beam=setting["beam"])  # warm-up
        order = sorted(range(len(chosen)), key=lambda index: len(chosen[index].split(" ")))
        begun, outputs, latencies = time.perf_counter(), [""] * len(chosen), []
        for start in range(0, len(order), size):
            part, before = order[start : start + size], time.perf_counter()
            found = hub.translate([chosen[index] for index in part], beam=setting["beam"])
            latencies.append(time.perf_counter() - before)
            for index, output in zip(part, found, strict=True):
                outputs[index] = output
        results.append({"seconds": time.perf_counter() - begun, "latencies": latencies, "outputs": outputs})
    leave(task, {"load_seconds": load_seconds, "results": results, "version": VERSION})


if __name__ == "__main__":
    task = read_task()
    torch.set_num_threads(task["threads"])
    {"train": train, "translate": translate}[sys.argv[1]](task)
