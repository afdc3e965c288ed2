"""Classes that two people use differently: enough rows, a clear gap, corrected for the number of tests."""

from __future__ import annotations

from itertools import count

from classifier.usage import Usage, differences_of_use

NUMBER = count()


def rows(clerk: str, alike: str = "01", **labels: int) -> list[Usage]:
    """`a=12`: twelve petitions labelled a, no two of them copies."""
    return [Usage(clerk, label, alike, next(NUMBER)) for label, times in labels.items() for _ in range(times)]


def test_two_who_use_two_classes_the_other_way_round_are_told_to_talk() -> None:
    (found,) = differences_of_use([*rows("王", a=18, b=2), *rows("李", a=3, b=17)])
    assert (found.classes, found.alike, found.talk) == (("a", "b"), "01", ("李", "王"))
    assert found.p_value < 0.001


def test_counts_stand_in_no_order_of_names() -> None:
    (one,) = differences_of_use([*rows("王", a=18, b=2), *rows("李", a=3, b=17)])
    (other,) = differences_of_use([*rows("李", a=18, b=2), *rows("王", a=3, b=17)])
    assert one.counts == other.counts == ((18, 2), (3, 17))
    assert one.talk == other.talk


def test_the_same_use_is_no_finding() -> None:
    assert differences_of_use([*rows("王", a=18, b=2), *rows("李", a=17, b=3)]) == []


def test_a_few_rows_are_no_finding() -> None:
    assert differences_of_use([*rows("王", a=4), *rows("李", b=4)]) == []


def test_a_small_gap_is_no_finding_however_many_rows_show_it() -> None:
    assert differences_of_use([*rows("王", a=5000, b=5000), *rows("李", a=5600, b=4400)]) == []


def test_petitions_of_another_sort_are_not_compared() -> None:
    assert differences_of_use([*rows("王", alike="01", a=30), *rows("李", alike="02", b=30)]) == []


def test_copies_count_once_for_each_clerk() -> None:
    assert differences_of_use([Usage("王", "a", "01", 1)] * 30 + [Usage("李", "b", "01", 1)] * 30) == []


def test_many_comparisons_make_chance_findings_rarer() -> None:
    alone = [*rows("王", a=9, b=3), *rows("李", a=2, b=8)]
    others = [row for number in range(60) for row in rows(f"员{number}", alike=f"9{number}", c=6, d=6)]
    pairs = [row for number in range(60) for row in rows("赵", alike=f"9{number}", c=6, d=6)]
    assert len(differences_of_use(alone)) == 1
    assert differences_of_use([*alone, *others, *pairs]) == []


def test_a_pair_of_classes_is_told_once_for_two_clerks() -> None:
    both = [row for alike in ("01", "02") for row in (*rows("王", alike, a=20), *rows("李", alike, b=20))]
    assert len(differences_of_use(both)) == 1


def test_without_rows_there_is_nothing_to_settle() -> None:
    assert differences_of_use([]) == []
