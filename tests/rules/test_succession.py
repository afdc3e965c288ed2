"""Categories and departments that are renamed, merged, split and retired, from a day on."""

from __future__ import annotations

from datetime import date

import pytest

from rules.errors import RulebookError
from rules.rulebook import Rulebook, load

BEFORE, TURN, AFTER = date(2026, 12, 31), date(2027, 1, 1), date(2027, 6, 1)
TAXONOMY = """\
categories:
  - code: "01"
    name: 城乡建设
    children:
      - {code: "01.01", name: 供水%s}
      - {code: "01.02", name: 噪音%s}
      - {code: "01.03", name: 环境声}
      - {code: "01.04", name: 施工声}
  - {code: "02", name: 交通}
"""
DEPARTMENTS = """\
departments:
  - {code: government, name: 区政府}
  - {code: water, name: 水务局, parent: government, aliases: [自来水公司]%s}
  - {code: urban, name: 城管局, parent: government%s}
  - {code: station, name: 城管所, parent: urban, superior: government%s}
  - {code: order, name: 秩序局, parent: government}
"""
MERGED = ', until: "2027-01-01", successors: ["01.03"]'
SPLIT = ', until: "2027-01-01", successors: ["01.03", "01.04"]'
ENDED = ', until: "2027-01-01"'


def taxonomy(water: str = "", noise: str = "") -> str:
    return TAXONOMY % (water, noise)


def departments(water: str = "", urban: str = "", station: str = "") -> str:
    return DEPARTMENTS % (water, urban, station)


def problems(folder) -> list[str]:
    with pytest.raises(RulebookError) as error:
        load(folder)
    return [str(problem) for problem in error.value.problems]


# ── the rulebook of a day


def test_a_rulebook_in_which_nothing_ends_is_the_same_every_day(pack) -> None:
    book = load(pack())
    assert book.on(BEFORE) is book.on(AFTER) is book


def test_a_category_is_in_force_up_to_the_day_before_its_end(pack) -> None:
    book = load(pack(taxonomy=taxonomy(noise=MERGED)))
    assert book.on(BEFORE) is book
    assert book.on(TURN).taxonomy.gone == {"01.02": ("01.03",)}


def test_a_rule_concludes_the_one_successor(pack) -> None:
    book = load(pack(taxonomy=taxonomy(water=MERGED)))
    assert [book.on(day).rules[0].conclusion for day in (BEFORE, TURN)] == ["01.01", "01.03"]


def test_a_rule_still_concludes_what_was_split(pack) -> None:
    book = load(pack(taxonomy=taxonomy(water=SPLIT))).on(AFTER)
    assert book.rules[0].conclusion == "01.01"
    assert book.taxonomy.gone["01.01"] == ("01.03", "01.04")


def test_successors_are_followed_along_their_chain(pack) -> None:
    chain = taxonomy(water=', until: "2026-01-01", successors: ["01.02"]', noise=MERGED)
    book = load(pack(taxonomy=chain))
    assert book.on(BEFORE).taxonomy.gone == {"01.01": ("01.02",)}
    assert book.on(AFTER).taxonomy.gone == {"01.01": ("01.03",), "01.02": ("01.03",)}


def test_children_end_with_their_parent(pack) -> None:
    text = taxonomy().replace('{code: "02", name: 交通}', '{code: "02", name: 交通, until: "2027-01-01"}')
    text = text.replace(
        '- code: "01"\n    name: 城乡建设',
        '- code: "01"\n    name: 城乡建设\n    until: "2027-01-01"\n    successors: ["02"]',
    )
    told = problems(pack(taxonomy=text))
    assert told[0] == "taxonomy.yaml:2: 01: its successor '02' ends no later than it"
    book = load(pack("other", taxonomy=text.replace(', until: "2027-01-01"}', "}")))
    assert book.on(AFTER).taxonomy.gone["01.02"] == ("02",)


def test_a_duty_is_led_by_the_one_successor(pack) -> None:
    book = load(pack(departments=departments(water=', until: "2027-01-01", successors: [order]')))
    assert [book.on(day).duties.rows[0].lead for day in (BEFORE, TURN)] == ["water", "order"]


def test_a_lead_that_was_split_is_named_side_by_side(pack) -> None:
    split = ', until: "2027-01-01", successors: [order, urban]'
    row = load(pack(departments=departments(water=split))).on(AFTER).duties.rows[0]
    assert (row.lead, row.joint, row.supporting) == (None, ("order", "urban"), ())


def test_what_is_below_a_merged_department_is_below_its_successor(pack) -> None:
    book = load(pack(departments=departments(urban=', until: "2027-01-01", successors: [order]'))).on(AFTER)
    assert list(book.departments.subordinates("order")) == ["station"]
    assert "urban" not in list(book.departments.subordinates("government"))


def test_what_must_not_reach_a_department_that_was_split_reaches_no_successor(pack) -> None:
    split = ', until: "2027-01-01", successors: [order, water]'
    book = load(pack(departments=departments(station=split))).on(AFTER)
    assert list(book.departments.subordinates("station")) == ["order", "water"]


# ── names


def test_a_former_name_of_a_category_is_understood(pack) -> None:
    former = ', formerly: [{name: 自来水, until: "2025-01-01"}, {name: 吃水, until: "2020-01-01"}]'
    tree = load(pack(taxonomy=taxonomy(water=former))).taxonomy
    assert [tree.find(name) for name in ("自来水", "吃水", "城乡建设/自来水", "供水")] == ["01.01"] * 4
    assert tree.path_on("01.01", date(2019, 1, 1)) == ("城乡建设", "吃水")
    assert tree.path_on("01.01", date(2024, 1, 1)) == ("城乡建设", "自来水")
    assert tree.path_on("01.01", AFTER) == ("城乡建设", "供水")


def test_a_name_of_today_goes_before_a_former_one(pack) -> None:
    tree = load(pack(taxonomy=taxonomy(water=', formerly: [{name: 噪音, until: "2025-01-01"}]'))).taxonomy
    assert tree.find("噪音") == "01.02"


def test_a_former_name_of_a_department_is_understood(pack) -> None:
    former = ', formerly: [{name: 水利局, until: "2019-01-01"}]'
    tree = load(pack(departments=departments(water=former))).departments
    assert tree.find("水利局") == "water"
    assert [tree["water"].name_on(day) for day in (date(2018, 1, 1), AFTER)] == ["水利局", "水务局"]


def test_a_former_name_belongs_to_one_department(pack) -> None:
    former = ', formerly: [{name: 水利局, until: "2019-01-01"}]'
    told = problems(pack(departments=departments(water=former, urban=former)))
    assert told == ["departments.yaml: urban: '水利局' is a name of water too"]


def test_the_name_of_a_merged_department_finds_its_successor(pack) -> None:
    book = load(pack(departments=departments(water=', until: "2027-01-01", successors: [order]')))
    assert [book.on(day).departments.find("自来水公司") for day in (BEFORE, AFTER)] == ["water", "order"]


# ── what is refused


def test_a_rule_may_not_conclude_what_ends_without_a_successor(pack) -> None:
    told = problems(pack(taxonomy=taxonomy(water=ENDED)))
    assert "keywords/water.yaml:2: rule water-cut: '01.01' ends without a successor" in told
    assert "duties.yaml:2: '01.01' ends without a successor" in told


def test_a_retired_rule_may_conclude_what_ends_without_a_successor(pack) -> None:
    words = (pack("words") / "keywords" / "water.yaml").read_text(encoding="utf-8") + "    state: retired\n"
    told = problems(pack(taxonomy=taxonomy(water=ENDED), keywords_water=words))
    assert told == ["duties.yaml:2: '01.01' ends without a successor"]


def test_what_nothing_refers_to_may_be_retired(pack) -> None:
    duties = 'duties: [{category: "02", lead: water}]'
    book: Rulebook = load(pack(taxonomy=taxonomy(noise=ENDED), duties=duties))
    assert book.on(AFTER).taxonomy.gone == {"01.02": ()}
    assert book.taxonomy.path("01.02") == ("城乡建设", "噪音")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (departments(water=ENDED), "duties.yaml:2: 'water' ends without a successor"),
        (
            departments(urban=', until: "2027-01-01", successors: [order, water]'),
            "departments.yaml:5: station: 'urban' is split: name one of order, water",
        ),
        (departments(urban=', until: "2027-01-01", successors: [urban]'), "departments.yaml:4: urban: succeeds itself"),
        (
            departments(
                water=', until: "2027-01-01", successors: [urban]', urban=', until: "2027-02-01", successors: [water]'
            ),
            "departments.yaml:3: water: succeeds itself",
        ),
        (
            departments(water=', until: "2027-01-01", successors: [urban]', urban=', until: "2026-01-01"'),
            "departments.yaml:3: water: its successor 'urban' ends no later than it",
        ),
        (
            departments(water=', until: "2027-01-01", successors: [nobody]'),
            "departments.yaml: water: no department 'nobody'",
        ),
        (
            departments(water=", successors: [order]"),
            "departments.yaml:3: departments.1: Value error, successors need until",
        ),
        (departments(water=', until: "soon"'), "departments.yaml:3: departments.1.until: Input should be a valid date"),
    ],
)
def test_a_faulty_end_of_a_department_is_told_with_its_line(pack, text: str, message: str) -> None:
    assert any(problem.startswith(message) for problem in problems(pack(departments=text)))


def test_a_child_may_not_outlast_its_parent(pack) -> None:
    text = taxonomy(water=', until: "2028-01-01", successors: ["02"]').replace(
        "    name: 城乡建设\n", '    name: 城乡建设\n    until: "2027-01-01"\n    successors: ["02"]\n'
    )
    assert "taxonomy.yaml:7: 01.01: ends after what it is part of" in problems(pack(taxonomy=text))


def test_an_unknown_successor_of_a_category_is_told(pack) -> None:
    told = problems(pack(taxonomy=taxonomy(water=', until: "2027-01-01", successors: ["09"]')))
    assert told == ["taxonomy.yaml:5: 01.01: no category '09'"]
