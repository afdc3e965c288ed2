"""A small pack in a folder, to break on purpose."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

FILES = {
    "pack.yaml": "name: small\n",
    "taxonomy.yaml": """\
categories:
  - code: "01"
    name: 城乡建设
    children:
      - {code: "01.01", name: 供水}
      - {code: "01.02", name: 噪音}
  - {code: "02", name: 交通}
""",
    "departments.yaml": """\
departments:
  - {code: government, name: 区政府}
  - {code: water, name: 水务局, parent: government, aliases: [自来水公司]}
  - {code: urban, name: 城管局, parent: government}
  - {code: station, name: 城管所, parent: urban, superior: government}
""",
    "duties.yaml": """\
duties:
  - {category: "01.01", lead: water, supporting: [urban]}
  - {category: "01.02", lead: urban}
  - {category: "01.02", when: {any: [广场舞]}, lead: station}
  - {category: "01", lead: government}
""",
    "policy.yaml": """\
thresholds: {auto: 0.9, suggest: 0.5}
confidence_level: 2
candidates: 5
clear_margin: 2
combination:
  agree: {answer: classifier, best_band: auto}
  same_branch: {answer: classifier, best_band: suggest}
  disagree: {answer: classifier, best_band: suggest}
  classifier_only: {answer: classifier, best_band: suggest}
  rules_only: {answer: rules, best_band: suggest}
  neither: {answer: none, best_band: review}
""",
    "keywords/water.yaml": """\
rules:
  - id: water-cut
    when: {any: [停水, 没有水], none: [通知]}
    then: {category: "01.01"}
    weight: 3
    why: 停水归供水。
    examples: {hits: [家里停水三天], misses: [工地太吵]}
""",
}
Pack = Callable[..., Path]


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    """Writes the small pack; a keyword replaces a file, as `keywords_water=...` for keywords/water.yaml."""

    def write(folder: str = "small", /, **changed: str | None) -> Path:
        root = tmp_path / folder
        names = {name.replace("/", "_").removesuffix(".yaml"): name for name in FILES}
        contents: dict[str, str | None] = {**FILES, **{names.get(key, key): text for key, text in changed.items()}}
        for name, text in contents.items():
            if text is not None:
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
        return root

    return write
