"""Joey NMT 2.3.0, run in its own environment: `run.py train TASK`."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))

import joeynmt
import torch
import yaml
from clock import Clock, Task, read_task


def train(task: Task) -> None:
    """Train until the clock has seen enough. An update counts as over when the next one begins."""
    from joeynmt.__main__ import main
    from joeynmt.training import TrainManager

    corpus, work = Path(task["corpus"]), Path(task["work"])
    shape = yaml.safe_load((HERE / f"{task['model']}.yaml").read_text(encoding="utf-8"))
    if task["model"] == "rnn":
        shape["decoder"]["input_feeding"] = task["input_feeding"]
    side = {"level": "word", "voc_file": str(vocabulary(corpus)), "max_length": 200, "lowercase": False}
    options = {
        "name": "bench",
        "model_dir": str(work / "model"),
        "use_cuda": False,
        "random_seed": task["seed"],
        "data": {
            "train": str(corpus / "train"),
            "dev": str(corpus / "dev"),
            "dataset_type": "plain",
            "src": {"lang": "source", **side},
            "trg": {"lang": "target", **side},
        },
        "testing": {"beam_size": 1, "batch_size": 100, "batch_type": "sentence"},
        "training": {
            "optimizer": "adam",
            "adam_betas": [0.9, 0.98],
            "learning_rate": 0.001,
            "scheduling": "warmupinversesquareroot",
            "learning_rate_warmup": 400,
            "clip_grad_norm": 1.0,
            "loss": "crossentropy",
            "label_smoothing": 0.1,
            "normalization": "tokens",
            "batch_type": "token",
            "batch_size": task["batch_tokens"],
            "epochs": 10**6,
            "validation_freq": 10**8,
            "overwrite": True,
        },
        "model": shape,
    }
    config = work / "config.yaml"
    config.write_text(yaml.safe_dump(options), encoding="utf-8")

    step, clock, tokens = TrainManager._train_step, [], []

    def timed(trainer, batch):
        if not clock:
            numbers = sum(parameter.numel() for parameter in trainer.model.parameters())
            clock.append(Clock(task, parameters=numbers, version=joeynmt.__version__, torch=torch.__version__))
        else:
            clock[0].tick(tokens[-1])
        tokens.append(batch.ntokens)
        return step(trainer, batch)

    TrainManager._train_step = timed
    sys.argv = ["joeynmt", "train", str(config), "--skip-test"]
    main()


def vocabulary(corpus: Path) -> Path:
    """All pieces, the special ones first, as Joey NMT numbers them."""
    path = corpus / "joeynmt-vocab.txt"
    pieces = (corpus / "vocab.txt").read_text(encoding="utf-8")
    path.write_text("<unk>\n<pad>\n<s>\n</s>\n" + pieces, encoding="utf-8")
    return path


if __name__ == "__main__":
    task = read_task()
    torch.set_num_threads(task["threads"])
    {"train": train}[sys.argv[1]](task)
