"""The pages of an office that keeps petitions, as a clerk's browser sees them: log-in, queue, petition, review."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from html import unescape
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from rules.petition import Petition
from rules.value import replace
from service.access import COMMAND, PERMITTED, Actor, Role
from service.api.app import build_app
from service.api.gate import COOKIE, NEEDS
from service.api.reception import Deciding, build_reception
from service.credentials import SessionClaim, Sessions, hash_password
from service.decision import Decision
from service.desk import Desk
from service.review import Action, ReasonCode, Review
from service.store.accounts import TokenOrder
from service.store.records import Order, Origin
from service.store.store import Store, open_store, utc_now
from service.triage import Triage
from service.web.fields import number
from service.web.frame import PAGES
from service.words import words

PASSWORD = "correct horse battery"
SECRET = "x" * 64
ACCUSATION = Petition("B-1", "城管局科长索贿，请查处", received_at=date(2026, 11, 20), respondents=("urban",))
NASTY = "<script>alert(1)</script>\"'&"
CLERK = Actor("zhang", PERMITTED[Role.CLERK])
OTHER = Actor("li", PERMITTED[Role.CLERK])
Office = Callable[..., Triage]
HandIn = Callable[..., int]


class Browser:
    """A browser that follows no redirect, and fills in forms as the page before had them."""

    def __init__(self, app: Any, host: str = "testserver") -> None:
        self.client = TestClient(app, base_url=f"http://{host}", follow_redirects=False)

    def get(self, path: str) -> Any:
        return self.client.get(path)

    def page(self, path: str) -> str:
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return str(answer.text)

    def log_in(self, name: str, password: str = PASSWORD) -> Any:
        return self.client.post("/login", data={"name": name, "password": password})

    def send(self, path: str, **fields: str) -> Any:
        """The review form of this petition, filled in as given."""
        form = hidden(self.page(path))
        return self.client.post(path, data={**form, **fields})


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a page's forms, the first of each name."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)
    return {name: unescape(value) for name, value in reversed(found)}


def ids(page: str) -> list[int]:
    """The petitions of the queue's rows, in order."""
    return [int(found) for found in re.findall(r'<a class="row \w+" href="/petitions/(\d+)', page)]


def text(page: str) -> str:
    """What a page says, without its tags, blanks joined."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'fenban.db'}") as store:
        yield store


@pytest.fixture
def triage(office: Office) -> Triage:
    return office()


@pytest.fixture
def desk(store: Store, triage: Triage) -> Desk:
    return Desk(store, lambda: triage, utc_now)


@pytest.fixture
def app(store: Store, triage: Triage, monkeypatch: pytest.MonkeyPatch, one_hash: str) -> Any:
    """An office with accounts, all with one password."""
    monkeypatch.setattr("service.store.accounts.hash_password", lambda _: one_hash)
    for name, role in (("zhang", Role.CLERK), ("li", Role.CLERK), ("chief", Role.SUPERVISOR), ("admin", Role.ADMIN)):
        store.accounts.add(name, role, PASSWORD, COMMAND)
    return build_app(triage, build_reception(store, Deciding(lambda: triage), SECRET, open_house=False))


@pytest.fixture(scope="module")
def one_hash() -> str:
    """Of PASSWORD: hashing is slow on purpose."""
    return hash_password(PASSWORD)


@pytest.fixture
def browser(app: Any) -> Browser:
    """Nobody has logged in."""
    return Browser(app)


@pytest.fixture
def clerk(browser: Browser) -> Browser:
    """Has logged in as zhang before."""
    browser.client.cookies.set(COOKIE, Sessions(SECRET).cookie(SessionClaim(1, 1)))
    return browser


@pytest.fixture
def trial(store: Store, triage: Triage) -> Browser:
    """`fenban serve --open`."""
    reception = build_reception(store, Deciding(lambda: triage), SECRET, open_house=True)
    return Browser(build_app(triage, reception), "127.0.0.1:8000")


@pytest.fixture
def hand_in(store: Store, office: Office) -> HandIn:
    """Keeps a petition that the classifier is so sure of; its number."""
    numbers = count(1)

    def hand_in(body: str = "家里停水三天", given: Petition | None = None, **said: Mapping[str, float]) -> int:
        triage = office(**(said or {"category": {"01.01.01": 0.6, "02.01": 0.4}}))
        petition = given or Petition(f"A-{next(numbers)}", body, received_at=date(2026, 11, 20))
        return Desk(store, lambda: triage, utc_now).submit(petition, CLERK)[0].id

    return hand_in


# ── who may come in ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", ["/", "/queue", "/petitions/1"])
def test_a_page_without_a_session_leads_to_the_log_in(browser: Browser, path: str) -> None:
    answer = browser.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")


def test_the_interface_without_a_session_stays_a_401(browser: Browser) -> None:
    assert browser.get("/v1/petitions").status_code == 401


def test_after_the_log_in_a_clerk_is_at_the_queue(browser: Browser) -> None:
    answer = browser.log_in("zhang")
    assert (answer.status_code, answer.headers["location"]) == (303, "/queue")
    assert "没有等着研判的信访件" in browser.page("/queue")


def test_a_wrong_password_is_told_on_the_page(browser: Browser) -> None:
    answer = browser.log_in("zhang", "wrong password")
    assert (answer.status_code, "账号或密码不对" in answer.text) == (401, True)


def test_a_blank_at_the_end_of_a_password_counts(browser: Browser) -> None:
    assert browser.log_in("zhang", PASSWORD + " ").status_code == 401


def test_who_is_logged_in_can_log_in_again(clerk: Browser) -> None:
    form = hidden(clerk.page("/login"))
    answer = clerk.client.post("/login", data={**form, "name": "li", "password": PASSWORD})
    assert answer.status_code == 303
    assert "<span>li</span>" in clerk.page("/queue")


@pytest.mark.parametrize("path", ["/", "/queue", "/petitions/1"])
def test_every_page_names_the_clerk_and_lets_them_out(clerk: Browser, hand_in: HandIn, path: str) -> None:
    hand_in()
    page = clerk.page(path)
    assert "<span>zhang</span>" in page
    assert '<form class="who" method="post" action="/logout">' in page


def test_a_log_out_ends_the_session(clerk: Browser) -> None:
    answer = clerk.client.post("/logout", data=hidden(clerk.page("/queue")))
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert clerk.get("/queue").headers["location"] == "/login"


@pytest.mark.parametrize("path", ["/", "/queue", "/petitions/1"])
def test_an_admin_is_told_that_petitions_are_not_for_them(browser: Browser, path: str) -> None:
    browser.log_in("admin")
    answer = browser.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (403, "text/html; charset=utf-8")
    assert "不能查看和办理信访件" in answer.text
    assert "/logout" in answer.text


def test_a_supervisor_sees_the_queue(browser: Browser) -> None:
    browser.log_in("chief")
    assert browser.get("/queue").status_code == 200


@pytest.mark.parametrize("path", ["/queue", "/petitions/1"])
def test_a_department_has_no_pages(browser: Browser, store: Store, desk: Desk, path: str) -> None:
    """A page shows everything; a department sees its own matters, over the interface."""
    taken, _ = desk.submit(Petition("A-1", "家里停水三天"), CLERK)
    desk.review(taken.id, 1, Review(Action.CONFIRM), CLERK)
    until = utc_now().replace(year=utc_now().year + 1)
    scopes = tuple(sorted(one for one in PERMITTED[Role.CLERK] if one in ("read", "return")))
    _, key = store.accounts.add_token(TokenOrder("water", scopes, until, "water"), COMMAND)
    answer = browser.client.get(path, headers={"authorization": f"Bearer {key}"})
    assert answer.status_code == 403
    assert "停水三天" not in answer.text


def test_every_page_stands_in_the_table_of_the_gate() -> None:
    assert set(NEEDS) >= PAGES


# ── forms ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", ["/", "/petitions/1", "/logout"])
@pytest.mark.parametrize("token", [None, "", "0" * 64])
def test_a_form_without_its_token_is_refused(clerk: Browser, hand_in: HandIn, path: str, token: str | None) -> None:
    hand_in()
    sent = {"body": "停水", "version": "1", "action": "confirm"} | ({} if token is None else {"form_token": token})
    answer = clerk.client.post(path, data=sent)
    assert answer.status_code == 403
    assert "页面已经过期" in answer.text


def test_a_form_of_another_session_is_refused(clerk: Browser, app: Any, hand_in: HandIn) -> None:
    hand_in()
    other = Browser(app)
    other.log_in("zhang")
    answer = clerk.client.post("/petitions/1", data=hidden(other.page("/petitions/1")))
    assert answer.status_code == 403


def test_the_first_page_decides_in_a_session(clerk: Browser) -> None:
    answer = clerk.client.post("/", data={**hidden(clerk.page("/")), "body": "家里停水三天"})
    assert (answer.status_code, "水务局" in answer.text) == (200, True)


@pytest.mark.parametrize("path", ["/", "/petitions/1", "/login"])
def test_too_many_fields_are_no_fault(clerk: Browser, hand_in: HandIn, path: str) -> None:
    hand_in()
    sent = {f"field{number}": "1" for number in range(30)}
    assert clerk.client.post(path, data=sent).status_code == 400


@pytest.mark.parametrize("version", ["", "x", "-1", "1.5", "٣", "9" * 40])
def test_a_version_that_is_no_number_is_a_conflict(clerk: Browser, hand_in: HandIn, version: str) -> None:
    hand_in()
    assert number(version) == 0
    assert clerk.send("/petitions/1", version=version).status_code == 409


# ── a trial, and a service that keeps nothing ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", ["/", "/queue", "/petitions/1"])
def test_a_trial_says_so_on_every_page(trial: Browser, hand_in: HandIn, path: str) -> None:
    hand_in()
    assert "试用模式" in trial.page(path)


def test_an_office_with_accounts_is_no_trial(clerk: Browser) -> None:
    assert "试用模式" not in clerk.page("/queue")


def test_a_trial_reviews_without_a_log_in(trial: Browser, hand_in: HandIn) -> None:
    assert hand_in() == 1
    assert trial.send("/petitions/1").headers["location"] == "/queue"
    assert "试用者" in text(trial.page("/petitions/1"))


def test_a_service_that_keeps_nothing_has_the_first_page_alone(triage: Triage) -> None:
    browser = Browser(build_app(triage))
    page = browser.page("/")
    assert "/queue" not in page and "/logout" not in page
    assert browser.get("/queue").status_code == 404


# ── the queue ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_queue_shows_the_least_certain_first(clerk: Browser, hand_in: HandIn) -> None:
    for share in (0.7, 0.3, 0.5):
        hand_in(category={"01.01.01": share, "02.01": 0.1})
    assert ids(clerk.page("/queue?order=uncertain")) == [2, 3, 1]


def test_the_queue_shows_the_most_urgent_first_unless_asked_otherwise(clerk: Browser, hand_in: HandIn) -> None:
    hand_in()
    hand_in("楼道里煤气泄漏")
    assert ids(clerk.page("/queue")) == [2, 1]


def test_a_row_says_what_who_how_sure_and_no_text(clerk: Browser, hand_in: HandIn) -> None:
    hand_in("家里停水三天")
    page = clerk.page("/queue")
    said = text(page.split("<ol>")[1])
    for word in ("1 A-1", "2026-11-20", "停水", "城乡建设 › 供水", "水务局", "60 %", "建议分办"):
        assert word in said
    assert "家里停水三天" not in page


def test_disagreement_and_returns_stand_in_the_row(clerk: Browser, hand_in: HandIn, desk: Desk, store: Store) -> None:
    hand_in("道路坑洼", category={"01.01.01": 0.6, "03.01": 0.2})
    store.ledger.mark_suspects(["A-1"], COMMAND)
    desk.review(1, 1, Review(Action.CONFIRM), CLERK)
    desk.review(1, 2, Review(Action.RETURN, reason=ReasonCode.NOT_OUR_DUTY), OTHER)
    row = text(clerk.page("/queue").split("<ol>")[1])
    for mark in ("退回 1 次", "规则与模型不一致", "可疑标注", "被退回"):
        assert mark in row


FILTERED = {
    "state=settled": [4],
    "state=all": [1, 2, 3, 4],
    "band=review": [3],
    "category=02": [2],
    "category=01.01": [1, 3],
    "department=transport": [2],
    "kind=inquiry": [3],
    "urgency=特急": [],
    "disagreement=1": [],
    "suspect=1": [1],
}


@pytest.mark.parametrize("query", FILTERED)
def test_the_queue_is_narrowed(clerk: Browser, hand_in: HandIn, desk: Desk, store: Store, query: str) -> None:
    hand_in("家里停水三天")
    hand_in("公交太少了", category={"02.01": 0.6})
    hand_in("请问停水怎么办理", category={"01.01.01": 0.3})
    desk.review(hand_in("路灯不亮", category={"01.03": 0.6}), 1, Review(Action.CONFIRM), CLERK)
    store.ledger.mark_suspects(["A-1"], COMMAND)
    page = clerk.page(f"/queue?order=oldest&{query}")
    assert ids(page) == FILTERED[query]
    assert ("没有这样的信访件" in page) == (not FILTERED[query])


@pytest.mark.parametrize("query", ["state=x", "category=%3Cscript%3E", "order=", "kind=&band=", "urgency=1", "x=1"])
def test_what_an_address_may_not_say_is_passed_over(clerk: Browser, hand_in: HandIn, query: str) -> None:
    hand_in()
    assert ids(clerk.page(f"/queue?{query}")) == [1]


def test_a_cursor_that_is_none_is_told(clerk: Browser) -> None:
    answer = clerk.get("/queue?after=x")
    assert (answer.status_code, "回到队列" in answer.text) == (422, True)


def test_the_next_page_begins_behind_the_last_row(clerk: Browser, hand_in: HandIn) -> None:
    for _ in range(53):
        hand_in()
    first = clerk.page("/queue?order=oldest")
    (following,) = re.findall(r'<a class="on" href="([^"]+)"', first)
    assert ids(first) + ids(clerk.page(unescape(following))) == list(range(1, 54))


def test_the_figures_tell_how_many_wait(clerk: Browser, hand_in: HandIn) -> None:
    hand_in()
    hand_in(category={"01.01.01": 0.95})
    hand_in(category={"01.01.01": 0.3})
    said = text(clerk.page("/queue").split('class="filters"')[0])
    for figure in ("2 件等人研判", "人工研判 1 件", "建议分办 1 件", "被退回 0 件", "自动发出 1", "已办 0"):
        assert figure in said


# ── a petition ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_petition_shows_its_text_with_the_evidence_marked(clerk: Browser, hand_in: HandIn) -> None:
    hand_in("家里停水三天")
    page = clerk.page("/petitions/1")
    assert '<mark class="rule" title="城乡建设 / 供水 / 停水">停水</mark>三天' in page
    for part in ("什么事", "谁来办", "走哪条途径", "何时办到", "办理经过", "确认"):
        assert part in page


def test_both_pages_show_one_decision_alike(clerk: Browser, hand_in: HandIn) -> None:
    """What the page of a pasted text shows, the page of a kept one shows too."""
    hand_in("家里停水三天", Petition("A-1", "家里停水三天", received_at=date(2026, 11, 20)))
    kept = clerk.page("/petitions/1")
    for shown in ("新供水条例第2条", "已核对原文", '<span class="chip">城管局</span>', "规则的判断"):
        assert shown in kept


def test_a_read_is_in_the_trail(clerk: Browser, hand_in: HandIn, store: Store) -> None:
    hand_in()
    clerk.page("/petitions/1")
    assert [(one.who, one.did) for one in store.trail.latest(1, 1)] == [("zhang", "read")]


@pytest.mark.parametrize("path", ["/petitions/99", "/petitions/x", "/petitions/0", f"/petitions/{'9' * 30}"])
def test_a_petition_that_is_not_there_is_told(clerk: Browser, path: str) -> None:
    answer = clerk.get(path)
    assert (answer.status_code, "没有这件信访件" in answer.text) == (404, True)


def test_a_purged_petition_keeps_its_codes_and_cannot_be_reviewed(
    clerk: Browser, hand_in: HandIn, store: Store
) -> None:
    hand_in("家里停水三天")
    store.ledger.purge(date(2026, 12, 1), COMMAND)
    page = clerk.page("/petitions/1")
    assert "停水三天" not in page
    for shown in ("原文已按规定清除", "城乡建设 / 供水 / 停水", "水务局", "不能再办理"):
        assert shown in page
    assert 'name="action"' not in page


def test_a_decision_of_an_old_form_is_told_and_the_text_shown(
    clerk: Browser, hand_in: HandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.store.petitions.written", lambda decision: {"petition_id": "1", "band": "old"})
    hand_in("家里停水三天")
    page = clerk.page("/petitions/1")
    for shown in ("旧版本写的", "家里停水三天", "水务局", 'value="confirm"'):
        assert shown in page


def test_a_returned_petition_says_why_before_all_else(clerk: Browser, hand_in: HandIn, desk: Desk) -> None:
    hand_in()
    desk.review(1, 1, Review(Action.CONFIRM), CLERK)
    desk.review(1, 2, Review(Action.RETURN, reason=ReasonCode.NOT_OUR_DUTY, department="transport"), OTHER)
    said = text(clerk.page("/petitions/1"))
    assert said.index("不属本单位职责 li") < said.index("建议转给 交通局") < said.index("原文与依据")


def test_a_settled_petition_asks_for_nothing(clerk: Browser, hand_in: HandIn, desk: Desk) -> None:
    hand_in()
    desk.review(1, 1, Review(Action.CONFIRM), OTHER)
    page = clerk.page("/petitions/1")
    assert re.search(r"已办 li [\d-]+ [\d:]+ 确认", text(page))
    assert "请看一眼候选" not in page


def test_a_text_of_the_greatest_length_is_shown(clerk: Browser, hand_in: HandIn) -> None:
    hand_in("停水" * 10_000)
    assert clerk.page("/petitions/1").count("停水</mark>") > 1


def test_departments_that_must_not_see_it_are_not_offered(clerk: Browser, hand_in: HandIn) -> None:
    hand_in(given=ACCUSATION)
    page = clerk.page("/petitions/1")
    assert "不得转给、不得透露" in page
    offered = re.findall(r'<option value="([^"]+)"></option>', page)
    assert "水务局" in offered and "城管局" not in offered


# ── a review ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_confirmation_goes_on_to_the_next_petition(clerk: Browser, hand_in: HandIn, store: Store) -> None:
    for _ in range(3):
        hand_in()
    answer = clerk.send("/petitions/2?order=oldest")
    assert (answer.status_code, answer.headers["location"]) == (303, "/petitions/3?order=oldest&done=2")
    assert "第 2 号已办好" in clerk.page(answer.headers["location"])
    assert store.petitions.read(2, CLERK).item.state == "settled"


def test_behind_the_last_one_the_first_one_comes(clerk: Browser, hand_in: HandIn) -> None:
    for _ in range(2):
        hand_in()
    assert clerk.send("/petitions/2").headers["location"] == "/petitions/1?done=2"


def test_after_the_last_petition_the_queue_comes(clerk: Browser, hand_in: HandIn) -> None:
    hand_in()
    assert clerk.send("/petitions/1?band=suggest").headers["location"] == "/queue?band=suggest"
    assert "都办完了" in clerk.page("/queue")


def test_who_narrowed_the_queue_stays_in_it(clerk: Browser, hand_in: HandIn) -> None:
    hand_in()
    hand_in("公交太少了", category={"02.01": 0.6})
    hand_in()
    assert clerk.send("/petitions/1?category=01").headers["location"] == "/petitions/3?category=01&done=1"


@pytest.mark.parametrize(
    ("fields", "category", "kind", "lead"),
    [
        ({"category": "02.01"}, "02.01", None, "transport"),
        ({"other": "交通/公交"}, "02.01", None, "transport"),
        ({"other": "02.01"}, "02.01", None, "transport"),
        ({"other": "公交", "category": "01.02"}, "02.01", None, "transport"),
        ({"kind": "inquiry"}, "01.01.01", "inquiry", "water"),
        ({"department": "交通局"}, "01.01.01", None, "transport"),
        ({"department": "自来水公司", "other": "公交"}, "02.01", None, "water"),
    ],
)
def test_a_correction_by_form_is_kept(
    clerk: Browser, hand_in: HandIn, store: Store, fields: dict[str, str], category: str, kind: str | None, lead: str
) -> None:
    hand_in()
    assert clerk.send("/petitions/1", action="correct", **fields).status_code == 303
    item = store.petitions.read(1, CLERK).item
    assert (item.category, item.lead, item.state) == (category, lead, "settled")
    assert kind is None or item.kind == kind


def test_a_return_by_form_is_kept(clerk: Browser, hand_in: HandIn, desk: Desk, store: Store) -> None:
    hand_in()
    desk.review(1, 1, Review(Action.CONFIRM), CLERK)
    sent = {"action": "return", "reason": "not_our_duty", "department": "交通局"}
    assert clerk.send("/petitions/1", **sent).status_code == 303
    last = store.petitions.read(1, CLERK).reviews[-1]
    assert (last.action, last.reason, last.department) == ("return", "not_our_duty", "transport")


def test_only_what_is_possible_now_is_offered(clerk: Browser, hand_in: HandIn, desk: Desk) -> None:
    hand_in()
    waiting = clerk.page("/petitions/1")
    desk.review(1, 1, Review(Action.CONFIRM), CLERK)
    settled = clerk.page("/petitions/1")
    offered = [re.findall(r'name="action" value="(\w+)"', page) for page in (waiting, settled)]
    assert offered == [["confirm", "correct"], ["correct", "return"]]


WRONG = {
    "按“确认”": {"action": "correct"},
    "没有找到这个类别": {"action": "correct", "other": "没有这一类"},
    "没有找到这个单位": {"action": "correct", "department": "没有这个局"},
    "这个类别已经停用": {"action": "correct", "category": "99"},
    "没有这种性质": {"action": "correct", "kind": "joke"},
    "请选择确认、更正或者退回": {"action": "burn"},
    "退回要写明理由": {"action": "return"},
}


@pytest.mark.parametrize("told", WRONG)
def test_a_review_that_makes_no_sense_is_told(clerk: Browser, hand_in: HandIn, store: Store, told: str) -> None:
    hand_in()
    answer = clerk.send("/petitions/1", **WRONG[told])
    assert (answer.status_code, told in answer.text) == (422, True)
    assert store.petitions.read(1, CLERK).reviews == ()


def test_what_was_typed_is_kept_beside_the_error(clerk: Browser, hand_in: HandIn) -> None:
    hand_in()
    page = clerk.send(
        "/petitions/1", action="correct", other="没有这一类", department="交通局", kind="inquiry", category="02.01"
    ).text
    for kept in ('value="没有这一类"', 'value="交通局"', 'value="inquiry" selected', 'value="02.01" checked'):
        assert kept in page


def test_the_accused_cannot_be_given_the_lead(clerk: Browser, hand_in: HandIn) -> None:
    hand_in(given=ACCUSATION)
    answer = clerk.send("/petitions/1", action="correct", department="城管局")
    assert (answer.status_code, "不得接收这件信访件" in answer.text) == (422, True)


def test_a_conflict_shows_what_happened(clerk: Browser, hand_in: HandIn, desk: Desk) -> None:
    hand_in()
    form = hidden(clerk.page("/petitions/1"))
    desk.review(1, 1, Review(Action.CORRECT, category="02.01"), OTHER)
    answer = clerk.client.post("/petitions/1", data={**form, "action": "correct", "kind": "inquiry", "other": "噪音"})
    assert answer.status_code == 409
    said = text(answer.text)
    for shown in ("li 先办了这一件", "更正：交通 / 公交，由 交通局 牵头", "现在是“已办”", "您的更正没有记入"):
        assert shown in said
    assert 'value="噪音"' in answer.text
    assert hidden(answer.text)["version"] == "2"


def test_after_a_conflict_the_same_form_is_taken(clerk: Browser, hand_in: HandIn, desk: Desk, store: Store) -> None:
    hand_in()
    form = hidden(clerk.page("/petitions/1"))
    desk.review(1, 1, Review(Action.CONFIRM), OTHER)
    sent = {"action": "correct", "other": "噪音"}
    again = clerk.client.post("/petitions/1", data={**form, **sent})
    assert clerk.client.post("/petitions/1", data={**hidden(again.text), **sent}).status_code == 303
    assert store.petitions.read(1, CLERK).item.category == "01.02"


def test_what_the_state_does_not_allow_is_told(clerk: Browser, hand_in: HandIn, desk: Desk) -> None:
    hand_in()
    desk.review(1, 1, Review(Action.CONFIRM), OTHER)
    answer = clerk.send("/petitions/1", version="2", action="confirm")
    assert (answer.status_code, "不能这样办理" in answer.text) == (409, True)


def test_the_history_tells_who_changed_what(clerk: Browser, hand_in: HandIn, desk: Desk) -> None:
    hand_in()
    desk.review(1, 1, Review(Action.CONFIRM), CLERK)
    desk.review(1, 2, Review(Action.RETURN, reason=ReasonCode.NOT_OUR_DUTY, department="transport"), OTHER)
    desk.review(1, 3, Review(Action.CORRECT, category="02.01"), CLERK)
    said = text(clerk.page("/petitions/1").split("办理经过")[1].split("</ol>")[0])
    steps = (
        "更正 zhang",
        "内容分类 城乡建设 / 供水 / 停水 交通 / 公交",
        "承办单位 水务局 交通局",
        "退回 li",
        "理由：不属本单位职责",
        "建议转给 交通局",
        "确认 zhang",
        "收到并研判 zhang",
    )
    assert [step for step in steps if step not in said] == []
    assert [said.index(step) for step in steps] == sorted(said.index(step) for step in steps)


# ── safety ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_script_in_text_and_id_is_text(clerk: Browser, hand_in: HandIn) -> None:
    hand_in(given=Petition(NASTY, f"停水{NASTY}", NASTY, channel=NASTY, region=NASTY))
    for path in ("/queue", "/petitions/1"):
        page = clerk.page(path)
        assert "<script" not in page
        assert "&lt;script&gt;" in page


@pytest.mark.parametrize("field", ["other", "department", "kind", "reason", "category", "place", "action", "version"])
def test_a_script_in_a_form_is_text(clerk: Browser, hand_in: HandIn, field: str) -> None:
    hand_in()
    sent = {"action": "correct", "other": "没有这一类", field: NASTY}
    assert "<script" not in clerk.send("/petitions/1", **sent).text


def test_names_of_codes_that_nobody_knows_are_text(clerk: Browser, hand_in: HandIn) -> None:
    hand_in("你们辛苦了", category={"<我们的类>": 0.6}, department={"<热线办>": 0.8})
    for path in ("/queue", "/petitions/1"):
        assert "&lt;我们的类&gt;" in clerk.page(path)


@pytest.mark.parametrize("path", ["/login", "/", "/queue", "/petitions/1", "/petitions/99"])
def test_a_page_names_no_outside_host_and_runs_no_script(clerk: Browser, hand_in: HandIn, path: str) -> None:
    hand_in("家里停水三天")
    hand_in(given=ACCUSATION)
    page = clerk.get(path).text
    assert not re.search(r"<script|<style|style=|\son\w+=|(?:https?:)?//[\w.]+", page)
    loaded = re.findall(r'(?:src|href)="(/static[^"]+)"', page)
    assert loaded and all(clerk.get(target).status_code == 200 for target in loaded)


def test_the_style_sheet_loads_nothing_from_elsewhere(clerk: Browser) -> None:
    assert not re.search(r"@import|url\(|//[\w.]+\.", clerk.get("/static/desk.css").text)


def test_no_address_holds_text(clerk: Browser, hand_in: HandIn) -> None:
    """What is typed goes by POST; addresses hold numbers and codes."""
    hand_in(given=Petition("青禾小区-7", "我家住在青禾小区七栋，停水三天"))
    hand_in()
    pages = [clerk.page("/queue?category=01&order=oldest"), clerk.page("/petitions/1?category=01")]
    addresses = [unescape(one) for page in pages for one in re.findall(r'(?:href|action)="([^"]*)"', page)]
    assert [one for one in addresses if re.search(r"青禾|%E9%9D%92|停水|七栋", one)] == []
    location = clerk.send("/petitions/1?category=01", action="correct", other="噪音").headers["location"]
    assert re.fullmatch(r"/petitions/2\?category=01&done=1", location)


@pytest.mark.parametrize("path", ["/queue", "/petitions/1"])
def test_a_page_is_kept_nowhere(clerk: Browser, hand_in: HandIn, path: str) -> None:
    hand_in()
    assert clerk.get(path).headers["cache-control"] == "no-store"
    assert clerk.client.cookies.get(COOKIE) not in clerk.page(path)


# ── words ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_order_and_origin_has_its_words() -> None:
    assert set(words().orders) == set(Order)
    assert set(words().origins) == set(Origin)


def test_a_decision_read_back_is_the_decision(decide: Callable[..., Decision]) -> None:
    from service.json_form import as_json, from_json

    decision = replace(decide("城管局科长向我索贿"), notice="请等候。")
    assert from_json(as_json(decision)) == decision
