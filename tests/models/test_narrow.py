"""A model restricted to some pieces of its vocabulary."""

import pytest
import torch

from nmt.models.base import Seq2Seq
from nmt.models.ensemble import Ensemble
from nmt.models.int8 import to_int8
from nmt.models.narrow import narrow
from tests.contracts.architectures import build, sentences

IDS = torch.tensor([0, 1, 2, 3, 5, 8, 9])
MODELS = {
    "rnn": lambda: build("bi-gru/lstm-2-dot-layer"),
    "transformer": lambda: build("transformer/transformer-pre"),
    "int8": lambda: to_int8(build("bi-gru/lstm-2-dot-layer").float()),
    "ensemble": lambda: Ensemble([build("bi-gru/lstm-2-dot-layer"), build("transformer/transformer-pre")]),
}


@pytest.mark.parametrize("name", MODELS)
def test_its_probabilities_are_the_models_own_renormalised_over_the_pieces(name: str) -> None:
    model: Seq2Seq = MODELS[name]().eval()
    small = narrow(model, IDS)
    source, mask = sentences(lengths=(4, 3))
    places = torch.tensor([4, 6])
    with torch.inference_mode():
        memory = model.encode(source, mask)
        features, _ = model.step(IDS[places], model.start(memory), memory)
        wide = model.logits(features).softmax(dim=-1)
        if name == "ensemble":  # each member is renormalised before they are averaged
            parts = [narrow(member, IDS) for member in model.models]
            memories = [part.encode(source, mask) for part in parts]
            steps = zip(parts, memories, strict=True)
            looked = [(part, part.step(places, part.start(memory), memory)[0]) for part, memory in steps]
            wanted = torch.stack([part.logits(each).softmax(dim=-1) for part, each in looked]).mean(dim=0)
        else:
            wanted = wide[:, IDS] / wide[:, IDS].sum(dim=-1, keepdim=True)
        own = small.encode(source, mask)
        got = small.logits(small.step(places, small.start(own), own)[0]).softmax(dim=-1)
        whole = small.logits(small.decode(places.unsqueeze(1), own)[:, 0]).softmax(dim=-1)
    torch.testing.assert_close(got, wanted, rtol=1e-5, atol=1e-6)
    if name != "int8":  # whole sequences are left to fp32 there
        torch.testing.assert_close(whole, got, rtol=1e-5, atol=1e-6)
