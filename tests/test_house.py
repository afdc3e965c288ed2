"""What keeps the house in order: who imports whom, how long things may be, what they may be called."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("rules", "classifier", "service", "models")
LONGEST_FUNCTION, MOST_PARAMETERS, LONGEST_MODULE = 40, 5, 300
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager", "processor"}
TYPES_OF_ARRAYS = {"Ints", "Floats", "Flags", "Indices"}
Function = ast.FunctionDef | ast.AsyncFunctionDef
MODULES = sorted(path.relative_to(ROOT).as_posix() for name in PACKAGES for path in (ROOT / name).rglob("*.py"))


def parsed(name: str) -> ast.Module:
    return ast.parse((ROOT / name).read_text(encoding="utf-8"))


def functions(name: str) -> Iterator[Function]:
    return (node for node in ast.walk(parsed(name)) if isinstance(node, Function))


def parameters(function: Function) -> list[str]:
    """Names of the parameters; what Python hands in itself (self, cls) does not count."""
    given = function.args
    named = [part.arg for part in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    stars = [part.arg for part in (given.vararg, given.kwarg) if part]
    return [name for name in (*named, *stars) if name not in ("self", "cls")]


def is_command(name: str, function: Function) -> bool:
    """Whether Typer reads it: the options of a command are its parameters."""
    return re.fullmatch(r"service/cli(_\w+)?\.py", name) is not None and not function.name.startswith("_")


def is_loop(function: Function) -> bool:
    """Whether it is compiled: numba looks longer at a value that holds arrays than a text takes."""
    return bool(called(function)) or any(
        isinstance(one, ast.Name) and one.id in {"compiled", "inlined"} for one in function.decorator_list
    )


def called(function: Function) -> set[str]:
    """Names of the compiled functions of other files that it says it calls."""
    calls = [one for one in function.decorator_list if isinstance(one, ast.Call) and ast.unparse(one.func) == "calling"]
    return {ast.unparse(name) for one in calls for name in one.args}


# ── who imports whom ────────────────────────────────────────────────────────────────────────────────────────────────


def lint_imports(config: Path) -> subprocess.CompletedProcess[str]:
    command = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    options = ["--config", str(config), "--no-cache"]
    return subprocess.run(
        [sys.executable, "-c", command, *options], cwd=ROOT, capture_output=True, text=True, timeout=60
    )


def test_import_contracts_are_kept() -> None:
    ended = lint_imports(ROOT / "pyproject.toml")
    assert ended.returncode == 0, ended.stdout
    assert "0 broken" in ended.stdout


def test_a_broken_import_contract_is_noticed(tmp_path: Path) -> None:
    config = tmp_path / "broken.toml"
    config.write_text(
        """
[tool.importlinter]
root_packages = ["rules", "classifier", "service", "models"]
[[tool.importlinter.contracts]]
name = "the wrong way round"
type = "layers"
layers = ["rules", "classifier", "service"]
""",
        encoding="utf-8",
    )
    ended = lint_imports(config)
    assert ended.returncode == 1
    assert "the wrong way round BROKEN" in ended.stdout


def test_every_package_is_under_contract() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        linter = tomllib.load(file)["tool"]["importlinter"]
    assert set(linter["root_packages"]) == set(PACKAGES)


# ── how long things may be ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", MODULES)
def test_a_module_is_short(name: str) -> None:
    assert len((ROOT / name).read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE


@pytest.mark.parametrize("name", MODULES)
def test_functions_are_short(name: str) -> None:
    lengths = {function.name: (function.end_lineno or 0) - function.lineno + 1 for function in functions(name)}
    assert {key: length for key, length in lengths.items() if length > LONGEST_FUNCTION} == {}


@pytest.mark.parametrize("name", MODULES)
def test_functions_take_few_parameters(name: str) -> None:
    many = {
        function.name: parameters(function)
        for function in functions(name)
        if not is_command(name, function) and not is_loop(function)
    }
    assert {key: names for key, names in many.items() if len(names) > MOST_PARAMETERS} == {}


@pytest.mark.parametrize("name", [name for name in MODULES if any(map(is_loop, functions(name)))])
def test_all_that_is_compiled_into_a_loop_stands_in_files_that_are_looked_at(name: str) -> None:
    """numba knows what it keeps on disk by that file alone, `calling` by those of the functions named: code of another
    would live on after that has changed.
    """
    ours = [node for node in ast.walk(parsed(name)) if isinstance(node, ast.ImportFrom) and _is_ours(node.module)]
    names = set[str]().union(*map(called, functions(name)))
    looked_at = {node.module for node in ours if any(alias.name in names for alias in node.names)}
    others = {alias.name for node in ours if node.module not in looked_at for alias in node.names}
    assert others <= {"compiled", "inlined", "calling", *TYPES_OF_ARRAYS}


def _is_ours(module: str | None) -> bool:
    return module is not None and module.split(".")[0] in PACKAGES


# ── what things are called, and what they say ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", MODULES)
def test_a_module_opens_with_a_docstring(name: str) -> None:
    assert (ast.get_docstring(parsed(name)) or "").strip()


@pytest.mark.parametrize("name", MODULES)
def test_a_module_is_called_by_what_it_holds(name: str) -> None:
    assert FORBIDDEN_NAMES.isdisjoint(Path(name).with_suffix("").parts)


@pytest.mark.parametrize("name", MODULES)
def test_text_for_clerks_is_not_in_the_code(name: str) -> None:
    """Chinese stands in YAML and templates; docstrings, and the few samples named here, may show it."""
    tree = parsed(name)
    shown = {id(value) for node in ast.walk(tree) for value in _docstrings(node)}
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in shown]
    found = [text for text in texts if isinstance(text, str) and re.search("[一-鿿]", text)]
    assert [text for text in found if not _allowed(name, text)] == []


def _docstrings(node: ast.AST) -> Iterator[ast.Constant]:
    """Constants that stand as statements of their own: docstrings of modules, classes, functions, values."""
    for statement in getattr(node, "body", []) if isinstance(getattr(node, "body", []), list) else []:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            yield statement.value


CHINESE = {
    "classifier/dataset.py": r"[一-鿿]{2,6}|%Y年%m月%d日",
    "classifier/segment.py": r"\[一-鿕\]\{2,8\}",
    "rules/clocks.py": "日|工作日",
    "rules/rule.py": "特急|加急|一般",
    "service/api/app.py": "分办 fenban( API)?",
    "service/api/schemas.py": "(?s).*小区.*",
    "service/cli.py": "(?s)分办 fenban: .*",
    "service/doctor.py": "(?s)小区门口.*",
}
"""Column names of offices, units of days, levels of urgency, the name of the product, and two samples."""


def _allowed(name: str, text: str) -> bool:
    return name in CHINESE and re.fullmatch(CHINESE[name], text) is not None


def empty_texts(value: Any, place: str = "") -> list[str]:
    """Places of an empty text, or of no text, in a tree."""
    if isinstance(value, dict):
        return [found for key, part in value.items() for found in empty_texts(part, f"{place}.{key}".lstrip("."))]
    return [] if isinstance(value, str) and value.strip() else [place]


def test_no_word_for_clerks_is_empty() -> None:
    text = yaml.safe_load((ROOT / "service" / "words.yaml").read_text(encoding="utf-8"))
    assert empty_texts(text) == []


def test_tests_have_no_init_files() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []
