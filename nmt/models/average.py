"""One model from several of the same run."""

from collections.abc import Sequence

import torch

from nmt.models.build import EncoderDecoder


@torch.no_grad()
def average_models(models: Sequence[EncoderDecoder]) -> EncoderDecoder:
    """The first of the models, its weights now the mean over all of them (Junczys-Dowmunt et al., 2016).

    They must have the same configuration, as checkpoints of one run do.
    """
    first, *others = models
    for name, weight in first.named_parameters() if others else ():
        weight.copy_(torch.stack([dict(one.named_parameters())[name].double() for one in models]).mean(dim=0))
    return first
