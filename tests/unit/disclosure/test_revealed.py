"""What a publication with somebody else's suppression gives away."""

from __future__ import annotations

import numpy as np
import pytest

from disclosure import DisclosureError, relations, revealed

NAN = float("nan")


def solve(values, rows, **more):
    n = len(values)
    return revealed(
        np.array(values, float), np.zeros(n), np.full(n, np.inf), relations(rows), **more
    )


def test_one_hidden_part_of_a_sum_is_exact():
    found = solve([100, 60, NAN], [{0: 1, 1: -1, 2: -1}])
    assert found.exact.tolist() == [True]
    assert found.low[0] == pytest.approx(40) and found.high[0] == pytest.approx(40)


def test_two_hidden_parts_share_what_is_left():
    found = solve([100, 60, NAN, NAN], [{0: 1, 1: -1, 2: -1, 3: -1}])
    assert not found.exact.any()
    assert found.low == pytest.approx([0, 0]) and found.high == pytest.approx([40, 40])


def test_nothing_left_means_zero_for_all():
    found = solve([100, 100, NAN, NAN], [{0: 1, 1: -1, 2: -1, 3: -1}])
    assert found.exact.all() and found.high == pytest.approx([0, 0], abs=1e-6)


def test_linked_tables_close_the_interval():
    # a + b = 40 in one table, a + 30 = 42 in the other
    rows = [{0: 1, 1: -1, 2: -1}, {3: 1, 1: -1, 4: -1}]
    found = solve([40, NAN, NAN, 42, 30], rows)
    assert found.exact.all()
    assert found.low == pytest.approx([12, 28])


def test_a_cell_in_no_sum_is_unbounded():
    found = solve([NAN, 5, 3, 2], [{1: 1, 2: -1, 3: -1}])
    assert found.high[0] == np.inf and not found.exact[0]


def test_figures_that_contradict_each_other_are_refused():
    with pytest.raises(DisclosureError, match="contradict"):
        solve([10, 60, NAN], [{0: 1, 1: -1, 2: -1}])


def test_rounded_sums_are_taken_as_rounded():
    found = solve([100.0000001, 60, 40, NAN], [{0: 1, 1: -1, 2: -1, 3: -1}], tolerance=1e-8)
    assert found.exact[0] and found.high[0] < 1e-4


def test_rounding_alone_is_no_contradiction():
    """Most hidden parts are zero, their sums hidden, too, or missing by the rounding of large figures."""
    hidden = [NAN] * 8
    rows = [{0: 1, 1: -1, 5: -1}, {2: 1, 3: -1, 6: -1}, {4: 1, 7: -1, 5: -1, 6: -1}]
    rows += [
        {8: 1, 5: -1, 6: -1},
        {9: 1, 5: -1, 6: -1},
        {10: 1, 8: -1, 9: -1},
        {11: 1, 6: -1, 5: -1},
    ]
    found = solve([5e5 + 6e-11, 5e5, 4e5, 4e5 + 6e-11, 3e5, *hidden[1:]], rows, tolerance=1e-10)
    assert found.exact.all()
    assert found.high == pytest.approx([0, 0, 3e5, 0, 0, 0, 0], abs=1e-3)
