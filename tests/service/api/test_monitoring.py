"""Figures and log lines: they say how much and how long, and never what a petition says."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from rules.petition import Petition
from rules.value import replace
from service.access import SCOPES, Permission, Role
from service.api.monitoring import JsonLines, log_as_json
from service.decision import Decision, Reason
from service.errors import StoreError
from service.store.petitions import Petitions
from tests.service.api.conftest import MARKER, House
from tests.service.people import CLERK

Submit = Callable[..., int]
Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged, down to the finest, as the service writes it."""
    stream, root = io.StringIO(), logging.getLogger()
    handler, before = logging.StreamHandler(stream), (root.level, root.handlers[:])
    handler.setFormatter(JsonLines())
    root.handlers[:] = [handler]
    root.setLevel(logging.DEBUG)
    yield stream
    root.setLevel(before[0])
    root.handlers[:] = before[1]


@pytest.fixture
def watcher(house: House) -> TestClient:
    """What Prometheus is."""
    return house.program(Permission.METRICS)


def figures(watcher: TestClient) -> Figures:
    answer = watcher.get("/metrics")
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.text)
    return {(one.name, frozenset(one.labels.items())): one.value for family in families for one in family.samples}


def figure(found: Figures, name: str, **labels: str) -> float | None:
    return found.get((name, frozenset(labels.items())))


def lines(log: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def requests(log: io.StringIO) -> list[dict[str, object]]:
    return [line for line in lines(log) if line["logger"] == "fenban.requests"]


# ── figures ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_figures_of_an_empty_store_parse(watcher: TestClient) -> None:
    found = figures(watcher)
    assert any(name == "fenban_versions_info" for name, _ in found)
    assert figure(found, "fenban_band_shift") is None


def test_the_queue_is_told_by_state_and_band_with_its_age(house: House, watcher: TestClient, submit: Submit) -> None:
    submit("1")
    submit("2", "楼下噪音很大")
    house.clock.on(hours=1)
    found = figures(watcher)
    assert figure(found, "fenban_petitions", state="sent", band="auto") == 1
    assert figure(found, "fenban_petitions", state="waiting", band="suggest") == 1
    assert figure(found, "fenban_oldest_seconds", state="waiting", band="suggest") == 3600


def test_how_often_clerks_overrule_is_told_by_category(clerk: TestClient, watcher: TestClient, submit: Submit) -> None:
    for name, more in (("1", {"action": "confirm"}), ("2", {"action": "correct", "category": "02.01"})):
        clerk.post(f"/v1/petitions/{submit(name)}/reviews", json={"version": 1} | more)
    found = figures(watcher)
    assert figure(found, "fenban_override_rate", category="01") == 0.5
    assert figure(found, "fenban_reviews", category="01", action="correct") == 1


def test_how_the_bands_shift_is_told(house: House, watcher: TestClient, decide: Callable[..., Decision]) -> None:
    sure, unsure = decide("家里停水三天了", category={"01.01.01": 0.95}), decide("楼下噪音很大")
    strange = replace(unsure, review_reasons=(Reason.UNFAMILIAR,))
    for count, decision in enumerate((sure, sure, unsure, unsure)):
        house.store.petitions.add(Petition(f"old {count}", "停水"), decision, CLERK)
    house.clock.on(days=10)
    for count, decision in enumerate((sure, unsure, unsure, strange)):
        house.store.petitions.add(Petition(f"new {count}", "停水"), decision, CLERK)
    found = figures(watcher)
    assert figure(found, "fenban_band_shift") == 0.25
    assert figure(found, "fenban_band_share", period="last_7_days", band="auto") == 0.25
    assert figure(found, "fenban_unfamiliar_share", period="last_7_days") == 0.25
    assert figure(found, "fenban_unfamiliar_share", period="28_days_before") == 0.0
    assert figure(found, "fenban_unseen_share", period="last_7_days") == 0.0


def test_decisions_and_answers_are_counted(watcher: TestClient, submit: Submit) -> None:
    submit("1")
    submit("2", "楼下噪音很大")
    found = figures(watcher)
    assert figure(found, "fenban_decisions_total", band="auto", agreement="agree") == 1
    answered = {"method": "POST", "route": "/v1/petitions", "status": "201"}
    assert figure(found, "fenban_request_seconds_count", **answered) == 2


def test_a_petition_handed_in_again_is_not_counted_again(clerk: TestClient, watcher: TestClient) -> None:
    for _ in range(3):
        clerk.post("/v1/petitions", json={"id": "1", "body": "家里停水三天了"})
    assert figure(figures(watcher), "fenban_decisions_total", band="auto", agreement="agree") == 1


@pytest.mark.parametrize(
    ("method", "path", "told", "route"),
    [
        ("GET", f"/{MARKER}", "GET", "none"),
        ("GET", "/v1/petitions/999", "GET", "/v1/petitions/{petition_id}"),
        ("TELL", "/v1/petitions", "other", "/v1/petitions"),
        (MARKER.encode().hex(), "/healthz", "other", "/healthz"),
    ],
)
def test_labels_hold_nothing_that_a_caller_may_choose(
    clerk: TestClient, watcher: TestClient, method: str, path: str, told: str, route: str
) -> None:
    clerk.request(method, path)
    labels = [dict(kept) for name, kept in figures(watcher) if name == "fenban_request_seconds_count"]
    assert (told, route) in {(one["method"], one["route"]) for one in labels}
    assert {one["method"] for one in labels} <= {"GET", "POST", "other"}


def test_figures_cannot_be_read_while_the_store_is_away(
    house: House, watcher: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> object:
        raise StoreError("postgresql://fenban:***@host/petitions: the database cannot be used (OperationalError)")

    monkeypatch.setattr("service.store.figures.Figures.queue", away)
    assert watcher.get("/metrics").status_code == 503


# ── the log ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_request_is_one_line_with_route_and_status(log: io.StringIO, submit: Submit, clerk: TestClient) -> None:
    clerk.get(f"/v1/petitions/{submit()}")
    line = requests(log)[-1]
    assert (line["method"], line["route"], line["status"]) == ("GET", "/v1/petitions/{petition_id}", 200)
    assert isinstance(line["ms"], float)
    assert line["level"] == "info"


def test_a_traceback_is_not_written(log: io.StringIO) -> None:
    try:
        raise ValueError(MARKER)
    except ValueError:
        logging.getLogger("elsewhere").exception("failed")
    (line,) = lines(log)
    assert (line["message"], line["fault"], line["level"]) == ("failed", "ValueError", "error")


def test_the_service_logs_json_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before = (root.level, root.handlers[:])
    try:
        log_as_json()
        logging.getLogger("fenban").warning("one %s", "line")
    finally:
        root.setLevel(before[0])
        root.handlers[:] = before[1]
    assert json.loads(capsys.readouterr().err)["message"] == "one line"


# ── no text anywhere ────────────────────────────────────────────────────────────────────────────────────────────────

ORDERS: list[tuple[str, str, dict[str, object]]] = [
    ("POST", "/v1/petitions", {"json": {"id": "2026-1", "body": f"{MARKER}另一个"}}),
    ("POST", "/v1/petitions", {"json": {"id": "9", "body": f"{MARKER}\x00"}}),
    ("POST", "/v1/petitions", {"json": {"id": "9", "body": MARKER * 2000}}),
    ("POST", "/v1/petitions", {"json": {"id": MARKER * 30, "body": MARKER}}),
    ("POST", "/v1/petitions", {"json": {"id": "9", "body": MARKER, "received_at": MARKER}}),
    ("POST", "/v1/petitions", {"json": [MARKER]}),
    ("POST", "/v1/petitions", {"content": f'{{"body": "{MARKER}'.encode()}),
    ("POST", "/v1/petitions", {"content": MARKER.encode(), "headers": {"content-type": "text/plain"}}),
    ("PUT", "/v1/petitions", {"json": {"body": MARKER}}),
    ("GET", "/v1/petitions", {"params": {"category": MARKER}}),
    ("GET", "/v1/petitions", {"params": {"state": MARKER}}),
    ("GET", "/v1/petitions", {"params": {"after": MARKER}}),
    ("GET", f"/v1/petitions/{MARKER}", {}),
    ("GET", f"/{MARKER}", {}),
    ("POST", "/v1/petitions/1/reviews", {"json": {"version": 1, "action": MARKER}}),
    ("POST", "/v1/petitions/1/reviews", {"json": {"version": 1, "action": "correct", "category": MARKER}}),
    ("POST", "/v1/petitions/1/reviews", {"json": {"version": 1, "action": "correct", "department": MARKER}}),
    ("POST", "/v1/petitions/1/reviews", {"json": {"version": 9, "action": "confirm"}}),
    ("POST", "/v1/petitions/1/redecide", {"json": {"version": 9}}),
    ("GET", "/v1/audit", {"params": {"petition": MARKER}}),
    ("POST", "/login", {"data": {"name": MARKER, "password": MARKER}}),
    ("GET", "/v1/petitions", {"headers": {"Authorization": f"Bearer {MARKER}".encode()}}),
    ("POST", "/v1/decisions", {"json": {"body": MARKER, "region": MARKER * 100}}),
]


def test_no_text_is_in_any_log_line_figure_or_error(
    house: House, log: io.StringIO, watcher: TestClient, submit: Submit
) -> None:
    submit("2026-1", f"{MARKER}停水三天了", title=MARKER)
    browser = house.browser("li", Role.SUPERVISOR)
    for method, path, more in ORDERS:
        answer = browser.request(method, path, **more)  # type: ignore[arg-type]
        assert MARKER not in answer.text or answer.status_code == 200, (method, path, more)
    assert MARKER not in watcher.get("/metrics").text
    assert MARKER not in browser.get("/v1/audit").text
    kept = log.getvalue()
    assert len(requests(log)) >= len(ORDERS)
    assert all(
        MARKER not in json.dumps(line, ensure_ascii=False) for line in lines(log) if "httpx" not in str(line["logger"])
    )
    assert "停水" not in kept


def test_a_fault_of_ours_shows_a_number_and_no_text(
    house: House, log: io.StringIO, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = submit()

    def fail(self: object, *told: object) -> object:
        raise RuntimeError(f"{MARKER} {told}")

    for name, method, path, body in (
        ("add", "POST", "/v1/petitions", {"id": "9", "body": MARKER}),
        ("read", "GET", f"/v1/petitions/{number}", None),
        ("change", "POST", f"/v1/petitions/{number}/reviews", {"version": 1, "action": "confirm"}),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(Petitions, name, fail)
            answer = house.program(*SCOPES).request(method, path, json=body)
        assert answer.status_code == 500
        assert "fault" in answer.json()["detail"]
        assert MARKER not in answer.text
    own = [line for line in lines(log) if line["logger"] == "fenban"]
    assert len(own) == 3
    assert all(str(line["message"]).startswith("fault ") for line in own)
    assert all(MARKER not in json.dumps(line, ensure_ascii=False) for line in lines(log))


def test_a_store_that_is_away_is_503_without_text(house: House, log: io.StringIO, clerk: TestClient) -> None:
    with house.store.database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE petition_texts")
    answer = clerk.post("/v1/petitions", json={"id": "1", "body": MARKER})
    assert (answer.status_code, answer.json()["title"]) == (503, "the store cannot be used")
    assert MARKER not in answer.text
    assert "INSERT" not in answer.text
    assert MARKER not in log.getvalue()
