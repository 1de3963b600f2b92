"""The DAG files: light to read, joined the right way round, and a gate that stops."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import types
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ingestion.ingest import Ingestion, ingest_file
from pipeline.schedules import fetch_schedules

REPOSITORY = Path(__file__).resolve().parents[2]
DAGS = REPOSITORY / "dags"
HEAVY = ["dbt", "duckdb", "great_expectations", "numpy", "pandas", "pyarrow", "typst"]

# Read by a process of its own, as Airflow's DAG processor does: what is imported there is imported
# every time a DAG file is parsed and every time a task starts.
DESCRIBE = """
import json, sys
from airflow.dag_processing.dagbag import BundleDagBag
from airflow.serialization.serialized_objects import DagSerialization
from datetime import UTC, datetime
from pathlib import Path

before = set(sys.modules)
folder = Path(sys.argv[1])
bag = BundleDagBag(dag_folder=folder, bundle_path=folder, bundle_name="dags-folder",
                   safe_mode=True, load_op_links=False)
heavy = sorted({name.split(".")[0] for name in sys.modules} & set(json.loads(sys.argv[2])))

def assets(condition):
    return sorted(a.name for a in getattr(condition, "objects", [condition]))

def clocks(timetable):
    # alone, several, or beside assets
    inner = getattr(timetable, "timetable", None)
    found = list(getattr(timetable, "timetables", [])) + ([inner] if inner else [])
    return found or ([timetable] if hasattr(timetable, "expression") else [])

dags = {}
for dag in bag.dags.values():
    written = DagSerialization.to_dict(dag)
    timetable = dag.timetable
    dags[dag.dag_id] = {
        "started_by": assets(timetable.asset_condition)
                      if timetable.asset_condition else [],
        "partitioned": type(timetable).__name__ == "PartitionedAssetTimetable",
        "mappers": [type(m).__name__ for m in
                    getattr(timetable, "partition_mapper_config", {}).values()],
        "crons": [t.expression for t in clocks(timetable)],
        "timezones": sorted({str(t.timezone) for t in clocks(timetable)}),
        "catchup": dag.catchup,
        "max_active_runs": dag.max_active_runs,
        "tags": sorted(dag.tags),
        "doc": dag.doc_md or "",
        "serialized": bool(written),
        "tasks": {
            task.task_id: {
                "upstream": sorted(task.upstream_task_ids),
                "mapped": type(task).__name__ == "DecoratedMappedOperator",
                "owner": task.owner,
                "retries": task.retries,
                "backoff": task.retry_exponential_backoff,
                "pool": task.pool,
                "trigger_rule": task.trigger_rule.value,
                "outlets": sorted(o.name for o in (task.outlets or [])),
            }
            for task in dag.tasks
        },
    }
print("RESULT" + json.dumps({"errors": bag.import_errors, "heavy": heavy, "dags": dags}))
"""


def describe(home: Path, **environment: str) -> dict[str, Any]:
    env = {key: value for key, value in os.environ.items() if not key.startswith("AIRFLOW_")}
    answer = subprocess.run(
        [sys.executable, "-c", DESCRIBE, str(DAGS), json.dumps(HEAVY)],
        env=env
        | {
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "PYTHONPATH": str(REPOSITORY),
        }
        | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert answer.returncode == 0, answer.stderr[-3000:]
    line = next(x for x in answer.stdout.splitlines() if x.startswith("RESULT"))
    found: dict[str, Any] = json.loads(line.removeprefix("RESULT"))
    return found


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return describe(tmp_path_factory.mktemp("airflow"))


@pytest.fixture(scope="module")
def dags(read: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = read["dags"]
    return found


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The DAGs where nothing starts by itself."""
    off = {"SANDAN_INGEST_CRON": "none", "SANDAN_FETCH_CRON": "none"}
    found: dict[str, Any] = describe(tmp_path_factory.mktemp("quiet"), **off)["dags"]
    return found


def test_every_file_can_be_read_and_nothing_heavy_comes_with_it(read: dict[str, Any]) -> None:
    assert read["errors"] == {}
    chain = {"sandan_ingest", "sandan_build", "sandan_gate", "sandan_publish"}
    fetched = {f"sandan_fetch__{schedule.dataset}" for schedule in fetch_schedules()}
    assert set(read["dags"]) == chain | fetched | {"sandan_freshness"}
    assert read["heavy"] == []
    assert all(dag["serialized"] for dag in read["dags"].values())


def test_each_dag_is_started_by_what_the_one_before_announces(dags: dict[str, Any]) -> None:
    chain = [
        ("sandan_ingest", "finish", "sandan_landed", "sandan_build"),
        ("sandan_build", "build", "sandan_candidate", "sandan_gate"),
        ("sandan_gate", "gate", "sandan_audited", "sandan_publish"),
    ]
    for producer, task, asset, consumer in chain:
        outlets = {t: v["outlets"] for t, v in dags[producer]["tasks"].items() if v["outlets"]}
        assert outlets == {task: [asset]}
        assert dags[consumer]["started_by"] == [asset]
        # The quarter travels as the partition key, unchanged.
        assert dags[consumer]["partitioned"]
        assert dags[consumer]["mappers"] == ["IdentityMapper"]
    assert dags["sandan_publish"]["tasks"]["switch"]["outlets"] == ["sandan_release"]


def test_nothing_is_published_but_through_the_gate(dags: dict[str, Any]) -> None:
    producers = {
        asset: (dag_id, task_id)
        for dag_id, dag in dags.items()
        for task_id, task in dag["tasks"].items()
        for asset in task["outlets"]
    }
    assert producers["sandan_audited"] == ("sandan_gate", "gate")
    assert [d for d, dag in dags.items() if "switch" in dag["tasks"]] == ["sandan_publish"]
    assert dags["sandan_publish"]["started_by"] == ["sandan_audited"]


def test_edges_inside_the_dags(dags: dict[str, Any]) -> None:
    ingest = dags["sandan_ingest"]["tasks"]
    assert ingest["ingest_batch"]["mapped"] and ingest["ingest_batch"]["upstream"] == ["discover"]
    assert ingest["finish"]["upstream"] == ["ingest_batch"]
    # An empty inbox skips the mapped task; a crashed one must not pass for a complete quarter.
    assert ingest["finish"]["trigger_rule"] == "none_failed"
    publish = dags["sandan_publish"]["tasks"]
    assert publish["assemble"]["upstream"] == []
    # What is rendered is part of the immutable release: before the switch, never after.
    assert publish["render"]["upstream"] == ["assemble"]
    assert publish["seal"]["upstream"] == ["render"]
    # What is signed off is sealed before; what is switched waited for its sign-off and its time.
    assert publish["approve"]["upstream"] == ["seal"]
    assert publish["embargo"]["upstream"] == ["approve", "seal"]
    assert publish["embargo"]["trigger_rule"] == "none_failed"
    assert publish["switch"]["upstream"] == ["embargo", "seal"]
    assert publish["switch"]["trigger_rule"] == "all_success"
    assert publish["after"]["upstream"] == ["switch"]


def test_one_process_at_a_time_holds_duckdb(dags: dict[str, Any]) -> None:
    from pipeline.embedded.run import DUCKDB_POOL, POOLS

    pooled = {t for dag in dags.values() for t, v in dag["tasks"].items() if v["pool"] == "duckdb"}
    fetching = {
        v["pool"] for name, dag in dags.items() for t, v in dag["tasks"].items() if t == "fetch"
    }
    assert fetching == {"fetch"} and set(POOLS) == {"duckdb", "fetch"}
    assert DUCKDB_POOL == "duckdb" and {"build", "gate", "assemble"} <= pooled
    assert "ingest_batch" not in pooled
    compose = (REPOSITORY / "docker-compose.yml").read_text()
    for name, (slots, _) in POOLS.items():
        assert f"airflow pools set {name} {slots} " in compose


def test_retries_help_where_they_can_and_nowhere_else(
    dags: dict[str, Any], quiet: dict[str, Any]
) -> None:
    # A killed process: a verdict ends the task for good.
    assert dags["sandan_gate"]["tasks"]["gate"]["retries"] == 1
    assert dags[FETCH.partition(":")[2]]["tasks"]["fetch"]["retries"] == 2
    assert quiet[FETCH.partition(":")[2]]["tasks"]["fetch"]["retries"] == 1
    for task in dags["sandan_ingest"]["tasks"].values():
        assert task["retries"] == 2 and task["backoff"] >= 2
    for name in ("sandan_build", "sandan_publish"):
        assert all(
            t["retries"] == (0 if n == "after" else 1) for n, t in dags[name]["tasks"].items()
        )


def test_everything_has_an_owner_and_says_what_it_is_in_both_languages(
    dags: dict[str, Any],
) -> None:
    for dag_id, dag in dags.items():
        assert "**한국어**" in dag["doc"] and "**English**" in dag["doc"], dag_id
        assert "sandan" in dag["tags"] and len(dag["tags"]) >= 2
        # A release may wait for days; a newer candidate must not stand behind it.
        assert dag["max_active_runs"] == (4 if dag_id == "sandan_publish" else 1)
        assert not dag["catchup"]
        # A role, not Airflow's default and not a person.
        assert {task["owner"] for task in dag["tasks"].values()} <= {
            "data-engineering",
            "analytics-engineering",
            "data-quality",
            "publication",
        }


def test_the_clock_is_korean_and_can_be_switched_off(
    dags: dict[str, Any], quiet: dict[str, Any]
) -> None:
    assert dags["sandan_ingest"]["crons"] == ["10 9 * * *"]
    assert {zone for dag in dags.values() for zone in dag["timezones"]} == {"Asia/Seoul"}
    assert all(not dag["crons"] for dag in quiet.values())


def test_publishers_are_asked_when_their_contracts_say(dags: dict[str, Any]) -> None:
    for schedule in fetch_schedules():
        dag = dags[f"sandan_fetch__{schedule.dataset}"]
        assert dag["crons"] == list(schedule.crons)
        assert schedule.note_ko in dag["doc"] and schedule.note_en in dag["doc"]
        assert dag["tasks"]["person"]["upstream"] == ["fetch"]
    # What came, fetched or dropped by a person, starts the ingestion at once.
    for task in dags["sandan_fetch__kicox__industrial_trend"]["tasks"].values():
        assert task["outlets"] == ["sandan_arrived"]
    assert dags["sandan_ingest"]["started_by"] == ["sandan_arrived"]


# ---------------------------------------------------------------------------- what tasks do


class Events(dict[Any, Any]):
    """Outlet events: one record for each asset asked for."""

    def __missing__(self, asset: Any) -> Any:
        event = types.SimpleNamespace(extra={}, keys=[])
        event.add_partitions = event.keys.append
        self[asset] = event
        return event


#: Where the functions are that the tasks of a DAG call; elsewhere in `build_step`.
LOGIC = {"sandan_ingest": "ingest_step", "sandan_gate": "gate_step"}


@pytest.fixture
def task_of(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., tuple[Callable[..., Any], dict[str, Any]]]:
    """The function of a task with stand-ins for its context and the steps."""
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    monkeypatch.setenv("SANDAN_HOME", str(tmp_path))
    monkeypatch.syspath_prepend(str(DAGS))

    def make(
        module: str, task_id: str, events: dict[str, dict[str, Any]] | None = None, **steps: Any
    ) -> tuple[Callable[..., Any], dict[str, Any]]:
        import importlib

        module, _, dag_name = module.partition(":")
        loaded = importlib.import_module(module)
        common = importlib.import_module("sandan_common")
        pushed: dict[str, Any] = {}
        context: dict[str, Any] = {
            "params": {},
            "dag_run": types.SimpleNamespace(partition_key=None),
            "outlet_events": Events(),
            "pushed": pushed,
            "ti": types.SimpleNamespace(xcom_push=pushed.__setitem__),
            "triggering_asset_events": {
                getattr(common, name): [types.SimpleNamespace(timestamp=1, extra=extra)]
                for name, extra in (events or {}).items()
            },
        }
        monkeypatch.setattr(loaded, "get_current_context", lambda: context)
        logic = "fetching" if dag_name else LOGIC.get(module, "build_step")
        stand_in = types.ModuleType(f"pipeline.{logic}")
        for name, step in steps.items():
            setattr(stand_in, name, step)
        monkeypatch.setitem(sys.modules, f"pipeline.{logic}", stand_in)
        monkeypatch.setattr(f"pipeline.{logic}", stand_in, raising=False)
        dag = getattr(loaded, dag_name or "dag")
        return dag.get_task(task_id).python_callable, context

    return make


def test_a_stop_fails_the_gate_with_the_summary_and_announces_nothing(task_of: Any) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    verdict = {"verdict": "stop", "summary": ["one", "two", "three"]}
    gate, context = task_of(
        "sandan_gate",
        "gate",
        {"CANDIDATE": {"build_id": "b1", "period": "2026-Q1"}},
        gate=lambda _settings, build_id: verdict | {"build_id": build_id},
    )
    # AirflowFailException: failed for good, whatever retries say.
    with pytest.raises(AirflowFailException, match="one\ntwo\nthree"):
        gate()
    assert not context["outlet_events"]
    assert context["pushed"]["return_value"]["build_id"] == "b1"


@pytest.mark.parametrize("word", ["pass", "pass_with_warnings"])
def test_a_pass_hands_the_build_on(task_of: Any, word: str) -> None:
    gate, context = task_of(
        "sandan_gate",
        "gate",
        {"CANDIDATE": {"build_id": "b1", "period": "2026-Q1"}},
        gate=lambda _settings, _build: {"verdict": word, "summary": []},
    )
    assert gate()["verdict"] == word
    (event,) = context["outlet_events"].values()
    assert event.extra == {"build_id": "b1", "period": "2026-Q1", "verdict": word}
    assert event.keys == ["2026-Q1"]


def test_by_hand_the_build_must_be_named(task_of: Any) -> None:
    gate, context = task_of("sandan_gate", "gate", gate=lambda _s, build: {"verdict": build})
    with pytest.raises(ValueError, match="build_id"):
        gate()
    context["params"]["build_id"] = "b7"
    # Without its quarter the verdict would be given and nothing would follow, silently.
    with pytest.raises(Exception, match="partition key"):
        gate()
    context["dag_run"].partition_key = "2026-Q1"
    assert gate()["verdict"] == "b7"


def test_a_build_announces_the_quarter_it_built(task_of: Any) -> None:
    built = {"build_id": "b1", "period": "2026-Q2", "status": "built"}
    build, context = task_of("sandan_build", "build", build=lambda _settings: built)
    assert build() == built
    (event,) = context["outlet_events"].values()
    assert event.keys == ["2026-Q2"] and event.extra == built


def test_nothing_new_announces_nothing_and_keeps_the_summary(task_of: Any) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    finish, context = task_of(
        "sandan_ingest",
        "finish",
        finish_ingest=lambda _s, outcomes: {"has_new": False, "seen": len(outcomes)},
    )
    with pytest.raises(AirflowSkipException):
        finish(None)
    assert not context["outlet_events"]
    assert context["pushed"]["return_value"] == {"has_new": False, "seen": 0}


def test_something_new_announces_its_quarter(task_of: Any) -> None:
    finish, context = task_of(
        "sandan_ingest",
        "finish",
        finish_ingest=lambda _s, outcomes: {
            "has_new": True,
            "partition": "2026-Q1",
            "landed": len(outcomes),
        },
    )
    finish([[[{"status": "landed"}], []], [[{"status": "landed"}, {"status": "landed"}]]])
    (event,) = context["outlet_events"].values()
    assert event.keys == ["2026-Q1"] and event.extra == {"landed": 3}


FETCH = "sandan_fetch:sandan_fetch__kicox__industrial_trend"


def fetched(status: str, **more: Any) -> Callable[..., dict[str, Any]]:
    result = {
        "status": status,
        "files": [],
        "message": "in English",
        "message_ko": "한국어",
        **more,
    }
    return lambda _settings, dataset, since: {**result, "dataset": dataset, "since": since}


def test_a_fetch_returns_what_came(task_of: Any) -> None:
    fetch, context = task_of(FETCH, "fetch", fetch_for_run=fetched("fetched"))
    context["params"]["since"] = "2021-01"
    assert fetch("kicox__x") == {
        "status": "fetched",
        "files": [],
        "message": "in English",
        "message_ko": "한국어",
        "dataset": "kicox__x",
        "since": "2021-01",
    }


def test_what_came_before_the_quota_was_spent_is_announced(task_of: Any) -> None:
    fetch, context = task_of(FETCH, "fetch", fetch_for_run=fetched("stopped", files=["a.zip"]))
    assert fetch("kicox__x")["files"] == ["a.zip"] and "return_value" not in context["pushed"]


@pytest.mark.parametrize(
    ("result", "error"),
    [
        (fetched("no_data"), "AirflowSkipException"),
        (fetched("person_needed"), "AirflowSkipException"),
        # the day's calls are used up: the next run goes on from there
        (fetched("stopped"), "AirflowSkipException"),
        (fetched("no_key"), "AirflowFailException"),
        (fetched("failed", retriable=False), "AirflowFailException"),
        (fetched("failed", retriable=True), "AirflowException"),
    ],
)
def test_what_did_not_come_is_told_and_announced_to_nobody(
    task_of: Any, result: Any, error: str
) -> None:
    fetch, context = task_of(FETCH, "fetch", fetch_for_run=result)
    with pytest.raises(Exception, match="in English / 한국어") as raised:
        fetch("kicox__x")
    assert type(raised.value).__name__ == error
    assert context["pushed"]["return_value"]["dataset"] == "kicox__x"


def test_by_hand_nobody_waits_for_the_second_chance_of_a_publisher(
    task_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SANDAN_FETCH_CRON", "none")
    fetch, _ = task_of(FETCH, "fetch", fetch_for_run=fetched("failed", retriable=True))
    with pytest.raises(Exception, match="in English") as raised:
        fetch("kicox__x")
    assert type(raised.value).__name__ == "AirflowFailException"


def test_the_sensor_waits_for_the_file_of_its_dataset(task_of: Any) -> None:
    answers = iter([None, "산업동향_20260630.xlsx"])
    asked: list[tuple[str, str, list[str]]] = []

    def arrived(_settings: Any, dataset: str, since: str, awaited: list[str]) -> str | None:
        asked.append((dataset, since, awaited))
        return next(answers)

    person, context = task_of(FETCH, "person", arrived=arrived)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    told = {"status": "person_needed", "at": at, "awaited": ["uddi:1"]}
    context["ti"].xcom_pull = lambda task_ids: told
    assert not person("kicox__x").is_done
    found = person("kicox__x")
    assert found.is_done and found.xcom_value == "산업동향_20260630.xlsx"
    assert asked == [("kicox__x", at, ["uddi:1"])] * 2


def test_the_sensor_gives_way_to_the_next_run_and_tells_every_three_weeks(task_of: Any) -> None:
    """One run at a time: while it waits no other can fetch what can be had."""
    found: list[str | None] = [None]
    person, context = task_of(FETCH, "person", arrived=lambda *_, **__: found[-1])
    told = {"status": "person_needed", "message": "in English", "message_ko": "한국어"}
    context["ti"].xcom_pull = lambda task_ids: told
    # In the window of 2026-Q1 there is a run every day at 8:10 in Korea.
    told |= {"at": "2026-05-04T23:10:05+00:00", "awaited_since": "2026-05-01T00:00:00+00:00"}
    with pytest.raises(Exception, match="다음 실행") as raised:
        person("kicox__x")
    assert type(raised.value).__name__ == "AirflowSkipException"
    found.append("산업동향_20260331.xlsx")
    assert person("kicox__x").is_done
    found.append(None)
    told["at"] = "2026-05-21T23:10:05+00:00"
    with pytest.raises(Exception, match=r"since 2026-05-01.*in English / 한국어") as raised:
        person("kicox__x")
    assert type(raised.value).__name__ == "AirflowFailException"


@pytest.mark.parametrize("asked", [None, {"status": "fetched"}, {"status": "failed"}])
def test_the_sensor_is_skipped_where_no_person_is_needed(task_of: Any, asked: Any) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    person, context = task_of(FETCH, "person")
    context["ti"].xcom_pull = lambda task_ids: asked
    with pytest.raises(AirflowSkipException):
        person("kicox__x")


@pytest.mark.parametrize(("today", "late"), [("2026-09-13", False), ("2026-09-14", True)])
def test_a_late_edition_fails_the_task_and_is_named(
    room: Ingestion,
    edition_file: Any,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    today: str,
    late: bool,
) -> None:
    """2026-Q1 of the trend statistic is here; 2026-Q2 is late after 13 September."""
    import importlib

    from airflow.sdk.exceptions import AirflowFailException

    assert ingest_file(room, edition_file(), run_id="r").status == "landed"
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    monkeypatch.setenv("SANDAN_HOME", str(room.home))
    monkeypatch.setenv("SANDAN_TODAY", today)
    monkeypatch.syspath_prepend(str(DAGS))
    look = importlib.import_module("sandan_freshness").dag.get_task("look").python_callable
    page = room.home / "freshness/index.html"
    if not late:
        assert look() == len(fetch_schedules()) and page.is_file()
        return
    # AirflowFailException: failed for good, whatever retries say.
    with pytest.raises(AirflowFailException) as raised:
        look()
    (line,) = str(raised.value).splitlines()
    assert line == (
        "kicox__industrial_trend: expected up to 2026-Q2, seen up to 2026-Q1; the first missing was "
        "due by 2026-08-29, 16 days ago / 국가산업단지 산업동향: 2026-Q2까지 나왔어야 하나 2026-Q1까지 "
        "들어옴. 처음 빠진 판의 기한 2026-08-29, 16일 지연"
    )
    assert page.is_file() and (room.home / "freshness/freshness.parquet").is_file()


# ------------------------------------------------------------------------- sign-off and embargo


@pytest.fixture
def sign_off(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., tuple[Any, dict[str, Any], list[Any]]]:
    """The task `approve` with what `seal` told, and a note of what was logged."""
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    monkeypatch.setenv("SANDAN_HOME", str(tmp_path))
    monkeypatch.syspath_prepend(str(DAGS))

    def make(sign_off: str) -> tuple[Any, dict[str, Any], list[Any]]:
        import importlib

        task = importlib.import_module("sandan_publish").dag.get_task("approve")
        sealed = {"release_id": "2026-Q1_v1", "manifest_sha256": "ab" * 32, "status": "sealed"}
        ti = types.SimpleNamespace(
            map_index=-1, xcom_pull=lambda task_ids: sealed, xcom_push=lambda **_: None
        )
        logged: list[Any] = []
        from pipeline import publishing

        monkeypatch.setattr(publishing, "decision", lambda *_: sign_off)
        for name in ("approve", "reject"):
            monkeypatch.setattr(
                publishing, name, lambda _s, release, _n=name, **d: logged.append((_n, release, d))
            )
        return task, {"ti": ti, "task": task}, logged

    return make


@pytest.mark.parametrize("told", ["not_required", "given"])
def test_no_sign_off_is_asked_for_where_none_is_needed(sign_off: Any, told: str) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    task, context, _ = sign_off(told)
    with pytest.raises(AirflowSkipException, match=told):
        task.execute(context)


def test_what_was_rejected_is_not_asked_about_again(sign_off: Any) -> None:
    from airflow.sdk.exceptions import DownstreamTasksSkipped

    task, context, _ = sign_off("rejected")
    with pytest.raises(DownstreamTasksSkipped) as skipped:
        task.execute(context)
    assert skipped.value.tasks == ["embargo"]


def test_an_airflow_of_one_run_asks_nobody(sign_off: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    task, context, _ = sign_off("required")
    monkeypatch.setenv("SANDAN_INGEST_CRON", "none")
    with pytest.raises(AirflowSkipException, match="sandan approve"):
        task.execute(context)


def answer(task: Any, option: str, **form: Any) -> dict[str, Any]:
    from datetime import UTC, datetime

    return {
        "chosen_options": [option],
        "params_input": {"role": "statistician", "reason": None, **form},
        "responded_at": datetime.now(UTC),
        "responded_by_user": {"id": "7", "name": "stat"},
    }


def test_the_answer_is_logged_with_manifest_role_and_login(sign_off: Any) -> None:
    task, context, logged = sign_off("required")
    task.execute_complete(context, answer(task, "Approve", role="head_of_dissemination"))
    assert logged == [
        (
            "approve",
            "2026-Q1_v1",
            {
                "role": "head_of_dissemination",
                "manifest": "ab" * 32,
                "actor": "7",
                "via": "Airflow",
            },
        )
    ]


def test_a_rejection_is_logged_and_skips_what_follows(sign_off: Any) -> None:
    task, context, logged = sign_off("required")
    from airflow.sdk.exceptions import DownstreamTasksSkipped

    with pytest.raises(DownstreamTasksSkipped) as skipped:
        task.execute_complete(context, answer(task, "Reject", reason="Gumi"))
    assert skipped.value.tasks == ["embargo"]
    assert logged[0][0] == "reject" and logged[0][2]["reason"] == "Gumi"


def test_a_sign_off_that_is_void_fails_for_good(
    sign_off: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    from pipeline import publishing

    task, context, _ = sign_off("required")

    def void(*_: Any, **__: Any) -> None:
        raise publishing.PublishError("the candidate changed", "후보가 바뀌었습니다")

    monkeypatch.setattr(publishing, "approve", void)
    with pytest.raises(AirflowFailException, match="changed / 후보가"):
        task.execute_complete(context, answer(task, "Approve"))


def test_the_embargo_wakes_at_the_announced_second(
    task_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import UTC, datetime, timedelta

    from airflow.sdk.exceptions import AirflowRescheduleException

    embargo, _ = task_of("sandan_publish", "embargo")
    waits: Any = types.ModuleType("pipeline.publishing")
    monkeypatch.setitem(sys.modules, "pipeline.publishing", waits)
    monkeypatch.setattr("pipeline.publishing", waits, raising=False)
    soon = datetime.now(UTC) + timedelta(minutes=3)
    waits.due_at = lambda _settings, _sealed: soon
    with pytest.raises(AirflowRescheduleException) as raised:
        embargo({"release_id": "x"})
    assert raised.value.reschedule_date == soon
    # Far away: it looks into the calendar again within the hour.
    waits.due_at = lambda _settings, _sealed: soon + timedelta(days=30)
    with pytest.raises(AirflowRescheduleException) as raised:
        embargo({"release_id": "x"})
    assert raised.value.reschedule_date < datetime.now(UTC) + timedelta(minutes=61)
    waits.due_at = lambda _settings, _sealed: None
    assert embargo({"release_id": "x"}).is_done


@pytest.mark.parametrize("status", ["published", "unchanged", "embargoed", "awaiting_sign_off"])
def test_only_a_release_that_is_out_is_announced(
    task_of: Any, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    switch, context = task_of("sandan_publish", "switch")
    stand_in: Any = types.ModuleType("pipeline.publishing")
    result = {"release_id": "2026-Q1_v1", "status": status, "message": "it waits"}
    stand_in.switch = lambda _settings, _sealed: result
    monkeypatch.setitem(sys.modules, "pipeline.publishing", stand_in)
    monkeypatch.setattr("pipeline.publishing", stand_in, raising=False)
    if status in ("published", "unchanged"):
        assert switch({}) == result
        (event,) = context["outlet_events"].values()
        assert event.extra == {"release_id": "2026-Q1_v1", "status": status}
    else:
        with pytest.raises(AirflowSkipException, match="it waits"):
            switch({})
        assert not context["outlet_events"] and context["pushed"]["return_value"] == result
