import gc
import weakref
from pathlib import Path

import pytest

from rules.errors import RulebookError
from rules.rulebook import load, packs


def problems(folder: Path) -> list[str]:
    with pytest.raises(RulebookError) as error:
        load(folder)
    return [str(problem) for problem in error.value.problems]


RULE = """\
rules:
  - id: one
    when: {any: [停水]}
    then: {category: "01.01"}
    weight: 3
    why: 停水归供水。
    examples: {hits: [家里停水三天], misses: [工地太吵]}
"""


def test_a_pack_in_a_folder_loads(pack) -> None:
    rulebook = load(pack())
    assert rulebook.name == "small"
    assert rulebook.taxonomy.path("01.01") == ("城乡建设", "供水")
    assert [rule.id for rule in rulebook.rules] == ["water-cut"]


def test_a_rulebook_that_nobody_uses_any_more_is_thrown_away(pack) -> None:
    rulebook = load(pack())
    assert rulebook.rules[0].saying.rule is rulebook.rules[0]
    rule = weakref.ref(rulebook.rules[0])
    del rulebook
    gc.collect()
    assert rule() is None


def test_every_fault_is_told_at_once_with_file_and_line(pack) -> None:
    faulty = RULE.replace('"01.01"', '"09.09"') + RULE.split("rules:\n")[1].replace("id: one", "id: one")
    told = problems(pack(keywords_water=faulty, duties='duties:\n  - {category: "07", lead: nobody}\n'))
    assert told == [
        "duties.yaml:2: no category '07'",
        "duties.yaml:2: no department 'nobody'",
        "keywords/water.yaml:8: rule id 'one' is given twice (first at keywords/water.yaml:2)",
    ]


def test_a_category_that_is_not_there_is_named_with_its_line(pack) -> None:
    assert problems(pack(keywords_water=RULE.replace("01.01", "09.09"))) == [
        "keywords/water.yaml:2: rule one: no category '09.09'"
    ]


def test_a_key_given_twice_is_refused(pack) -> None:
    told = problems(pack(keywords_water=RULE + "    weight: 2\n"))
    assert told == ["keywords/water.yaml:8: key 'weight' is given twice"]


def test_an_unquoted_code_is_refused_because_yaml_makes_a_number_of_it(pack) -> None:
    told = problems(pack(keywords_water=RULE.replace('"01.01"', "010")))
    assert told == ["keywords/water.yaml:4: rules.0.then.category: Input should be a valid string"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("weight: 3", "weight"),
        ("why: 停水归供水。", "why"),
        ("misses: [工地太吵]", "misses"),
        ("{any: [停水]}", "when"),
    ],
)
def test_a_rule_without_one_of_its_parts_is_refused(pack, wrong: str, message: str) -> None:
    replacement = {"{any: [停水]}": "{}", "misses: [工地太吵]": "misses: []"}.get(wrong, "")
    told = problems(pack(keywords_water=RULE.replace(wrong, replacement)))
    assert len(told) == 1
    assert message in told[0]
    assert told[0].startswith("keywords/water.yaml:")


def test_an_unknown_key_is_refused(pack) -> None:
    assert "Extra inputs" in problems(pack(keywords_water=RULE + "    colour: red\n"))[0]


def test_aliases_of_yaml_are_refused(pack) -> None:
    assert "aliases" in problems(pack(policy="a: &a [1]\nb: *a\n"))[0]


@pytest.mark.parametrize("text", ["rules: [", "\t- x", "rules: {a: b: c}"])
def test_a_file_that_is_no_yaml_is_told(pack, text: str) -> None:
    assert "not YAML" in problems(pack(keywords_water=text))[0]


def test_broken_utf8_is_told(pack) -> None:
    folder = pack()
    (folder / "duties.yaml").write_bytes(b"duties: \xff\xfe\n")
    assert "not UTF-8 at byte 8" in problems(folder)[0]


def test_a_policy_must_name_every_agreement(pack) -> None:
    text = (
        (pack() / "policy.yaml")
        .read_text(encoding="utf-8")
        .replace("  neither: {answer: none, best_band: review}\n", "")
    )
    assert "combination lacks neither" in problems(pack("other", policy=text))[0]


def test_an_overlay_renames_a_department_and_routes_first(pack, tmp_path: Path) -> None:
    pack()
    overlay = tmp_path / "office"
    overlay.mkdir()
    (overlay / "pack.yaml").write_text("name: office\nextends: small\ndrop_rules: [water-cut]\n", encoding="utf-8")
    (overlay / "departments.yaml").write_text("departments: [{code: water, name: 城乡水务局}]", encoding="utf-8")
    (overlay / "duties.yaml").write_text('duties: [{category: "01.02", lead: water}]', encoding="utf-8")
    rulebook = load(overlay)
    assert rulebook.departments["water"].name == "城乡水务局"
    assert rulebook.duties.rows[0].lead == "water"
    assert rulebook.rules == ()


def test_packs_in_a_circle_are_refused(pack, tmp_path: Path) -> None:
    pack("one", **{"pack": "name: one\nextends: two\n"})
    pack("two", **{"pack": "name: two\nextends: one\n"})
    assert "circle" in problems(tmp_path / "one")[0]


def test_a_pack_that_is_not_there_lists_those_that_are() -> None:
    with pytest.raises(RulebookError, match="national"):
        load("nowhere")


def test_the_digest_follows_content_and_not_comments(pack) -> None:
    first = load(pack("a")).digest
    assert (
        load(pack("b", duties="# a remark\n" + (pack("c") / "duties.yaml").read_text(encoding="utf-8"))).digest == first
    )
    assert load(pack("d", keywords_water=RULE)).digest != first


def test_national_is_shipped() -> None:
    assert "national" in packs()
