"""OpenNMT-py 3.5.1, run in its own environment: `run.py train TASK`, `run.py translate TASK`."""

import sys
import time
import types
from functools import partial
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))
# Only a filter by language needs fasttext, but OpenNMT-py imports it at once, and it has no wheel for this Python.
sys.modules.setdefault("fasttext", types.ModuleType("fasttext"))

import torch
import yaml
from clock import Clock, Task, leave, read_task, time_lines


def train(task: Task) -> None:
    """Train until the clock has seen enough."""
    import onmt
    from onmt.bin.train import _get_parser
    from onmt.bin.train import train as onmt_train
    from onmt.trainer import Trainer

    corpus, work = Path(task["corpus"]), Path(task["work"])
    options = yaml.safe_load((HERE / f"{task['model']}.yaml").read_text(encoding="utf-8"))
    options |= {
        "data": {"corpus": {"path_src": str(corpus / "train.source"), "path_tgt": str(corpus / "train.target")}},
        "src_vocab": str(corpus / "vocab.txt"),
        "tgt_vocab": str(corpus / "vocab.txt"),
        "save_model": str(work / "model"),
        "save_checkpoint_steps": 10**8,
        "train_steps": 10**8,
        "valid_steps": 10**8,
        "batch_type": "tokens",
        "batch_size": task["batch_tokens"],
        "normalization": "tokens",
        "bucket_size": 32768,  # an epoch: sorted by length as a whole
        "num_workers": 0,
        "report_every": 50,
        "world_size": 1,
        "seed": task["seed"],
    }
    if task["model"] == "rnn" and not task["input_feeding"]:
        options["input_feed"] = 0
    config = work / "config.yaml"
    config.write_text(yaml.safe_dump(options), encoding="utf-8")

    step = Trainer._gradient_accumulation
    clock: list[Clock] = []

    def timed(trainer, batches, *rest):
        if not clock:
            numbers = sum(parameter.numel() for parameter in trainer.model.parameters())
            clock.append(Clock(task, parameters=numbers, version=onmt.__version__, torch=torch.__version__))
        done = step(trainer, batches, *rest)
        padding = trainer.train_loss.padding_idx
        tokens = sum(int(batch["tgt"][:, 1:, 0].ne(padding).sum()) for batch in batches)  # without begin-of-sentence
        clock[0].tick(tokens, lambda path: save(trainer, path))
        return done

    Trainer._gradient_accumulation = timed
    onmt_train(_get_parser().parse_args(["-config", str(config)]))


def save(trainer, path: str) -> None:
    """Keep the model as it is now at `path`."""
    trainer.model_saver.save(trainer.optim.training_step)
    newest = max(
        Path(trainer.model_saver.base_path).parent.glob("model_step_*.pt"), key=lambda file: file.stat().st_mtime
    )
    newest.rename(path)


def first_best(engine, lines: list[str]) -> list[str]:
    return [best[0] for best in engine.infer_list(lines)[1]]


def translate(task: Task) -> None:
    """Load once, then translate the file as often as there are settings; seconds of each, loading apart."""
    import onmt
    from onmt.inference_engine import InferenceEnginePY
    from onmt.opts import translate_opts
    from onmt.utils.parse import ArgumentParser

    lines = Path(task["source"]).read_text(encoding="utf-8").removesuffix("\n").split("\n")
    begun, results, load_seconds = time.perf_counter(), [], 0.0
    for number, setting in enumerate(task["settings"]):
        parser = ArgumentParser()
        translate_opts(parser)
        chosen = lines[: setting["lines"]]
        arguments = ["-model", task["checkpoint"], "-src", task["source"], "-gpu", "-1", "-output", task["output"]]
        arguments += ["-beam_size", str(setting["beam"]), "-batch_size", str(setting["batch"]), "-max_length", "100"]
        options = parser.parse_args(arguments)
        ArgumentParser.validate_translate_opts(options)
        ArgumentParser._get_all_transform_translate(options)
        ArgumentParser._validate_transforms_opts(options)
        ArgumentParser.validate_translate_opts_dynamic(options)
        engine = InferenceEnginePY(options)
        if number == 0:
            load_seconds = time.perf_counter() - begun
        results.append(time_lines(partial(first_best, engine), chosen, setting))
    leave(task, {"load_seconds": load_seconds, "results": results, "version": onmt.__version__})


if __name__ == "__main__":
    task = read_task()
    torch.set_num_threads(task["threads"])
    {"train": train, "translate": translate}[sys.argv[1]](task)
