"""From pieces to the words of a line: which belong together, which words translate which, and loops."""

from collections.abc import Container, Sequence

from torch import Tensor

from nmt.corpus.lines import clean

Links = tuple[tuple[int, int], ...]

WORD_START = "\u2581"  # SentencePiece's mark for a space
END = "</s>"

_LONGEST_PHRASE = 12  # tokens
_LOOP = 4  # times in a row


def word_groups(pieces: Sequence[str], goes_on: Container[int] = (), begins: Container[int] = ()) -> list[list[int]]:
    """The places of the pieces of each word, words being what spaces separate; end-of-sentence belongs to none.

    `goes_on`: places that begin a sentence which is written on without a space; `begins`: with one, whatever is there.
    """
    groups: list[list[int]] = []
    visible = False  # whether the last group has more than a space
    for place, piece in enumerate(pieces):
        if piece == END:
            visible = False
            groups.append([])
        elif place in goes_on:
            while all(pieces[before] == WORD_START for before in groups[-1]):
                groups.pop()
            groups[-1].append(place)
            visible = True
        elif not groups or place in begins or (piece.startswith(WORD_START) and visible) or not groups[-1]:
            groups.append([place])
            visible = piece != WORD_START
        else:
            groups[-1].append(place)
            visible = visible or piece != WORD_START
    return [group for group in groups if any(pieces[place] != WORD_START for place in group)]


def visible_words(line: str) -> list[int]:
    """Which of the words of a line, as it came, are words to the model too: `clean` leaves nothing of some."""
    return [number for number, word in enumerate(line.split()) if clean(word)]


def align(attention: Tensor, source_pieces: Sequence[str], target_pieces: Sequence[str]) -> Links:
    """For each target word the source word that it looked at most, as (source word, target word), by target word.

    attention [tgt_len, src_len] has a row for each target piece and a column for each source piece. Punctuation counts
    only in words that are nothing else: at a full stop models look when they look for nothing in particular.
    """
    sources, targets = ([_core(group, of) for group in word_groups(of)] for of in (source_pieces, target_pieces))
    if not sources:
        return ()
    links = []
    for number, target in enumerate(targets):
        looked = attention[target].sum(dim=0)  # [src_len]
        shares = [float(looked[source].sum()) for source in sources]
        links.append((max(range(len(shares)), key=lambda source: shares[source]), number))
    return tuple(links)


def _core(group: list[int], pieces: Sequence[str]) -> list[int]:
    """The places of a word that hold letters or digits (as bytes like <0xE2> do); all of them where none does."""
    return [place for place in group if any(map(str.isalnum, pieces[place]))] or group


def longest_repetition(tokens: Sequence[object]) -> int:
    """How many times in a row the most repeated phrase of up to twelve tokens occurs; at least 1."""
    best = 1
    for size in range(1, min(_LONGEST_PHRASE, len(tokens) // 2) + 1):
        run = 0  # tokens in a row that are those of one phrase before
        for place in range(size, len(tokens)):
            run = run + 1 if tokens[place] == tokens[place - size] else 0
            best = max(best, 1 + run // size)
    return best


def is_loop(source: Sequence[object], target: Sequence[object]) -> bool:
    """Whether the target repeats a phrase at least four times in a row, and more often than the source does."""
    repeated = longest_repetition(target)
    return repeated >= _LOOP and repeated > longest_repetition(source) + 1
