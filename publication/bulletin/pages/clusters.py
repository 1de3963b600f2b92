"""What the complexes are like: the indicators of `cluster_kpi` for the quarter."""

from __future__ import annotations

from publication.bulletin import reading as rd
from publication.bulletin import texts as tx
from publication.bulletin import words as s
from publication.bulletin.model import Block, Cell, Column, Section, Table
from publication.bulletin.pages.common import decimals, line, note, said, titled, value_cell
from publication.bulletin.reading import Release, Row
from publication.bulletin.words import Lang, Obs

#: Indicators of the table, in its order.
KPIS = (
    "production_share_pct",
    "exports_share_pct",
    "employment_share_pct",
    "output_per_worker_krw_m",
    "export_intensity_pct",
    "operating_ratio_pct",
    "women_share_pct",
    "hhi_production",
    "krugman_specialisation",
)
#: Indicators whose leaders are told in a sentence.
TOLD = ("output_per_worker_krw_m", "export_intensity_pct", "hhi_production")
SPECIAL = "location_quotient_employment"


def of_kpi(row: Row | None) -> Obs:
    """A row of `cluster_kpi` as a value with its status."""
    if row is None:
        return s.ABSENT
    status = str(row.get("obs_status") or "O")
    value = row.get("value")
    return Obs(float(value) if value is not None and status == "A" else None, status)


def clusters(data: Release, lang: Lang) -> Section:
    """Sentences on the leaders, and the table of every complex."""
    found: dict[tuple[str, str, str], Row] = {
        (row["complex_id"], row["industry_code"], row["kpi"]): row
        for row in data.marts["cluster_kpi"]
    }
    kpis = [k for k in KPIS if any(key[2] == k for key in found)]
    ranked = rd.ranked(data)
    if not kpis or not ranked:
        return Section("kpis", tx.t("h_kpis", lang), (), (note("n_no_kpis", lang),))
    blocks: list[Block] = []
    for kpi in TOLD:
        known = [
            (data.name(c, lang), value)
            for c in ranked
            if (value := of_kpi(found.get((c, "_T", kpi))).ok) is not None
        ]
        known.sort(key=lambda item: (-item[1], item[0]))
        name, unit = data.measure(kpi, lang), data.unit(kpi, lang)
        sentence = s.highest_sentence(name, unit, known[:3], decimals(data, kpi), lang)
        blocks += said(f"highest/{kpi}", sentence)
    columns = [Column(tx.t("c_complex", lang), align="text", weight=2.0)]
    columns += [
        # shares have short names, indices long ones
        Column(titled(data, k, lang), weight=1.1 if data.unit(k, lang) == "%" else 1.5)
        for k in kpis
    ]
    columns.append(Column(tx.t("c_special", lang), align="text", weight=2.7))
    lines = []
    for complex_id in ranked:
        cells = [
            value_cell(of_kpi(found.get((complex_id, "_T", k))), decimals(data, k)) for k in kpis
        ]
        lines.append(
            line(data.name(complex_id, lang), [*cells, _special(data, found, complex_id, lang)])
        )
    table = Table(
        "kpis",
        tx.t("t_kpis", lang),
        tuple(columns),
        tuple(lines),
        (tx.t("n_kpis", lang), tx.t("a_kpis", lang), tx.t("marks", lang)),
    )
    return Section("kpis", tx.t("h_kpis", lang), (), (*blocks, table))


def _special(
    data: Release, found: dict[tuple[str, str, str], Row], complex_id: str, lang: Lang
) -> Cell:
    """The industry with the highest location quotient of employment, with the quotient."""
    quotients = [
        (value, code)
        for code in data.definitions.industries
        if (value := of_kpi(found.get((complex_id, code, SPECIAL))).ok) is not None
    ]
    if not quotients:
        statuses = {
            of_kpi(row).status for key, row in found.items() if key[::2] == (complex_id, SPECIAL)
        }
        return Cell(s.SUPPRESSED if "Q" in statuses else s.MISSING)
    value, code = max(quotients, key=lambda item: (item[0], item[1]))
    return Cell(f"{data.industry(code, lang)} {s.number(value, decimals(data, SPECIAL))}")
