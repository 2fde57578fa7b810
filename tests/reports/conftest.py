"""One report, computed once, that the tests of its renderings share."""

import pytest

from nmt.reports.comparison import compare_systems
from nmt.reports.evaluation_set import pick_samples
from nmt.reports.figures import draw
from tests.reports.synthetic import evaluation_set, pair_of_systems


@pytest.fixture(scope="package", autouse=True)
def few_trials():
    """A tenth of the trials of approximate randomisation, to save time: here nothing depends on their number."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nmt.metrics.randomization.NUM_TRIALS", 1000)
        yield


@pytest.fixture(scope="session")
def report():
    """Two systems on sixty sentences, with text and two samples."""
    test = evaluation_set(60)
    samples = pick_samples(test, 2)
    return compare_systems(pair_of_systems(test, samples), test, created="2026-01-31", sample_indices=samples)


@pytest.fixture(scope="session")
def figures(report):
    """The figures of `report`."""
    return draw(report)


@pytest.fixture(scope="session")
def textless_report():
    """The same two systems without a sentence."""
    test = evaluation_set(60)
    return compare_systems(pair_of_systems(test), test, created="2026-01-31", with_text=False)
