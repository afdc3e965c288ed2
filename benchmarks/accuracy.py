"""How accurate the recipe of `fenban train` is on labelled rows, beside its own variants and beside others' recipes.

Protocol: `messages_dev.csv` (head category, 7 classes) and `hotline_dev.csv` (head department, 35 types). Five folds,
label shares kept, near-identical texts always in the same fold; every row is predicted by a model that has seen
neither it nor a twin of it, from vocabulary to calibration. All lines of a table share rows and folds. The last column
is macro-F1 less that of the first line with its 95 % bootstrap interval, twins drawn together, 1,000 resamples.
Variants are compared on the rows they are chosen by: take some tenths of a point off the best. The rules were written
with errors on these rows in view: "rule weight 0" is the line to hold against the peers, which know no rules. Seed: 0.
--quick: two folds of a third of the rows, to see that the command works; its figures mean nothing.
--peers: the first line and the peers alone.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from unittest.mock import patch

import numpy as np
from peers import Peer, peers, segment
from protocol import Cell, Table, data_file, machine, options, publish, told
from scipy.special import softmax

from classifier import linear
from classifier.bootstrap import differences
from classifier.corpus import read_corpus
from classifier.dataset import Columns, Example, read_dataset
from classifier.evaluate import head_report
from classifier.features import DEFAULT_BLOCKS
from classifier.outcome import Outcome
from classifier.prediction import HeadPrediction
from classifier.suspects import suspects
from classifier.train import Knowledge, Recipe, quiet_folds, train
from classifier.twins import twin_groups
from classifier.validation import cross_validate
from classifier.vocabulary import Block
from rules.petition import Petition
from rules.reading import read
from rules.rulebook import load
from rules.tally import Points
from service.training import OWN_LABELS, knowledge

SEED = 0
COLUMNS = (
    "recipe", "accuracy", "macro-F1", "≥10 rows", "top-3", "ECE", "at 98 %", "at 95 %", "seconds", "F1 less first",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Task:
    """Labelled rows of one head, and how they are split."""

    file: str
    head: str
    folds: int
    examples: list[Example]

    @property
    def truth(self) -> tuple[str, ...]:
        return tuple(example.labels[self.head] for example in self.examples)

    def splits(self) -> list[tuple[list[int], list[int]]]:
        """Those that cross_validate makes too."""
        groups = twin_groups([example.petition for example in self.examples])
        return quiet_folds(self.truth, groups, self.folds, SEED)

    def outcome(self, predictions: Sequence[HeadPrediction]) -> Outcome:
        return Outcome(tuple(self.examples), self.truth, tuple(predictions))


@dataclass(frozen=True, slots=True)
class Variant:
    """The recipe with one thing changed. `around`: a context in which it runs; `of`: heads it makes sense for."""

    name: str
    recipe: Recipe = OWN_LABELS
    corpus: bool = True
    pruned: bool = False
    around: Callable[[], AbstractContextManager[object]] = nullcontext
    of: tuple[str, ...] = ("category", "department")


def unweighted() -> AbstractContextManager[object]:
    """Without naive-Bayes weights, and in this process: others would not see the change."""
    ones = lambda features, own: np.ones(features.shape[1], dtype=np.float32)  # noqa: E731, ARG005
    return patch.multiple(linear, log_count_ratio=ones, WORTH_PROCESSES=float("inf"))


TEXT, LEAD = DEFAULT_BLOCKS
WORDS = Block("word", "text", 1, 1, 0.6)
VARIANTS = (
    Variant("fenban train, as shipped"),
    Variant("without lead block", replace(OWN_LABELS, blocks=(TEXT,))),
    Variant("n-grams that are words count as others", replace(OWN_LABELS, blocks=(replace(TEXT, words=1.0), LEAD))),
    Variant("a block of words besides", replace(OWN_LABELS, blocks=(replace(TEXT, words=1.0), WORDS, LEAD))),
    Variant("characters 1–3", replace(OWN_LABELS, blocks=(replace(TEXT, high=3, min_rows=3), LEAD))),
    Variant("words 1–2 besides", replace(OWN_LABELS, blocks=(TEXT, replace(WORDS, high=2), LEAD)), of=("category",)),
    Variant("words 1 alone, and lead", replace(OWN_LABELS, blocks=(Block("word", "text", 1, 1, 1.0), LEAD))),
    Variant("rule weight 0", replace(OWN_LABELS, rule_weight=0.0), of=("category",)),
    Variant("rule weight .4", replace(OWN_LABELS, rule_weight=0.4), of=("category",)),
    Variant("background of 1,500 rows' worth", replace(OWN_LABELS, enough_rows=1_000_000), of=("category",)),
    Variant("no background, nor its vocabulary", corpus=False),
    Variant("without naive-Bayes weights", around=unweighted),
    Variant("suspect labels left out of training", pruned=True),
    Variant("24,000 features", replace(OWN_LABELS, most_features=24_000)),
)


class Remembered:
    """What the rules say of a petition, asked once for all folds and variants."""

    def __init__(self, points: Callable[[Sequence[Petition]], list[Points]]) -> None:
        self._points = points
        self._known: dict[Petition, Points] = {}

    def __call__(self, petitions: Sequence[Petition]) -> list[Points]:
        new = [petition for petition in petitions if petition not in self._known]
        self._known.update(zip(new, self._points(new), strict=True))
        return [self._known[petition] for petition in petitions]


def ours(task: Task, variant: Variant, known: Knowledge) -> Outcome:
    """What models of this variant say of rows they have not seen."""
    known = known if variant.corpus else replace(known, background=())
    with variant.around():
        if variant.pruned:
            return _pruned(task, variant.recipe, known)
        return cross_validate(task.examples, known, task.folds, variant.recipe, _silent)[task.head]


def _pruned(task: Task, recipe: Recipe, known: Knowledge) -> Outcome:
    """Rows whose label is suspect on folds of the training rows alone are left out of training."""
    predictions: dict[int, HeadPrediction] = {}
    for training, asked in task.splits():
        rows = [task.examples[row] for row in training]
        inner = cross_validate(rows, known, recipe.inner_folds, recipe, _silent)[task.head]
        suspected = {suspect.example.petition.id for suspect in suspects(inner)}
        kept = [row for row in rows if row.petition.id not in suspected]
        classifier, _ = train("pruned", kept, known, recipe, _silent)
        petitions = [task.examples[row].petition for row in asked]
        found = classifier.predict([read(petition) for petition in petitions], known.points(petitions))
        predictions |= {row: p.heads[task.head] for row, p in zip(asked, found, strict=True)}
    return task.outcome([predictions[row] for row in range(len(task.examples))])


def theirs(task: Task, peer: Peer, words: list[list[str]]) -> Outcome:
    """The same rows and folds, with another's recipe."""
    predictions: dict[int, HeadPrediction] = {}
    for training, asked in task.splits():
        labels, scores = peer.fit_and_score(
            [words[row] for row in training], [task.truth[row] for row in training], [words[row] for row in asked]
        )
        shares = scores if peer.believable else softmax(scores, axis=1)
        predictions |= {row: _ranked(labels, share) for row, share in zip(asked, shares, strict=True)}
    return task.outcome([predictions[row] for row in range(len(task.examples))])


def _ranked(labels: list[str], shares: np.ndarray) -> HeadPrediction:
    order = np.argsort(-shares, kind="stable")
    return HeadPrediction(tuple((labels[place], float(shares[place])) for place in order))


def compared(task: Task, known: Knowledge, variants: Sequence[Variant]) -> Table:
    """These variants and all peers on one task; the first is what others are compared with."""
    lines: list[tuple[Cell, ...]] = []
    words = segment([example.petition.text for example in task.examples])
    runs: list[tuple[str, bool, Callable[[], Outcome]]] = [
        (variant.name, True, lambda variant=variant: ours(task, variant, known))
        for variant in variants
        if task.head in variant.of
    ]
    runs += [(p.name, p.believable, lambda p=p: theirs(task, p, words)) for p in peers()]
    first: Outcome | None = None
    for name, believable, run in runs:
        told(f"{task.head}: {name}")
        start = perf_counter()
        outcome = run()
        lines.append(_line(name, outcome, first, (believable, perf_counter() - start)))
        told(f"  accuracy {lines[-1][1]:.4f}, macro-F1 {lines[-1][2]:.4f}, {lines[-1][8]} s")
        first = first or outcome
    return Table(f"{task.file}, {task.head}, {len(task.examples):,} rows, {task.folds} folds", COLUMNS, lines)


def _line(name: str, outcome: Outcome, first: Outcome | None, how: tuple[bool, float]) -> tuple[Cell, ...]:
    """Figures that need probabilities stay empty for models that give none."""
    believable, seconds = how
    report = head_report(outcome.truth, outcome.predictions)
    figures = (report.accuracy, report.macro_f1, report.macro_f1_common, report.top3)
    trust = (report.ece, report.coverage_at_98, report.coverage_at_95) if believable else (None, None, None)
    return (name, *figures, *trust, round(seconds), _difference(first, outcome))


def _difference(first: Outcome | None, outcome: Outcome) -> str | None:
    if first is None:
        return None
    gain = differences(first, outcome, seed=SEED)["macro_f1"]
    return f"{gain.value:+.4f} [{gain.low:+.4f}, {gain.high:+.4f}]"


def read_task(arguments: Namespace, file: str, head: str) -> Task:
    path: Path = data_file(arguments.data, file)
    examples = read_dataset(path, {head: head}, Columns(), load().taxonomy)
    return Task(file, head, 2, examples[::3]) if arguments.quick else Task(file, head, 5, examples)


def _silent(_: str) -> None:
    return None


def main() -> None:
    """Both tables."""
    parser = options(__doc__)
    parser.add_argument("--quick", action="store_true", help="two folds of a third of the rows")
    parser.add_argument("--peers", action="store_true", help="the recipe as shipped and the peers, no variants")
    parser.add_argument("--head", choices=("category", "department"), help="one table only")
    arguments = parser.parse_args()
    files = {"category": "messages_dev.csv", "department": "hotline_dev.csv"}
    variants = VARIANTS[:1] if arguments.peers else VARIANTS
    wanted = [arguments.head] if arguments.head else list(files)
    tasks = [read_task(arguments, files[head], head) for head in wanted]
    about = machine()
    known = knowledge(load(), read_corpus().examples())
    known = replace(known, points=Remembered(known.points))
    publish(arguments, __doc__, [compared(task, known, variants) for task in tasks], about)


if __name__ == "__main__":
    main()
