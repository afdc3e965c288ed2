"""Petitions over HTTP, as clerks, departments and other programs see them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from rules.engine import Engine
from rules.rulebook import Rulebook
from rules.value import replace
from service.access import OF_DEPARTMENTS, Permission, Role
from service.api.app import build_app
from service.api.problems import MEDIA
from service.api.reception import Deciding, build_reception
from service.store.store import Store
from service.triage import Triage
from service.words import words
from tests.service.api.conftest import MARKER, SECRET, House
from tests.service.people import SUPERVISOR, Clock

Submit = Callable[..., int]
CONFIRM = {"version": 1, "action": "confirm"}
RETURN = {"version": 1, "action": "return", "reason": "not_our_duty"}


def fields(answer: object) -> list[str]:
    """The fields that a 422 names."""
    assert answer.status_code == 422, answer.text  # type: ignore[attr-defined]
    return [problem["field"] for problem in answer.json()["errors"]]  # type: ignore[attr-defined]


# ── handing in ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_new_petition_is_201_and_the_same_again_200(clerk: TestClient) -> None:
    answers = [clerk.post("/v1/petitions", json={"id": "1", "body": "家里停水三天了"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    first, second = (answer.json() for answer in answers)
    assert (first["id"], first["new"], second["new"]) == (second["id"], True, False)
    assert first["decision"] == second["decision"]
    assert first["decision"]["assignment"]["lead"]["code"] == "water"


def test_another_petition_under_one_id_is_409_and_says_which(clerk: TestClient, submit: Submit) -> None:
    number = submit("1")
    answer = clerk.post("/v1/petitions", json={"id": "1", "body": "楼下噪音很大"})
    assert (answer.status_code, answer.headers["content-type"]) == (409, MEDIA)
    assert answer.json()["happened"] == {"id": number}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"body": "停水"}, "id"),
        ({"id": "", "body": "停水"}, "id"),
        ({"id": "  ", "body": "停水"}, "id"),
        ({"id": "x" * 201, "body": "停水"}, "id"),
        ({"id": 7, "body": "停水"}, "id"),
        ({"id": "1"}, "body"),
        ({"id": "1", "body": "水" * 20_001}, "body"),
        ({"id": "1", "body": "停\x00水"}, "body"),
        ({"id": "1\x00", "body": "停水"}, "body"),
        ({"id": "1", "body": "停水", "respondents": ["\x00"]}, "body"),
        ({"id": "1", "body": "停水", "petitioner": "张三"}, "petitioner"),
        ({"id": "1", "body": "停水", "received_at": "yesterday"}, "received_at"),
    ],
)
def test_a_petition_that_cannot_be_kept_names_the_field(clerk: TestClient, body: dict[str, object], field: str) -> None:
    assert fields(clerk.post("/v1/petitions", json=body)) == [field]


def test_half_a_surrogate_pair_is_refused(clerk: TestClient) -> None:
    answer = clerk.post(
        "/v1/petitions", content=b'{"id": "1", "body": "\\ud83d"}', headers={"content-type": "application/json"}
    )
    assert answer.status_code == 422


@pytest.mark.parametrize("body", ["𠮷野家停水😀", "家裡停水，請協助處理", "水" * 20_000])
def test_every_text_comes_back_unchanged(clerk: TestClient, submit: Submit, body: str) -> None:
    assert clerk.get(f"/v1/petitions/{submit('1', body)}").json()["body"] == body


# ── one petition ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_clerk_sees_a_petition_with_its_history(clerk: TestClient, submit: Submit) -> None:
    number = submit("1", received_at="2026-11-18", respondents=["station"])
    clerk.post(f"/v1/petitions/{number}/reviews", json=CONFIRM)
    seen = clerk.get(f"/v1/petitions/{number}").json()
    assert (seen["state"], seen["version"], seen["received"], seen["purged"]) == ("settled", 2, "2026-11-18", False)
    assert (seen["text"], seen["respondents"]) == (f"{MARKER}停水三天了", ["station"])
    assert [decision["origin"] for decision in seen["decisions"]] == ["triage"]
    assert [(review["action"], review["clerk"]) for review in seen["reviews"]] == [("confirm", "zhang")]


@pytest.mark.parametrize(("number", "status"), [("7", 404), ("0", 422), ("-1", 422), ("x", 422), (str(2**31), 422)])
def test_what_is_no_petition_is_not_found(clerk: TestClient, number: str, status: int) -> None:
    answer = clerk.get(f"/v1/petitions/{number}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, MEDIA)


def test_the_trail_says_who_read_what(house: House, clerk: TestClient, submit: Submit) -> None:
    number = submit()
    clerk.get(f"/v1/petitions/{number}")
    trail = house.browser("li", Role.SUPERVISOR).get("/v1/audit", params={"petition": number}).json()
    assert [(line["who"], line["did"]) for line in trail] == [("zhang", "read"), ("zhang", "submit")]
    assert trail[0]["address"] == "testclient"


# ── the queue ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_queue_shows_what_waits_unless_asked_otherwise(clerk: TestClient, submit: Submit) -> None:
    out, waits = submit("1"), submit("2", "楼下噪音很大")
    assert [item["id"] for item in clerk.get("/v1/petitions").json()["items"]] == [waits]
    sent = clerk.get("/v1/petitions", params={"state": "sent"}).json()["items"]
    assert [(item["id"], item["external_id"], item["lead"]) for item in sent] == [(out, "1", "water")]


def test_the_queue_shows_no_text(clerk: TestClient, submit: Submit) -> None:
    submit()
    answer = clerk.get("/v1/petitions", params={"state": ["sent", "waiting"]})
    assert len(answer.json()["items"]) == 1
    assert MARKER not in answer.text


def test_the_queue_goes_on_where_the_page_before_ended(clerk: TestClient, submit: Submit) -> None:
    numbers = [submit(str(count), "楼下噪音很大") for count in range(3)]
    seen, after = [], None
    for _ in numbers:
        page = clerk.get("/v1/petitions", params={"limit": 1} | ({"after": after} if after else {})).json()
        seen += [item["id"] for item in page["items"]]
        after = page["next"]
    assert (seen, after) == (numbers, None)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"state": "lost"}, "query.state.0"),
        ({"band": "high"}, "query.band"),
        ({"kind": "rumour"}, "query.kind"),
        ({"urgency": "soon"}, "query.urgency"),
        ({"order": "newest"}, "query.order"),
        ({"limit": "0"}, "query.limit"),
        ({"limit": "201"}, "query.limit"),
        ({"limit": "1.5"}, "query.limit"),
        ({"suspect": "maybe"}, "query.suspect"),
        ({"category": "x" * 81}, "query.category"),
        ({"category": "0\x001"}, "query.category"),
        ({"department": "\x00"}, "query.department"),
        ({"after": "x" * 401}, "query.after"),
        ({"clerk": "zhang"}, "query.clerk"),
    ],
)
def test_a_wrong_query_names_the_field(clerk: TestClient, query: dict[str, str], field: str) -> None:
    assert fields(clerk.get("/v1/petitions", params=query)) == [field]


@pytest.mark.parametrize("after", ["none", "WyJ1cmdlbnQiXQ==", "密"])
def test_a_cursor_that_is_none_names_itself(clerk: TestClient, after: str) -> None:
    answer = clerk.get("/v1/petitions", params={"after": after})
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("after: ")


# ── reviews ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_review_is_201_and_shows_the_petition_after_it(clerk: TestClient, submit: Submit) -> None:
    answer = clerk.post(f"/v1/petitions/{submit()}/reviews", json=CONFIRM | {"action": "correct", "category": "01.02"})
    assert answer.status_code == 201
    seen = answer.json()
    assert (seen["state"], seen["version"]) == ("settled", 2)
    assert [decision["lead"] for decision in seen["decisions"]] == ["water", "urban"]


def test_whoever_is_second_is_told_what_happened(house: House, clerk: TestClient, submit: Submit) -> None:
    number = submit()
    house.browser("li", Role.SUPERVISOR).post(f"/v1/petitions/{number}/reviews", json=CONFIRM)
    answer = clerk.post(f"/v1/petitions/{number}/reviews", json=CONFIRM)
    assert (answer.status_code, answer.headers["content-type"]) == (409, MEDIA)
    happened = answer.json()["happened"]
    assert (happened["clerk"], happened["action"], happened["version"]) == ("li", "confirm", 2)


def test_what_is_not_possible_now_is_409(clerk: TestClient, submit: Submit) -> None:
    answer = clerk.post(f"/v1/petitions/{submit('1', '楼下噪音很大')}/reviews", json=RETURN)
    assert answer.status_code == 409
    assert "happened" not in answer.json()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"action": "confirm"}, "version"),
        ({"version": 1.0, "action": "confirm"}, "version"),
        ({"version": 1.5, "action": "confirm"}, "version"),
        ({"version": "1", "action": "confirm"}, "version"),
        ({"version": True, "action": "confirm"}, "version"),
        ({"version": 0, "action": "confirm"}, "version"),
        ({"version": 1}, "action"),
        ({"version": 1, "action": "approve"}, "action"),
        ({"version": 1, "action": "correct", "kind": "rumour"}, "kind"),
        ({"version": 1, "action": "return", "reason": "because"}, "reason"),
        ({"version": 1, "action": "confirm", "comment": "好"}, "comment"),
    ],
)
def test_a_review_is_read_strictly(clerk: TestClient, submit: Submit, body: dict[str, object], field: str) -> None:
    assert fields(clerk.post(f"/v1/petitions/{submit()}/reviews", json=body)) == [field]


@pytest.mark.parametrize("version", [1.0, "1", None])
def test_which_version_is_decided_anew_is_read_strictly(house: House, submit: Submit, version: object) -> None:
    program = house.program(Permission.REDECIDE)
    assert fields(program.post(f"/v1/petitions/{submit()}/redecide", json={"version": version})) == ["version"]


def test_a_correction_that_names_no_code_in_use_does_not_repeat_it(clerk: TestClient, submit: Submit) -> None:
    body = {"version": 1, "action": "correct", "category": MARKER}
    answer = clerk.post(f"/v1/petitions/{submit()}/reviews", json=body)
    assert (answer.status_code, answer.json()["detail"]) == (422, "category: no such category is in use")


def test_a_petition_is_decided_anew(house: House, submit: Submit) -> None:
    program = house.program(Permission.REDECIDE)
    answer = program.post(f"/v1/petitions/{submit()}/redecide", json={"version": 1})
    assert (answer.status_code, answer.json()["version"]) == (201, 2)
    assert [decision["origin"] for decision in answer.json()["decisions"]] == ["triage", "redecide"]


# ── departments ─────────────────────────────────────────────────────────────────────────────────────────────────────


def of(house: House, code: str) -> TestClient:
    return house.program(*OF_DEPARTMENTS, code=code)


def test_a_department_sees_its_petition_without_the_office_s_history(house: House, submit: Submit) -> None:
    seen = of(house, "water").get(f"/v1/petitions/{submit()}").json()
    assert seen["text"] == f"{MARKER}停水三天了"
    assert {"decisions", "reviews", "respondents", "channel"}.isdisjoint(seen)
    assert {"candidates", "evidence", "verdicts", "review_reasons"}.isdisjoint(seen["decision"])
    assert set(seen["decision"]["assignment"]) == {"lead", "supporting", "territory", "basis"}


def test_a_department_does_not_see_what_is_another_s_and_the_trail_has_it(house: House, submit: Submit) -> None:
    number = submit()
    assert of(house, "transport").get(f"/v1/petitions/{number}").status_code == 404
    assert [line.did for line in house.store.trail.latest(1, number)] == ["denied"]


def test_a_department_is_not_told_whether_a_petition_is_there(house: House, submit: Submit) -> None:
    number, stranger = submit(), of(house, "transport")
    there, nowhere = (stranger.get(f"/v1/petitions/{one}") for one in (number, number + 1))
    assert there.json()["detail"].replace(str(number), "N") == nowhere.json()["detail"].replace(str(number + 1), "N")


def test_a_department_returns_what_is_not_its_duty(house: House, submit: Submit) -> None:
    answer = of(house, "water").post(f"/v1/petitions/{submit()}/reviews", json=RETURN | {"department": "urban"})
    assert (answer.status_code, answer.json()["state"], answer.json()["returns"]) == (201, "returned", 1)
    assert "reviews" not in answer.json()


def test_a_return_needs_a_reason(house: House, submit: Submit) -> None:
    answer = of(house, "water").post(f"/v1/petitions/{submit()}/reviews", json={"version": 1, "action": "return"})
    assert (answer.status_code, answer.json()["detail"]) == (422, "reason: a return says why (article 23)")


def test_a_late_return_of_a_department_is_refused(house: House, submit: Submit) -> None:
    number = submit()
    house.clock.on(days=14)
    answer = of(house, "water").post(f"/v1/petitions/{number}/reviews", json=RETURN)
    assert answer.status_code == 409
    assert "working days" in answer.json()["detail"]


def test_a_department_corrects_nothing(house: House, submit: Submit) -> None:
    answer = of(house, "water").post(f"/v1/petitions/{submit()}/reviews", json=CONFIRM)
    assert answer.status_code == 403


def test_a_purged_petition_is_shown_without_text(house: House, clerk: TestClient, submit: Submit) -> None:
    from datetime import date

    number = submit()
    house.store.ledger.purge(date(2027, 1, 1), SUPERVISOR)
    for client in (clerk, of(house, "water")):
        seen = client.get(f"/v1/petitions/{number}")
        assert (seen.status_code, seen.json()["purged"]) == (200, True)
        assert MARKER not in seen.text
    again = clerk.post("/v1/petitions", json={"id": "2026-1", "body": f"{MARKER}停水三天了"})
    assert (again.status_code, again.json()["decision"]) == (200, {})


# ── several matters, one of them an accusation, under the national rulebook ─────────────────────────────────────────

PLAIN = "1、工地夜间施工噪音很大，影响休息。"
SCHOOL = "2、学校强制收补课费，乱收费。"
ACCUSING = "3、举报环保局局长受贿索贿，包庇工地。"


@pytest.fixture
def nation(quick: None, sqlite_store: Store, national: Rulebook, engine: Engine, clock: Clock) -> House:
    """A house under the national rulebook, by its rules alone."""
    triage = Triage(national, engine, None, "0.1", words().kind_names)
    reception = build_reception(sqlite_store, Deciding(lambda: triage), SECRET, open_house=False)
    reception = replace(reception, desk=replace(reception.desk, now=clock))
    return House(build_app(triage, reception), sqlite_store, reception, clock)


@pytest.fixture
def several(nation: House) -> int:
    """A petition of three matters that a clerk has confirmed."""
    clerk = nation.browser()
    number: int = clerk.post("/v1/petitions", json={"id": "1", "body": PLAIN + SCHOOL + ACCUSING}).json()["id"]
    answer = clerk.post(f"/v1/petitions/{number}/reviews", json=CONFIRM)
    assert answer.status_code == 201
    assert len(answer.json()["decisions"][0]["decision"]["matters"]) == 3
    return number


@pytest.mark.parametrize("code", ["urban-management", "education", "housing"])
def test_who_has_a_matter_reads_nothing_of_the_accusation(nation: House, several: int, code: str) -> None:
    answer = of(nation, code).get(f"/v1/petitions/{several}")
    text = answer.json()["text"]
    assert (PLAIN in text, SCHOOL in text, "举报" in text, "受贿" in text) == (True, True, False, False)
    assert text.endswith("…")


@pytest.mark.parametrize("code", ["urban-management", "education"])
def test_who_has_a_matter_learns_neither_of_the_accusation_nor_who_deals_with_it(
    nation: House, several: int, code: str
) -> None:
    answer = of(nation, code).get(f"/v1/petitions/{several}")
    assert "accusation" not in answer.text
    assert "discipline" not in answer.text
    assert "withheld" not in answer.text
    assert "环保" not in answer.text
    (matter,) = answer.json()["decision"]["matters"]
    assert matter["assignment"]["lead"]["code"] == code


def test_the_queue_of_a_department_tells_nothing_of_the_accusation(nation: House, several: int) -> None:
    client = of(nation, "education")
    answer = client.get("/v1/petitions", params={"state": "settled"})
    assert [item["id"] for item in answer.json()["items"]] == [several]
    assert "accusation" not in answer.text
    assert "discipline" not in answer.text
    assert not client.get("/v1/petitions", params={"state": "settled", "kind": "accusation"}).json()["items"]


def test_who_leads_the_accusation_reads_all_and_who_else_has_a_part(nation: House, several: int) -> None:
    seen = of(nation, "discipline").get(f"/v1/petitions/{several}").json()
    assert seen["text"] == PLAIN + SCHOOL + ACCUSING
    assert seen["decision"]["kind"]["code"] == "accusation"
    assert "withheld" not in str(seen)


def test_the_accused_gets_404_and_the_trail_has_it(nation: House, several: int) -> None:
    client = of(nation, "ecology")
    assert client.get(f"/v1/petitions/{several}").status_code == 404
    assert client.post(f"/v1/petitions/{several}/reviews", json=RETURN | {"version": 2}).status_code == 404
    assert not client.get("/v1/petitions", params={"state": "settled"}).json()["items"]
    assert [line.did for line in nation.store.trail.latest(2, several)] == ["denied", "denied"]


def test_the_accused_cannot_be_made_lead(nation: House, several: int) -> None:
    body = {"version": 2, "action": "correct", "department": "ecology"}
    answer = nation.browser().post(f"/v1/petitions/{several}/reviews", json=body)
    assert answer.status_code == 422
    assert "must not be sent" in answer.json()["detail"]


def test_after_a_correction_the_accused_still_sees_nothing(nation: House, several: int) -> None:
    body = {"version": 2, "action": "correct", "category": "04.02.03", "kind": "appeal"}
    assert nation.browser().post(f"/v1/petitions/{several}/reviews", json=body).status_code == 201
    assert of(nation, "ecology").get(f"/v1/petitions/{several}").status_code == 404
