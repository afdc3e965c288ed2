import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import cast

import pytest

from rules.petition import Petition
from service.api.gathering import MOST, Gathering
from service.triage import Triage


@dataclass
class Counting:
    """Stands in for the main flow: its decision of a petition is the petition's id; it cannot decide 'bad'."""

    passes: list[int] = field(default_factory=list)

    def decide(self, petitions: Sequence[Petition], today: date) -> list[str]:
        self.passes.append(len(petitions))
        if any(petition.id == "bad" for petition in petitions):
            raise ValueError("cannot")
        return [petition.id for petition in petitions]


async def ask(flow: Counting, *ids: str) -> list[object]:
    gathering = Gathering(lambda: cast(Triage, flow))
    return list(await asyncio.gather(*(gathering.decide(Petition(i, "x")) for i in ids), return_exceptions=True))


def test_what_arrives_together_is_decided_in_one_pass_and_everyone_gets_his_own() -> None:
    flow = Counting()
    assert asyncio.run(ask(flow, "a", "b", "c")) == ["a", "b", "c"]
    assert flow.passes == [3]


def test_who_comes_while_others_wait_is_decided_with_them() -> None:
    async def one_after_the_other() -> None:
        asked = []
        for petition_id in "abcde":
            asked.append(asyncio.ensure_future(gathering.decide(Petition(petition_id, "x"))))
            await asyncio.sleep(0)
        await asyncio.gather(*asked)

    flow = Counting()
    gathering = Gathering(lambda: cast(Triage, flow))
    asyncio.run(one_after_the_other())
    assert flow.passes == [5]


def test_one_pass_is_bounded() -> None:
    flow = Counting()
    ids = [str(number) for number in range(MOST + 1)]
    assert asyncio.run(ask(flow, *ids)) == ids
    assert flow.passes == [MOST, 1]


def test_an_error_is_told_to_its_own_caller_only() -> None:
    flow = Counting()
    first, wrong, last = asyncio.run(ask(flow, "a", "bad", "c"))
    assert (first, last) == ("a", "c")
    with pytest.raises(ValueError, match="cannot"):
        raise cast(Exception, wrong)


def test_a_caller_who_left_disturbs_nobody() -> None:
    async def leave() -> object:
        flow = cast(Triage, Counting())
        gathering = Gathering(lambda: flow)
        gone, stays = (asyncio.ensure_future(gathering.decide(Petition(i, "x"))) for i in ("gone", "stays"))
        await asyncio.sleep(0)
        gone.cancel()
        return await stays

    assert asyncio.run(leave()) == "stays"
