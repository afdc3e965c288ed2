"""Kind and urgency against a hotline's request types, without training; then a kind head trained on them.

Protocol: rows of `hotline_dev.csv` whose `request_type` is 咨询类 (inquiry), 投诉类 (appeal; an accusation counts as
right: the hotline has no type for it) or 建议类 (suggestion). Rules and default model use no label. Kind rules were
last revised with half of the rows read (those with one of these types or 紧急类, in the order of the file, shuffled by
Python's generator with seed 0, first half); the other half was not read for it: hold that table against others. Rules
and petitions of ours from before may have been written with either half in view. "rules, else model": what rules say
where any kind rule speaks. "trained here": `fenban train` in five folds of all rows, near-identical texts in one fold.
Urgency: how many rows of each type, and of `unlabelled.csv`, are called 特急 or 加急, by rules written with these
rows in view; 紧急类 is this hotline's word for quick handling (mostly parking and noise), seldom a danger. Seed: 0.
"""

from __future__ import annotations

import csv
import random
from argparse import Namespace
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from protocol import Cell, Table, add_model_options, data_file, machine, options, publish, stop, told
from sklearn.metrics import f1_score

from classifier.dataset import KIND_NAMES, Example
from classifier.evaluate import head_report
from rules.petition import Petition
from rules.rule import Kind, Urgency
from service.assemble import build_triage
from service.decision import Decision
from service.options import read_options
from service.training import evaluate_folds
from service.triage import Triage

HEAD = "kind"
TYPES = {"inquiry": "咨询类", "appeal": "投诉类", "suggestion": "建议类"}
HURRIED = "紧急类"
TYPED = {*TYPES.values(), HURRIED}
FOLDS = 5
SEED = 0
TODAY = date(2026, 1, 1)
"""Stands in for a missing day of receipt: a run a year later gives the same."""
COLUMNS = ("told by", "rows", "accuracy", "macro-F1", *(f"{name}: recall" for name in TYPES), "silent")
NO_KIND = "silent"


@dataclass(frozen=True, slots=True)
class Row:
    """A petition with its request type, what was decided, and whether it was read to revise the rules."""

    petition: Petition
    type: str
    decision: Decision
    seen: bool

    @property
    def kind(self) -> str:
        return KIND_NAMES[self.type]

    def said(self, teller: str) -> str:
        """The kind that rules, model or both tell; an accusation is an appeal here."""
        verdicts, decided = self.decision.verdicts, self.decision.kind
        rules = verdicts.rules.kind
        model = verdicts.classifier[HEAD].label if verdicts.classifier and HEAD in verdicts.classifier else None
        kinds = {"rules": rules, "model": model, "rules, else model": rules or model}
        kind = decided.code if teller == "decided" and decided else kinds.get(teller)
        return Kind.APPEAL.value if kind == Kind.ACCUSATION else str(kind) if kind else NO_KIND


def petitions(arguments: Namespace, name: str) -> list[tuple[Petition, str]]:
    """The petitions of a file and their request types."""
    with data_file(arguments.data, name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        (Petition(id=row["id"], title=row.get("title", ""), body=row["text"]), row.get("request_type", ""))
        for row in rows
    ]


def hotline(arguments: Namespace, triage: Triage) -> list[Row]:
    """Rows with one of the four types, decided and shuffled; the first half was read."""
    chosen = [(petition, kind) for petition, kind in petitions(arguments, "hotline_dev.csv") if kind in TYPED]
    random.Random(SEED).shuffle(chosen)
    decisions = triage.decide([petition for petition, _ in chosen], TODAY)
    half = len(chosen) // 2
    return [
        Row(petition, kind, decision, place < half)
        for place, ((petition, kind), decision) in enumerate(zip(chosen, decisions, strict=True))
    ]


def line(name: str, truth: Sequence[str], said: Sequence[str]) -> tuple[Cell, ...]:
    """Figures of one way of telling kinds."""
    counts, right = Counter(truth), Counter(one for one, other in zip(truth, said, strict=True) if one == other)
    f1 = float(f1_score(truth, said, labels=list(TYPES), average="macro"))
    recalls = [right[kind] / counts[kind] for kind in TYPES]
    return (name, len(truth), sum(right.values()) / len(truth), f1, *recalls, list(said).count(NO_KIND))


def untrained(rows: Sequence[Row], title: str) -> Table:
    """Rules, model, both, without a label."""
    typed = [row for row in rows if row.type != HURRIED]
    tellers = ("decided", "rules", "model", "rules, else model")
    truth = [row.kind for row in typed]
    return Table(title, COLUMNS, [line(teller, truth, [row.said(teller) for row in typed]) for teller in tellers])


def trained(rows: Sequence[Row], triage: Triage) -> Table:
    """A head learnt from these rows, in folds."""
    examples = [Example(row.petition, {HEAD: row.kind}) for row in rows if row.type != HURRIED]
    outcome = evaluate_folds(examples, triage.rulebook, FOLDS, told)[HEAD]
    report = head_report(outcome.truth, outcome.predictions)
    figures = line("trained here", outcome.truth, [prediction.label for prediction in outcome.predictions])
    return Table(f"kind, {FOLDS} folds", (*COLUMNS, "ECE"), [(*figures, report.ece)])


def urgencies(rows: Sequence[Row], arguments: Namespace, triage: Triage) -> Table:
    """How many petitions the rules call urgent."""
    levels: dict[str, Counter[str]] = {}
    for row in rows:
        levels.setdefault(f"hotline_dev, {row.type}", Counter())[row.decision.urgency.level] += 1
    board = triage.decide([petition for petition, _ in petitions(arguments, "unlabelled.csv")], TODAY)
    levels["unlabelled"] = Counter(decision.urgency.level for decision in board)
    lines = [(name, count.total(), count[Urgency.CRITICAL], count[Urgency.URGENT]) for name, count in levels.items()]
    return Table("urgency", ("rows of", "rows", Urgency.CRITICAL.value, Urgency.URGENT.value), sorted(lines))


def main() -> None:
    """Kinds without labels on both halves, a head trained on them, and urgency."""
    parser = options(__doc__)
    add_model_options(parser)
    arguments = parser.parse_args()
    triage = build_triage(read_options(None, arguments.model, arguments.models_dir))
    if triage.classifier is None:
        raise stop("no model is active: name one with --model and --models-dir, or make one: fenban train --default")
    rows = hotline(arguments, triage)
    tables = [
        untrained([row for row in rows if not row.seen], "kind without labels, the half not read"),
        untrained(rows, "kind without labels, all rows"),
        trained(rows, triage),
        urgencies(rows, arguments, triage),
    ]
    publish(arguments, __doc__, tables, {**machine(), "rulebook": triage.rulebook.digest[:12]})


if __name__ == "__main__":
    main()
