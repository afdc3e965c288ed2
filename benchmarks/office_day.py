"""A day in an office, on a real server: petitions in, reviews, two clerks at once, guards, a new model, and back again.

Protocol: `fenban serve` on loopback with accounts, SQLite and PostgreSQL, each on a new database and with no model but
the shipped one. 200 petitions of messages_dev.csv (drawn with seed 0, in order of the file) are handed in over four
connections; 150 of them are reviewed by their labels: confirmed where the first level is right, else corrected to the
labelled first level. Then `fenban train --from-store` makes a challenger that is compared with the champion on the
later reviewed rows, is promoted and rolled back, while the server goes on deciding. Reviews carry first-level labels
only, and 150 rows are few: the comparison shows that the loop works, not what it gains (benchmarks/learning.py does).
"""

from __future__ import annotations

import csv
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter, sleep

from protocol import Cell, Table, data_file, machine, options, publish, told
from running import DATABASES, Answer, Client, Json, Office, office

from rules.rulebook import load
from service.access import COMMAND, Permission
from service.store.accounts import TokenOrder

HANDED_IN, REVIEWED, CONNECTIONS = 200, 150, 4
PASSWORD = "a long password of the trial"
ACCUSED = "反映柳湾村村支书侵吞低保款、收受施工队的好处费，请纪委查处。"
SCOPES = ("submit", "read", "review", "metrics")
Row = tuple[Cell, ...]
MOST_WAIT = 30.0


def drawn(path: Path) -> list[dict[str, str]]:
    """The rows handed in."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    places = sorted(random.Random(0).sample(range(len(rows)), HANDED_IN))
    return [rows[place] for place in places]


def timed(client: Client, method: str, path: str, body: Json) -> tuple[Answer, float]:
    start = perf_counter()
    return client.ask(method, path, body), perf_counter() - start


def hand_in(place: Office, token: str, rows: list[dict[str, str]]) -> tuple[list[Json], Row]:
    """All rows, over CONNECTIONS connections; what became of them, in order."""
    clients = [Client(place.port, token) for _ in range(CONNECTIONS)]

    def share(number: int) -> list[tuple[Answer, float]]:
        mine = rows[number::CONNECTIONS]
        bodies = [{"id": row["id"], "title": row["title"], "body": row["text"]} for row in mine]
        return [timed(clients[number], "POST", "/v1/petitions", body) for body in bodies]

    start = perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        shares = list(pool.map(share, range(CONNECTIONS)))
    seconds = perf_counter() - start
    answers = [shares[place % CONNECTIONS][place // CONNECTIONS] for place in range(len(rows))]
    kept = sum(answer.status == 201 for answer, _ in answers)
    again = timed(clients[0], "POST", "/v1/petitions", _first(rows))[0]
    took = median(one for _, one in answers) * 1e3
    shown = f"{kept} kept, {kept / seconds:.0f} a second, {took:.1f} ms each (median); handed in again: {again.status}"
    return [answer.body for answer, _ in answers], ("petitions handed in", shown)


def _first(rows: list[dict[str, str]]) -> Json:
    return {"id": rows[0]["id"], "title": rows[0]["title"], "body": rows[0]["text"]}


def review_all(place: Office, token: str, rows: list[dict[str, str]], taken: list[Json]) -> Row:
    """Confirm what is right, correct what is wrong, by the labels of the file."""
    taxonomy, client = load().taxonomy, Client(place.port, token)
    confirmed = corrected = moved = 0
    for row, one in list(zip(rows, taken, strict=True))[:REVIEWED]:
        code, said = taxonomy.find(row["category"]), one["decision"]["category"]
        right = said is not None and said["code"].split(".")[0] == code
        told_ = {"action": "confirm"} if right else {"action": "correct", "category": code}
        answer = client.ask("POST", f"/v1/petitions/{one['id']}/reviews", {"version": 1, **told_})
        confirmed += right and answer.status == 201
        corrected += not right and answer.status == 201
        if not right:
            before, after = one["decision"]["assignment"]["lead"], answer.body["decisions"][-1]["lead"]
            moved += (before or {}).get("code") != after
    return "reviews", f"{confirmed} confirmed, {corrected} corrected, of these {moved} got another lead by it"


def two_at_once(place: Office, token: str, one: Json) -> Row:
    """Two clerks send a review of the same version at the same time."""
    path = f"/v1/petitions/{one['id']}/reviews"
    clients = [Client(place.port, token) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        sent = {"version": 1, "action": "confirm"}
        answers = list(pool.map(lambda client: client.ask("POST", path, sent), clients))
    second = next(answer for answer in answers if answer.status != 201)
    told_ = {name: second.body["happened"][name] for name in ("version", "state", "action")}
    return "two clerks on one petition", f"{sorted(answer.status for answer in answers)}; the second is told {told_}"


def withheld(place: Office, token: str) -> Row:
    """An accusation; the token of the accused asks for it."""
    village = place.command("tokens", "add", "village", "--scope", "read", "--department", "village").split()[-1]
    taken = Client(place.port, token).ask("POST", "/v1/petitions", {"id": "accusation", "body": ACCUSED}).body
    lead = taken["decision"]["assignment"]["lead"]["code"]
    status = Client(place.port, village).ask("GET", f"/v1/petitions/{taken['id']}").status
    with place.store() as store:
        trail = [f"{one.did} by {one.who}" for one in store.trail.latest(3, taken["id"]) if one.did == "denied"]
    return "the accused asks for an accusation", f"lead {lead}; answer {status}; trail: {', '.join(trail)}"


def expiry(place: Office) -> Row:
    """A token that holds for two seconds, before and after; the service remembers it for at most five."""
    until = datetime.now(UTC) + timedelta(seconds=2)
    with place.store() as store:
        _, key = store.accounts.add_token(TokenOrder("short", (Permission.READ,), until), COMMAND)
    before = Client(place.port, key).ask("GET", "/v1/petitions").status
    sleep(7.5)
    after = Client(place.port, key).ask("GET", "/v1/petitions").status
    return "a token before and after its end", f"{before}, {after}"


def guessing(place: Office) -> Row:
    """Ten wrong passwords, then the right one."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    statuses = []
    for password in [*(f"wrong{number}" for number in range(10)), PASSWORD.replace(" ", "+")]:
        statuses.append(_log_in(place, f"name=wang&password={password}", form))
    return "ten wrong passwords, then the right one", " ".join(map(str, statuses))


def _log_in(place: Office, content: str, headers: dict[str, str]) -> int:
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", place.port, timeout=30)
    connection.request("POST", "/login", content, headers)
    return connection.getresponse().status


def learn(place: Office, token: str) -> list[Row]:
    """Train, compare, promote, roll back; and which model decides, asked of the running server."""
    client = Client(place.port, token)
    start = perf_counter()
    place.command("train", "--from-store", "--name", "challenger")
    rows: list[Row] = [("challenger trained", f"{perf_counter() - start:.0f} s")]
    refused = place.command("models", "promote", "challenger", may_fail=True)
    rows.append(("promotion by its figures", _last_line(refused)))
    accepted = place.command("models", "promote", "challenger", "--accept", "trial of the loop", may_fail=True)
    rows.append(("promotion with a reason", _last_line(accepted)))
    rows.append(("the server decides by", _after(client, "challenger")))
    place.command("models", "rollback")
    rows.append(("after the rollback by", _after(client, "default")))
    return rows


def _after(client: Client, wanted: str) -> str:
    """The model that made a new decision, once the server has seen the change; and how long that took."""
    start, number, failed = perf_counter(), 0, 0
    while perf_counter() - start < MOST_WAIT:
        number += 1
        answer = client.ask("POST", "/v1/petitions", {"id": f"{wanted}-{number}", "body": f"{number}号楼的路灯不亮"})
        failed += answer.status != 201
        model = answer.body["decision"]["versions"]["model"] if answer.status == 201 else None
        if model == wanted:
            return f"{model} after {perf_counter() - start:.1f} s; {number} requests, {failed} failed"
        sleep(0.02)
    return f"{model} still after {MOST_WAIT:.0f} s"


def _last_line(text: str) -> str:
    return text.strip().splitlines()[-1] if text.strip() else ""


def day(database: str, path: Path) -> Table:
    """The whole day on one database."""
    rows = drawn(path)
    with office(database) as place:
        for name, role in (("wang", "clerk"), ("li", "supervisor")):
            place.command("accounts", "add", name, "--role", role, given=f"{PASSWORD}\n")
        token = place.command("tokens", "add", "day", *(word for one in SCOPES for word in ("--scope", one))).split()[
            -1
        ]
        place.start()
        told(f"{database}: {HANDED_IN} petitions")
        taken, first = hand_in(place, token, rows)
        told(f"{database}: {REVIEWED} reviews")
        lines = [first, review_all(place, token, rows, taken), two_at_once(place, token, taken[REVIEWED])]
        lines += [withheld(place, token), expiry(place), guessing(place)]
        told(f"{database}: training")
        lines += learn(place, token)
        figures = Client(place.port, token).ask("GET", "/metrics").body.splitlines()
        shown = [line for line in figures if line.startswith(("fenban_decisions_total", "fenban_override_rate"))]
        lines.append(("metrics", "; ".join(shown)))
    return Table(database, ("step", "what was seen"), lines)


def main() -> None:
    parser = options(__doc__ or "")
    parser.add_argument("--database", choices=DATABASES, action="append", help="only this database")
    arguments = parser.parse_args()
    path, about = data_file(arguments.data, "messages_dev.csv"), machine()
    tables = [day(database, path) for database in arguments.database or DATABASES]
    publish(arguments, __doc__ or "", tables, about)


if __name__ == "__main__":
    main()
