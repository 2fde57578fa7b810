"""The search of the ONNX runner, behind our text path."""

from collections.abc import Sequence
from dataclasses import replace

import torch

from nmt.export.found import hypothesis
from nmt.export.keys import HONOURED
from nmt.export.packages import package
from nmt.search.config import SearchConfig
from nmt.search.hypothesis import Hypothesis


class OnnxSearch:
    """An exported recurrent model, loaded from the bytes of its files; with its shortlist, or with all tokens.

    A search has one thread, also of a sentence alone: two threads in step are slower than one at so small products.
    """

    format = "onnx"

    def __init__(self, files: dict[str, bytes], shortlist: bool) -> None:
        package("onnxruntime", "--backend onnx")
        from nmt.export.runner import Translator as Runner

        self.threads = torch.get_num_threads()  # as our own search has: OMP_NUM_THREADS says how many
        self.runner, self.shortlist = Runner(files, threads=1), shortlist

    def check(self, config: SearchConfig, longest: int) -> None:
        """A recurrent model writes as much as it is asked for."""

    def find(self, sources: Sequence[Sequence[int]], config: SearchConfig) -> list[list[Hypothesis]]:
        """The best hypothesis of each sentence (ids that end with end-of-sentence)."""
        asked = replace(self.runner.config, **{key: getattr(config, key) for key in HONOURED["onnx"]})
        found = self.runner.search([list(source) for source in sources], asked, self.shortlist)
        return [[hypothesis(tokens, log_prob / len(tokens), config)] if tokens else [] for log_prob, tokens in found]
