"""The gate: every route stands in its table, and nobody passes who may not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import product

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from service.access import NEEDED, OF_DEPARTMENTS, PERMITTED, SCOPES, TRIAL, Permission, Role
from service.api.app import build_app
from service.api.gate import COOKIE, FORM_FIELD, FORM_HEADER, HANDING_IN, NEEDS, Need
from service.api.reception import Deciding, build_reception
from service.credentials import SESSION_SECONDS, Sessions
from service.review import Action
from service.store.accounts import MOST_TRIES
from tests.service.api.conftest import PASSWORD, SECRET, House
from tests.service.people import SUPERVISOR

WRONG = "不是这个密码不是这个"
PETITION = {"id": "1", "body": "家里停水三天了"}


def routes(house: House) -> list[APIRoute]:
    return [route for route in house.app.routes if isinstance(route, APIRoute)]


def address(path: str) -> str:
    return re.sub(r"\{\w+\}", "1", path)


# ── the tables ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_route_says_what_it_needs(house: House) -> None:
    assert {route.path for route in routes(house)} - NEEDS.keys() == set()


def test_nothing_stands_in_the_table_that_is_no_route(house: House) -> None:
    paths = {getattr(route, "path", "") for route in house.app.routes}
    assert NEEDS.keys() - paths == set()


def test_every_permission_is_asked_for_somewhere(house: House) -> None:
    asked = {need for need in NEEDS.values() if isinstance(need, Permission)} | set(NEEDED.values())
    by_the_method_and_at_the_command_line = {Permission.SUBMIT, Permission.ADMINISTER}
    assert set(Permission) - asked <= by_the_method_and_at_the_command_line


def test_every_action_needs_a_permission() -> None:
    assert set(NEEDED) == set(Action)


def test_every_role_is_permitted_something_and_only_the_admin_keeps_accounts() -> None:
    assert set(PERMITTED) == set(Role)
    assert [role for role in Role if Permission.ADMINISTER in PERMITTED[role]] == [Role.ADMIN]


def test_an_admin_reads_no_petitions() -> None:
    assert PERMITTED[Role.ADMIN].isdisjoint({Permission.READ, Permission.SUBMIT, Permission.REVIEW, Permission.OVERSEE})


def test_a_trial_may_everything_but_keep_accounts() -> None:
    assert TRIAL.permissions == frozenset(Permission) - {Permission.ADMINISTER}


# ── nobody, and somebody who may not ────────────────────────────────────────────────────────────────────────────────


def test_nobody_passes_without_saying_who_they_are(house: House) -> None:
    """Programs are told how to come in; whoever opens a page is sent to the log-in."""
    nobody, closed = house.client(), [route for route in routes(house) if NEEDS[route.path] is not Need.NOTHING]
    assert closed
    for route in closed:
        for method in route.methods:
            answer = nobody.request(method, address(route.path))
            told = (answer.headers.get("www-authenticate"), answer.headers.get("location"))
            assert (answer.status_code, *told) in ((401, "Bearer", None), (303, None, "/login")), (method, route.path)
            assert answer.status_code == 401 or not route.path.startswith(("/v1/", "/metrics"))


def test_the_body_of_a_stranger_is_not_read(house: House) -> None:
    """Else 48 MiB of JSON would be parsed for anybody: what is wrong with it must not be told either."""
    nobody, reads = house.client(), [route for route in routes(house) if route.body_field is not None]
    assert {route.path for route in reads} >= {"/v1/petitions", "/v1/decisions", "/v1/decisions/batch"}
    for route in reads:
        answer = nobody.post(address(route.path), content=b"{", headers={"content-type": "application/json"})
        assert answer.status_code == 401, route.path


def test_health_and_documentation_are_open(house: House) -> None:
    nobody = house.client()
    for path in ("/healthz", "/readyz", "/version", "/docs", "/openapi.json", "/login"):
        assert nobody.get(path).status_code == 200


@pytest.mark.parametrize("scope", sorted(SCOPES))
def test_a_token_passes_where_its_scope_is_asked_for_and_nowhere_else(house: House, scope: Permission) -> None:
    program = house.program(scope)
    for route, need in product(routes(house), [None]):
        for method in route.methods:
            needed = Permission.SUBMIT if (method, route.path) == HANDING_IN else NEEDS[route.path]
            if isinstance(needed, Permission) and needed is not scope:
                answer = program.request(method, address(route.path))
                assert answer.status_code == 403, (method, route.path, need)
            elif isinstance(needed, Permission):
                assert program.request(method, address(route.path)).status_code not in (401, 403)


@pytest.mark.parametrize("action", Action)
def test_a_review_asks_for_the_permission_of_its_action(
    house: House, submit: Callable[..., int], action: Action
) -> None:
    number = submit()
    body = {"version": 1, "action": action, "reason": "other" if action is Action.RETURN else None}
    body["category"] = "01.02" if action is Action.CORRECT else None
    others = SCOPES - {NEEDED[action]}
    assert house.program(*others).post(f"/v1/petitions/{number}/reviews", json=body).status_code == 403
    program = house.program(NEEDED[action])
    assert program.post(f"/v1/petitions/{number}/reviews", json=body).status_code == 201


@pytest.mark.parametrize("role", Role)
def test_a_role_may_what_the_table_says(house: House, role: Role) -> None:
    browser = house.browser(role, role)
    for path, permission in (
        ("/v1/petitions", Permission.READ),
        ("/v1/audit", Permission.OVERSEE),
        ("/metrics", Permission.METRICS),
        ("/", Permission.DECIDE),
    ):
        assert (browser.get(path).status_code == 200) == (permission in PERMITTED[role]), path


def test_a_department_decides_and_hands_in_nothing(house: House) -> None:
    program = house.program(*OF_DEPARTMENTS, code="water")
    assert program.post("/v1/petitions", json=PETITION).status_code == 403
    assert program.post("/v1/decisions", json=PETITION).status_code == 403
    assert program.get("/v1/audit").status_code == 403


# ── tokens ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Bearer fenban_x", "Basic emhhbmc6eA==", "fenban_x", "Bearer \xff"]
)
def test_what_is_no_token_does_not_pass(house: House, header: str) -> None:
    answer = house.client().get("/v1/petitions", headers=[(b"authorization", header.encode("latin-1"))])
    assert answer.status_code == 401


def test_a_token_passes_until_it_expires(house: House) -> None:
    client = house.client(Authorization=f"Bearer {house.token(Permission.READ, days=1)}")
    assert client.get("/v1/petitions").status_code == 200
    house.clock.on(days=1)
    assert client.get("/v1/petitions").status_code == 401


def test_a_token_passes_until_it_is_revoked(house: House) -> None:
    program = house.program(Permission.READ)
    assert program.get("/v1/petitions").status_code == 200
    house.store.accounts.revoke_token(1, SUPERVISOR)
    assert program.get("/v1/petitions").status_code == 401


def test_a_token_needs_no_form_token(house: House) -> None:
    assert house.program(Permission.SUBMIT).post("/v1/petitions", json=PETITION).status_code == 201


def test_a_wrong_token_is_not_saved_by_a_session(house: House) -> None:
    client = house.browser()
    assert client.get("/v1/petitions", headers={"Authorization": "Bearer fenban_x"}).status_code == 401


def test_a_look_up_is_remembered_for_a_moment(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from service.api import gate

    monkeypatch.setattr(gate, "REMEMBERED", 60.0)
    program = house.program(Permission.READ)
    assert program.get("/v1/petitions").status_code == 200
    house.store.accounts.revoke_token(1, SUPERVISOR)
    assert program.get("/v1/petitions").status_code == 200


# ── sessions ────────────────────────────────────────────────────────────────────────────────────────────────────────


def with_cookie(house: House, cookie: str) -> TestClient:
    client = house.client()
    client.cookies.set(COOKIE, cookie)
    return client


def test_a_session_passes(house: House) -> None:
    assert with_cookie(house, house.cookie()).get("/v1/petitions").status_code == 200


def test_a_changed_cookie_does_not_pass(house: House) -> None:
    cookie = house.cookie()
    for changed in (cookie[:-3], "x" + cookie[1:], cookie + "x", "", "none"):
        assert with_cookie(house, changed).get("/v1/petitions").status_code == 401


def test_a_session_ends_with_a_new_password(house: House) -> None:
    cookie = house.cookie()
    house.store.accounts.set_password("zhang", WRONG, SUPERVISOR)
    assert with_cookie(house, cookie).get("/v1/petitions").status_code == 401


def test_a_session_ends_when_the_account_is_closed_and_does_not_come_back(house: House) -> None:
    cookie = house.cookie()
    for active in (False, True):
        house.store.accounts.set_active("zhang", active, SUPERVISOR)
        assert with_cookie(house, cookie).get("/v1/petitions").status_code == 401


def test_a_session_ends_after_its_time(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    cookie, now = house.cookie(), time.time()
    monkeypatch.setattr(time, "time", lambda: now + SESSION_SECONDS + 5)
    assert with_cookie(house, cookie).get("/v1/petitions").status_code == 401


@pytest.mark.parametrize("given", [None, "", "wrong", "密".encode().decode("latin-1")])
def test_a_change_by_a_browser_needs_the_token_of_its_form(house: House, given: str | None) -> None:
    headers = {FORM_HEADER: given.encode("latin-1")} if given is not None else {}
    answer = with_cookie(house, house.cookie()).post("/v1/petitions", json=PETITION, headers=headers)  # type: ignore[arg-type]
    assert (answer.status_code, answer.json()["detail"]) == (403, "the form has expired; open the page again")


def test_the_token_of_another_session_does_not_do(house: House) -> None:
    header = Sessions(SECRET).form_token(house.cookie())
    answer = with_cookie(house, house.cookie()).post("/v1/petitions", json=PETITION, headers={FORM_HEADER: header})
    assert answer.status_code == 403


def test_the_token_may_stand_in_the_form_itself(house: House) -> None:
    cookie = house.cookie()
    form = {FORM_FIELD: Sessions(SECRET).form_token(cookie)}
    assert with_cookie(house, cookie).post("/logout", data=form).status_code == 303


def test_a_form_with_too_many_fields_is_refused(house: House) -> None:
    form = {f"field{number}": "x" for number in range(50)}
    assert with_cookie(house, house.cookie()).post("/logout", data=form).status_code == 400


def test_a_token_in_the_wrong_kind_of_body_does_not_do(house: House) -> None:
    cookie = house.cookie()
    body = f"{FORM_FIELD}={Sessions(SECRET).form_token(cookie)}"
    answer = with_cookie(house, cookie).post("/logout", content=body, headers={"content-type": "text/plain"})
    assert answer.status_code == 403


# ── logging in and out ──────────────────────────────────────────────────────────────────────────────────────────────


def log_in(house: House, password: str = PASSWORD, scheme: str = "http", **headers: str) -> object:
    house.cookie()
    return house.client(scheme, **headers).post("/login", data={"name": "zhang", "password": password})


def test_whoever_logs_in_gets_a_cookie_that_scripts_and_other_pages_cannot_use(house: House) -> None:
    answer = log_in(house)
    assert (answer.status_code, answer.headers["location"]) == (303, "/queue")  # type: ignore[attr-defined]
    cookie = answer.headers["set-cookie"].lower()  # type: ignore[attr-defined]
    assert cookie.startswith(COOKIE)
    assert {"httponly", "samesite=strict", f"max-age={SESSION_SECONDS}", "path=/"} <= set(cookie.split("; "))
    assert "secure" not in cookie


def test_behind_https_the_cookie_stays_on_https(house: House) -> None:
    assert "secure" in log_in(house, scheme="https").headers["set-cookie"].lower().split("; ")  # type: ignore[attr-defined]


def test_the_cookie_that_was_given_passes(house: House) -> None:
    house.cookie()
    client = house.client()
    client.post("/login", data={"name": " zhang ", "password": PASSWORD})
    assert client.get("/v1/petitions").status_code == 200


def test_a_wrong_password_is_refused_without_repeating_it(house: House) -> None:
    answer = log_in(house, WRONG)
    assert answer.status_code == 401  # type: ignore[attr-defined]
    assert WRONG not in answer.text  # type: ignore[attr-defined]
    assert "set-cookie" not in answer.headers  # type: ignore[attr-defined]


def test_ten_wrong_passwords_are_throttled_and_say_when_to_try_again(house: House) -> None:
    answers = [log_in(house, WRONG) for _ in range(10)]
    codes = [answer.status_code for answer in answers]  # type: ignore[attr-defined]
    assert codes == [401] * MOST_TRIES + [429] * (10 - MOST_TRIES)
    assert 0 < int(answers[-1].headers["retry-after"]) <= 15 * 60 + 1  # type: ignore[attr-defined]
    assert log_in(house).status_code == 429  # type: ignore[attr-defined]
    house.clock.on(minutes=15, seconds=1)
    assert log_in(house).status_code == 303  # type: ignore[attr-defined]


@pytest.mark.parametrize("form", [{}, {"name": "zhang"}, {"name": "\x00", "password": "\x00"}, {"name": "x" * 9000}])
def test_a_form_that_says_too_little_is_refused(house: House, form: dict[str, str]) -> None:
    assert house.client().post("/login", data=form).status_code == 401


def test_a_log_in_form_with_too_many_fields_is_refused(house: House) -> None:
    assert house.client().post("/login", data={f"f{number}": "x" for number in range(50)}).status_code == 400


def test_browsers_name_the_origin_of_our_own_form(house: House) -> None:
    """Under `no-referrer` they would send `Origin: null` with it, and nobody could log in with a browser."""
    assert house.client().get("/login").headers["referrer-policy"] == "same-origin"
    assert log_in(house, Origin="http://testserver").status_code == 303  # type: ignore[attr-defined]


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", "http://testserver.example"])
def test_a_foreign_page_cannot_log_its_visitor_in(house: House, origin: str) -> None:
    assert log_in(house, Origin=origin).status_code == 403  # type: ignore[attr-defined]


def test_the_own_page_can(house: House) -> None:
    assert log_in(house, Origin="http://testserver").status_code == 303  # type: ignore[attr-defined]


def test_logging_out_ends_every_copy_of_the_session(house: House) -> None:
    browser = house.browser()
    copy = with_cookie(house, browser.cookies[COOKIE])
    answer = browser.post("/logout")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert 'fenban_session=""' in answer.headers["set-cookie"]
    assert copy.get("/v1/petitions").status_code == 401


# ── an open house ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def trial(house: House) -> Iterator[TestClient]:
    """`fenban serve --open`, asked from this machine."""
    reception = build_reception(house.store, Deciding(house.reception.desk.triage), SECRET, open_house=True)
    with TestClient(build_app(house.reception.desk.triage(), reception), base_url="http://127.0.0.1:8000") as client:
        yield client


def test_in_an_open_house_everybody_may_everything_but_keep_accounts(trial: TestClient) -> None:
    assert trial.post("/v1/petitions", json=PETITION).status_code == 201
    assert trial.get("/v1/audit").json()[0]["who"] == "trial"


@pytest.mark.parametrize(
    ("foreign", "status"),
    [
        ({}, 200),
        ({"host": "localhost"}, 200),
        ({"host": "[::1]:8000", "origin": "http://[::1]:8000"}, 200),
        ({"host": "elsewhere.example:8000"}, 403),
        ({"host": "elsewhere.example", "origin": "http://elsewhere.example"}, 403),
        ({"origin": "http://elsewhere.example"}, 403),
        ({"origin": "null"}, 403),
        ({"host": "[broken"}, 403),
    ],
)
def test_a_foreign_page_has_no_part_in_an_open_house(trial: TestClient, foreign: dict[str, str], status: int) -> None:
    """Neither by a form, nor by giving this machine a name of its own."""
    assert trial.get("/v1/petitions", headers=foreign).status_code == status
    assert trial.post("/v1/decisions", json={"body": "停水了"}, headers=foreign).status_code == status
