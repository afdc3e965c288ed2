"""Adapts to an office's texts without labels: what rules and classifier agree on teaches, our petitions stay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from classifier.backlog import Backlog
from classifier.dataset import Example
from classifier.evaluate import head_report
from classifier.features import fit_shared_features
from classifier.model import Classifier
from classifier.report import HeadReport, Report
from classifier.train import Knowledge, Progress, Recipe, ranked, train
from rules.reading import read

HEAD = "category"
NEVER = 1 << 40
"""Rows of ours from which agreed ones no longer count: they always do, and in full."""
EVERY = 5
"""Of the agreed rows, every fifth is held back."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a backlog may move a model; found by experiment (benchmarks/adaptation.md).

    `least_probability`: of the classifier, for an agreement. `cap`: taught rows of one category. `least_rows`:
    agreed rows without which nothing can be said. `least_gain`: in accuracy of the words alone on held-back agreed
    rows. `most_loss`: in macro-F1, or gain in calibration error, on held-back petitions of ours.
    """

    rounds: int = 1
    least_probability: float = 0.3
    cap: int = 60
    least_rows: int = 200
    least_gain: float = 0.01
    most_loss: float = 0.02


@dataclass(frozen=True, slots=True)
class Teaching:
    """What the default model is made of; an adapted one starts from the same."""

    corpus: tuple[Example, ...]
    knowledge: Knowledge
    recipe: Recipe


@dataclass(frozen=True, slots=True)
class Agreed:
    """A row of the backlog on whose category rules and classifier agree."""

    row: int
    label: str
    probability: float


@dataclass(frozen=True, slots=True)
class Check:
    """The default and the adapted model, each pair on rows that neither was taught.

    `words`: the classifier without the rules on agreed rows held back (truth: the label agreed on);
    `ours`: category of our own petitions, each by a model that has not seen it.
    """

    words: tuple[HeadReport, HeadReport]
    ours: tuple[HeadReport, HeadReport]

    @property
    def gain(self) -> float:
        return self.words[1].accuracy - self.words[0].accuracy

    def refusal(self, limits: Limits) -> str | None:
        """Why the adapted model is not to be used; None when it is."""
        before, after = self.ours
        if self.gain < limits.least_gain:
            return f"the gain on held-back agreement is {self.gain:+.3f}; at least {limits.least_gain:+.3f} is asked"
        if before.macro_f1 - after.macro_f1 > limits.most_loss:
            return f"macro-F1 on our own petitions falls from {before.macro_f1:.3f} to {after.macro_f1:.3f}"
        if after.ece - before.ece > limits.most_loss:
            return f"the calibration error on our own petitions grows from {before.ece:.3f} to {after.ece:.3f}"
        return None


@dataclass(frozen=True, slots=True)
class Adaptation:
    """What came of it: `classifier` is None when the default is kept, and `refusal` says why.

    `report`: figures of our petitions held back from it; "agreement": those of the model that was checked.
    """

    classifier: Classifier | None
    report: Report
    agreed: int
    taught: tuple[Example, ...]
    check: Check | None
    refusal: str | None


def adapt(version: str, backlog: Backlog, teaching: Teaching, limits: Limits, progress: Progress) -> Adaptation:
    """A model of this backlog, if held-back rows show a gain; then these teach too. The same input, the same model."""
    progress("the default model")
    default, before = train(version, teaching.corpus, teaching.knowledge, teaching.recipe, _under(progress, "default"))
    agreed = list(agreement(default, backlog, limits.least_probability))
    if len(agreed) < limits.least_rows:
        few = f"rules and classifier agree on {len(agreed)} petitions; at least {limits.least_rows} are needed"
        return Adaptation(None, before, len(agreed), (), None, few)
    held_back = sorted(agreed, key=_surest_of_each_label)[EVERY // 2 :: EVERY]
    checked, after, _ = learn((default, held_back), backlog, teaching, limits, progress)
    check = Check(
        words=(_words_alone(default, backlog, held_back), _words_alone(checked, backlog, held_back)),
        ours=(before.heads[HEAD], after.heads[HEAD]),
    )
    refusal = check.refusal(limits)
    if refusal:
        return Adaptation(None, before, len(agreed), (), check, refusal)
    progress("the check is passed; the rows held back for it teach too")
    adapted, after, taught = learn((default, []), backlog, teaching, limits, progress)
    return Adaptation(adapted, Report({**after.heads, "agreement": check.words[1]}), len(agreed), taught, check, None)


def agreement(classifier: Classifier, backlog: Backlog, least: float) -> Iterator[Agreed]:
    """Rows whose rules are clear and lie in the classifier's first label, which has at least this probability."""
    head = classifier.heads[HEAD]
    said = ranked(head, head.margins(classifier.features.transform(backlog.readings), backlog.points))
    for row, (prediction, verdict) in enumerate(zip(said, backlog.verdicts, strict=True)):
        inside = f"{verdict.category}.".startswith(f"{prediction.label}.")
        if verdict.clear and inside and prediction.probability >= least:
            yield Agreed(row, prediction.label, prediction.probability)


def balanced(agreed: Sequence[Agreed], cap: int) -> list[Agreed]:
    """The surest rows of each label, no more than `cap`, in the order of the backlog."""
    counts: Counter[str] = Counter()
    chosen = []
    for item in sorted(agreed, key=_surest_of_each_label):
        counts[item.label] += 1
        if counts[item.label] <= cap:
            chosen.append(item)
    return sorted(chosen, key=lambda item: item.row)


def _surest_of_each_label(item: Agreed) -> tuple[str, float, int]:
    return item.label, -item.probability, item.row


def learn(
    start: tuple[Classifier, list[Agreed]], backlog: Backlog, teaching: Teaching, limits: Limits, progress: Progress
) -> tuple[Classifier, Report, tuple[Example, ...]]:
    """The model after the last round, its report, and the rows that taught it; held-back rows never do."""
    teacher, held_back = start
    aside = {item.row for item in held_back}
    ours = [read(example.petition) for example in teaching.corpus]
    features = fit_shared_features(ours, backlog.readings, teaching.knowledge.segmenter, teaching.recipe.blocks)
    for number in range(1, limits.rounds + 1):
        agreed = [item for item in agreement(teacher, backlog, limits.least_probability) if item.row not in aside]
        taught = tuple(_example(item, backlog) for item in balanced(agreed, limits.cap))
        progress(f"round {number} of {limits.rounds}: {len(taught)} petitions teach")
        knowledge = replace(teaching.knowledge, background=taught, features=features)
        recipe = replace(teaching.recipe, background_rows=len(taught), enough_rows=NEVER)
        teacher, report = train(
            teacher.version, teaching.corpus, knowledge, recipe, _under(progress, f"round {number}")
        )  # fmt: skip
    return teacher, report, taught


def _example(item: Agreed, backlog: Backlog) -> Example:
    return Example(backlog.petitions[item.row], {HEAD: item.label})


def _words_alone(classifier: Classifier, backlog: Backlog, rows: Sequence[Agreed]) -> HeadReport:
    """How often the words say what was agreed on: rules, which had their say in that, are left out."""
    head = classifier.heads[HEAD]
    margins = head.word_margins(classifier.features.transform([backlog.readings[item.row] for item in rows]))
    return head_report([item.label for item in rows], ranked(head, margins))


def _under(progress: Progress, title: str) -> Progress:
    return lambda step: progress(f"{title}: {step}")
