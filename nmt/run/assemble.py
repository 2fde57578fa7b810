"""From a recipe to the job that the training loop is given."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import torch

from nmt import __version__
from nmt.config import dump_config
from nmt.corpus.prepare import PreparedCorpus, Sources, prepare_corpus
from nmt.experiment import Experiment
from nmt.models.build import build_model
from nmt.models.saved import SavedModel, fill_parameters
from nmt.run.parent import Parent
from nmt.run.resume import PREPARED
from nmt.training.checkpoint import Checkpoints
from nmt.training.device import Machine, cpu_features, cpu_name
from nmt.training.distributed import Workers
from nmt.training.job import Job
from nmt.training.random_state import seed_everything
from nmt.training.validate import DevSet


def sources_of(experiment: Experiment) -> Sources:
    """The text that a recipe trains on and chooses its best model by."""
    corpus = experiment.corpus
    return Sources(corpus.text("train"), corpus.text("dev"), corpus.max_length, corpus.filters)


def prepare_text(
    experiment: Experiment, directory: Path, workers: Workers, say: Callable[[str], None], parent: Parent | None
) -> PreparedCorpus:
    """One process prepares the text, however long that takes; the others wait for its lock and take what it left."""
    if not workers.leads:
        time.sleep(1.0)  # so that the lock is the first one's, who can say how far it is
    prepared = Path(os.path.abspath(directory)).parent / PREPARED  # of "." the parent is not "."
    given = parent.tokenizers if parent else None
    return prepare_corpus(sources_of(experiment), experiment.tokenizer, prepared, say, workers.leads, given)


def checkpoints_of(
    experiment: Experiment, directory: Path, machine: Machine, workers: Workers, commit: str | None
) -> Checkpoints:
    """Those of the run, with the conditions under which each is written: resuming is exact only under the same."""
    conditions = {
        "nmt": __version__,
        "commit": commit,
        "torch": torch.__version__,
        "processor": f"{cpu_name()} ({' '.join(cpu_features())})",
        "device": torch.cuda.get_device_name() if machine.device.type == "cuda" else "cpu",
        "precision": machine.precision,
        "threads": machine.threads,
        "processes": workers.size,
        "sharded": experiment.training.shard and workers.size > 1,
    }
    keep = experiment.training.keep_last, experiment.training.keep_best
    return Checkpoints(directory, *keep, conditions, dump_config(experiment))


def make_job(
    experiment: Experiment,
    corpus: PreparedCorpus,
    machine: Machine,
    checkpoints: Checkpoints,
    workers: Workers,
    launched: float,
    parent: Parent | None,
) -> Job:
    """The model with its first weights, on its device, and all that training it needs."""
    seed_everything(experiment.seed)
    vocabs = corpus.tokenizers.source.vocab_size, corpus.tokenizers.target.vocab_size
    model = build_model(experiment.model, *vocabs)
    if parent and parent.weights is not None:
        fill_parameters(model, parent.weights, str(parent.directory))
    languages = experiment.corpus.source_language, experiment.corpus.target_language
    if workers.rank:  # equal weights, but a dropout of its own for each process
        seed_everything(experiment.seed * 1009 + workers.rank)
    if experiment.training.shard and workers.size > 1:
        from nmt.training.sharding import shard  # slow to import

        shard(model, workers)  # layer by layer: the whole need not fit on the device
    else:
        model.to(machine.device)
    return Job(
        model=model,
        about=SavedModel(
            experiment.model,
            *vocabs,
            experiment.corpus.max_length,
            corpus.max_sentences,
            corpus.tokenizers.fingerprint(),
            languages,
        ),
        corpus=corpus.train,
        tokenizers=corpus.tokenizers,
        dev=DevSet(corpus.dev, corpus.dev_examples, experiment.corpus.target_language),
        config=experiment.training,
        machine=machine,
        seed=experiment.seed,
        checkpoints=checkpoints,
        launched=launched,
        fingerprint=corpus.fingerprint,
        workers=workers,
        validates_first=experiment.init_from is not None,
    )
