import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rules.compiled import Straight, calling, can_compile, compiled
from rules.many import Arrays, build_many

pytest.importorskip("numba", reason="numba has no wheel for this machine")


def doubled(numbers: np.ndarray) -> int:
    total = 0
    for number in numbers:
        total += 2 * number
    return total


def test_a_compiled_function_gives_the_same() -> None:
    assert compiled(doubled)(np.arange(5)) == doubled(np.arange(5))


def test_after_the_first_call_a_loop_is_called_without_numba_looking() -> None:
    straight = Straight(compiled(doubled))
    assert straight.call(np.arange(5)) == doubled(np.arange(5))
    straight._loop = straight._given = None
    assert [straight.call(np.arange(size)) for size in range(9)] == [doubled(np.arange(size)) for size in range(9)]


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


INNER = "from rules.compiled import compiled\n@compiled\ndef inner(number: int) -> int:\n    return number + {more}\n"
OUTER = """
import sys
from inner import inner
from rules.compiled import calling
@calling(inner)
def outer(number: int) -> int:
    return 10 * inner(number)
print(outer(1), sum(outer.stats.cache_hits.values()))
"""


def test_what_is_kept_is_made_anew_when_a_file_of_a_function_that_is_called_changes(tmp_path: Path) -> None:
    (tmp_path / "outer.py").write_text(OUTER)

    def told(more: int) -> str:
        (tmp_path / "inner.py").write_text(INNER.format(more=more))
        os.utime(tmp_path / "inner.py", (more, more))
        done = subprocess.run([sys.executable, "outer.py"], cwd=tmp_path, capture_output=True, check=True, text=True)
        return done.stdout.strip()

    assert [told(1), told(1), told(2)] == ["20 0", "20 1", "30 0"]


def test_where_numba_keeps_things_in_another_way_nothing_old_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    inner = compiled(doubled)
    monkeypatch.setattr("numba.core.caching.Cache.__init__", lambda *_: None)
    assert calling(inner)(lambda numbers: inner(numbers) + 1)(np.arange(5)) == doubled(np.arange(5)) + 1
