"""Decides together what arrives together: one pass over several petitions costs less than a pass for each."""

from __future__ import annotations

from asyncio import Future, get_running_loop
from collections.abc import Callable, Sequence
from datetime import date

from rules.petition import Petition
from service.decision import Decision
from service.triage import Triage

QUIET = 2
"""Turns of the event loop that bring nobody new before a pass begins: two turns lead from a socket to `decide`, and one
pass over all who are on their way costs a quarter less than one for each small group of them.
"""
MOST = 32
"""Petitions decided in one pass, so that nobody waits long for others."""
Waiting = tuple[Petition, "Future[Decision]"]


class Gathering:
    """Petitions that wait until nobody new comes. Belongs to one loop; not for threads."""

    def __init__(self, triage: Callable[[], Triage]) -> None:
        """`triage` gives the main flow in force at this moment."""
        self._triage = triage
        self._waiting: list[Waiting] = []

    async def decide(self, petition: Petition) -> Decision:
        """The decision, made with whatever else is coming in."""
        loop = get_running_loop()
        future: Future[Decision] = loop.create_future()
        self._waiting.append((petition, future))
        if len(self._waiting) == 1:
            loop.call_soon(self._turn, 0, 0)
        return await future

    def _turn(self, known: int, quiet: int) -> None:
        """`known` waited a turn ago; for `quiet` turns nobody has come."""
        count = len(self._waiting)
        quiet = quiet + 1 if count == known else 0
        if quiet < QUIET and count < MOST:
            get_running_loop().call_soon(self._turn, count, quiet)
            return
        waiting, self._waiting = self._waiting, []
        for start in range(0, len(waiting), MOST):
            self._answer(waiting[start : start + MOST])

    def _answer(self, waiting: Sequence[Waiting]) -> None:
        """An error of one petition is told to its caller; the others are decided without it."""
        try:
            decisions = self._triage().decide([petition for petition, _ in waiting], date.today())
        except Exception as error:
            if len(waiting) > 1:
                for one in waiting:
                    self._answer([one])
            elif not waiting[0][1].done():
                waiting[0][1].set_exception(error)
            return
        for (_, future), decision in zip(waiting, decisions, strict=True):
            if not future.done():
                future.set_result(decision)
