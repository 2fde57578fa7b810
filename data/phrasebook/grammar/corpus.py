"""The corpus: a fixed number of distinct sentences from every frame, each source with one target."""

from collections.abc import Callable

from . import (
    frames_calendar,
    frames_daily,
    frames_infinitives,
    frames_office,
    frames_people,
    frames_places,
    frames_relative,
    frames_shops,
    frames_stay,
    frames_subordinate,
    frames_things,
    frames_trains,
    frames_when,
)
from .draw import Draw
from .sentence import Sentence

Frame = Callable[[Draw], Sentence]
FRAMES: dict[str, tuple[Frame, int]] = {
    **frames_daily.FRAMES,
    **frames_subordinate.FRAMES,
    **frames_infinitives.FRAMES,
    **frames_when.FRAMES,
    **frames_relative.FRAMES,
    **frames_people.FRAMES,
    **frames_things.FRAMES,
    **frames_places.FRAMES,
    **frames_trains.FRAMES,
    **frames_stay.FRAMES,
    **frames_shops.FRAMES,
    **frames_calendar.FRAMES,
    **frames_office.FRAMES,
}
SEED = "phrasebook-1"
MIN_WORDS = 3
MAX_DRAWS_PER_SENTENCE = 4  # small frames run dry; they give what they have


def draw_frame(name: str, seed: str = SEED) -> list[Sentence]:
    """The sentences of one frame, with its own seed, so that a change to one frame leaves the others as they are."""
    frame, count = FRAMES[name]
    draw, found = Draw(f"{seed}/{name}"), dict[tuple[str, str], Sentence]()
    for _ in range(count * MAX_DRAWS_PER_SENTENCE):
        item = frame(draw)
        if min(len(item.german.split()), len(item.english.split())) >= MIN_WORDS:
            found.setdefault((item.german, item.english), item)
        if len(found) == count:
            break
    return list(found.values())


def build(seed: str = SEED) -> list[Sentence]:
    """All sentences, sorted by source. A source for which two frames disagree about the target is left out."""
    by_source: dict[str, list[Sentence]] = {}
    for name in FRAMES:
        for item in draw_frame(name, seed):
            by_source.setdefault(item.german, []).append(item)
    agreed = [items[0] for items in by_source.values() if len({item.english for item in items}) == 1]
    return sorted(agreed, key=lambda item: item.german)
