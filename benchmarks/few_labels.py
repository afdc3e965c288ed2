"""What a few labels of an office's own are worth: `fenban train` from our knowledge, and the same from scratch.

Protocol: 50, 100, 500 and 2,000 rows of `messages_dev.csv` (7 classes) drawn without replacement, five draws; the
smaller sets of a draw lie within the larger ones. Tested on all other rows, those excepted that are nearly the same
text as a row learnt from. "from our knowledge": `fenban train` as shipped (our petitions as background, rules).
"from scratch": the same features, learner and folds without background, its vocabulary, or rules. Mean over the draws
and, behind ±, their standard deviation. The rules were written with errors on these rows in view, which flatters the
first line of each pair. Seeds: 0 to 4.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from protocol import Cell, Table, data_file, machine, options, publish, told

from classifier.corpus import read_corpus
from classifier.dataset import Columns, Example, read_dataset
from classifier.evaluate import head_report
from classifier.report import HeadReport
from classifier.train import Knowledge, Recipe, ranked, train
from classifier.twins import twin_groups
from rules.petition import Petition
from rules.reading import read
from rules.rulebook import load
from rules.tally import Points
from service.training import OWN_LABELS, knowledge

HEAD = "category"
SIZES = (50, 100, 500, 2000)
FROM_SCRATCH = replace(OWN_LABELS, background_rows=0.0, rule_weight=0.0)
COLUMNS = ("rows learnt from", "recipe", "macro-F1", "±", "accuracy", "±", "top-3", "ECE", "rows tested")


@dataclass(frozen=True, slots=True)
class Way:
    """One way of learning."""

    name: str
    known: Knowledge
    recipe: Recipe


@dataclass(frozen=True, slots=True)
class Rows:
    """All labelled rows, and which are nearly the same text."""

    examples: list[Example]
    groups: list[int]

    def draw(self, count: int, seed: int) -> tuple[list[Example], list[Example]]:
        """Rows to learn from, and the rows to test on."""
        order = np.random.default_rng(seed).permutation(len(self.examples))
        learnt = {self.groups[row] for row in order[:count]}
        tested = [row for row in order[count:] if self.groups[row] not in learnt]
        return [self.examples[row] for row in order[:count]], [self.examples[row] for row in tested]


def measured(way: Way, learnt: Sequence[Example], tested: Sequence[Example]) -> HeadReport:
    """Figures of one model on the rows it has not seen."""
    classifier, _ = train("few", learnt, way.known, way.recipe, lambda _: None)
    head = classifier.heads[HEAD]
    petitions = [example.petition for example in tested]
    margins = head.margins(
        classifier.features.transform([read(petition) for petition in petitions]), way.known.points(petitions)
    )
    return head_report([example.labels[HEAD] for example in tested], ranked(head, margins))


def remembered(
    points: Callable[[Sequence[Petition]], list[Points]], examples: Sequence[Example]
) -> Callable[[Sequence[Petition]], list[Points]]:
    """The rules are asked once about each petition."""
    petitions = [example.petition for example in examples]
    known = dict(zip(petitions, points(petitions), strict=True))
    return lambda asked: [known[petition] for petition in asked]


def line(name: str, count: int, reports: Sequence[HeadReport]) -> tuple[Cell, ...]:
    """Means over draws."""
    f1, accuracy = ([getattr(report, field) for report in reports] for field in ("macro_f1", "accuracy"))
    others = [float(np.mean([getattr(report, field) for report in reports])) for field in ("top3", "ece")]
    rows = round(float(np.mean([report.rows for report in reports])))
    spread = [(float(np.mean(values)), float(np.std(values, ddof=1))) for values in (f1, accuracy)]
    return (count, name, *spread[0], *spread[1], *others, rows)


def table(arguments: Namespace) -> Table:
    """Each size, each way."""
    rulebook = load()
    examples = read_dataset(data_file(arguments.data, "messages_dev.csv"), {HEAD: HEAD}, Columns(), rulebook.taxonomy)
    rows = Rows(examples, twin_groups([example.petition for example in examples]))
    known = knowledge(rulebook, read_corpus().examples())
    known = replace(known, points=remembered(known.points, examples))
    ways = (
        Way("from our knowledge", known, OWN_LABELS),
        Way("from scratch", replace(known, background=()), FROM_SCRATCH),
    )
    lines = []
    for count in arguments.sizes:
        for way in ways:
            told(f"{count} rows, {way.name}")
            reports = [measured(way, *rows.draw(count, seed)) for seed in range(arguments.draws)]
            lines.append(line(way.name, count, reports))
    return Table(f"messages_dev.csv, {HEAD}, {arguments.draws} draws", COLUMNS, lines)


def main() -> None:
    """One table."""
    parser = options(__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="rows to learn from")
    parser.add_argument("--draws", type=int, default=5, choices=range(2, 21), metavar="2-20", help="draws of each size")
    arguments = parser.parse_args()
    about = machine()
    publish(arguments, __doc__, [table(arguments)], about)


if __name__ == "__main__":
    main()
