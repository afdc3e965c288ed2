"""A petition is decided in categories and departments that are in force on its day."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from classifier.errors import InputError
from classifier.model import Predictor
from classifier.prediction import ALL, Prediction, Wanted
from rules.petition import Petition
from rules.policy import Band
from rules.reading import Reading
from rules.rulebook import load
from rules.tally import Points
from rules.value import replace
from service.assemble import build_engine
from service.console import show_decision
from service.correction import Correction, check
from service.decision import Decision, Reason
from service.triage import Triage
from service.words import words

BEFORE, TURN = date(2026, 12, 31), date(2027, 1, 1)
Decide = Callable[..., Decision]


@pytest.fixture
def changed(pack_folder: Path, tmp_path: Path, office: Callable[..., Triage]) -> Callable[..., Decide]:
    """A decider over the small office in which lines of its files are replaced: `changed(taxonomy={old: new})`."""

    def change(**files: Mapping[str, str]) -> Decide:
        for source in pack_folder.rglob("*.yaml"):
            text = source.read_text(encoding="utf-8")
            for old, new in files.get(source.stem, {}).items():
                assert old in text
                text = text.replace(old, new)
            target = tmp_path / "changed" / source.relative_to(pack_folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        book = load(tmp_path / "changed")

        def decide(
            body: str,
            day: date | None = None,
            respondents: tuple[str, ...] = (),
            classifier: Predictor | None = None,
            **heads: Mapping[str, float],
        ) -> Decision:
            triage = replace(office(book, **heads), engine=build_engine(book))
            triage = replace(triage, classifier=classifier or triage.classifier)
            petition = Petition("1", body, received_at=day, respondents=respondents)
            (decision,) = triage.decide([petition], TURN)
            return decision

        return decide

    return change


def ended(line: str, successors: str) -> dict[str, str]:
    """The line of a category or department, ending on TURN."""
    return {line: line.replace("}", f", until: 2027-01-01, successors: {successors}}}")}


NOISE, STOP, LAMP = '{code: "01.02", name: 噪音}', '{code: "01.01.01", name: 停水}', '{code: "01.03", name: 照明}'
URBAN = "{code: urban, name: 城管局, parent: government}"


def test_before_its_end_a_category_is_answered(changed: Callable[..., Decide]) -> None:
    decision = changed(taxonomy=ended(NOISE, '["01.03"]'))("楼下噪音很大", BEFORE)
    assert decision.category is not None and decision.category.code == "01.02"


def test_from_its_end_on_the_one_successor_is_answered(changed: Callable[..., Decide]) -> None:
    decision = changed(taxonomy=ended(NOISE, '["01.03"]'))("楼下噪音很大", TURN)
    assert decision.category is not None
    assert (decision.category.code, decision.category.path) == ("01.03", ("城乡建设", "照明"))
    assert decision.evidence[0].rule == "noise"


def test_without_a_day_of_receipt_the_day_of_the_run_counts(changed: Callable[..., Decide]) -> None:
    decision = changed(taxonomy=ended(NOISE, '["01.03"]'))("楼下噪音很大")
    assert decision.category is not None and decision.category.code == "01.03"


def test_what_the_classifier_gave_to_merged_categories_is_summed(changed: Callable[..., Decide]) -> None:
    decide = changed(taxonomy=ended(NOISE, '["01.03"]'))
    decision = decide("声音和灯光的问题", TURN, category={"02.02": 0.4, "01.02": 0.3, "01.03": 0.3})
    assert decision.category is not None
    assert (decision.category.code, decision.category.confidence) == ("01.03", pytest.approx(0.6))


@dataclass
class Listening:
    """A classifier that keeps the points it is handed, and says nothing."""

    points: list[Points] = field(default_factory=list)
    version: str = "listening-1"

    def predict(self, readings: Sequence[Reading], points: Sequence[Points], wanted: Wanted = ALL) -> list[Prediction]:
        self.points += points
        return [Prediction({})] * len(readings)


def test_a_classifier_gets_points_by_the_codes_of_both_times(changed: Callable[..., Decide]) -> None:
    decide = changed(taxonomy=ended(NOISE, '["01.03"]'))
    listening = Listening()
    decide("楼下噪音很大", TURN, classifier=listening)
    decide("楼下噪音很大", BEFORE, classifier=listening)
    seconds = [{code: own for code, own in points.items() if len(code) == 5} for points in listening.points]
    assert seconds == [{"01.02": 4.0, "01.03": 4.0}, {"01.02": 4.0}]


def test_a_split_category_is_left_to_a_clerk_with_its_successors(changed: Callable[..., Decide]) -> None:
    decision = changed(taxonomy=ended(NOISE, '["01.03", "02.02"]'))("楼下噪音很大", TURN)
    assert decision.category is None
    assert [candidate.code for candidate in decision.candidates] == ["01.03", "02.02"]
    assert (decision.band, decision.review_reasons) == (Band.REVIEW, (Reason.SPLIT,))


def test_a_split_category_is_no_candidate_either(changed: Callable[..., Decide]) -> None:
    decide = changed(taxonomy=ended(NOISE, '["01.03", "02.02"]'))
    decision = decide("公交太少了", TURN, category={"02.01": 0.6, "01.02": 0.4})
    assert decision.category is not None and decision.category.code == "02.01"
    assert [candidate.code for candidate in decision.candidates] == ["02.01", "01.03", "02.02"]


def test_a_label_that_ended_without_a_successor_is_left_to_a_clerk(changed: Callable[..., Decide]) -> None:
    school = '{code: "03.01", name: 学校}'
    decide = changed(taxonomy={school: school.replace("}", ", until: 2027-01-01}")})
    decision = decide("老师布置的作业太多", TURN, category={"03.01": 0.8, "02.01": 0.2})
    assert decision.category is None
    assert Reason.NO_ANSWER in decision.review_reasons
    assert [candidate.code for candidate in decision.candidates] == ["02.01"]


def test_the_one_successor_of_a_department_leads(changed: Callable[..., Decide]) -> None:
    decide = changed(departments=ended(URBAN, "[transport]"))
    leads = [decide("楼下噪音很大", day).assignment.lead for day in (BEFORE, TURN)]
    assert [lead.code for lead in leads if lead] == ["urban", "transport"]


def test_where_the_lead_was_split_a_clerk_decides(changed: Callable[..., Decide]) -> None:
    station = {"parent: urban, superior": "parent: government, superior"}
    decide = changed(departments={**ended(URBAN, "[transport, water]"), **station})
    decision = decide("楼下噪音很大", TURN)
    assert decision.assignment.lead is None
    assert [one.code for one in decision.assignment.supporting] == ["transport", "water"]
    assert decision.band is Band.REVIEW and Reason.DUTY_UNCLEAR in decision.review_reasons


def test_what_history_gave_to_a_merged_department_goes_to_its_successor(changed: Callable[..., Decide]) -> None:
    decide = changed(departments=ended(URBAN, "[transport]"))
    shares = {"水务局": 0.4, "城管局": 0.35, "交通局": 0.25}
    lead = decide("楼下噪音很大", TURN, category={"01.02": 0.9}, department=shares).assignment.lead
    assert lead is not None and (lead.code, lead.name) == ("transport", "交通局")


def test_a_department_of_history_that_was_split_never_leads(changed: Callable[..., Decide]) -> None:
    station = {"parent: urban, superior": "parent: government, superior"}
    decide = changed(departments={**ended(URBAN, "[transport, water]"), **station})
    said = {"category": {"01.02": 0.9}, "department": {"城管局": 0.8, "区政府": 0.2}}
    assignment = decide("楼下噪音很大", TURN, **said).assignment
    assert (assignment.lead, assignment.unclear) == (None, True)
    assert [one.code for one in assignment.candidates] == ["transport", "water", "government"]


@pytest.mark.parametrize(
    ("successors", "withheld"),
    [("[transport]", ["transport"]), ("[transport, water]", ["urban", "transport", "water"])],
)
def test_an_accusation_under_the_old_name_is_kept_from_every_successor(
    changed: Callable[..., Decide], successors: str, withheld: list[str]
) -> None:
    station = {"parent: urban, superior": "parent: government, superior"}
    decide = changed(departments={**ended(URBAN, successors), **station})
    accused = decide("科长向我索贿", TURN, respondents=("城管局",)).assignment
    assert [one.code for one in accused.withheld] == withheld


def test_before_the_end_an_accusation_is_kept_from_the_department_itself(changed: Callable[..., Decide]) -> None:
    decide = changed(departments=ended(URBAN, "[transport]"))
    accused = decide("科长向我索贿", BEFORE, respondents=("城管局",)).assignment
    assert [one.code for one in accused.withheld] == ["urban", "station"]


def test_a_clerk_cannot_correct_to_what_is_out_of_force_on_the_day_of_the_petition(
    pack_folder: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "later"
    folder.mkdir()
    (folder / "pack.yaml").write_text(f"name: later\nextends: {pack_folder}\n", encoding="utf-8")
    gone = "departments: [{code: station, name: 城管所, parent: urban, until: 2027-01-01, successors: [urban]}]"
    (folder / "departments.yaml").write_text(gone, encoding="utf-8")
    book = load(folder)
    check(Correction(department="station"), book.on(BEFORE))
    with pytest.raises(InputError, match=r"^department: no "):
        check(Correction(department="station"), book.on(TURN))


def test_the_terminal_lists_all_successors_of_a_split_category(
    changed: Callable[..., Decide], capsys: pytest.CaptureFixture[str]
) -> None:
    decision = changed(taxonomy=ended(NOISE, '["01.03", "02.02"]'))("楼下噪音很大", TURN)
    show_decision(Petition("1", "楼下噪音很大"), decision, words())
    out = capsys.readouterr().out
    assert all(name in out for name in ("城乡建设/照明", "交通/道路", words().reasons[Reason.SPLIT]))
