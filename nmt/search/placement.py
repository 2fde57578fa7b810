"""Where required phrases are written: the model should be looking at what they translate when they begin.

Probabilities alone do not say where a term belongs that the model would not have chosen: it is improbable everywhere,
and would be written beside the model's own word or after the end of the sentence.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from nmt.search.terms import Progress, Terms

LEAST = 0.01  # of the most attention; less is as bad as this


@dataclass(frozen=True)
class Course:
    """One hypothesis: how far it is with the terms, and where it wrote them, in logarithms of attention."""

    progress: Progress
    done: float = 0.0  # the sum over the required phrases that are whole
    begun: float = 0.0  # for that which is being written

    @property
    def placement(self) -> float:
        """How well its required phrases are placed; 0 is best."""
        return self.done + self.begun

    def after(self, terms: Terms, token: int, attention: Sequence[float]) -> "Course":
        """One token later; attention [src_len] is that with which the token was chosen."""
        progress = terms.after(self.progress, token)
        done = self.placement if progress.met != self.progress.met else self.done
        touched = terms.touched(self.progress, token)
        if not touched:
            return Course(progress, done)
        if any(goes_on for _, goes_on in touched):
            return Course(progress, done, self.begun)
        look = max(_look(attention, required.places) for required, _ in touched)
        return Course(progress, done, math.log(max(look, LEAST)))


def placement(terms: Terms, tokens: Sequence[int], attention: Tensor) -> float:
    """Of a whole hypothesis, from its attention [tgt_len, src_len]."""
    course = Course(terms.start())
    for token, row in zip(tokens, attention.tolist(), strict=True):
        course = course.after(terms, token, row)
    return course.placement


def _look(attention: Sequence[float], places: frozenset[int]) -> float:
    """How much is looked at these places of the source, of what is looked at most; all of it where they are not known.

    Some models look at the end of the source most of the time, and nowhere with more than a third of their attention.
    """
    return min(sum(attention[place] for place in places) / max(attention), 1.0) if places else 1.0
