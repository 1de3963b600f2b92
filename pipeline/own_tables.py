"""Disclosure control of a user's own tables: a CSV and a YAML configuration in, a CSV out."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from disclosure import DisclosureError, Protection, Tabulation
from disclosure import protect as protect_table
from pipeline.own_kpis import Kpi, attached, computed, printable
from pipeline.own_stated import with_earlier
from pipeline.own_units import OwnTable, configuration, tabulated


def protect_csv(config_path: Path, units: Path, out: Path) -> tuple[list[str], bool]:
    """Protect unit data and write the table; returns lines for the user.

    Raises:
        DisclosureError: input that cannot be used, or cells that cannot be protected: nothing is written.
        FileExistsError: there is a file of that name.
    """
    config = configuration(config_path)
    if config.respondent is None or not config.rules:
        raise DisclosureError(
            f"{config_path.name}: protection needs `respondent` and `rules`",
            f"{config_path.name}: 보호에는 respondent와 rules가 필요하다",
        )
    if out.exists():
        raise FileExistsError(f"{out} is there already; it is not overwritten / 이미 있는 파일이다")
    now, dimensions = tabulated(config, units)
    linked = with_earlier(config, config_path, now, dimensions)
    kpis = [k for kpi in config.kpis for k in computed(kpi, config.figure, now, dimensions)]
    table, own = attached(linked.table, kpis)
    beside = [*own, *linked.beside]
    found = protect_table(table, linked.primary, method=config.method, beside=beside)
    shown = printable(kpis, found.suppressed, found.withheld)
    with out.open("x", encoding="utf-8", newline="") as file:
        _write(csv.writer(file), config, now, found, kpis, shown)
    return _told(config, now, found, kpis, shown, out), False


def _write(
    writer: Any,
    config: OwnTable,
    now: Tabulation,
    found: Protection,
    kpis: list[Kpi],
    shown: list[bool],
) -> None:
    """One row a key: every figure with its status and rule, and the KPIs that may be printed."""
    shown_texts = {(k.column, k.key): k.text for k, may in zip(kpis, shown, strict=True) if may}
    columns = list(dict.fromkeys(k.column for k in kpis))
    heads = [
        column if figure == config.figure or column == figure else f"{figure}_{column}"
        for figure in config.figures
        for column in (figure, "conf_status", "conf_rule")
    ]
    writer.writerow([*(d.name for d in config.dimensions), *heads, *columns])
    n = len(now.keys) // len(config.figures)
    status = found.status()
    for i in range(n):
        row: list[str] = []
        for f in range(len(config.figures)):
            cell = f * n + i
            hidden = bool(found.suppressed[cell])
            rule = found.primary.rule[cell] or "secondary" if hidden else ""
            row += ["" if hidden else f"{now.table.value[cell]:.15g}", status[cell], rule]
        key = now.keys[i][1:]
        writer.writerow([*key, *row, *(shown_texts.get((c, key), "") for c in columns)])


def _told(
    config: OwnTable,
    now: Tabulation,
    found: Protection,
    kpis: list[Kpi],
    shown: list[bool],
    out: Path,
) -> list[str]:
    size = now.table.size
    count = int(found.primary.sensitive[:size].sum())
    more = int(found.suppressed[:size].sum()) - count
    how, how_ko = (
        ("the least possible loss", "가능한 최소 손실")
        if found.is_optimal
        else (
            f"not proven to be the least, which is at least {found.bound:.6g}",
            f"최소 손실임은 증명되지 않음, 하한 {found.bound:.6g}",
        )
    )
    lines = [
        f"{size} cells, {count} sensitive, {more} suppressed besides ({found.method}; loss {found.loss:.6g}, {how})",
        f"{size}칸, 1차 비공개 {count}칸, 2차 비공개 {more}칸(손실 {found.loss:.6g}, {how_ko})",
    ]
    if kpis:
        gone = len(shown) - sum(shown)
        lines.append(
            f"{len(kpis)} KPI values beside it, {gone} withheld / 함께 싣는 지표값 {len(kpis)}개 가운데 {gone}개 비공개"
        )
    if config.earlier:
        lines.append(
            f"held against {len(config.earlier)} earlier tables / 앞서 공표한 표 {len(config.earlier)}개와 대조함"
        )
    lines.append(
        f"proven against the outsider and {found.audit.attackers} respondents, each alone / 외부인과 응답자 {found.audit.attackers}명에 대하여 증명됨"
    )
    return [*lines, str(out)]
