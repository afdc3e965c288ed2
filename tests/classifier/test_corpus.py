"""The petitions we wrote: enough of each class, like life, none written twice, none copied."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from classifier.corpus import Corpus, Written, read_corpus, unknown_categories
from classifier.errors import InputError
from rules.rule import Kind
from rules.rulebook import Rulebook
from rules.taxonomy import at_level

GRAM = 5
MOST_ALIKE = 0.35
COPIED = 12
"""Han characters in a row; names of laws and offices may be longer, sentences may not."""
HAN = re.compile("[一-鿿]+")


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return read_corpus()


def text_of(item: Written) -> str:
    return re.sub(r"\s", "", item.title + item.body)


def grams(text: str, size: int) -> set[str]:
    return {text[start : start + size] for start in range(len(text) - size + 1)}


def alike(corpus: Corpus) -> Iterator[tuple[str, str]]:
    """Pairs of petitions that share too many runs of five characters (Jaccard)."""
    holders: dict[str, list[int]] = defaultdict(list)
    sets = [grams(text_of(item), GRAM) for item in corpus.petitions]
    for index, own in enumerate(sets):
        shared = Counter(other for gram in own for other in holders[gram])
        for other, count in shared.most_common(3):
            if count / (len(own) + len(sets[other]) - count) > MOST_ALIKE:
                yield corpus.petitions[other].id, corpus.petitions[index].id
        for gram in own:
            holders[gram].append(index)


def test_there_are_enough_petitions_of_every_class(corpus: Corpus, national: Rulebook) -> None:
    count = Counter(at_level(item.category, level) for item in corpus.petitions for level in (2, 3))
    categories = national.taxonomy.by_code.values()
    assert len(corpus.petitions) >= 4_500
    assert [c.code for c in categories if c.level == 2 and count[c.code] < 30] == []
    assert [c.code for c in categories if c.level == 3 and count[c.code] < 5] == []


def test_every_category_is_in_the_taxonomy(corpus: Corpus, national: Rulebook) -> None:
    assert unknown_categories(corpus, national.taxonomy) == []


def test_ids_are_given_once(corpus: Corpus) -> None:
    assert [name for name, count in Counter(item.id for item in corpus.petitions).items() if count > 1] == []


def test_no_two_petitions_are_nearly_the_same(corpus: Corpus) -> None:
    assert list(alike(corpus)) == []


def test_nearly_equal_petitions_would_be_noticed(corpus: Corpus) -> None:
    first = corpus.petitions[0]
    twin = first.model_copy(update={"id": "c99-9999", "body": first.body + "谢谢"})
    assert list(alike(Corpus((first, twin)))) == [(first.id, "c99-9999")]


def test_every_hundred_petitions_bring_new_words(corpus: Corpus) -> None:
    ordered = sorted(corpus.petitions, key=lambda item: item.id[4:] + item.id)
    seen: set[str] = set()
    growth = []
    for start in range(0, len(ordered), 100):
        before = len(seen)
        for item in ordered[start : start + 100]:
            seen |= grams(text_of(item), 2)
        growth.append(len(seen) - before)
    assert min(growth[:-1]) >= 200


def test_lengths_and_kinds_are_mixed_as_in_life(corpus: Corpus) -> None:
    lengths = sorted(len(item.body) for item in corpus.petitions)
    kinds = Counter(item.kind for item in corpus.petitions)
    assert lengths[len(lengths) // 10] < 60 < lengths[len(lengths) // 2] < 200 < lengths[-100]
    assert min(kinds[kind] for kind in Kind) >= 100


def runs(text: str) -> set[str]:
    """Every run of COPIED Han characters that no other character breaks."""
    return {gram for han in HAN.findall(text) for gram in grams(han, COPIED)}


def test_no_sentence_is_copied_from_the_development_texts(corpus: Corpus, labelled_file: Path) -> None:
    known: set[str] = set()
    for path in sorted(labelled_file.parent.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                known |= runs(f"{row.get('title') or ''}。{row['text']}")
    assert [item.id for item in corpus.petitions if runs(f"{item.title}。{item.body}") & known] == []


@pytest.mark.parametrize("line", ["{}", "no json", '{"id": "c01-0001", "category": "01", "kind": "praise"}'])
def test_a_bad_line_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "01.jsonl").write_text(line + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"01\.jsonl:1"):
        read_corpus(tmp_path)
