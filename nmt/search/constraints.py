"""What no hypothesis may contain. A constraint gives new log-probabilities and does not change the old."""

import torch
from torch import Tensor

from nmt.tokenizer.base import BOS_ID, PAD_ID, UNK_ID

NEVER_WRITTEN = (PAD_ID, BOS_ID, UNK_ID)  # byte fallback spells what the vocabulary lacks: unk is never needed


def next_log_probs(logits: Tensor) -> Tensor:
    """logits [rows, vocab] -> log-probabilities fp32 (fp64 stays), minus infinity for tokens that are never written.

    The others keep the model's own probability: a search's scores are those of forced decoding.
    """
    exact = logits if logits.dtype == torch.float64 else logits.float()
    log_probs = torch.log_softmax(exact, dim=-1)
    log_probs[:, list(NEVER_WRITTEN)] = float("-inf")
    return log_probs
