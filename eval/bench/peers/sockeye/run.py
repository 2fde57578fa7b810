"""Sockeye 3.1.34, run in its own environment: `run.py train TASK`."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))

import sockeye
import torch
from clock import Clock, Task, read_task


def train(task: Task) -> None:
    """Train until the clock has seen enough."""
    from sockeye.train import main
    from sockeye.training import EarlyStoppingTrainer

    step, clock = EarlyStoppingTrainer._step, []

    def timed(trainer, batch):
        if not clock:
            numbers = sum(parameter.numel() for parameter in trainer.sockeye_model.parameters())
            clock.append(Clock(task, parameters=numbers, version=sockeye.__version__, torch=torch.__version__))
        done = step(trainer, batch)
        clock[0].tick(int(batch.target_length.sum()))  # of what the decoder reads: begin-of-sentence and the words
        return done

    EarlyStoppingTrainer._step = timed
    corpus, work = Path(task["corpus"]), Path(task["work"])
    shape = (HERE / f"{task['model']}.txt").read_text(encoding="utf-8").split()
    sys.argv = ["sockeye-train", "--use-cpu", "--output", str(work / "model"), "--overwrite-output", *shape]
    sys.argv += ["--source", str(corpus / "train.source"), "--target", str(corpus / "train.target")]
    sys.argv += ["--validation-source", str(corpus / "dev.source"), "--validation-target", str(corpus / "dev.target")]
    sys.argv += ["--max-seq-len", "200:200", "--batch-type", "max-word", "--batch-size", str(task["batch_tokens"])]
    sys.argv += ["--label-smoothing", "0.1", "--optimizer", "adam", "--optimizer-betas", "0.9:0.98"]
    sys.argv += ["--gradient-clipping-type", "norm", "--gradient-clipping-threshold", "1"]
    sys.argv += ["--checkpoint-interval", "100000000", "--max-updates", "100000000", "--seed", str(task["seed"])]
    main()


if __name__ == "__main__":
    task = read_task()
    torch.set_num_threads(task["threads"])
    {"train": train}[sys.argv[1]](task)
