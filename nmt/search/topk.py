"""The largest of many values a row, in two rounds."""

import torch
from torch import Tensor

DEPTH = 8  # members of a group
SMALL = 640  # up to here one round is as quick


def top_k(values: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """The k largest of each row of values [rows, n] and where they are, the largest first, as `Tensor.topk` gives them.

    Each column belongs to a group of eight. The k groups with the largest maxima hold the k largest values, so only
    what is in them is compared. Finding maxima is one pass over memory; selecting directly takes several.
    Where a row has fewer than k values above minus infinity, the others may be of any place.
    """
    n = values.shape[1]
    groups = n // DEPTH
    if n <= SMALL or groups < k:
        return values.topk(k, dim=-1)
    # Column c is in group c % groups: maxima are then taken along contiguous memory. What is left over joins the first.
    maxima = values[:, : groups * DEPTH].reshape(-1, DEPTH, groups).amax(dim=1)
    rest = n - groups * DEPTH
    maxima[:, :rest] = torch.maximum(maxima[:, :rest], values[:, groups * DEPTH :])
    chosen = maxima.topk(k, dim=-1).indices  # [rows, k], each group once
    starts = torch.arange(0, n, groups, device=values.device)  # one more than DEPTH where something is left over
    columns = (chosen.unsqueeze(2) + starts).flatten(1)  # [rows, k x members]
    beyond = columns >= n
    columns = columns.clamp(max=n - 1)
    best, places = values.gather(1, columns).masked_fill(beyond, float("-inf")).topk(k, dim=-1)
    return best, columns.gather(1, places)
