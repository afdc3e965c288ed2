"""How fast a whole decision is: fold, rules, features, heads, evidence; beside the usual recipe in the same run.

Protocol: one core, one thread. fenban: `Triage.decide`, and the same with the JSON of each decision, rules and model
as given. Peer: jieba + TfidfVectorizer(1–2) + LinearSVC.predict at scikit-learn's defaults,
trained on `messages_dev.csv` in this run; it answers with a label and nothing else. Throughput: `unlabelled.csv` in
batches of 256; each batch is done by one, then by the other, the order changing; median of the ratios of all batches
and of three passes. Latency: 300 texts of about 360 characters, ten times, one by one and in batches of 30, in turns.
Both clocks are told: wall clock, and processor time of this process, which other work on the machine disturbs less.
HTTP: `POST /v1/decisions`, one worker on the last core, 16 connections from the first; a FastAPI handler that reads the
same body and sends as many bytes, in turns. Stages: own time in batches and one by one; watching adds a little. Seed:
0, for the peer; no row is drawn.
"""

from __future__ import annotations

import csv
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from time import perf_counter, process_time

import numpy as np
from loopback import Round, Server, post, serving
from peers import plain_pipeline
from protocol import (
    Cell,
    Table,
    add_model_options,
    alone_on_one_core,
    data_file,
    machine,
    options,
    publish,
    stop,
    told,
)
from stages import watching

from classifier.artifact import load
from rules.engine import Engine
from rules.petition import Petition
from rules.rulebook import load as load_rulebook
from service.assemble import build_engine, build_triage, shelf
from service.json_form import json_bytes
from service.options import read_options
from service.settings import Settings
from service.triage import Triage

TODAY = date(2026, 1, 1)
BATCH, SMALL_BATCH = 256, 30
LENGTH, LATENCY_TEXTS, LATENCY_ROUNDS = 360, 300, 10
PASSES, ROUNDS = 3, 5
Work = Callable[[Sequence[Petition]], object]


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds by both clocks."""

    wall: float
    processor: float


@dataclass(frozen=True, slots=True)
class Turns:
    """The same work done by both, piece by piece."""

    ours: list[Took]
    peer: list[Took]

    def ratio(self, clock: str) -> list[float]:
        """How many times as long the peer took, for each piece."""
        pairs = zip(self.ours, self.peer, strict=True)
        return [getattr(peer, clock) / getattr(ours, clock) for ours, peer in pairs]


def clocked(work: Work, petitions: Sequence[Petition]) -> Took:
    wall, processor = perf_counter(), process_time()
    work(petitions)
    return Took(perf_counter() - wall, process_time() - processor)


def in_turns(ours: Work, peer: Work, pieces: Sequence[Sequence[Petition]]) -> Turns:
    """Every piece by both; who is first changes."""
    turns = Turns([], [])
    for number, piece in enumerate(pieces):
        sides = [(ours, turns.ours), (peer, turns.peer)]
        for work, times in sides if number % 2 else reversed(sides):
            times.append(clocked(work, piece))
    return turns


def pieces(petitions: Sequence[Petition], size: int) -> list[Sequence[Petition]]:
    return [petitions[start : start + size] for start in range(0, len(petitions), size)]


def whole_decision(triage: Triage) -> Work:
    """Petitions in, decisions out."""
    return lambda petitions: triage.decide(petitions, TODAY)


def whole_answer(triage: Triage) -> Work:
    """Petitions in, JSON out."""
    return lambda petitions: [json_bytes(decision) for decision in triage.decide(petitions, TODAY)]


def trained_peer(arguments: Namespace) -> Work:
    """The usual recipe, taught on the labelled messages."""
    vectorizer, machine_ = plain_pipeline()
    rows = read_csv(arguments, "messages_dev.csv")
    texts = [_petition(row).text for row in rows]
    machine_.fit(vectorizer.fit_transform(texts), [row["category"] for row in rows])
    return lambda petitions: machine_.predict(vectorizer.transform([petition.text for petition in petitions]))


def throughput(what: str, ours: Work, peer: Work, petitions: Sequence[Petition], passes: int) -> Table:
    """Texts a second, and the ratio."""
    turns = in_turns(ours, peer, pieces(petitions, BATCH) * passes)
    rows: list[tuple[Cell, ...]] = []
    for clock in ("wall", "processor"):
        rates = [
            passes * len(petitions) / sum(getattr(took, clock) for took in side) for side in (turns.ours, turns.peer)
        ]
        low, middle, high = np.quantile(turns.ratio(clock), [0.25, 0.5, 0.75])
        rows.append((clock, *rates, float(middle), f"{low:.2f} to {high:.2f}"))
    title = f"{what}, unlabelled.csv, {len(petitions):,} texts, {passes} passes"
    return Table(title, ("clock", "fenban texts/s", "peer texts/s", "ratio, median", "middle half"), rows)


def latency(what: str, ours: Work, peer: Work, petitions: Sequence[Petition]) -> Table:
    """Microseconds a text."""
    nearest = sorted(petitions, key=lambda petition: abs(len(petition.text) - LENGTH))[:LATENCY_TEXTS]
    rows: list[tuple[Cell, ...]] = []
    for name, size in (("one by one", 1), (f"batches of {SMALL_BATCH}", SMALL_BATCH)):
        turns = in_turns(ours, peer, pieces(nearest, size) * LATENCY_ROUNDS)
        for clock in ("wall", "processor"):
            sides = [[getattr(took, clock) / size * 1e6 for took in side] for side in (turns.ours, turns.peer)]
            (ours50, ours99), (peer50, peer99) = (np.percentile(side, [50, 99]).tolist() for side in sides)
            rows.append((name, clock, ours50, ours99, peer50, peer99, ours50 / peer50, ours99 / peer99))
    columns = ("how", "clock", "p50 µs", "p99 µs", "peer p50 µs", "peer p99 µs", "p50 share", "p99 share")
    return Table(f"latency of {what}, {LATENCY_TEXTS} texts of about {LENGTH} characters", columns, rows)


def stages(triage: Triage, petitions: Sequence[Petition], size: int) -> Table:
    """Own time of each stage, so many petitions at a time."""
    with watching() as watch:
        work = watch.wrapped("JSON", json_bytes)
        for piece in pieces(petitions, size):
            for decision in triage.decide(piece, TODAY):
                work(decision)
    total = sum(watch.seconds.values())
    ranked = sorted(watch.seconds.items(), key=lambda item: -item[1])
    rows: list[tuple[Cell, ...]] = [(name, took / len(petitions) * 1e6, took / total) for name, took in ranked]
    return Table(
        f"stages, {size} at a time, processor time",
        ("stage", "µs a text", "share"),
        [*rows, ("all", total / len(petitions) * 1e6, 1.0)],
    )


def start_up(settings: Settings, triage: Triage) -> Table:
    """Seconds to have each part ready, files in the cache of the system."""
    folder = shelf(settings).find(settings.model)
    assert folder is not None
    parts: dict[str, Callable[[], object]] = {
        "model": lambda: load(folder),
        "rulebook": lambda: load_rulebook(settings.pack),
        "engine": lambda: build_engine(triage.rulebook),
    }
    rows: list[tuple[Cell, ...]] = []
    for name, ready in parts.items():
        times = []
        for _ in range(3):
            start = perf_counter()
            ready()
            times.append(perf_counter() - start)
        rows.append((name, median(times), min(times)))
    return Table("loading, seconds", ("part", "median of 3", "least"), rows)


def http(triage: Triage, settings: Settings, petitions: Sequence[Petition], count: int) -> list[Table]:
    """Requests a second beside a handler that does nothing, and the memory of the service."""
    nearest = sorted(petitions, key=lambda petition: abs(len(petition.text) - LENGTH))[:count]
    requests = [post(petition) for petition in nearest]
    size = round(median(len(json_bytes(decision)) for decision in triage.decide(nearest, TODAY)))
    model, folder = str(triage.versions.model), str(settings.models_dir)
    with serving("fenban", model, folder) as ours, serving("trivial", str(size)) as peer:
        for server in (ours, peer):
            server.ask(requests[:200])
        rounds = [(ours.ask(requests), peer.ask(requests)) for _ in range(ROUNDS)]
        return [_requests(rounds, count), _memory(ours, size)]


def _requests(rounds: Sequence[tuple[Round, Round]], count: int) -> Table:
    rows: list[tuple[Cell, ...]] = []
    clocks: dict[str, Callable[[Round], float | None]] = {
        "wall": lambda round_: round_.seconds,
        "processor of the server": lambda round_: round_.busy,
    }
    for name, seconds in clocks.items():
        rates = [[r.requests / took for r in pair if (took := seconds(r))] for pair in rounds]
        if all(len(pair) == 2 for pair in rates):
            ours, peer = (median(pair[side] for pair in rates) for side in (0, 1))
            rows.append((name, ours, peer, median(pair[0] / pair[1] for pair in rates)))
    title = f"HTTP, 16 connections, one worker, {ROUNDS} rounds of {count} requests"
    return Table(title, ("clock", "fenban requests/s", "trivial requests/s", "share, median"), rows)


def _memory(server: Server, size: int) -> Table:
    rows: list[tuple[Cell, ...]] = [
        ("seconds from start to first connection", server.ready_after),
        ("resident memory after the rounds, MB", server.resident),
        ("bytes of a reply, median", size),
    ]
    return Table("the service", ("what", "value"), rows)


def read_csv(arguments: Namespace, name: str) -> list[dict[str, str]]:
    with data_file(arguments.data, name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _petition(row: dict[str, str]) -> Petition:
    return Petition(row["id"], row["text"].strip(), row["title"].strip())


def measured(arguments: Namespace, triage: Triage, settings: Settings) -> Iterator[Table]:
    """All tables, one after the other."""
    petitions = [_petition(row) for row in read_csv(arguments, "unlabelled.csv")][: arguments.rows]
    told("training the peer")
    ours, peer = whole_answer(triage), trained_peer(arguments)
    for work in (ours, peer):
        work(petitions[:500])
    told("throughput")
    yield throughput("whole decisions", whole_decision(triage), peer, petitions, arguments.passes)
    yield throughput("whole decisions and their JSON", ours, peer, petitions, arguments.passes)
    told("latency")
    yield latency("a decision", whole_decision(triage), peer, petitions)
    yield latency("a decision and its JSON", ours, peer, petitions)
    told("stages")
    yield stages(triage, petitions, BATCH)
    yield stages(triage, petitions[:1000], 1)
    yield start_up(settings, triage)
    if not arguments.no_http:
        told("HTTP")
        yield from http(triage, settings, petitions, min(2000, len(petitions)))


def main() -> None:
    """Everything on one core, but for the servers."""
    parser = options(__doc__)
    add_model_options(parser)
    parser.add_argument("--rows", type=int, help="only that many texts of unlabelled.csv")
    parser.add_argument("--passes", type=int, default=PASSES, choices=range(1, 11), metavar="1-10")
    parser.add_argument("--no-http", action="store_true", help="leave the servers out")
    arguments = parser.parse_args()
    alone_on_one_core()
    settings = read_options(None, arguments.model, arguments.models_dir)
    triage = build_triage(settings)
    if triage.classifier is None:
        raise stop("no model is active: name one with --model and --models-dir, or make one: fenban train --default")
    engine: Engine = triage.engine
    counts: dict[str, Cell] = {"model": triage.versions.model, "rules": len(triage.rulebook.rules)}
    about = {**machine(), **counts, "terms": len(engine.terms), "rulebook": triage.rulebook.digest[:12]}
    publish(arguments, __doc__, list(measured(arguments, triage, settings)), about)


if __name__ == "__main__":
    main()
