"""Batches: complete, within the budget, and a function of seed and epoch."""

import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nmt.corpus.batching import make_batch, pad, plan_epoch
from nmt.corpus.examples import Examples, Side, encode_pairs
from nmt.corpus.readers import Pair
from nmt.tokenizer.base import BOS_ID, EOS_ID, PAD_ID
from nmt.tokenizer.pair import TokenizerPair
from tests.tiny import invented_pairs

LENGTHS = st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40)), max_size=80)


def examples_of(lengths: list[tuple[int, int]]) -> Examples:
    source, target = ([[4] * pair[side] for pair in lengths] for side in (0, 1))
    return Examples(Side.pack(source), Side.pack(target))


def plan(examples: Examples, batch_tokens: int = 50, seed: int = 1, epoch: int = 0) -> list[list[int]]:
    return [indices.tolist() for indices in plan_epoch(examples, batch_tokens, seed, epoch)]


@given(LENGTHS, st.integers(1, 200), st.integers(0, 3), st.integers(0, 3))
def test_an_epoch_holds_every_example_exactly_once(
    lengths: list[tuple[int, int]], batch_tokens: int, seed: int, epoch: int
) -> None:
    batches = plan(examples_of(lengths), batch_tokens, seed, epoch)
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    assert all(batches)


@given(LENGTHS, st.integers(1, 200))
def test_no_batch_is_over_the_budget_but_for_single_sentences(
    lengths: list[tuple[int, int]], batch_tokens: int
) -> None:
    for batch in plan(examples_of(lengths), batch_tokens):
        widest_source, widest_target = (max(lengths[index][side] + 1 for index in batch) for side in (0, 1))
        if len(batch) > 1:
            assert len(batch) * widest_target <= batch_tokens
            assert len(batch) * widest_source <= 2 * batch_tokens


def test_the_plan_depends_on_seed_and_epoch_alone() -> None:
    examples = examples_of([(3 + index % 7, 2 + index % 5) for index in range(100)])
    assert plan(examples, seed=1, epoch=2) == plan(examples, seed=1, epoch=2)
    torch.manual_seed(99)
    np.random.seed(99)
    assert plan(examples, seed=1, epoch=2) == plan(examples, seed=1, epoch=2)
    different = [plan(examples, seed=seed, epoch=epoch) for seed in (1, 2) for epoch in (0, 1)]
    assert all(one != other for index, one in enumerate(different) for other in different[:index])


def test_pools_are_planned_each_in_its_own_way_and_the_first_as_an_epoch_of_one_pool() -> None:
    examples = examples_of([(3 + index % 7, 2 + index % 5) for index in range(100)])
    plans = [[batch.tolist() for batch in plan_epoch(examples, 50, 1, 2, pool)] for pool in range(3)]
    assert plans[0] == plan(examples, seed=1, epoch=2)
    assert plans[0] != plans[1] != plans[2] != plans[0]
    assert all(sorted(index for batch in each for index in batch) == list(range(100)) for each in plans)


def test_the_plan_is_the_one_of_a_sort_by_lengths_cut_at_the_budget_and_shuffled() -> None:
    lengths = [(3 + index % 11, 1 + index % 9) for index in range(70)]
    generator = np.random.Generator(np.random.PCG64([5, 3]))
    jitter = generator.random(70)
    order = sorted(range(70), key=lambda i: ((lengths[i][1] + 1) // 2, lengths[i][0] + 1 + 2 * jitter[i]))
    batches: list[list[int]] = []
    for index in order:
        grown = [*batches[-1], index] if batches else [index]
        source, target = (len(grown) * max(lengths[i][side] + 1 for i in grown) for side in (0, 1))
        if batches and target <= 60 and source <= 120:
            batches[-1] = grown
        else:
            batches.append([index])
    assert plan(examples_of(lengths), 60, 5, 3) == [batches[i] for i in generator.permutation(len(batches))]


def test_epochs_differ_in_which_sentences_go_together_and_not_only_in_order() -> None:
    examples = examples_of([(3 + index % 3, 4) for index in range(100)])
    first, second = ({frozenset(batch) for batch in plan(examples, epoch=epoch)} for epoch in (0, 1))
    assert first != second


def test_a_batch_holds_sentences_of_similar_length() -> None:
    lengths = [(length, length) for length in range(1, 41) for _ in range(10)]
    examples = examples_of(lengths)
    batches = plan(examples, batch_tokens=400)
    real = sum(length + 1 for _, length in lengths)
    padded = sum(len(batch) * max(lengths[index][1] + 1 for index in batch) for batch in batches)
    assert real / padded > 0.85


def test_padding_goes_to_the_end_and_the_mask_tells_it_apart() -> None:
    padded, mask = pad([[5, 6, 7], [8], []])
    assert padded.tolist() == [[5, 6, 7], [8, PAD_ID, PAD_ID], [PAD_ID] * 3]
    assert mask.tolist() == [[True, True, True], [True, False, False], [False] * 3]
    assert padded.dtype == torch.int64
    assert pad([])[0].shape == (0, 0)


def test_a_batch_frames_targets_for_teacher_forcing(tiny_tokenizers: TokenizerPair) -> None:
    examples = Examples(Side.pack([[4, 5], [6]]), Side.pack([[7], [8, 9, 10]]))
    batch = make_batch(examples, np.array([1, 0]), tiny_tokenizers, seed=1, epoch=0)
    assert batch.source.tolist() == [[6, EOS_ID, PAD_ID], [4, 5, EOS_ID]]
    assert batch.source_mask.tolist() == [[True, True, False], [True, True, True]]
    assert batch.target_in.tolist() == [[BOS_ID, 8, 9, 10], [BOS_ID, 7, PAD_ID, PAD_ID]]
    assert batch.target_out.tolist() == [[8, 9, 10, EOS_ID], [7, EOS_ID, PAD_ID, PAD_ID]]
    assert batch.target_mask.tolist() == [[True] * 4, [True, True, False, False]]
    assert batch.real.tolist() == [0, 1, 2, 3, 4, 5]
    assert batch.num_target_tokens == 6
    assert batch.indices.tolist() == [1, 0]


def test_a_batch_names_its_pairs_as_the_corpus_does(tiny_tokenizers: TokenizerPair) -> None:
    examples = dataclasses.replace(examples_of([(2, 3), (4, 1), (1, 1)]), numbers=np.array([70, 3, 900]))
    batch = make_batch(examples, np.array([2, 0]), tiny_tokenizers, seed=1, epoch=0)
    assert batch.indices.tolist() == [900, 70]
    assert batch.source_mask.sum(1).tolist() == [2, 3]


def test_moving_a_batch_to_a_device_keeps_every_value(tiny_tokenizers: TokenizerPair) -> None:
    batch = make_batch(examples_of([(2, 3), (4, 1)]), np.array([0, 1]), tiny_tokenizers, seed=1, epoch=0)
    moved = batch.to(torch.device("meta"))
    assert moved.source.device.type == moved.target_mask.device.type == "meta"
    assert (moved.source.shape, moved.target_out.dtype) == (batch.source.shape, batch.target_out.dtype)
    assert moved.indices is batch.indices
    assert moved.num_target_tokens == batch.num_target_tokens  # without asking the device, which has no values to tell


@pytest.fixture
def sampled(tiny_tokenizers: TokenizerPair) -> Examples:
    return encode_pairs(invented_pairs(), tiny_tokenizers, 100, keep_texts=True)[0]


def test_where_subwords_are_sampled_each_epoch_segments_the_same_text_anew(
    sampled: Examples, tiny_tokenizers: TokenizerPair
) -> None:
    indices = np.arange(10)
    batches = [make_batch(sampled, indices, tiny_tokenizers, seed=1, epoch=epoch) for epoch in (0, 1, 0)]
    assert torch.equal(batches[0].source, batches[2].source)
    assert torch.equal(batches[0].target_out, batches[2].target_out)
    assert batches[0].source.shape != batches[1].source.shape or not torch.equal(batches[0].source, batches[1].source)
    for batch in batches:
        texts = [tiny_tokenizers.source.decode(row.tolist()) for row in batch.source]
        assert texts == [pair.source for pair in invented_pairs()[:10]]


def test_a_sample_does_not_depend_on_what_else_is_in_the_batch(
    sampled: Examples, tiny_tokenizers: TokenizerPair
) -> None:
    together = make_batch(sampled, np.array([3, 7, 5]), tiny_tokenizers, seed=1, epoch=4)
    alone = make_batch(sampled, np.array([7]), tiny_tokenizers, seed=1, epoch=4)
    assert together.source[1][together.source_mask[1]].tolist() == alone.source[0].tolist()


def test_a_sample_depends_on_the_number_of_the_pair_and_not_on_its_place_in_a_pool(
    sampled: Examples, tiny_tokenizers: TokenizerPair
) -> None:
    assert sampled.texts is not None
    kept = np.array([7, 40, 12])
    pairs = [invented_pairs()[index] for index in kept]
    pool = encode_pairs(pairs, tiny_tokenizers, 100, keep_texts=True)[0]
    whole = make_batch(sampled, kept, tiny_tokenizers, seed=1, epoch=4)
    part = make_batch(dataclasses.replace(pool, numbers=kept), np.arange(3), tiny_tokenizers, seed=1, epoch=4)
    assert torch.equal(part.source, whole.source)
    assert torch.equal(part.target_out, whole.target_out)
    assert part.indices.tolist() == whole.indices.tolist() == [7, 40, 12]


def test_a_segmentation_depends_on_the_seed_and_on_the_side(tiny_tokenizers: TokenizerPair) -> None:
    pairs = [Pair(pair.source, pair.source) for pair in invented_pairs()]
    examples = encode_pairs(pairs, tiny_tokenizers, 100, keep_texts=True)[0]
    one, other = (make_batch(examples, np.arange(60), tiny_tokenizers, seed=seed, epoch=0) for seed in (1, 2))
    assert one.source.tolist() != other.source.tolist()
    assert one.source.tolist() != one.target_out.tolist()
