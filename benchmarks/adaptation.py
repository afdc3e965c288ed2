"""What a backlog without labels, or a hundred chosen labels, add to the default model. Results: adaptation.md.

python benchmarks/adaptation.py adapt [VARIANT ...]     python benchmarks/adaptation.py choice [VARIANT ...]

Needs ../shared/data beside the checkout. messages_dev is halved by groups of near-identical texts (seed 0): variants
are compared on half A and reported on half B.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from time import perf_counter

import numpy as np
from sklearn.metrics import f1_score

from classifier.adapt import HEAD, NEVER, Agreed, Limits, Teaching, agreement, balanced, learn
from classifier.backlog import Backlog, read_texts
from classifier.choice import doubt, spread, typical, unit
from classifier.corpus import read_corpus
from classifier.dataset import Columns, Example
from classifier.features import fit_shared_features
from classifier.model import Classifier
from classifier.train import train
from classifier.twins import twin_groups
from rules.petition import Petition
from rules.reading import read
from rules.rulebook import load
from rules.taxonomy import at_level
from service.training import DEFAULT, OURS_DEPTH, OWN_LABELS, knowledge, read_backlog

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
SEED = 0


def silent(_: str) -> None:
    return None


class Ground:
    """Data and the default model, made when first asked for."""

    def __init__(self) -> None:
        self.rulebook = load()
        with (DATA / "messages_dev.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        petitions = [Petition(row["id"], row["text"].strip(), row["title"].strip()) for row in rows]
        self.dev = read_backlog(petitions, self.rulebook)
        self.truth = np.array([self.rulebook.taxonomy.find(row["category"]) or "" for row in rows])
        self.groups = twin_groups(petitions)
        self.first_half = self.halves(SEED)

    def halves(self, seed: int) -> np.ndarray:
        names = sorted(set(self.groups))
        side = dict(zip(names, np.random.default_rng(seed).integers(0, 2, len(names)), strict=True))
        return np.array([side[group] == 0 for group in self.groups])

    @cached_property
    def teaching(self) -> Teaching:
        corpus = tuple(replace(e, labels={HEAD: e.labels[HEAD]}) for e in read_corpus().examples())
        return Teaching(corpus, knowledge(self.rulebook, ()), replace(DEFAULT, inner_folds=2))

    @cached_property
    def default(self) -> Classifier:
        return train("default", self.teaching.corpus, self.teaching.knowledge, self.teaching.recipe, silent)[0]

    @cached_property
    def backlog(self) -> Backlog:
        return read_backlog(read_texts(DATA / "unlabelled.csv", Columns()).petitions, self.rulebook)

    def figures(self, classifier: Classifier) -> str:
        """Macro-F1 of first levels, all allowed: half A, half B; accuracy of B; ECE of B."""
        head = classifier.heads[HEAD]
        shares = head.probabilities(head.margins(classifier.features.transform(self.dev.readings), self.dev.points))
        branches = sorted({at_level(label, 1) for label in head.labels})
        summed = np.stack(
            [shares[:, [at_level(label, 1) == branch for label in head.labels]].sum(1) for branch in branches], 1
        )
        said, half = np.array(branches)[summed.argmax(1)], self.first_half
        return f"{self.f1(said, half):.4f} | {self.f1(said, ~half):.4f} | {(said == self.truth)[~half].mean():.4f}"

    def f1(self, said: np.ndarray, rows: np.ndarray) -> float:
        labels = sorted(set(self.truth))
        return float(f1_score(self.truth[rows], said[rows], labels=labels, average="macro", zero_division=0))


# ── adaptation ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Variant:
    """`pick`: instead of agreement, which rows teach what, in one round. `shared`: the backlog's n-grams count."""

    limits: Limits = field(default_factory=Limits)
    pick: Callable[[Ground], list[Agreed]] | None = None
    shared: bool = True


def classifier_alone(least: float) -> Callable[[Ground], list[Agreed]]:
    """Plain self-training: the classifier's own confident answers."""

    def pick(ground: Ground) -> list[Agreed]:
        predictions = ground.default.predict(ground.backlog.readings, ground.backlog.points)
        said = [prediction.heads[HEAD] for prediction in predictions]
        return [Agreed(row, p.label, p.probability) for row, p in enumerate(said) if p.probability >= least]

    return pick


def agreed(ground: Ground) -> list[Agreed]:
    return list(agreement(ground.default, ground.backlog, 0.0))


def rules_alone(ground: Ground) -> list[Agreed]:
    """Clear rules, whatever the classifier says."""
    labels = set(ground.default.heads[HEAD].labels)
    clear = [
        (row, v, at_level(v.category, 2)) for row, v in enumerate(ground.backlog.verdicts) if v.clear and v.category
    ]
    return [Agreed(row, label, verdict.points) for row, verdict, label in clear if label in labels]


NO_CAP = 10**9
VARIANTS = {
    "default": None,
    "vocabulary and idf only": Variant(Limits(cap=0)),
    "least 0, cap 60": Variant(Limits(least_probability=0.0)),
    "least .15, cap 60": Variant(Limits(least_probability=0.15)),
    "least .3, cap 60": Variant(Limits(least_probability=0.3)),
    "least .5, cap 60": Variant(Limits(least_probability=0.5)),
    "least .7, cap 60": Variant(Limits(least_probability=0.7)),
    "least .9, cap 60": Variant(Limits(least_probability=0.9)),
    "least 0, cap 20": Variant(Limits(least_probability=0.0, cap=20)),
    "least 0, cap 150": Variant(Limits(least_probability=0.0, cap=150)),
    "least 0, no cap": Variant(Limits(least_probability=0.0, cap=NO_CAP)),
    "least 0, cap 60, 2 rounds": Variant(Limits(least_probability=0.0, rounds=2)),
    "least 0, cap 60, 3 rounds": Variant(Limits(least_probability=0.0, rounds=3)),
    "least 0, cap 60, our n-grams and idf only": Variant(pick=agreed, shared=False),
    "rules alone, cap 60": Variant(pick=rules_alone),
    "classifier alone .5, cap 60": Variant(pick=classifier_alone(0.5)),
    "classifier alone .5, no cap": Variant(Limits(cap=NO_CAP), classifier_alone(0.5)),
}


def adapted(ground: Ground, variant: Variant) -> Classifier:
    """No row is held back here: the development rows measure."""
    if variant.pick is None:
        return learn((ground.default, []), ground.backlog, ground.teaching, variant.limits, silent)[0]
    teaching, backlog = ground.teaching, ground.backlog
    ours = [read(example.petition) for example in teaching.corpus]
    counted = backlog.readings if variant.shared else ()
    features = fit_shared_features(ours, counted, teaching.knowledge.segmenter, teaching.recipe.blocks)
    chosen = balanced(variant.pick(ground), variant.limits.cap)
    taught = tuple(Example(backlog.petitions[item.row], {HEAD: item.label}) for item in chosen)
    recipe = replace(teaching.recipe, background_rows=len(taught), enough_rows=NEVER)
    return train(
        "v", teaching.corpus, replace(teaching.knowledge, background=taught, features=features), recipe, silent
    )[0]


def compare_adaptations(ground: Ground, names: Sequence[str]) -> None:
    print(f"agreed: {len(list(agreement(ground.default, ground.backlog, 0.3)))} of {len(ground.backlog.petitions)}")
    print("| variant | A: macro-F1 | B: macro-F1 | B: accuracy |\n|---|---|---|---|")
    for name in names or VARIANTS:
        variant = VARIANTS[name]
        print(f"| {name} | {ground.figures(adapted(ground, variant) if variant else ground.default)} |", flush=True)


# ── active choice ───────────────────────────────────────────────────────────────────────────────────────────────────

CHOICES = ("random", "doubt", "typical", "doubt x typical", "doubt x sqrt typical", "diverse")


def chosen(ground: Ground, name: str, pool: np.ndarray, seed: int) -> list[int]:
    """A hundred rows of the pool."""
    if name == "random":
        return np.random.default_rng(seed).permutation(pool)[:100].tolist()
    petitions = tuple(ground.dev.petitions[row] for row in pool)
    part = Backlog(petitions, tuple(ground.dev.verdicts[row] for row in pool))
    rows = unit(ground.default.features.transform(part.readings))
    worth = {
        "doubt": lambda: doubt(part, ground.default),
        "typical": lambda: typical(rows),
        "doubt x typical": lambda: doubt(part, ground.default) * typical(rows),
        "doubt x sqrt typical": lambda: doubt(part, ground.default) * np.sqrt(typical(rows)),
        "diverse": lambda: np.ones(len(pool), dtype=np.float32),
    }[name]()
    return pool[spread(rows, worth, [ground.groups[row] for row in pool], 100)].tolist()


def after_labels(ground: Ground, rows: list[int], tested: np.ndarray) -> float:
    """Macro-F1 on `tested` after `fenban train` on these rows."""
    examples = [Example(ground.dev.petitions[row], {HEAD: str(ground.truth[row])}) for row in rows]
    known = knowledge(ground.rulebook, read_corpus().examples(OURS_DEPTH))
    head_of, _ = train("few", examples, known, OWN_LABELS, silent)
    head = head_of.heads[HEAD]
    some = np.flatnonzero(tested)
    margins = head.margins(
        head_of.features.transform([ground.dev.readings[row] for row in some]),
        [ground.dev.verdicts[row].by_category for row in some],
    )
    said = np.full(len(tested), "", dtype=object)
    said[some] = np.array(head.labels, dtype=object)[margins.argmax(1)]
    return ground.f1(said, tested)


def compare_choices(ground: Ground, names: Sequence[str]) -> None:
    """Three halvings: a hundred labels of one half, tested on the other."""
    print("| choice | seed 0 | seed 1 | seed 2 | mean |\n|---|---|---|---|---|")
    for name in names or CHOICES:
        scores = []
        for seed in range(3):
            half = ground.halves(seed)
            scores.append(after_labels(ground, chosen(ground, name, np.flatnonzero(half), seed), ~half))
        print(f"| {name} | " + " | ".join(f"{s:.4f}" for s in scores) + f" | {np.mean(scores):.4f} |", flush=True)


if __name__ == "__main__":
    if not DATA.is_dir():
        sys.exit("../shared/data is not there: nothing to measure on")
    what, *wanted = sys.argv[1:]
    start = perf_counter()
    {"adapt": compare_adaptations, "choice": compare_choices}[what](Ground(), wanted)
    print(f"{perf_counter() - start:.0f} s", file=sys.stderr)
