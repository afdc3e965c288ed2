"""What survives `kill -9`: petitions and reviews that the service has acknowledged, each there once.

Protocol: a real `fenban serve` on loopback; four clients hand in petitions and confirm them, 1,000 requests or more in
each of 20 rounds; somewhere in each round the server is killed (SIGKILL) and started again, and clients send again what
was not acknowledged, as clients do. At the end every acknowledged petition must be in the store exactly once, and so
must every acknowledged review. Texts: examples/petitions.csv, numbered so that they differ. Seed: 0, for the moment of
the kill. SQLite and PostgreSQL, each on a new database.
"""

from __future__ import annotations

import csv
import random
import signal
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Lock, Thread
from time import perf_counter, sleep

from protocol import ROOT, Cell, Table, machine, options, publish, stop, told
from running import DATABASES, Client, Office, office

from service.access import COMMAND
from service.store.queue import Question
from service.store.records import QueueItem
from service.store.store import Store

CLIENTS = 4
MOST_TRIES = 400
PAUSE = 0.05
SCOPES = ("submit", "read", "review")


@dataclass
class Acknowledged:
    """What the server said it had kept. `versions`: by petition, the version after its review."""

    petitions: dict[str, int] = field(default_factory=dict)
    reviews: dict[str, int] = field(default_factory=dict)
    again: int = 0
    lock: Lock = field(default_factory=Lock)


class Sender:
    """One client: hands in its share of petitions and reviews each of them."""

    def __init__(self, client: Client, kept: Acknowledged) -> None:
        self._client, self._kept = client, kept

    def send(self, external_id: str, body: str) -> None:
        """One petition and its review, until both are acknowledged."""
        taken = self._until("POST", "/v1/petitions", {"id": external_id, "body": body}, (200, 201))
        with self._kept.lock:
            self._kept.petitions[external_id] = taken["id"]
        path = f"/v1/petitions/{taken['id']}/reviews"
        answer = self._until("POST", path, {"version": 1, "action": "confirm"}, (201, 409))
        version = answer["version"] if "version" in answer else answer["happened"]["version"]
        with self._kept.lock:
            self._kept.reviews[external_id] = version

    def _until(self, method: str, path: str, body: dict[str, object], wanted: tuple[int, ...]) -> dict[str, object]:
        for _ in range(MOST_TRIES):
            try:
                answer = self._client.ask(method, path, body)
            except OSError:
                with self._kept.lock:
                    self._kept.again += 1
                sleep(PAUSE)
                continue
            if answer.status in wanted:
                return answer.body
            raise stop(f"the server answered {answer.status} to {method} {path}")
        raise stop(f"no answer to {method} {path} after {MOST_TRIES} tries")


def texts() -> list[str]:
    with (ROOT / "examples" / "petitions.csv").open(encoding="utf-8", newline="") as file:
        return [row["内容"] for row in csv.DictReader(file)]


def one_round(place: Office, token: str, kept: Acknowledged, work: list[tuple[str, str]], kill_at: float) -> None:
    """All of `work` by CLIENTS clients; the server is killed when this share of it has been acknowledged."""
    shares = [work[start::CLIENTS] for start in range(CLIENTS)]
    faults: list[BaseException] = []

    def run(share: list[tuple[str, str]]) -> None:
        sender = Sender(Client(place.port, token), kept)
        try:
            for external_id, body in share:
                sender.send(external_id, body)
        except BaseException as fault:
            faults.append(fault)

    before = len(kept.petitions)
    threads = [Thread(target=run, args=(share,)) for share in shares]
    for thread in threads:
        thread.start()
    while len(kept.petitions) - before < kill_at * len(work) and not faults:
        sleep(0.002)
    place.kill(signal.SIGKILL)
    place.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]


def lost_or_twice(place: Office, kept: Acknowledged) -> tuple[int, int, int]:
    """Acknowledged petitions that are not there, acknowledged reviews that are not there, and anything there twice."""
    with place.store() as store:
        found: Counter[str] = Counter()
        versions: dict[str, int] = {}
        for item in _everything(store):
            found[item.external_id] += 1
            versions[item.external_id] = item.version
        missing = sum(found[name] == 0 for name in kept.petitions)
        unreviewed = sum(versions.get(name, 0) < version for name, version in kept.reviews.items())
        twice = sum(count > 1 for count in found.values()) + sum(version > 2 for version in versions.values())
    return missing, unreviewed, twice


def _everything(store: Store) -> Iterator[QueueItem]:
    after = None
    while True:
        page = store.petitions.queue(Question(limit=200, after=after), COMMAND)
        yield from page.items
        after = page.next
        if after is None:
            return


def measured(database: str, rounds: int, requests: int) -> tuple[Cell, ...]:
    draws, bodies, kept = random.Random(0), texts(), Acknowledged()
    with office(database) as place:
        place.command("accounts", "add", "clerk", given="a long password\n")
        token = place.command("tokens", "add", "durability", *(w for s in SCOPES for w in ("--scope", s))).split()[-1]
        place.start()
        start = perf_counter()
        for number in range(rounds):
            told(f"{database}: round {number + 1} of {rounds}")
            work = [(f"{number}-{i}", f"{bodies[i % len(bodies)]}{number} {i}") for i in range(requests // 2)]
            one_round(place, token, kept, work, draws.uniform(0.1, 0.9))
        seconds = perf_counter() - start
        missing, unreviewed, twice = lost_or_twice(place, kept)
    return database, rounds, len(kept.petitions), len(kept.reviews), kept.again, missing, unreviewed, twice, seconds


def main() -> None:
    parser = options(__doc__ or "")
    parser.add_argument("--rounds", type=int, default=20, help="how often the server is killed (20)")
    parser.add_argument("--requests", type=int, default=1000, help="posts and reviews in a round (1,000)")
    parser.add_argument("--database", choices=DATABASES, action="append", help="only this database")
    arguments: Namespace = parser.parse_args()
    about = machine()
    chosen = arguments.database or DATABASES
    rows = [measured(database, arguments.rounds, arguments.requests) for database in chosen]
    columns = ("database", "kills", "petitions", "reviews", "sent again", "lost", "reviews lost", "twice", "seconds")
    publish(arguments, __doc__ or "", [Table("acknowledged, and what is there", columns, rows)], about)
    if any(cell for row in rows for cell in row[5:8]):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
