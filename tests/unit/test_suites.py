"""Suites, roles and accepted exceptions as data: what is refused, and how it is told."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations.accepted import Accepted, Ledger, load_accepted
from expectations.gate import first_failed
from expectations.suite import load_roles, load_suites

TEXT = "{ko: 가, en: a}"
HEAD = f"suite: s\ntitle: {TEXT}\ntheme: accuracy\nowner: statistics\nchecks:\n"
CHECK = f"  - {{id: one, severity: critical, title: {TEXT}, reason: {TEXT}, action: {TEXT}, message: {TEXT}, limit: 0, rows: SELECT 1}}\n"


def write(folder: Path, text: str, name: str = "s.yml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_the_suites_are_whole() -> None:
    suites = load_suites()
    checks = [check for suite in suites for check in suite.checks]
    assert len({c.id for c in checks}) == len(checks) >= 90
    assert {s.owner for s in suites} <= set(load_roles())
    for check in checks:
        for text in (check.title, check.reason, check.action):
            assert text.ko.strip() and text.en.strip(), check.id
    assert load_accepted() == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("suite: s\nowners: x\n", "owners"),
        (HEAD + CHECK.replace("severity", "severety"), "severety"),
        (HEAD + CHECK.replace("critical", "fatal"), "fatal|critical"),
        (HEAD.replace("statistics", "nobody") + CHECK, "role 'nobody' is not in roles.yml"),
        (HEAD + CHECK + CHECK, "check one stands twice"),
        (HEAD + CHECK.replace("rows: SELECT 1", "mart: m"), "needs an expectation"),
        (HEAD + CHECK.replace("limit: 0, ", ""), "need a limit"),
        (HEAD + CHECK.replace("rows: SELECT 1", "keys: all, rows: SELECT 1"), "give one of"),
        (HEAD + "theme: accuracy\n" + CHECK, "expected|mapping|YAML"),
        (HEAD.replace("owner", "theme: accuracy\nowner") + CHECK, "stands twice"),
        ("suite: [", "not valid YAML"),
    ],
)
def test_a_suite_that_is_not_in_order_is_refused_by_name(
    text: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=r"s\.yml") as error:
        load_suites(write(tmp_path, text))
    assert any(word in str(error.value) for word in message.split("|"))


def test_a_check_may_not_stand_in_two_suites(tmp_path: Path) -> None:
    write(tmp_path, HEAD + CHECK, "a.yml")
    with pytest.raises(ValueError, match=r"b\.yml: check one stands twice \(also in a\.yml\)"):
        load_suites(write(tmp_path, HEAD + CHECK, "b.yml"))


def test_no_suite_is_no_gate(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="would pass everything"):
        load_suites(tmp_path)


ENTRY = "{check: c, complex_id: gumi, measure: m, period: 2026-Q1, reason: r, owner: statistics"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"accepted: [{ENTRY}}}]", "give `expect`"),
        (f"accepted: [{ENTRY}, expect: many}}]", "a number or `missing`"),
        (f"accepted: [{ENTRY.replace('statistics', 'somebody')}, expect: 1}}]", "somebody"),
        (f"accepted: [{ENTRY.replace('reason: r', 'reason: ' + chr(39) * 2)}, expect: 1}}]", "needs a reason"),
        (f"accepted: [{ENTRY.replace('2026-Q1', '2026-Q9')}, expect: 1}}]", "not '2026-Q9'"),
        (f"accepted: [{ENTRY.replace('2026-Q1', '2026-13')}, expect: 1}}]", "not '2026-13'"),
        (f"accepted: [{ENTRY.replace('2026-Q1', chr(39) + '2026-03-32' + chr(39))}, expect: 1}}]", "2026-03-31 or 2026, not '2026-03-32'"),
        (f"accepted: [{ENTRY}, expect: 1, untill: 2026-01-01}}]", "untill"),
        (f"accepted: [{ENTRY}, until: 2026-02-30}}]", "'2026-02-30': day"),
        ("acepted: []", "one list"),
        ("- a", "one list"),
    ],
)  # fmt: skip
def test_an_exception_that_is_not_whole_is_refused(text: str, message: str, tmp_path: Path) -> None:
    path = write(tmp_path, text, "accepted.yml") / "accepted.yml"
    with pytest.raises(ValueError, match=r"accepted\.yml") as error:
        load_accepted(path)
    assert message in str(error.value)


def test_an_empty_list_of_exceptions_is_one(tmp_path: Path) -> None:
    path = write(tmp_path, "# none\n", "accepted.yml") / "accepted.yml"
    assert load_accepted(path) == []
    path.write_text(f"accepted: [{ENTRY}, expect: missing}}]", encoding="utf-8")
    assert load_accepted(path)[0].where == "c: gumi m 2026-Q1"
    for period in ("2026-03-05", "2026"):  # no texts to YAML
        entry = ENTRY.replace("2026-Q1", period)
        path.write_text(f"accepted: [{entry}, expect: missing}}]", encoding="utf-8")
        assert load_accepted(path)[0].period == period


@pytest.mark.parametrize(
    ("of", "judged", "looked", "is_told"),
    [
        ("2026-Q1", "2026-Q2", "2026-Q2", True),  # the check has moved on
        ("2026-Q1", "2026-Q1", "2026-Q2", True),  # it never looked
        ("2026-03", "2026-Q1", "2026-02", True),
        ("2026-04", "2026-Q1", "2026-03", False),
        ("2026-03-05", "2026-Q1", "2026-02", True),
        ("2026-04-01", "2026-Q1", "2026-03-31", False),
        ("2025", "2026-Q1", "2026-Q1", True),
        ("2026-Q2", "2026-Q1", "2026-Q1", False),  # an older quarter is judged again
        ("2026-Q1", "2026-Q1", "2026-Q1", False),
        ("2026-Q1", "2026-Q1", None, False),  # the check did not run
    ],
)
def test_an_exception_that_its_check_passes_by_is_told(
    of: str, judged: str, looked: str | None, is_told: bool
) -> None:
    entry = Accepted(
        check="c",
        complex_id="gumi",
        measure="m",
        period=of,
        reason="r",
        owner="statistics",
        expect=1,
    )
    ledger = Ledger([entry], date(2026, 9, 1), is_simulated=False, period=judged)
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE checked AS SELECT 'gumi' AS complex_id, 'm' AS measure, "
            "$1::VARCHAR AS period, 1.0 AS value, 0.0 AS deviation",
            [looked],
        )
        if looked is not None:
            ledger.mark(connection, "c", 0.0)
    _, in_time = ledger.account({"c"}, {"c"})
    assert in_time["severity"] == "warning"
    assert in_time["success"] is not is_told
    if is_told:
        assert f"does not look at {of}" in in_time["failures"][0]["message_en"]
        assert "보지 않는다" in in_time["failures"][0]["message_ko"]


def test_what_is_told_first_is_a_cell_and_not_its_sums() -> None:
    def check(name: str, **more: Any) -> dict[str, Any]:
        return {"id": name, "success": False, "severity": "critical", "expectation": "rows", "failures": [{}]} | more  # fmt: skip

    of_sums = check("sums", failures=[{"complex_id": "_T"}])
    of_cell = check("cell", failures=[{"complex_id": "gumi", "sheet": "t", "cell": "C5"}])
    broken = check("broken", expectation="the check runs", failures=[])
    warning = check("warning", severity="warning", failures=[{"cell": "C6"}])
    for order in ([of_sums, of_cell, broken, warning], [broken, warning, of_cell, of_sums]):
        assert first_failed({"checks": order}) is of_cell
    assert first_failed({"checks": [broken, of_sums]}) is of_sums
    assert first_failed({"checks": [warning]}) is None
