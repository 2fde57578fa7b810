"""Both models learn to copy and to reverse short sequences."""

import time

import pytest
import torch

from nmt.config import parse_config
from nmt.corpus.batching import pad, places_of
from nmt.models.build import EncoderDecoder, ModelConfig, build_model
from nmt.search.config import SearchConfig
from nmt.search.run import search
from nmt.tokenizer.base import BOS_ID, EOS_ID
from nmt.training.loss import cross_entropy

VOCAB = 16
MODELS = {
    "rnn": {
        "encoder": {"type": "rnn", "cell": "gru", "dim": 32},
        "decoder": {"type": "rnn", "cell": "lstm", "layers": 2, "dim": 64, "attention": "dot"},
    },
    "transformer": {
        "encoder": {"type": "transformer", "layers": 1, "dim": 64, "heads": 4, "feed_forward_dim": 128},
        "decoder": {"type": "transformer", "layers": 1, "dim": 64, "heads": 4, "feed_forward_dim": 128},
    },
}
UPDATES = {"rnn": 700, "transformer": 500}


def sequences(count: int, generator: torch.Generator) -> list[list[int]]:
    lengths = torch.randint(1, 9, (count,), generator=generator).tolist()
    return [torch.randint(4, VOCAB, (length,), generator=generator).tolist() for length in lengths]


def learn(model: EncoderDecoder, task: str, generator: torch.Generator, updates: int) -> None:
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, betas=(0.9, 0.98))
    model.train()
    for update in range(1, updates + 1):
        for group in optimizer.param_groups:
            group["lr"] = 3e-3 * min(1.0, update / 50) * min(1.0, (updates - update + 1) / (updates / 2))
        sources = sequences(64, generator)
        targets = [source[::-1] if task == "reverse" else source for source in sources]
        source, source_mask = pad([[*ids, EOS_ID] for ids in sources])
        target_in, target_mask = pad([[BOS_ID, *ids] for ids in targets])
        target_out, _ = pad([[*ids, EOS_ID] for ids in targets])
        features = model(source, source_mask, target_in)
        loss = cross_entropy(features, model.output.weight, model.output.bias, target_out, places_of(target_mask), 0.1)
        (loss.smoothed / loss.num_tokens).backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
    model.eval()


@pytest.mark.slow
@pytest.mark.parametrize(("task", "seed"), [("copy", 1), ("reverse", 2)])
@pytest.mark.parametrize("name", MODELS)
def test_both_models_learn_to_copy_and_to_reverse(name: str, task: str, seed: int) -> None:
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    config = parse_config(ModelConfig, {"embedding_dim": 64, "dropout": 0.0, **MODELS[name]}, name)
    model = build_model(config, VOCAB, VOCAB)
    started = time.perf_counter()
    learn(model, task, generator, UPDATES[name])
    seconds = time.perf_counter() - started
    sources = sequences(500, generator)
    source, mask = pad([[*ids, EOS_ID] for ids in sources])
    found = search(model, source, mask, SearchConfig(beam=2))
    right = sum(
        hypotheses[0].tokens == (*(ids[::-1] if task == "reverse" else ids), EOS_ID)
        for ids, hypotheses in zip(sources, found, strict=True)
    )
    assert right / len(sources) >= 0.98, f"{right} of {len(sources)} after {seconds:.0f} s"
