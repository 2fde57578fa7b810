"""Eole 0.6.4, run in its own environment: `run.py train TASK`, `run.py translate TASK`."""

import shutil
import sys
import time
from functools import partial
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))

import torch
import yaml
from clock import Clock, Task, leave, read_task, time_lines


def train(task: Task) -> None:
    """Train until the clock has seen enough."""
    from eole.bin.main import main
    from eole.trainer import Trainer

    corpus, work = Path(task["corpus"]), Path(task["work"])
    options = yaml.safe_load((HERE / f"{task['model']}.yaml").read_text(encoding="utf-8"))
    options |= {
        "data": {"corpus": {"path_src": str(corpus / "train.source"), "path_tgt": str(corpus / "train.target")}},
        "src_vocab": str(corpus / "vocab.txt"),
        "tgt_vocab": str(corpus / "vocab.txt"),
        "share_vocab": True,
        "save_data": str(work / "data"),
        "overwrite": True,
        "seed": task["seed"],
        "report_every": 50,
    }
    if task["model"] == "rnn":
        options["model"]["input_feed"] = int(task["input_feeding"])
    options["training"] |= {
        "model_path": str(work / "model"),
        "save_checkpoint_steps": 10**8,
        "train_steps": 10**8,
        "valid_steps": 10**8,
        "batch_type": "tokens",
        "batch_size": task["batch_tokens"],
        "normalization": "tokens",
        "bucket_size": 32768,  # an epoch: sorted by length as a whole
        "num_workers": 0,
        "world_size": 1,
        "gpu_ranks": [],
        "compute_dtype": task["precision"],
        "optim": "adam",
        "adam_beta2": 0.98,
        "max_grad_norm": 1.0,
        "label_smoothing": 0.1,
    }
    config = work / "config.yaml"
    config.write_text(yaml.safe_dump(options), encoding="utf-8")

    step, clock = Trainer._train_step, []

    def timed(trainer, batches, *rest, **named):
        if not clock:
            numbers = sum(parameter.numel() for parameter in trainer.model.parameters())
            clock.append(Clock(task, parameters=numbers, version=version("eole"), torch=torch.__version__))
        step(trainer, batches, *rest, **named)
        padding = trainer.train_loss.padding_idx
        tokens = sum(int(batch["tgt"][:, 1:].ne(padding).sum()) for batch in batches)  # without begin-of-sentence
        clock[0].tick(tokens, lambda path: save(trainer, path))

    Trainer._train_step = timed
    sys.argv = ["eole", "train", "-config", str(config)]
    main()


def save(trainer, path: str) -> None:
    """Keep the model as it is now in the folder `path`."""
    saver = trainer.model_saver
    saver.save(trainer.optim.training_step)
    shutil.rmtree(path, ignore_errors=True)
    (Path(saver.model_path) / saver.step_dir).rename(path)


def first_best(engine, lines: list[str]) -> list[str]:
    return [best[0] for best in engine.infer_list(lines)[2]]


def translate(task: Task) -> None:
    """Load once, then translate the file as often as there are settings; seconds of each, loading apart."""
    from eole.config.run import PredictConfig
    from eole.inference_engine import InferenceEnginePY

    lines = Path(task["source"]).read_text(encoding="utf-8").removesuffix("\n").split("\n")
    begun, results, load_seconds = time.perf_counter(), [], 0.0
    for number, setting in enumerate(task["settings"]):
        chosen = lines[: setting["lines"]]
        options = {"beam_size": setting["beam"], "batch_size": setting["batch"], "max_length": 100}
        files = {"model_path": task["checkpoint"], "src": task["source"], "output": task["output"]}
        engine = InferenceEnginePY(PredictConfig(**files, **options))
        if number == 0:
            load_seconds = time.perf_counter() - begun
        results.append(time_lines(partial(first_best, engine), chosen, setting))
    leave(task, {"load_seconds": load_seconds, "results": results, "version": version("eole")})


if __name__ == "__main__":
    task = read_task()
    torch.set_num_threads(task["threads"])
    {"train": train, "translate": translate}[sys.argv[1]](task)
