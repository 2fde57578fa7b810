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
    for same in zip(*(model.parameters() for model in models), strict=True) if others else ():
        same[0].copy_(torch.stack([weight.double() for weight in same]).mean(dim=0))
    return first
