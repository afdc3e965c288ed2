"""Decisions as JSON are the same whether msgspec or pydantic writes them."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from rules import value as values

TEXTS = [
    "小区停水三天了,物业不管。另外,楼下烧烤店噪音扰民,油烟直排。",
    "举报城管局科长王某收受商户好处费。",
    "老人昏倒在家中无人救助,请马上派人!😀",
    "咨询医保异地报销怎么办理",
    "",
]
DECIDE = f"""
import sys
if sys.argv[1] == "without":
    sys.modules["msgspec"] = None
from datetime import date
from rules.petition import Petition
from service.assemble import build_triage
from service.json_form import as_json, from_json, json_bytes
from service.options import read_options
decisions = build_triage(read_options(None, None, None)).decide(
    [Petition(str(number), text, received_at=date(2026, 1, 5)) for number, text in enumerate({TEXTS!r})],
    date(2026, 1, 6),
)
assert [from_json(as_json(one)) for one in decisions] == decisions
assert b"[" + b",".join(map(json_bytes, decisions)) + b"]" == json_bytes(decisions)
sys.stdout.buffer.write(json_bytes(decisions))
"""


@pytest.mark.skipif(values.msgspec is None, reason="msgspec has no wheel for this machine")
def test_both_ways_write_the_same_and_read_it_back() -> None:
    with_, without = (
        subprocess.run([sys.executable, "-c", DECIDE, how], capture_output=True, check=True).stdout
        for how in ("with", "without")
    )
    assert with_.decode() == without.decode()
    assert len(json.loads(with_)) == len(TEXTS)
