"""What settled petitions teach: the shipped model, then models retrained on the first 100, 500 and 2,000 of them.

Protocol: `messages_dev.csv` (7 first-level classes) in the order of its ids, which stands in for time: only 566 of
4,916 rows have a date, and ids hardly follow it (rank correlation .10), so this shows learning without drift. From
each of three starts, rows 600, 700 and 800, the next 100, 500 and 2,000 rows count as settled by clerks. Always
tested on the rows from 2,800 on, those excepted that are nearly the same text as a row learnt from. 0 rows: the
shipped model, all its classes allowed (and, apart, the likeliest of the 7). "settled": as `fenban train --from-store`
learns, classes not seen yet stay; "file": as `fenban train FILE` learns, the classes seen are all there are; "from
scratch": the latter without our petitions, their vocabulary, or rules. Mean over the starts and, behind ±, their
standard deviation; the stretches of three starts overlap, so that it is somewhat too small. Rules and corpus were
written with errors on these rows in view, which flatters 0 rows most. Second table: the same from row 0, where rows
come class by class: the first 100 hold two classes. Third table, by real dates: of the 566 rows that have one, the
latest fifth is tested, and the rows just before it teach. Nothing is drawn, so there is no seed but that of training,
0. `--svg FILE` draws the first table.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from few_labels import FROM_SCRATCH, HEAD, Way, remembered
from protocol import Cell, Table, data_file, machine, options, publish, told

from classifier.artifact import load as load_model
from classifier.contest import Timed, split
from classifier.corpus import read_corpus
from classifier.dataset import Columns, Example, read_dataset
from classifier.evaluate import coarsened, head_report
from classifier.model import Classifier
from classifier.prediction import HeadPrediction, Wanted
from classifier.report import HeadReport
from classifier.train import train
from classifier.twins import twin_groups
from rules.reading import read
from rules.rulebook import load
from service.assemble import shipped_models
from service.training import OURS_DEPTH, OWN_LABELS, knowledge
from service.web.charts import Scale, floor_of, line

SIZES = (100, 500, 2000)
STARTS = (600, 700, 800)
ONE_BY_ONE = (0,)
"""Where rows come class by class."""
FIRST_TESTED = 2800
FEW_SIZES = (100, 500)
DATED_SIZES = (100, 400)
SHIPPED, AMONG = "shipped", "shipped, best of the 7"
SETTLED, FILE, SCRATCH = "settled", "file", "from scratch"
COLUMNS = ("rows learnt from", "model", "accuracy", "±", "macro-F1", "±", "ECE", "rows tested")


@dataclass(frozen=True, slots=True)
class Lesson:
    """Rows in order: what may teach, what is tested."""

    learnt: Sequence[Example]
    tested: Sequence[Example]


def lessons(examples: Sequence[Example], starts: Sequence[int]) -> list[Lesson]:
    """One for each start."""
    groups = twin_groups([example.petition for example in examples])
    found = []
    for start in starts:
        end = start + max(SIZES)
        known = set(groups[start:end])
        later = [row for row in range(FIRST_TESTED, len(examples)) if groups[row] not in known]
        found.append(Lesson(examples[start:end], [examples[row] for row in later]))
    return found


def said(classifier: Classifier, way: Way, tested: Sequence[Example]) -> list[HeadPrediction]:
    """What a model says of rows it has not seen."""
    petitions = [example.petition for example in tested]
    readings = [read(petition) for petition in petitions]
    predictions = classifier.predict(readings, way.known.points(petitions), Wanted(()))
    return coarsened([prediction.heads[HEAD] for prediction in predictions], _truth(tested))


def among(predictions: Sequence[HeadPrediction], labels: set[str]) -> list[HeadPrediction]:
    """The likeliest of some labels, probabilities shared out among them."""
    kept = [tuple(pair for pair in one.ranked if pair[0] in labels) or one.ranked for one in predictions]
    sums = [sum(share for _, share in ranked) for ranked in kept]
    return [
        HeadPrediction(tuple((name, share / total) for name, share in ranked))
        for ranked, total in zip(kept, sums, strict=True)
    ]


def _truth(tested: Sequence[Example]) -> list[str]:
    return [example.labels[HEAD] for example in tested]


def before(way: Way, lesson: Lesson) -> dict[str, HeadReport]:
    """The shipped model on the same rows."""
    found, truth = said(load_model(shipped_models() / "default"), way, lesson.tested), _truth(lesson.tested)
    return {SHIPPED: head_report(truth, found), AMONG: head_report(truth, among(found, set(truth)))}


def after(way: Way, lesson: Lesson, size: int) -> HeadReport:
    """A model retrained on the first `size` rows of a lesson."""
    classifier, _ = train("learnt", lesson.learnt[:size], way.known, way.recipe, lambda _: None)
    return head_report(_truth(lesson.tested), said(classifier, way, lesson.tested))


def row(size: int, name: str, reports: Sequence[HeadReport]) -> tuple[Cell, ...]:
    """Means over the starts; with one start there is no spread."""
    cells: list[Cell] = [size, name]
    for field in ("accuracy", "macro_f1"):
        values = [getattr(report, field) for report in reports]
        cells += [float(np.mean(values)), float(np.std(values, ddof=1)) if len(values) > 1 else None]
    return (*cells, float(np.mean([one.ece for one in reports])), round(float(np.mean([one.rows for one in reports]))))


def measured(title: str, ways: Sequence[Way], taught: Sequence[Lesson], sizes: Sequence[int]) -> Table:
    """The shipped model, then every size in every way."""
    told(f"{title}: {SHIPPED}")
    shipped = [before(ways[0], lesson) for lesson in taught]
    rows = [row(0, name, [one[name] for one in shipped]) for name in (SHIPPED, AMONG)]
    for size in sizes:
        for way in ways:
            told(f"{title}: {size} rows, {way.name}")
            rows.append(row(size, way.name, [after(way, lesson, size) for lesson in taught]))
    return Table(title, COLUMNS, rows)


def by_date(examples: Sequence[Example]) -> Lesson:
    """The rows that have a date; of those that teach the latest first: a few are those just before the tested."""
    timed = [Timed(example, example.petition.received_at) for example in examples if example.petition.received_at]
    parts = split(timed)
    days = {id(one.example): one.day for one in timed}
    return Lesson(sorted(parts.earlier, key=lambda one: days[id(one)], reverse=True), parts.later)  # type: ignore[arg-type,return-value]


def tables(arguments: Namespace) -> list[Table]:
    """By the order of ids, mixed and class by class, and by date."""
    rulebook = load()
    examples = read_dataset(data_file(arguments.data, "messages_dev.csv"), {HEAD: HEAD}, Columns(), rulebook.taxonomy)
    known = knowledge(rulebook, read_corpus().examples(OURS_DEPTH))
    known = replace(known, points=remembered(known.points, examples))
    ways = (
        Way(SETTLED, known, replace(OWN_LABELS, open_level=1)),
        Way(FILE, known, OWN_LABELS),
        Way(SCRATCH, replace(known, background=()), FROM_SCRATCH),
    )
    return [
        measured(f"by order of ids, {len(STARTS)} starts", ways, lessons(examples, STARTS), SIZES),
        measured("from row 0, class by class", ways, lessons(examples, ONE_BY_ONE), FEW_SIZES),
        measured("by date, the 566 rows that have one", ways, [by_date(examples)], DATED_SIZES),
    ]


# ---- the drawing

WIDTH, HEIGHT = 860, 340
PANELS = {"accuracy": (2, "accuracy 准确率", 60, 400), "macro_f1": (4, "macro-F1 宏平均", 480, 820)}
"""Column of the table, heading, left and right edge."""
TOP, BOTTOM = 70, 280
LINES = {
    SETTLED: ("#1f5fa8", "fenban: shipped model, then retrained 出厂模型，再训练"),
    SCRATCH: ("#9a6a1f", "from scratch 从零训练"),
}
FOOT = "settled petitions learnt from 已学的办结件数"
STYLE = "text{font:13px sans-serif;fill:#333}.t{font-weight:600}.g{stroke:#ddd}"


def drawn(table: Table) -> str:
    """The table as SVG: a panel for each figure, a line for each way, bars of one standard deviation."""
    steps = [0, *SIZES]
    low = floor_of([float(r[place] or 0) for r in table.rows for place in (2, 4)])
    up = Scale(low, 1.0, BOTTOM, TOP)
    parts = [part for panel in PANELS.values() for part in _panel(panel, steps, up, table)]
    legend = [
        f'<text x="{60 + 420 * n}" y="24" style="fill:{colour}">— {name}</text>'
        for n, (colour, name) in enumerate(LINES.values())
    ]
    foot = f'<text x="{WIDTH / 2}" y="{HEIGHT - 14}" text-anchor="middle">{FOOT}</text>'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{FOOT}">',
            f"<style>{STYLE}</style>",
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
            *legend,
            *parts,
            foot,
            "</svg>\n",
        ]
    )


def _panel(panel: tuple[int, str, int, int], steps: Sequence[int], up: Scale, table: Table) -> list[str]:
    """Axes, then each line with its values."""
    column, heading, left, right = panel
    across = Scale(0, len(steps) - 1, left + 20, right - 20)
    parts = [f'<text class="t" x="{left}" y="52">{heading}</text>']
    for tick in up.ticks:
        parts.append(f'<line class="g" x1="{left}" x2="{right}" y1="{up(tick)}" y2="{up(tick)}"/>')
        parts.append(f'<text x="{left - 6}" y="{up(tick) + 4}" text-anchor="end">{tick:.2f}</text>')
    for place, step in enumerate(steps):
        parts.append(f'<text x="{across(place)}" y="{BOTTOM + 22}" text-anchor="middle">{step:,}</text>')
    for name, (colour, _) in LINES.items():
        rows = [
            (steps.index(int(r[0] or 0)), r) for r in table.rows if r[1] == name or (name, r[1]) == (SETTLED, SHIPPED)
        ]
        values = [(place, float(r[column] or 0), float(r[column + 1] or 0)) for place, r in rows]
        points = line([(place, value) for place, value, _ in values], across, up)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        beside = name == SCRATCH
        for place, value, spread in values:
            y = up(value), up(value + spread), up(value - spread)
            parts += _point((across(place), *y), colour, f"{value:.3f}", beside)
    return parts


def _point(at: tuple[float, float, float, float], colour: str, value: str, beside: bool) -> list[str]:
    """A point with its bar, and its value above or `beside` it. `at`: across, up, and both ends of the bar."""
    x, y, high, low = at
    place = f'x="{x + 9}" y="{y + 15}"' if beside else f'x="{x}" y="{round(high - 8, 1)}" text-anchor="middle"'
    return [
        f'<line x1="{x}" x2="{x}" y1="{low}" y2="{high}" stroke="{colour}"/>',
        f'<circle cx="{x}" cy="{y}" r="3.5" fill="{colour}"/>',
        f"<text {place}>{value}</text>",
    ]


def main() -> None:
    """Three tables, and a drawing of the first where asked."""
    parser = options(__doc__)
    parser.add_argument("--svg", type=Path, help="draw the first table there")
    arguments = parser.parse_args()
    about = machine()
    found = tables(arguments)
    publish(arguments, __doc__, found, {**about, "rulebook": load().digest[:12]})
    if arguments.svg:
        arguments.svg.write_text(drawn(found[0]), encoding="utf-8")


if __name__ == "__main__":
    main()
