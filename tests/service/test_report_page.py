"""The evaluation report as a page: complete, self-contained, the same every time, and harmless."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from classifier.compare import compare_heads
from classifier.dataset import Example
from classifier.outcome import Outcome
from classifier.prediction import HeadPrediction, TellingWord, Trust
from rules.petition import Petition
from rules.rulebook import Rulebook
from rules.value import replace
from service.evaluation import About, Evaluation
from service.report_page import head_pages, render, write_page
from service.web.charts import Grid, Scale, floor_of
from service.web.excerpts import LENGTH, excerpt
from service.words import words

ABOUT = About("in.csv", date(2026, 11, 20), "0.1", "d" * 64, folds=3)
CODES = ("01.01", "01.02", "01.03")
NASTY = "<script>alert('停水')</script> & \"水\" https://example.invalid/x 电话13800000000"
SECTIONS = ("可靠性曲线", "覆盖率与准确率曲线", "混淆矩阵", "各类表现", "最有把握的错判", "可疑的标注")
Make = Callable[..., str]


def outcome(shift: int = 0, trust: Trust | None = None, labels: Sequence[str] = CODES) -> Outcome:
    """60 rows; every seventh is surely wrong. `shift` moves which."""
    examples, truth, predictions = [], [], []
    for n in range(60):
        own, other = labels[n % len(labels)], labels[(n + 1) % len(labels)]
        said, rival = (other, own) if (n + shift) % 7 == 0 else (own, other)
        sure = 0.99 - n / 400
        told = (TellingWord("停水", 2.0), TellingWord("水", 1.0))
        predictions.append(HeadPrediction(((said, sure), (rival, 1 - sure)), told, (said,), trust))
        examples.append(Example(Petition(f"P-{n}", f"{chr(0x4E00 + 91 * n)}{NASTY}"), {"category": own}))
        truth.append(own)
    return Outcome(tuple(examples), tuple(truth), tuple(predictions))


@pytest.fixture(scope="module")
def page(small: Rulebook) -> Make:
    def page(about: About = ABOUT, rival: Outcome | None = None, **heads: Outcome) -> str:
        outcomes = heads or {"category": outcome()}
        compared = compare_heads({"category": rival}, outcomes) if rival else {}
        return render(about, head_pages(Evaluation(about, outcomes, compared), small))

    return page


@pytest.fixture(scope="module")
def plain(page: Make) -> str:
    return page()


# ── self-contained ──────────────────────────────────────────────────────────────────────────────────────────────────


class Loads(HTMLParser):
    """Collects whatever a browser would fetch or run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "iframe", "object", "embed", "form", "base"}:
            self.found.append((tag, ""))
        self.found += [(tag, value or "") for name, value in attributes if name in {"src", "href", "action", "srcset"}]
        self.found += [(tag, name) for name, _ in attributes if name.startswith("on")]


def test_the_page_loads_and_runs_nothing(plain: str) -> None:
    loads = Loads()
    loads.feed(plain)
    assert loads.found == [("link", "data:,")]


def test_the_style_loads_nothing(plain: str) -> None:
    (style,) = re.findall(r"<style>(.*?)</style>", plain, re.S)
    assert not re.search(r"url\(|@import|//", style)


def test_no_address_stands_outside_the_text_of_petitions(plain: str) -> None:
    without = re.sub(r'<td class="said">.*?</td>', "", plain, flags=re.S)
    assert "//" not in without


def test_the_page_forbids_loading(plain: str) -> None:
    assert "default-src 'none'" in plain


def test_text_is_escaped(plain: str) -> None:
    assert "<script" not in plain
    assert "&lt;script&gt;" in plain


def test_labels_are_escaped(page: Make) -> None:
    assert "<b>x</b>" not in page(category=outcome(labels=("<b>x</b>", "y")))


def test_the_same_input_gives_the_same_page(page: Make, plain: str) -> None:
    assert page() == plain


def test_the_page_is_written_whole(small: Rulebook, tmp_path: Path, plain: str) -> None:
    write_page(tmp_path / "report.html", Evaluation(ABOUT, {"category": outcome()}, {}), small)
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == plain
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


# ── complete ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_is_there(plain: str, section: str) -> None:
    assert section in plain


def test_every_figure_has_its_tile(plain: str) -> None:
    assert all(f'title="{figure.name}"' in plain for figure in words().figures.values())


def test_the_page_says_that_it_holds_petition_text_before_any(plain: str) -> None:
    assert 0 < plain.index("本页含有信访件原文摘录") < plain.index("P-0")


def test_categories_are_shown_by_name(plain: str) -> None:
    assert "供水" in plain
    assert "城乡建设 / 供水" in plain


def test_every_head_has_its_part(page: Make) -> None:
    html = page(category=outcome(), department=outcome(labels=("水务局", "城管局")))
    assert [f'id="{name}"' in html for name in ("category", "department", "kind")] == [True, True, False]
    assert 'href="#department"' in html


def test_excerpts_are_short_and_show_the_words_that_told(plain: str) -> None:
    cells = re.findall(r'<td class="said">(.*?)</td>', plain, re.S)
    assert cells
    assert all("<mark>停水</mark>" in cell for cell in cells)
    bare = [re.sub(r"&\w+;|&#\d+;", "x", re.sub(r"<.*?>", "", cell)) for cell in cells]
    assert max(len(text.replace("…", "")) for text in bare) <= LENGTH


def test_long_numbers_are_not_shown(plain: str) -> None:
    assert "13800000000" not in plain


def test_without_mistakes_the_page_says_so(page: Make) -> None:
    one = outcome()
    html = page(category=replace(one, truth=tuple(one.guessed)))
    assert "没有错判。" in html
    assert "没有发现可疑的标注。" in html


@pytest.mark.parametrize(
    "labels", [CODES[:2], tuple(f"类{n:02}" for n in range(12)), tuple(f"类{n:02}" for n in range(50))]
)
def test_few_and_many_labels_are_drawn(page: Make, labels: tuple[str, ...]) -> None:
    html = page(category=outcome(labels=labels))
    rows = re.findall(r"<svg(?:(?!</svg>).)*混淆矩阵.*?</svg>", html, re.S)[0].count('text-anchor="end">')
    assert rows >= min(len(labels), 40)


def test_no_place_in_a_chart_is_not_a_number(page: Make) -> None:
    assert not re.search(r"\bnan\b|\binf\b|undefined", page(), re.I)


# ── gate and comparison ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_head_with_a_gate_shows_bands_and_prediction_sets(page: Make, plain: str) -> None:
    html = page(category=outcome(trust="auto"))
    assert "预测集" in html
    assert "自动分办" in html
    assert "预测集" not in plain


def test_a_comparison_shows_rows_that_flip(page: Make) -> None:
    html = page(replace(ABOUT, against="old"), rival=outcome(shift=3))
    assert "与对照模型 old 比较" in html
    assert "由错变对" in html
    assert "麦克尼马尔" in html


def test_without_another_model_nothing_is_compared(plain: str) -> None:
    assert "对照" not in plain


def test_a_model_that_saw_the_rows_is_told(page: Make, plain: str) -> None:
    assert "就是用这份数据训练的" in page(replace(ABOUT, folds=None, model="tiny", seen=("tiny",)))
    assert "就是用这份数据训练的" not in plain


# ── parts ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_excerpt_is_cut_where_the_words_stand() -> None:
    cut = excerpt("前" * 100 + "停水" + "后" * 100, ["停水"])
    assert [run.text for run in cut.runs if run.marked] == ["停水"]
    assert sum(len(run.text) for run in cut.runs) == LENGTH
    assert (cut.before, cut.after) == (True, True)


def test_a_short_text_is_shown_whole() -> None:
    cut = excerpt("家里停水\n三天", ["停水"])
    assert "".join(run.text for run in cut.runs) == "家里停水 三天"
    assert (cut.before, cut.after) == (False, False)


@pytest.mark.parametrize("text", ["", "水", "😀停水😀", "ＡＢＣ停水"])
def test_any_text_has_an_excerpt(text: str) -> None:
    assert "".join(run.text for run in excerpt(text, ["停水", "("]).runs) == text


def test_a_scale_keeps_to_its_edges() -> None:
    scale = Scale(0.9, 1, 100, 0)
    assert [scale(0.9), scale(1), scale(0.5), scale(2)] == [100, 0, 100, 0]


@pytest.mark.parametrize("low", [0, 0.5, 0.8, 0.9, 0.95, 0.99])
def test_an_axis_names_a_few_round_values(low: float) -> None:
    ticks = Scale(low, 1, 0, 1).ticks
    assert 2 <= len(ticks) <= 7
    assert (ticks[0], ticks[-1]) == (low, 1)


@pytest.mark.parametrize("values", [[], [1.0], [0.0], [0.97], [0.62, 0.9]])
def test_an_axis_begins_below_its_values(values: list[float]) -> None:
    assert 0 <= floor_of(values) <= min(values, default=0) and floor_of(values) < 1


@pytest.mark.parametrize("count", [1, 7, 8, 9, 40])
def test_a_heat_map_fits_its_drawing(count: int) -> None:
    grid = Grid(count, count + 1)
    assert grid.left + grid.cell * grid.columns <= grid.width
    assert grid.top + grid.line * grid.rows <= grid.height
