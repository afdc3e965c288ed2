"""What monitoring sees: counts and times for Prometheus, one JSON line in the log for each request; never a text."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from time import perf_counter

from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.decision import Decision, Versions
from service.store.figures import Figures, Overruled, Period

log = logging.getLogger("fenban.requests")
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)
NO_ROUTE = "none"
"""Stands for a path that no route has: what was asked for may hold anything."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER_METHOD = "other"
"""Stands for a method that HTTP does not know: whoever asks may send any word."""


class Monitor:
    """Counts of one process since its start, and what the store knows at the moment of asking."""

    def __init__(self, figures: Figures, versions: Callable[[], Versions]) -> None:
        self.registry = CollectorRegistry()
        self._decisions = Counter(
            "fenban_decisions",
            "Decisions made since the start, by band, and how rules and model stood to each other.",
            ["band", "agreement"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "fenban_request_seconds",
            "Seconds from request to answer, by route and status.",
            ["method", "route", "status"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self.registry.register(StoreCollector(figures, versions))

    def decided(self, decisions: Iterable[Decision]) -> None:
        """Count decisions."""
        for decision in decisions:
            self._decisions.labels(decision.band, decision.verdicts.agreement).inc()

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count and time an answer, and write it to the log."""
        self._seconds.labels(method, route, str(status)).observe(seconds)
        told = {"method": method, "route": route, "status": status, "ms": round(seconds * 1e3, 1)}
        log.info("request", extra={"told": told})


class StoreCollector(Collector):
    """Asks the store when Prometheus asks."""

    def __init__(self, figures: Figures, versions: Callable[[], Versions]) -> None:
        self._figures, self._versions = figures, versions

    def describe(self) -> Iterator[Metric]:
        """Nothing beforehand: registering must not ask the store."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """The queue, the reviews, and how the last week differs from the four before it."""
        versions = self._versions()
        told = {"code": versions.code, "rulebook": versions.rulebook, "model": versions.model or "none"}
        yield InfoMetricFamily("fenban_versions", "Versions of code, rulebook and model in use.", told)
        yield from self._queue()
        yield from _reviews(self._figures.overruled())
        yield from _drift(*self._figures.periods())
        yield _shadow(self._figures.disagreements())

    def _queue(self) -> Iterator[Metric]:
        count = GaugeMetricFamily("fenban_petitions", "Petitions in the store.", labels=["state", "band"])
        age = GaugeMetricFamily("fenban_oldest_seconds", "Age of the oldest of them.", labels=["state", "band"])
        for place, waiting in self._figures.queue().items():
            count.add_metric(place, waiting.count)
            age.add_metric(place, waiting.oldest_seconds)
        yield from (count, age)


def _reviews(overruled: dict[str, Overruled]) -> Iterator[Metric]:
    count = GaugeMetricFamily(
        "fenban_reviews", "Reviews by first-level category of what was reviewed.", labels=["category", "action"]
    )
    rate = GaugeMetricFamily(
        "fenban_override_rate", "Share of reviews that did not confirm, by first-level category.", labels=["category"]
    )
    for category, told in overruled.items():
        actions = {"confirm": told.confirmed, "correct": told.corrected, "return": told.returned}
        for action, number in actions.items():
            count.add_metric((category, action), number)
        rate.add_metric((category,), 1 - told.confirmed / sum(actions.values()))
    yield from (count, rate)


def _drift(recent: Period, before: Period) -> Iterator[Metric]:
    """`shift`: half the sum of the differences of the shares by band (total variation), 0 to 1."""
    share = GaugeMetricFamily(
        "fenban_unfamiliar_share", "Share of decisions on texts with too many unknown words.", labels=["period"]
    )
    unseen = GaugeMetricFamily(
        "fenban_unseen_share", "Mean share of pairs of characters that the model does not know.", labels=["period"]
    )
    bands = GaugeMetricFamily("fenban_band_share", "Share of decisions by band.", labels=["period", "band"])
    for name, period in (("last_7_days", recent), ("28_days_before", before)):
        share.add_metric((name,), period.unfamiliar)
        unseen.add_metric((name,), period.unseen)
        for band, part in period.bands.items():
            bands.add_metric((name, band), part)
    shift = GaugeMetricFamily("fenban_band_shift", "How far the bands of the last 7 days differ from 28 days before.")
    if recent.decisions and before.decisions:
        names = recent.bands.keys() | before.bands.keys()
        shift.add_metric((), sum(abs(recent.bands.get(n, 0.0) - before.bands.get(n, 0.0)) for n in names) / 2)
    yield from (share, unseen, bands, shift)


def _shadow(disagreements: Mapping[tuple[str, str], int]) -> Metric:
    count = GaugeMetricFamily(
        "fenban_shadow_disagreements",
        "First decisions with which a shadow model disagreed.",
        labels=["shadow", "asked"],
    )
    for place, number in disagreements.items():
        count.add_metric(place, number)
    return count


class Measured:
    """Middleware that tells the monitor of every answer."""

    def __init__(self, app: ASGIApp, monitor: Monitor) -> None:
        self._app, self._monitor = app, monitor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start, status = perf_counter(), 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            route = getattr(scope.get("route"), "path", NO_ROUTE)
            method = scope["method"] if scope["method"] in METHODS else OTHER_METHOD
            self._monitor.answered(method, route, status, perf_counter() - start)


def add_metrics(app: FastAPI, monitor: Monitor) -> None:
    """`/metrics`, and the middleware that measures."""
    app.add_middleware(Measured, monitor=monitor)

    @app.get("/metrics", tags=["health"])
    def metrics() -> Response:
        """Counts and times in Prometheus' text format."""
        return Response(generate_latest(monitor.registry), media_type=CONTENT_TYPE_LATEST)


class JsonLines(logging.Formatter):
    """One JSON object a line: when, how grave, who says it, what; no arguments but those we know."""

    def format(self, record: logging.LogRecord) -> str:
        """The line. A traceback's text is left out: it may quote a petition."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        told = {"at": at, "level": record.levelname.lower(), "logger": record.name, "message": record.getMessage()}
        fault = {"fault": record.exc_info[0].__name__} if record.exc_info and record.exc_info[0] else {}
        return json.dumps(told | fault | getattr(record, "told", {}), ensure_ascii=False)


def log_as_json() -> None:
    """Everything that is logged goes to standard error as JSON lines."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
