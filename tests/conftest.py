"""Fixtures for every test. What they are made of is in tiny.py."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

if not os.environ.get("NMT_TEST_GPU"):  # what is expected is of a CPU: a GPU is hidden, from other processes too
    os.environ["CUDA_VISIBLE_DEVICES"] = ""

import pytest
from hypothesis import settings

from nmt.experiment import Experiment
from nmt.tokenizer.pair import TokenizerPair, train_tokenizers
from nmt.tokenizer.sentencepiece import TokenizerConfig
from tests.tiny import VOCAB_SIZE, invented_pairs, make_experiment, run

# The same examples every time, and no limit on how long one may take: a busy machine must not fail a test.
settings.register_profile("nmt", derandomize=True, deadline=None, database=None)
settings.load_profile("nmt")

# The benchmarks need Linux (eval/bench/README.md).
collect_ignore_glob = [] if sys.platform == "linux" else ["eval/*"]


@pytest.fixture(scope="session")
def tiny_experiment() -> Callable[..., Experiment]:
    """Factory: tiny_experiment(folder, training__max_updates=5, ...) -> Experiment."""
    return make_experiment


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run directory, trained for two updates. Read only: `run_copy` may be changed."""
    folder = tmp_path_factory.mktemp("tiny")
    reason, _ = run(make_experiment(folder / "text"), folder / "runs" / "tiny")
    assert reason == "max_updates"
    return folder / "runs" / "tiny"


@pytest.fixture
def run_copy(tiny_run: Path, tmp_path: Path) -> Path:
    """A copy of the tiny run, which may be changed."""
    return Path(shutil.copytree(tiny_run, tmp_path / "run"))


@pytest.fixture(scope="session")
def tiny_tokenizers() -> TokenizerPair:
    """A joint tokenizer of the invented pairs that samples every sentence."""
    pairs = invented_pairs()
    config = TokenizerConfig(vocab_size=VOCAB_SIZE, sampling=1.0)
    sources, targets = [pair.source for pair in pairs], [pair.target for pair in pairs]
    return train_tokenizers(sources, targets, config, say=lambda message: None)
