"""The HTTP interface and the first page, as a caller and a browser see them."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from rules.rulebook import Rulebook
from service.api import problems
from service.api.app import build_app
from service.api.schemas import EXAMPLE, MOST_PETITIONS
from service.triage import Triage

Office = Callable[..., Triage]
SECRET = "我家住在青禾小区七栋"
"""Words of a petition that no answer to a fault, and no log, may repeat."""
DECISIONS, BATCH = "/v1/decisions", "/v1/decisions/batch"
PAGES = ("/", "/docs")
READS = (
    "/v1/taxonomy",
    "/v1/departments",
    "/v1/duties",
    "/v1/rulebook",
    "/v1/model",
    "/healthz",
    "/readyz",
    "/version",
    "/openapi.json",
)
JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def triage(office: Office) -> Triage:
    return office(category={"01.01.01": 0.95, "02.01": 0.05}, telling=["家里"])


@pytest.fixture(scope="module")
def api(triage: Triage) -> Iterator[TestClient]:
    with TestClient(build_app(triage)) as client:
        yield client


@pytest.fixture(scope="module")
def rules_api(office: Office) -> Iterator[TestClient]:
    """The same office without a model."""
    with TestClient(build_app(office())) as client:
        yield client


# ── decisions ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_petition_is_decided(api: TestClient) -> None:
    answer = api.post(DECISIONS, json={"id": "2026-1", "body": "家里停水三天"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    decision = answer.json()
    assert (decision["petition_id"], decision["band"]) == ("2026-1", "auto")
    path = ["城乡建设", "供水", "停水"]
    assert decision["category"] == {"code": "01.01.01", "path": path, "confidence": 0.95, "national": None}
    assert decision["assignment"]["lead"] == {"code": "water", "name": "水务局"}


def test_the_example_of_the_documentation_is_decided(api: TestClient) -> None:
    assert api.post(DECISIONS, json=EXAMPLE).json()["petition_id"] == EXAMPLE["id"]


def test_text_is_another_name_of_body(api: TestClient) -> None:
    assert api.post(DECISIONS, json={"text": "家里停水"}).status_code == 200


def test_a_title_alone_is_decided(rules_api: TestClient) -> None:
    assert rules_api.post(DECISIONS, json={"title": "家里停水", "body": ""}).json()["category"]["code"] == "01.01.01"


def test_evidence_counts_characters_of_title_line_break_and_body(rules_api: TestClient) -> None:
    petition = {"title": "🚨路燈", "body": "😡停水"}
    text = f"{petition['title']}\n{petition['body']}"
    found = rules_api.post(DECISIONS, json=petition).json()["evidence"]
    assert {text[item["start"] : item["end"]] for item in found} == {"路燈", "停水"}


def test_the_day_of_receipt_chooses_the_basis(api: TestClient) -> None:
    answer = api.post(DECISIONS, json={"body": "停水", "received_at": "2019-04-01"}).json()
    assert answer["assignment"]["basis"][0]["cite"] == "旧供水条例第1条"


def test_a_respondent_by_code_is_heard(rules_api: TestClient) -> None:
    answer = rules_api.post(DECISIONS, json={"body": "噪音", "respondents": ["urban"]}).json()
    assert answer["assignment"]["lead"]["code"] == "government"


@pytest.mark.parametrize("body", ["\x00停水", "停水\u2028\u200b", "😡停水👨‍👩‍👧", "İ停水"])
def test_odd_characters_are_no_fault(rules_api: TestClient, body: str) -> None:
    assert rules_api.post(DECISIONS, json={"body": body}).json()["category"]["code"] == "01.01.01"


def test_a_batch_answers_in_order(rules_api: TestClient) -> None:
    petitions = [{"id": "b", "body": "停水"}, {"id": "a", "body": "公交"}]
    found = rules_api.post(BATCH, json={"petitions": petitions}).json()
    assert [(item["petition_id"], item["category"]["code"]) for item in found] == [("b", "01.01.01"), ("a", "02.01")]


def test_a_batch_answers_as_single_calls_do(api: TestClient) -> None:
    petition = {"id": "1", "body": "家里停水"}
    assert api.post(BATCH, json={"petitions": [petition]}).json() == [api.post(DECISIONS, json=petition).json()]


def test_a_batch_of_a_thousand_is_decided(api: TestClient) -> None:
    petitions = [{"id": str(number), "body": "停水"} for number in range(MOST_PETITIONS)]
    assert len(api.post(BATCH, json={"petitions": petitions}).json()) == 1000


def test_a_batch_of_one_more_is_refused(api: TestClient) -> None:
    petitions = [{"id": str(number), "body": SECRET} for number in range(MOST_PETITIONS + 1)]
    answer = api.post(BATCH, json={"petitions": petitions})
    assert answer.status_code == 422
    assert SECRET not in answer.text


def test_one_bad_petition_is_named_in_a_batch(api: TestClient) -> None:
    answer = api.post(BATCH, json={"petitions": [{"body": "停水"}, {"body": "停水", "title": 7}]})
    assert answer.json()["errors"][0]["field"] == "petitions.1.title"


# ── refusals ────────────────────────────────────────────────────────────────────────────────────────────────────────

REFUSED: dict[str, Any] = {
    "empty": {"body": ""},
    "blank": {"body": " \n\t　"},
    "too long": {"body": SECRET + "水" * (20_001 - len(SECRET))},
    "too long with its title": {"body": "水" * 19_990, "title": SECRET},
    "title too long": {"body": "停水", "title": SECRET * 200},
    "no body": {"title": SECRET},
    "null": {"body": None},
    "number": {"body": 7},
    "list": {"body": [SECRET]},
    "object": {"body": {"text": SECRET}},
    "id a number": {"body": SECRET, "id": 7},
    "no date": {"body": SECRET, "received_at": SECRET},
    "respondents no list": {"body": "停水", "respondents": SECRET},
    "too many respondents": {"body": "停水", "respondents": [SECRET] * 21},
    "unknown field": {"body": SECRET, "phone": SECRET},
    "name of the petitioner": {"body": SECRET, "petitioner": SECRET},
    "body and text": {"body": SECRET, "text": SECRET},
    "no object": [SECRET],
    "text alone": SECRET,
}
RAW_REFUSED = {
    "invalid JSON": f'{{"body": "{SECRET}"'.encode(),
    "no JSON": SECRET.encode(),
    "nothing": b"",
    "lone surrogate": b'{"body": "\\ud800 ' + SECRET.encode() + b'"}',
    "lone surrogate in a title": b'{"title": "\\udfff", "body": "' + SECRET.encode() + b'"}',
    "lone surrogate in a name": b'{"body": "' + SECRET.encode() + b'", "\\ud800": 1}',
    "broken UTF-8": b'{"body": "\xe5\xe5' + SECRET.encode() + b'"}',
    "GB18030": f'{{"body": "{SECRET}"}}'.encode("gb18030"),
    "deep": b"[" * 100_000,
}


def refusal(answer: Any) -> dict[str, Any]:
    """The problem body of a refusal, having looked that it is one and repeats nothing."""
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert SECRET not in answer.text
    body: dict[str, Any] = answer.json()
    assert body["status"] == answer.status_code
    assert set(body) == {"title", "status", "detail", "errors"}
    return body


@pytest.mark.parametrize("path", [DECISIONS, BATCH])
@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_petition_is_refused_and_not_repeated(api: TestClient, path: str, name: str) -> None:
    sent = REFUSED[name] if path == DECISIONS else {"petitions": [REFUSED[name]]}
    assert refusal(api.post(path, json=sent))["errors"]


@pytest.mark.parametrize("path", [DECISIONS, BATCH])
@pytest.mark.parametrize("name", RAW_REFUSED)
def test_what_is_no_json_is_refused_and_not_repeated(api: TestClient, path: str, name: str) -> None:
    refusal(api.post(path, content=RAW_REFUSED[name], headers=JSON))


@pytest.mark.parametrize("media", ["text/plain", "application/x-www-form-urlencoded", "application/xml"])
def test_another_media_type_is_refused(api: TestClient, media: str) -> None:
    refusal(api.post(DECISIONS, content=SECRET.encode(), headers={"content-type": media}))


@pytest.mark.parametrize("sent", [{}, {"petitions": []}, {"petitions": None}, {"petitions": {}}, []])
def test_a_batch_of_nothing_is_refused(api: TestClient, sent: Any) -> None:
    refusal(api.post(BATCH, json=sent))


@pytest.mark.parametrize(
    ("name", "field"), [("id a number", "id"), ("no date", "received_at"), ("unknown field", "phone")]
)
def test_a_refusal_names_the_field(api: TestClient, name: str, field: str) -> None:
    assert [fault["field"] for fault in refusal(api.post(DECISIONS, json=REFUSED[name]))["errors"]] == [field]


@pytest.mark.parametrize("name", ["no body", "null", "too long"])
def test_a_refusal_names_the_field_called_body(api: TestClient, name: str) -> None:
    assert [fault["field"] for fault in refusal(api.post(DECISIONS, json=REFUSED[name]))["errors"]] == ["body"]


@pytest.mark.parametrize(
    "path", ["/nowhere", "/v1", "/static/none.css", "/docs-assets/none.js", "/static/..%2Fpages.py"]
)
def test_a_path_that_is_not_there_is_a_problem(api: TestClient, path: str) -> None:
    assert refusal(api.get(path))["status"] == 404


def test_a_wrong_method_is_a_problem(api: TestClient) -> None:
    assert refusal(api.get(DECISIONS))["status"] == 405


def test_a_wrong_method_is_told_the_right_ones(api: TestClient) -> None:
    assert api.get(DECISIONS).headers["allow"] == "POST"


@pytest.mark.parametrize("path", [DECISIONS, BATCH])
def test_a_body_beyond_the_bound_is_too_large(api: TestClient, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setattr(problems, "MAX_BODY", 1000)
    assert refusal(api.post(path, content=b" " * 1001, headers=JSON))["status"] == 413


def test_a_form_has_a_narrower_bound(api: TestClient) -> None:
    """The longest petition fits many times over; more would only be work for the service."""
    assert refusal(api.post("/", data={"body": "路" * 200_000}))["status"] == 413
    assert api.post("/", data={"body": "路" * 20_000}).status_code == 200


def test_a_page_reads_nothing_but_forms(api: TestClient) -> None:
    assert api.post("/", content="body=路灯坏了".encode(), headers=JSON).status_code == 422


# ── a fault of ours ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def broken_api(api: TestClient, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """A service whose flow fails, with the text in its message."""

    def fail(self: Triage, petitions: Any, today: Any) -> None:
        raise RuntimeError(f"cannot decide {petitions[0].body}")

    monkeypatch.setattr(Triage, "decide", fail)
    return api


SENT = {
    DECISIONS: {"json": {"body": SECRET}},
    BATCH: {"json": {"petitions": [{"body": SECRET}]}},
    "/": {"data": {"body": SECRET}},
}


@pytest.mark.parametrize("path", SENT)
def test_a_fault_of_ours_is_a_numbered_problem(broken_api: TestClient, path: str) -> None:
    answer = broken_api.post(path, **SENT[path])
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert re.search(r"fault [0-9a-f]{12} ", answer.json()["detail"])


@pytest.mark.parametrize("path", SENT)
def test_a_fault_of_ours_repeats_no_text(broken_api: TestClient, path: str) -> None:
    assert SECRET not in broken_api.post(path, **SENT[path]).text


@pytest.mark.parametrize("path", SENT)
def test_the_log_of_a_fault_holds_its_number_and_no_text(
    broken_api: TestClient, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    caplog.set_level(logging.DEBUG)
    number = broken_api.post(path, **SENT[path]).json()["detail"].split()[4]
    (record,) = [record for record in caplog.records if record.name == "fenban"]
    assert number in record.getMessage()
    assert "RuntimeError" in record.getMessage()
    assert SECRET not in caplog.text


def test_nothing_of_a_petition_is_logged(api: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for path, sent in SENT.items():
        api.post(path, **sent)
    for name in REFUSED:
        api.post(DECISIONS, json=REFUSED[name])
    assert SECRET not in caplog.text


def test_a_fault_does_not_end_the_service(broken_api: TestClient) -> None:
    broken_api.post(DECISIONS, json={"body": SECRET})
    assert broken_api.get("/healthz").status_code == 200


# ── the rulebook, and health ────────────────────────────────────────────────────────────────────────────────────────


def test_the_taxonomy_lists_parents_before_children(api: TestClient) -> None:
    seen: set[str | None] = {None}
    for category in api.get("/v1/taxonomy").json():
        assert category["parent"] in seen
        seen.add(category["code"])


def test_a_category_is_listed_whole(api: TestClient) -> None:
    assert api.get("/v1/taxonomy").json()[2] == {
        "code": "01.01.01",
        "name": "停水",
        "path": ["城乡建设", "供水", "停水"],
        "level": 3,
        "parent": "01.01",
        "until": None,
        "successors": [],
        "formerly": [],
    }


def test_every_category_is_listed(api: TestClient, small: Rulebook) -> None:
    assert {category["code"] for category in api.get("/v1/taxonomy").json()} == set(small.taxonomy.by_code)


def test_departments_are_listed_with_their_aliases(api: TestClient, small: Rulebook) -> None:
    listed = {department["code"]: department for department in api.get("/v1/departments").json()}
    assert set(listed) == set(small.departments.by_code)
    assert listed["water"]["aliases"] == ["自来水公司"]


def test_duties_are_listed_with_their_legal_basis(api: TestClient, small: Rulebook) -> None:
    listed = api.get("/v1/duties").json()
    assert len(listed) == len(small.duties.rows)
    assert listed[0]["basis"][1] == {"cite": "新供水条例第2条", "source": "verified", "from": "2020-01-01"}


def test_the_rulebook_lists_every_rule_with_its_proof(api: TestClient, small: Rulebook) -> None:
    book = api.get("/v1/rulebook").json()
    assert (book["name"], book["digest"], len(book["rules"])) == ("office", small.digest, len(small.rules))
    assert all(rule["why"] and rule["examples"]["hits"] and rule["examples"]["misses"] for rule in book["rules"])


def test_the_model_is_named(api: TestClient) -> None:
    assert api.get("/v1/model").json() == {"version": "told-1"}


def test_no_model_is_told_as_none(rules_api: TestClient) -> None:
    assert rules_api.get("/v1/model").json() == {"version": None}


def test_a_living_service_says_so(api: TestClient) -> None:
    assert api.get("/healthz").json() == {"status": "ok"}


def test_a_ready_service_names_its_model(api: TestClient) -> None:
    assert api.get("/readyz").json() == {"status": "ready", "model": "told-1"}


def test_a_service_without_a_model_is_ready_too(rules_api: TestClient) -> None:
    assert rules_api.get("/readyz").json() == {"status": "ready", "model": "none"}


def test_the_version_is_that_of_every_decision(api: TestClient) -> None:
    decision = api.post(DECISIONS, json={"body": "停水"}).json()
    assert api.get("/version").json() == decision["versions"]


# ── documentation ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def openapi(api: TestClient) -> dict[str, Any]:
    document: dict[str, Any] = api.get("/openapi.json").json()
    return document


def test_openapi_lists_every_route(openapi: dict[str, Any], triage: Triage) -> None:
    app = build_app(triage)
    routes = {route.path for route in app.routes if isinstance(route, APIRoute) and route.include_in_schema}
    assert routes == set(openapi["paths"]) == {DECISIONS, BATCH, *READS} - {"/openapi.json"}


def references(part: Any) -> Iterator[str]:
    """Every $ref inside a part of the document."""
    if isinstance(part, dict):
        yield from [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from references(inner)


def test_every_reference_of_openapi_leads_somewhere(openapi: dict[str, Any]) -> None:
    known = {f"#/components/schemas/{name}" for name in openapi["components"]["schemas"]}
    assert set(references(openapi)) <= known


def test_every_route_is_described(openapi: dict[str, Any]) -> None:
    for path, methods in openapi["paths"].items():
        for method, route in methods.items():
            assert route.get("description"), f"{method} {path}"


def test_openapi_has_an_example_of_a_petition(openapi: dict[str, Any]) -> None:
    assert openapi["components"]["schemas"]["PetitionIn"]["examples"] == [EXAMPLE]


def test_openapi_describes_a_whole_decision(openapi: dict[str, Any], api: TestClient) -> None:
    described = openapi["components"]["schemas"]["Decision"]["properties"]
    assert set(described) == set(api.post(DECISIONS, json={"body": "停水"}).json())


def test_openapi_knows_no_field_for_who_writes(openapi: dict[str, Any]) -> None:
    assert set(openapi["components"]["schemas"]["PetitionIn"]["properties"]) == {
        "body",
        "id",
        "title",
        "channel",
        "region",
        "received_at",
        "respondents",
    }


def test_openapi_names_the_media_type_of_problems(openapi: dict[str, Any]) -> None:
    content = openapi["paths"][DECISIONS]["post"]["responses"]["422"]["content"]
    assert list(content) == ["application/problem+json"]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_names_no_outside_host(api: TestClient, path: str) -> None:
    assert re.findall(r"(?:https?:)?//[\w.]+", api.get(path).text) == []


def test_the_page_with_an_answer_names_no_outside_host(api: TestClient) -> None:
    assert re.findall(r"(?:https?:)?//[\w.]+", api.post("/", data={"body": "家里停水"}).text) == []


@pytest.mark.parametrize("path", PAGES)
def test_everything_a_page_loads_is_served_here(api: TestClient, path: str) -> None:
    loaded = re.findall(r'(?:src|href)="(/[^"]+)"', api.get(path).text)
    assert loaded
    assert {target: api.get(target).status_code for target in loaded} == dict.fromkeys(loaded, 200)


def test_the_style_sheet_loads_nothing_from_elsewhere(api: TestClient) -> None:
    assert not re.search(r"@import|url\(|//[\w.]+\.", api.get("/static/fenban.css").text)


@pytest.mark.parametrize("path", [*PAGES, *READS, "/nowhere", "/static/fenban.css"])
@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cache-control", "no-store"),
    ],
)
def test_every_answer_has_safe_headers(api: TestClient, path: str, header: str, value: str) -> None:
    assert api.get(path).headers[header] == value


@pytest.mark.parametrize("path", [*PAGES, *READS, "/nowhere"])
def test_every_answer_forbids_scripts_from_elsewhere(api: TestClient, path: str) -> None:
    policy = api.get(path).headers["content-security-policy"]
    assert policy.startswith("default-src 'self';")
    assert "http" not in policy
    assert "frame-ancestors 'none'" in policy


def test_only_the_documentation_may_run_its_inline_script(api: TestClient) -> None:
    assert "unsafe-inline" not in api.get("/").headers["content-security-policy"]


def test_a_fault_has_safe_headers_too(broken_api: TestClient) -> None:
    answer = broken_api.post(DECISIONS, json={"body": SECRET})
    assert answer.headers["x-content-type-options"] == "nosniff"


# ── the first page ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_first_page_asks_for_a_petition(api: TestClient) -> None:
    page = api.get("/")
    assert page.status_code == 200
    assert '<textarea id="body" name="body"' in page.text
    assert "<mark" not in page.text.split("<main")[1]


def test_the_page_shows_the_decision(api: TestClient) -> None:
    page = api.post("/", data={"body": "家里停水三天"}).text
    for shown in ("自动分办", "<span>停水</span>", "水务局", "新供水条例第2条", "已核对原文", "规则与模型一致"):
        assert shown in page


def test_the_page_marks_what_rules_and_classifier_saw(api: TestClient) -> None:
    page = api.post("/", data={"body": "家里停水三天"}).text
    assert '<mark class="classifier">家里</mark>' in page
    assert '<mark class="rule" title="城乡建设 / 供水 / 停水">停水</mark>三天' in page


def test_the_page_keeps_the_text_and_the_title(api: TestClient) -> None:
    page = api.post("/", data={"title": "用水", "body": "家里停水"}).text
    assert 'value="用水"' in page
    assert ">家里停水</textarea>" in page


SCRIPT = "<script>alert('停水')</script>\"><img src=x onerror=alert(1)>"


@pytest.mark.parametrize("field", ["title", "body"])
def test_a_script_in_the_text_is_text(api: TestClient, field: str) -> None:
    page = api.post("/", data={"body": "停水", field: SCRIPT}).text
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("field", ["title", "body"])
def test_a_script_in_a_text_too_long_is_text(api: TestClient, field: str) -> None:
    page = api.post("/", data={"title": "a", "body": "水" * 20_001, field: SCRIPT + "水" * 20_001}).text
    assert "<script" not in page
    assert "<img" not in page


@pytest.mark.parametrize(
    "sent", [{}, {"body": ""}, {"body": " \r\n\t　"}, {"title": " ", "body": ""}, {"other": "停水"}]
)
def test_an_empty_text_is_asked_for(api: TestClient, sent: dict[str, str]) -> None:
    page = api.post("/", data=sent)
    assert page.status_code == 422
    assert "请先粘贴一件信访件的内容。" in page.text


def test_a_text_too_long_is_told(api: TestClient) -> None:
    page = api.post("/", data={"body": "水" * 20_001})
    assert page.status_code == 422
    assert "内容过长" in page.text


@pytest.mark.parametrize(("path", "part"), [("/", "data"), (DECISIONS, "json")])
def test_a_text_as_long_as_promised_is_decided(api: TestClient, path: str, part: str) -> None:
    assert api.post(path, **{part: {"body": "水" * 20_000}}).status_code == 200


def test_a_text_one_shorter_is_decided(api: TestClient) -> None:
    assert api.post("/", data={"body": "水" * 19_999}).status_code == 200


def test_a_title_alone_is_enough_for_the_page(rules_api: TestClient) -> None:
    assert "水务局" in rules_api.post("/", data={"title": "家里停水", "body": ""}).text


def test_line_breaks_of_browsers_become_single_characters(rules_api: TestClient) -> None:
    page = rules_api.post("/", data={"body": "第一行\r\n第二行\r\n家里停水了"}).text
    assert '<div class="text">第一行\n第二行\n家里<mark' in page
    assert ">停水</mark>了" in page


@pytest.mark.parametrize("sent", [b"body=%ff%fe%80", b"body=\xff\xfe", b"&&&", b"=;=", b"body=%ED%A0%80"])
def test_a_broken_form_is_no_fault(api: TestClient, sent: bytes) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert api.post("/", content=sent, headers=headers).status_code in (200, 422)


def test_a_form_with_too_many_fields_is_refused(api: TestClient) -> None:
    assert 400 <= api.post("/", data={f"field{number}": "1" for number in range(11)}).status_code < 500


def test_the_page_says_when_no_rule_and_no_model_knows(rules_api: TestClient) -> None:
    page = rules_api.post("/", data={"body": "你们辛苦了"})
    assert page.status_code == 200
    assert "没有判断依据，请人工分类" in page.text


def test_the_page_names_the_line_to_call(api: TestClient) -> None:
    assert "<b>119</b>" in api.post("/", data={"body": "煤气泄漏"}).text


def test_the_page_shows_an_own_class_and_a_learnt_department(office: Office) -> None:
    triage = office(category={"我们的<类>": 0.95}, department={"热线<办>": 0.8, "water": 0.2})
    with TestClient(build_app(triage)) as client:
        page = client.post("/", data={"body": "停水"})
    assert page.status_code == 200
    assert "我们的&lt;类&gt;" in page.text
    assert "热线&lt;办&gt;" in page.text


def test_the_text_is_in_no_url(api: TestClient) -> None:
    page = api.post("/", data={"body": SECRET}, follow_redirects=False)
    assert page.status_code == 200
    assert 'method="post"' in page.text
