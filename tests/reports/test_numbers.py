"""Numbers as they are shown."""

import pytest

from nmt.reports import numbers


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (numbers.count(1234567.4), "1,234,567"),
        (numbers.millions(10_612_345), "10.6 M"),
        (numbers.millions(999_600), "1.0 M"),
        (numbers.millions(87_300), "87 k"),
        (numbers.millions(512), "512"),
        (numbers.fixed(38.149), "38.1"),
        (numbers.fixed(-0.04), "0.0"),
        (numbers.fixed(-2.5, 2), "−2.50"),
        (numbers.signed(1.234), "+1.23"),
        (numbers.signed(-1.234), "−1.23"),
        (numbers.signed(0.001), "0.00"),
        (numbers.signed(-0.001), "0.00"),
        (numbers.duration(0.44), "0.4 s"),
        (numbers.duration(9.96), "10 s"),
        (numbers.duration(59.6), "1 min"),
        (numbers.duration(1134.2), "18 min 54 s"),
        (numbers.duration(3725), "1 h 02 min"),
        (numbers.memory(1_525_000_000), "1.42 GiB"),
        (numbers.memory(3 * 2**20), "3 MiB"),
        (numbers.probability(0.00099), "p < 0.001"),
        (numbers.probability(0.0123), "p = 0.012"),
        (numbers.probability(0.0996), "p = 0.10"),
        (numbers.probability(1.0), "p = 1.00"),
        (numbers.interval(37.02, 39.18), "37.0 to 39.2"),
        (numbers.interval(None, None), ""),
    ],
)
def test_a_number_is_shown_with_few_digits(shown, expected):
    assert shown == expected
