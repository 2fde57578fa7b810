"""Drawing the next token at random."""

import hashlib

import torch
import torch.nn.functional as F
from torch import Tensor

from nmt.search.config import SearchConfig
from nmt.search.walk import Choose

SELDOM_MORE = 256  # tokens that hold top_p of the probability


def sampler(source: Tensor, source_mask: Tensor, config: SearchConfig) -> Choose:
    """Draws `samples` hypotheses for each sentence of source int64 [batch, src_len].

    All random numbers of a sentence come from the seed and its own tokens, so that neither batch nor order matters.
    """
    generators = [
        _generator(tokens[real], config.seed) for tokens, real in zip(source.cpu(), source_mask.cpu(), strict=True)
    ]

    def choose(log_probs: Tensor, sentences: list[int]) -> Tensor:
        uniform = [torch.rand(config.samples, generator=generators[one], dtype=torch.float64) for one in sentences]
        return draw(log_probs, torch.cat(uniform).to(log_probs.device), config)

    return choose


def draw(log_probs: Tensor, uniform: Tensor, config: SearchConfig) -> Tensor:
    """Tokens int64 [rows]: where the cumulated probability of log_probs [rows, vocab] passes uniform [rows] in [0, 1).

    Probabilities are cut as the config says, and add up to one again. Minus infinity is never drawn.
    """
    probabilities = torch.softmax(log_probs.double() / config.temperature, dim=-1)
    tokens = None
    if config.top_k:
        probabilities, tokens = probabilities.topk(min(config.top_k, probabilities.shape[1]), dim=-1)
        probabilities = probabilities / probabilities.sum(dim=-1, keepdim=True)
    elif config.top_p < 1.0:
        probabilities, tokens = _most_probable(probabilities, config.top_p)
    if config.top_p < 1.0:
        before = probabilities.cumsum(dim=-1) - probabilities  # held by the more probable tokens
        probabilities = probabilities.masked_fill(before >= config.top_p, 0.0)
    cumulated = probabilities.cumsum(dim=-1)
    # A little below one, so that rounding cannot carry the target to the end, where tokens may have no probability.
    target = uniform.unsqueeze(1) * (1.0 - 1e-12) * cumulated[:, -1:]
    places = torch.searchsorted(cumulated, target, right=True).clamp(max=cumulated.shape[1] - 1)  # [rows, 1]
    return (places if tokens is None else tokens.gather(1, places)).squeeze(1)


def _most_probable(probabilities: Tensor, mass: float) -> tuple[Tensor, Tensor]:
    """The most probable tokens of each row, in order, which hold at least `mass`: their probabilities and ids.

    A few hundred are enough nearly always, and to find them is much quicker than to sort a whole vocabulary.
    """
    vocab = probabilities.shape[1]
    width = min(SELDOM_MORE, vocab)
    best, tokens = probabilities.topk(width, dim=-1)
    short = best.sum(dim=-1) < mass
    if width < vocab and bool(short.any()):
        best, tokens = F.pad(best, (0, vocab - width)), F.pad(tokens, (0, vocab - width))
        best[short], tokens[short] = probabilities[short].sort(dim=-1, descending=True)
    return best, tokens


def _generator(tokens: Tensor, seed: int) -> torch.Generator:
    digest = hashlib.blake2b(f"{seed} {tokens.tolist()}".encode(), digest_size=8).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest, "big") >> 1)
