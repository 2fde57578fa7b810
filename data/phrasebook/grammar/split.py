"""Train, dev and test by held-out combinations.

A combination is the lexical content of a sentence, for instance verb x adjective x noun ("buy + red + coat") or frame x
slots ("train to Cologne at half past two"). All sentences of a combination fall on the same side, whatever their tense,
person or word order, while each single word form of dev and test also occurs in train.
"""

import hashlib
import re
from collections import Counter

from .sentence import Sentence

HELD_OUT = 1000  # pairs in dev, and in test
MIN_TRAIN_GROUPS = 3  # how many combinations of the training set must keep each word form
COMPOUND = " & "
SPARE = 40  # more than needed, as sentences whose English is taken fall away
MAX_GROUP = 25  # a combination with more sentences than this stays in training: dev and test should be varied


def word_forms(text: str) -> list[str]:
    """The words and numbers of a text as written, without punctuation."""
    return re.findall(r"[\w'’-]+", text)


def _order(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _forms(sentences: list[Sentence]) -> list[str]:
    words = {("de", w) for s in sentences for w in word_forms(s.german)}
    words |= {("en", w) for s in sentences for w in word_forms(s.english)}
    return sorted(f"{language}:{word}" for language, word in words)


def _assign(groups: dict[str, list[Sentence]]) -> dict[str, str]:
    """The part of each combination, taken in the order of their hashes."""
    forms = {key: _forms(group) for key, group in groups.items()}
    remaining = Counter(form for words in forms.values() for form in words)
    sizes = {"test": 0, "dev": 0}
    assigned = {}
    for key in sorted(groups, key=_order):
        part = next((p for p, size in sizes.items() if size < HELD_OUT + SPARE), "train")
        if len(groups[key]) > MAX_GROUP or any(remaining[form] <= MIN_TRAIN_GROUPS for form in forms[key]):
            part = "train"
        if part != "train":
            remaining.subtract(forms[key])
            sizes[part] += len(groups[key])
        assigned[key] = part
    return assigned


def split(sentences: list[Sentence]) -> dict[str, list[Sentence]]:
    """The three parts, dev and test with HELD_OUT pairs each, ordered by stable hashes.

    A sentence of two combinations ("a & b") stays only if both fall on the same side.
    """
    groups: dict[str, list[Sentence]] = {}
    for item in sentences:
        if COMPOUND not in item.key:
            groups.setdefault(item.key, []).append(item)
    assigned = _assign(groups)
    parts: dict[str, list[Sentence]] = {"test": [], "dev": [], "train": []}
    for item in sorted(sentences, key=lambda item: _order(item.german)):
        of_item = [assigned.get(key, "train") for key in item.key.split(COMPOUND)]
        if len(set(of_item)) == 1:
            parts[of_item[0]].append(item)
    taken: list[str] = []  # the same English may translate several German sentences: the first part keeps it
    for part, items in parts.items():
        seen = dict.fromkeys(taken)
        kept = [item for item in items if item.english not in seen]
        parts[part] = kept if part == "train" else kept[:HELD_OUT]
        taken += [item.english for item in parts[part]]
    return parts
