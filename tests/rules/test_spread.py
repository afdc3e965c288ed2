"""Rows of different lengths in one array."""

from __future__ import annotations

import numpy as np
import pytest

from rules.spread import cut, leading


@pytest.mark.parametrize("counts", [[2, 0, 3], [3, 3, 3], [0, 0, 0]])
def test_the_first_cells_of_each_row_stand_one_row_behind_the_other(counts: list[int]) -> None:
    rows = np.arange(9).reshape(3, 3)
    told = [row[:count].tolist() for row, count in zip(rows, counts, strict=True)]
    assert leading(rows, counts).tolist() == [cell for row in told for cell in row]


def test_a_single_row_is_cut_as_many_are() -> None:
    assert leading(np.array([[5, 6, 7]]), [2]).tolist() == [5, 6]


def test_a_list_is_cut_to_pieces_of_these_lengths() -> None:
    assert list(cut("abcde", [2, 0, 3])) == [("a", "b"), (), ("c", "d", "e")]
