"""A few dozen short petitions in two classes, enough to train on in a moment."""

from __future__ import annotations

import pytest

from classifier.dataset import Example
from rules.petition import Petition

WATER = ["自来水停水", "水压太低", "水管爆裂", "水质发黄", "水表不准", "水费太高", "楼上漏水", "管道没有水"]
NOISE = ["工地噪音", "夜间施工", "广场舞扰民", "音响太吵", "装修噪音", "打桩震动", "酒吧吵闹", "机器轰鸣"]
WHERE = ["三栋的居民", "青禾小区", "柳湾村口", "学校旁边", "菜市场后面", "老街两侧"]


@pytest.fixture(scope="session")
def examples() -> list[Example]:
    made = []
    for number, place in enumerate(WHERE):
        for label, words in (("01.01", WATER), ("01.02", NOISE)):
            for word in words:
                petition = Petition(f"{number}-{word}", f"{place}反映{word}，请{number}日内处理", title=word)
                made.append(
                    Example(petition, {"category": label, "department": "水务" if label == "01.01" else "城管"})
                )
    return made
