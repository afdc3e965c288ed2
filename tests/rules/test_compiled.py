import numpy as np
import pytest

from rules.compiled import can_compile, compiled
from rules.many import Arrays, build_many

pytest.importorskip("numba", reason="numba has no wheel for this machine")


def doubled(numbers: np.ndarray) -> int:
    total = 0
    for number in numbers:
        total += 2 * number
    return total


def test_a_compiled_function_gives_the_same() -> None:
    assert compiled(doubled)(np.arange(5)) == doubled(np.arange(5))


def test_where_no_folder_may_be_written_it_is_compiled_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("numba.core.caching.CacheImpl._locator_classes", [])
    assert compiled(doubled)(np.arange(5)) == doubled(np.arange(5))


def test_a_full_disk_is_no_reason_not_to_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("numba.core.caching.IndexDataCacheFile.save", full)
    assert compiled(doubled)(np.arange(5, dtype=np.int16)) == doubled(np.arange(5))


def test_without_numba_arrays_do_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "numba", None)
    assert not can_compile()
    assert build_many("auto") is Arrays
