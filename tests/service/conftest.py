"""A small office: its rulebook, a classifier that says what it is told, and one trained on a few dozen petitions."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from classifier.dataset import Columns, Example
from classifier.model import Classifier
from classifier.prediction import ALL, HeadPrediction, Prediction, TellingWord, Wanted
from classifier.segment import build_segmenter
from classifier.train import Knowledge, Recipe, train
from rules.engine import Engine
from rules.petition import Petition
from rules.reading import Reading
from rules.rulebook import Rulebook, load
from rules.tally import Points
from service.batch import Order, Summary, Tell, run_batch
from service.decision import Decision
from service.store.database import Database, connect, upgrade
from service.store.schema import Table
from service.store.store import Store, open_store
from service.triage import Triage
from service.words import words
from tests.postgresql import running, server_folder
from tests.service.people import Clock

TODAY = date(2026, 11, 20)
FILES = {
    "pack.yaml": "name: office\n",
    "taxonomy.yaml": """\
categories:
  - code: "01"
    name: 城乡建设
    children:
      - code: "01.01"
        name: 供水
        children:
          - {code: "01.01.01", name: 停水}
          - {code: "01.01.02", name: 水质}
      - {code: "01.02", name: 噪音}
      - {code: "01.03", name: 照明}
  - code: "02"
    name: 交通
    children:
      - {code: "02.01", name: 公交}
      - {code: "02.02", name: 道路}
      - {code: "02.99", name: 其他}
  - code: "03"
    name: 教育
    children:
      - {code: "03.01", name: 学校}
""",
    "departments.yaml": """\
departments:
  - {code: government, name: 区政府}
  - {code: water, name: 水务局, parent: government, aliases: [自来水公司]}
  - {code: urban, name: 城管局, parent: government}
  - {code: station, name: 城管所, parent: urban, superior: government}
  - {code: transport, name: 交通局, parent: government}
""",
    "duties.yaml": """\
duties:
  - category: "01.01"
    lead: water
    supporting: [urban, government]
    basis:
      - {cite: 旧供水条例第1条, source: second-hand, until: 2020-01-01}
      - {cite: 新供水条例第2条, source: verified, from: 2020-01-01}
      - {cite: 城市供水办法第3条, source: own-knowledge}
  - {category: "01.02", lead: urban}
  - {category: "01.02", when: {any: [广场舞]}, lead: station}
  - {category: "01.02", respondent: urban, lead: government}
  - {category: "01.03", lead: urban}
  - {category: "02.01", lead: transport, supporting: [urban]}
  - {category: "02.99", lead: government, review: true}
""",
    "places.yaml": """\
places:
  - {name: 青禾小区, aliases: [青禾苑], territory: 城东街道}
  - {name: 柳湾村}
""",
    "policy.yaml": """\
thresholds: {auto: 0.9, suggest: 0.5}
confidence_level: 2
candidates: 3
clear_margin: 2
combination:
  agree: {answer: classifier, best_band: auto}
  same_branch: {answer: classifier, best_band: suggest}
  disagree: {answer: classifier, best_band: suggest}
  classifier_only: {answer: classifier, best_band: suggest}
  rules_only: {answer: rules, best_band: suggest}
  neither: {answer: none, best_band: review}
""",
    "keywords/all.yaml": """\
rules:
  - id: water-cut
    when: {any: [停水, 没有水], none: [停水通知]}
    then: {category: "01.01.01"}
    weight: 3
    why: 停水归供水。
    examples: {hits: [家里停水三天], misses: [工地太吵了]}
  - id: tap-water
    when: {any: [自来水]}
    then: {category: "01.01"}
    weight: 2
    why: 自来水归供水。
    examples: {hits: [自来水的问题], misses: [工地太吵了]}
  - id: noise
    when: {any: [噪音, 广场舞]}
    then: {category: "01.02"}
    weight: 3
    why: 噪音归城管。
    examples: {hits: [楼下噪音很大], misses: [家里停水三天]}
  - id: lamp
    when: {any: [路灯, 12345热线]}
    then: {category: "01.03"}
    weight: 3
    why: 路灯归城管。
    examples: {hits: [路灯不亮了], misses: [家里停水三天]}
  - id: bus
    when: {any: [公交]}
    then: {category: "02.01"}
    weight: 3
    why: 公交归交通。
    examples: {hits: [公交太少了], misses: [家里停水三天]}
  - id: bus-stop
    when: {any: [站台]}
    then: {category: "02.01"}
    weight: 1
    why: 站台多半是公交站台。
    examples: {hits: [站台没有雨棚], misses: [家里停水三天]}
  - id: road
    when: {any: [道路]}
    then: {category: "02.02"}
    weight: 3
    why: 道路归道路。
    examples: {hits: [道路坑坑洼洼], misses: [家里停水三天]}
  - id: transport-other
    when: {any: [停车]}
    then: {category: "02.99"}
    weight: 3
    why: 停车没有自己的类。
    examples: {hits: [停车没有地方], misses: [家里停水三天]}
  - id: bribe
    when: {any: [索贿]}
    then: {kind: accusation}
    weight: 3
    why: 索贿是检举控告。
    examples: {hits: [科长向我索贿], misses: [家里停水三天]}
  - id: question
    when: {any: [请问]}
    then: {kind: inquiry}
    weight: 2
    why: 请问是咨询。
    examples: {hits: [请问怎么办理], misses: [家里停水三天]}
  - id: gas
    when: {any: [煤气泄漏]}
    then: {urgency: 特急, call: ["119"]}
    weight: 3
    why: 煤气泄漏会爆炸。
    examples: {hits: [楼道里煤气泄漏], misses: [家里停水三天]}
  - id: sinkhole
    when: {any: [塌陷]}
    then: {urgency: 加急}
    weight: 3
    why: 塌陷会伤人。
    examples: {hits: [路面塌陷一个坑], misses: [家里停水三天]}
""",
}
WATER = ("自来水停水", "水压太低", "水管爆裂", "水质发黄", "水表不准", "水费太高", "楼上漏水", "管道没有水")
NOISE = ("工地噪音", "夜间施工", "广场舞扰民", "音响太吵", "装修噪音", "打桩震动", "酒吧吵闹", "机器轰鸣")
WHERE = ("三栋的居民", "青禾小区", "柳湾村口", "学校旁边", "菜市场后面", "老街两侧")
Shares = Mapping[str, float]


@dataclass(frozen=True)
class Told:
    """A classifier that says the same of every petition."""

    prediction: Prediction
    version: str = "told-1"

    def predict(self, readings: Sequence[Reading], points: Sequence[Points], wanted: Wanted = ALL) -> list[Prediction]:
        return [self.prediction] * len(readings)


def told(telling: Sequence[str] = (), **heads: Shares) -> Told:
    """A classifier with these shares by head, likeliest first; `telling`: n-grams of its category."""
    words_of = {"category": tuple(TellingWord(gram, 1.0) for gram in telling)}
    return Told(
        Prediction(
            {
                head: HeadPrediction(tuple(sorted(shares.items(), key=lambda item: -item[1])), words_of.get(head, ()))
                for head, shares in heads.items()
            }
        )
    )


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No FENBAN_ variable of the machine, and no model of the person who runs the tests."""
    import os

    for name in [name for name in os.environ if name.startswith("FENBAN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("FENBAN_MODELS_DIR", str(tmp_path / "own-models"))


@pytest.fixture(scope="session")
def pack_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small office's rulebook as files."""
    root = tmp_path_factory.mktemp("packs") / "office"
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


@pytest.fixture(scope="session")
def small(pack_folder: Path) -> Rulebook:
    return load(pack_folder)


@pytest.fixture(scope="session")
def office(small: Rulebook) -> Callable[..., Triage]:
    """The main flow of the small office. Heads are told as `category={"01": 0.9}`; none: rules alone decide."""
    engine = Engine(small)

    def office(rulebook: Rulebook = small, telling: Sequence[str] = (), **heads: Shares) -> Triage:
        classifier = told(telling, **heads) if heads else None
        return Triage(rulebook, engine, classifier, "0.1", words().kind_names)

    return office


@pytest.fixture(scope="session")
def decide(office: Callable[..., Triage]) -> Callable[..., Decision]:
    """`decide("家里停水", category={"01.01": 0.9})`: the decision of the small office."""

    def decide(body: str, petition: Petition | None = None, today: date = TODAY, **said: Shares) -> Decision:
        (decision,) = office(**said).decide([petition or Petition("1", body)], today)
        return decision

    return decide


@pytest.fixture(scope="session")
def labelled_rows() -> list[tuple[str, str, str, str]]:
    """Title, text, category, department: 96 petitions in two classes."""
    return [
        (word, f"{place}反映{word}，请{number}日内处理", code, department)
        for number, place in enumerate(WHERE)
        for code, department, matters in (("01.01", "水务局", WATER), ("01.02", "城管局", NOISE))
        for word in matters
    ]


@pytest.fixture(scope="session")
def labelled_csv(labelled_rows: list[tuple[str, str, str, str]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("labelled") / "labelled.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("标题", "内容", "分类", "部门"))
        writer.writerows(labelled_rows)
    return path


@pytest.fixture(scope="session")
def trained(labelled_rows: list[tuple[str, str, str, str]]) -> Classifier:
    """A real classifier, trained in a moment."""
    examples = [
        Example(Petition(str(number), text, title), {"category": code})
        for number, (title, text, code, _) in enumerate(labelled_rows)
    ]
    knowledge = Knowledge(build_segmenter(), lambda petitions: [{} for _ in petitions])
    return train("tiny", examples, knowledge, Recipe(), progress=lambda _: None)[0]


@pytest.fixture
def run(office: Callable[..., Triage]) -> Callable[..., Summary]:
    """Runs a batch of the small office, by its rules alone unless another triage is handed in."""

    def run(
        source: Path,
        target: Path,
        columns: Columns | None = None,
        triage: Triage | None = None,
        tell: Tell = lambda done, total: None,
        today: date = TODAY,
    ) -> Summary:
        return run_batch(Order(source, target, columns or Columns(), today), triage or office(), tell)

    return run


# ── the store and the people at it ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def clock() -> Clock:
    """Friday, 20 November 2026, 09:00 UTC."""
    return Clock()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server of our own. Where none is installed tests are left out, but never in CI."""
    if server_folder() is None:
        if os.environ.get("CI"):
            pytest.fail("no PostgreSQL server is installed, and CI must test with one; .ci/run installs it")
        pytest.skip("no PostgreSQL server is installed (Debian: apt-get install postgresql)")
    with running(durable=False) as url:
        yield url


@pytest.fixture(scope="session")
def postgresql_database(postgresql: str) -> Iterator[Database]:
    """Our database on that server, with its schema."""
    database = connect(postgresql)
    upgrade(database)
    yield database
    database.close()


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database file with its schema, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "empty.db"
    with open_store(f"sqlite:///{path}"):
        return path


@pytest.fixture
def sqlite_store(sqlite_file: Path, tmp_path: Path, clock: Clock) -> Iterator[Store]:
    """An empty store in a file of its own: `tmp_path / "office.db"`."""
    path = tmp_path / "office.db"
    shutil.copyfile(sqlite_file, path)
    with Store.on(connect(f"sqlite:///{path}"), clock) as store:
        yield store


def empty(database: Database) -> None:
    """Remove every row; as the server's owner we may pass over the triggers that keep them."""
    names = [table.name for table in Table.metadata.sorted_tables]
    rows = "; ".join(f"DELETE FROM {name}" for name in reversed(names))
    with database.engine.begin() as connection:
        connection.exec_driver_sql(f"SET LOCAL session_replication_role = replica; {rows}")


@pytest.fixture
def postgresql_store(postgresql_database: Database, clock: Clock) -> Store:
    """An empty store on PostgreSQL."""
    empty(postgresql_database)
    return Store.on(postgresql_database, clock)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> Store:
    """An empty store, on SQLite and on PostgreSQL."""
    found: Store = request.getfixturevalue(f"{request.param}_store")
    return found
