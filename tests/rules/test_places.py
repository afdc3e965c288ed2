"""Territory: one place names it, two or none are asked, and a name inside a longer name is not named."""

from __future__ import annotations

import pytest

from rules.engine import Engine
from rules.petition import Petition
from rules.places import LEXICON, NO_TERRITORY, Place, Places, Territory
from rules.rulebook import Rulebook

ASKED = Territory(asked=True)


def territory(text: str, rulebook: Rulebook, engine: Engine, region: str = "") -> Territory:
    match = engine.match(Petition("1", text))
    found = rulebook.places.named(match.text, match.marked(LEXICON))
    return rulebook.places.territory(found | rulebook.places.read(region))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("青禾村的路灯坏了", "青禾村"),
        ("青禾村委会把地租给了别人", "青禾村"),
        ("我家在柳河花园三栋", "柳河社区"),
        ("从前叫柳河村，现在柳河社区的楼道没人扫", "柳河社区"),
        ("新青禾村的水渠堵了", "新青禾村"),
        ("青禾二组的水渠堵了", "青禾村"),
        ("青柳产业园的厂子夜里排烟", "镇工业园管理委员会"),
        ("茶山組的水管爆了", "望山村"),
    ],
)
def test_one_place_names_its_territory(text: str, name: str, township: Rulebook, town_engine: Engine) -> None:
    assert territory(text, township, town_engine) == Territory(name)


def test_two_territories_are_a_question(township: Rulebook, town_engine: Engine) -> None:
    found = territory("青禾村和望山村争一块地", township, town_engine)
    assert found == Territory(None, ("望山村", "青禾村"), asked=True)


def test_a_longer_name_does_not_hide_the_shorter_one_elsewhere(township: Rulebook, town_engine: Engine) -> None:
    found = territory("新青禾村的人占了青禾村的地", township, town_engine)
    assert found.candidates == ("新青禾村", "青禾村") and found.asked


def test_a_name_that_two_places_share_is_a_question(township: Rulebook, town_engine: Engine) -> None:
    assert territory("老街的石板松了", township, town_engine) == Territory(None, ("石桥村", "石桥社区"), asked=True)


def test_a_full_name_beside_a_shared_one_is_still_a_question(township: Rulebook, town_engine: Engine) -> None:
    assert territory("石桥村老街的石板松了", township, town_engine).asked


def test_no_place_is_a_question_where_the_office_has_places(township: Rulebook, town_engine: Engine) -> None:
    assert territory("路灯坏了", township, town_engine) == ASKED


def test_an_office_without_places_never_asks(national: Rulebook, engine: Engine) -> None:
    assert territory("青禾村的路灯坏了", national, engine) == NO_TERRITORY
    assert territory("路灯坏了", national, engine, "某县青禾镇") == NO_TERRITORY


@pytest.mark.parametrize(("region", "name"), [("青禾镇青禾村", "青禾村"), ("某县某镇 新青禾村", "新青禾村")])
def test_the_region_of_the_caller_names_a_place(
    region: str, name: str, township: Rulebook, town_engine: Engine
) -> None:
    assert territory("路灯坏了", township, town_engine, region) == Territory(name)


def test_a_region_that_contradicts_the_text_is_a_question(township: Rulebook, town_engine: Engine) -> None:
    assert territory("柳河社区的路灯坏了", township, town_engine, "青禾村").asked


def test_a_place_and_the_territory_it_belongs_to_are_one() -> None:
    places = Places(places=(Place(name="东岸街道"), Place(name="青禾社区", territory="东岸街道")))
    assert places.territory({"东岸街道", "青禾社区"}) == Territory("东岸街道")


def test_names_are_found_however_they_are_written() -> None:
    places = Places(places=(Place(name="Ｅ区", aliases=("灣頭村",)),))
    assert places.territory({"灣頭村"}) == Territory("Ｅ区")
    assert places.read("湾头村") == {"湾头村"}
    assert places.territory(places.read("在e区")) == Territory("Ｅ区")


def test_a_name_that_nobody_knows_says_nothing() -> None:
    assert Places(places=(Place(name="青禾村"),)).territory({"无名村"}) == ASKED
