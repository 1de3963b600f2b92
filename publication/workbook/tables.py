"""The tables of the workbook: which rows and columns of which marts, with which heads and formats."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from publication.bulletin import texts as bulletin
from publication.bulletin.pages.common import RATE
from publication.bulletin.words import previous_period, year_ago_period
from publication.definitions import Definitions
from publication.workbook.cells import (
    MARKS,
    NOTHING,
    Column,
    Marts,
    Row,
    Sheet,
    computed,
    figure,
    figure_of,
    measured,
    words,
)
from publication.workbook.texts import Lang, t


def _revision_pct(row: Row) -> Any:
    """A rate is revised by points: a per cent of it cannot be."""
    if row["measure"] == RATE:
        return MARKS["M"]
    return computed(row["revision_pct"], row["first_value_status"], row["obs_status"])


def _points(row: Row, known: Mapping[tuple[str, str, str], Row], base: str | None) -> Any:
    """What the operating rate changed by since another period, in percentage points."""
    then = known.get((row["complex_id"], row["industry_code"], base or ""), {})
    statuses = (row.get(f"{RATE}_status"), then.get(f"{RATE}_status"))
    return computed(row[RATE] - then[RATE] if statuses == ("A", "A") else None, *statuses)


def sheets(folder: Path, period: str, definitions: Definitions, lang: Lang) -> list[Sheet]:
    """Every table of figures, in the order of the contents."""
    marts = Marts(folder)
    make = _Maker(marts, period, definitions, lang)
    return [
        make.totals(),
        make.growth("growth", "complex_id = '_T' AND industry_code = '_T'"),
        make.complexes(),
        make.growth("complex_growth", f"complex_id <> '_T' AND period = '{period}'"),
        make.industries(),
        make.growth("industry_growth", f"industry_code <> '_T' AND period = '{period}'"),
        make.rates(),
        make.shares(),
        make.kpis(),
        make.seasonal(),
        make.revisions(),
        make.statistics(),
        make.claims(),
        make.breaks(),
        make.suppression(),
        make.survey(),
        make.definitions_sheet(),
        make.sources(),
    ]


class _Maker:
    """Makes the sheets of one language."""

    def __init__(self, marts: Marts, period: str, definitions: Definitions, lang: Lang) -> None:
        self.marts, self.period, self.known, self.lang = marts, period, definitions, lang
        self.complex_names = {
            row["complex_id"]: str(row.get(f"name_{lang}") or row["name_ko"])
            for row in marts.rows("dim_complex")
        }

    def column(self, key: str, cell: Callable[[Row], Any], **other: Any) -> Column:
        return Column(t(key, self.lang), cell, **other)

    def named(self, code: str) -> str:
        """A measure, indicator or series with its unit; the code where it is not defined."""
        for group in (self.known.measures, self.known.kpis, self.known.series):
            if code in group:
                unit = self.known.unit_of(code).name.of(self.lang)
                return f"{self.known.name_of(code, self.lang)} ({unit})"
        return code

    def source(self, row: Row) -> str | None:
        """Where a register has it from, in the language of the workbook."""
        return words((row.get("source_ko") if self.lang == "ko" else None) or row["source"])

    def complex(self, row: Row) -> str:
        """A complex by name; 계 for all; the nation where a series is not of complexes."""
        code = row.get("complex_id")
        if code == "KR":
            return bulletin.t("seasonal_nation", self.lang)
        if code in (None, "_T"):
            return self.known.code_name("complex_id", "_T", self.lang)
        return self.complex_names.get(code, str(code))

    def industry(self, row: Row) -> str:
        known = self.known.industries.get(row["industry_code"])
        return known.name.of(self.lang) if known else str(row["industry_code"])

    def unit(self, name: Any) -> str:
        """A unit by its Korean name, which marts have, in the workbook's language."""
        known = next((u for u in self.known.units.values() if u.name.ko == name), None)
        return known.name.of(self.lang) if known else words(name)

    def code(self, codelist: str, value: Any) -> str:
        known = self.known.codelists.get(codelist, {}).get(str(value))
        return known.name.of(self.lang) if known else words(value)

    def totals(self) -> Sheet:
        rows = self.marts.rows("national_total_quarterly", order="period DESC")
        columns = [self.column("period", lambda r: r["period"], width=11)]
        columns += measured(self.known, rows[0] if rows else None, self.lang)
        return Sheet("totals", tuple(columns), rows)

    def complexes(self) -> Sheet:
        rows = self.marts.rows(
            "complex_quarterly",
            f"WHERE period = '{self.period}' AND complex_id <> '_T'",
            "production_krw_100m DESC NULLS LAST, tenant_count DESC, complex_id",
        )
        columns = [
            self.column("complex", self.complex, width=30),
            self.column("code", lambda r: r["complex_id"], width=24),
            *measured(self.known, rows[0] if rows else None, self.lang),
        ]
        return Sheet("complexes", tuple(columns), rows)

    def industries(self) -> Sheet:
        rows = self.marts.rows(
            "industry_quarterly", "WHERE industry_code <> '_T'", "period DESC, industry_code"
        )
        columns = [
            self.column("period", lambda r: r["period"], width=11),
            self.column("industry", self.industry, width=26),
            *measured(self.known, rows[0] if rows else None, self.lang),
        ]
        return Sheet("industries", tuple(columns), rows)

    def growth(self, key: str, condition: str) -> Sheet:
        rows = self.marts.rows(
            "growth_quarterly",
            f"WHERE {condition}",
            "period DESC, complex_id, industry_code, measure, comparison",
        )
        reason = "lfl_reason_ko" if self.lang == "ko" else "lfl_reason"
        columns = [self.column("period", lambda r: r["period"], width=11)]
        if key == "complex_growth":
            columns.append(self.column("complex", self.complex, width=30))
        if key == "industry_growth":
            columns.append(self.column("industry", self.industry, width=26))
        columns += [
            self.column("measure", lambda r: self.known.name_of(r["measure"], self.lang), width=18),
            self.column("comparison", lambda r: self.code("comparison", r["comparison"]), width=20),
            self.column("base", lambda r: words(r["base_period"]), width=12),
            self.column(
                "growth", lambda r: figure(r["growth_pct"], r["growth_pct_status"]), decimals=1
            ),
            self.column(
                "growth_lfl",
                lambda r: figure(r["growth_lfl_pct"], r["growth_lfl_pct_status"]),
                decimals=1,
            ),
            self.column(
                "contribution",
                lambda r: computed(r["contribution_pp"], r["growth_pct_status"]),
                decimals=2,
            ),
            self.column("matched", lambda r: figure(r["matched_complexes"], None), decimals=0),
            self.column("break", lambda r: words(r["break_ids"]), width=28),
            self.column("why", lambda r: words(r[reason]), width=44),
        ]
        return Sheet(key, tuple(columns), rows)

    def rates(self) -> Sheet:
        """The operating rate and what it changed by: points, because growth of a rate says nothing."""
        whole = {"complex_id": "_T", "industry_code": "_T"}
        sources = (
            ("national_total_quarterly", "", "period DESC"),
            ("complex_quarterly", "WHERE complex_id <> '_T'", "complex_id"),
            ("industry_quarterly", "WHERE industry_code <> '_T'", "industry_code"),
        )
        rows: list[Row] = []
        for mart, condition, order in sources:
            found = [whole | row for row in self.marts.rows(mart, condition, order)]
            known = {(r["complex_id"], r["industry_code"], r["period"]): r for r in found}
            rows += [
                row
                | {
                    "on_quarter": _points(row, known, previous_period(row["period"])),
                    "on_year": _points(row, known, year_ago_period(row["period"])),
                }
                for row in found
                if mart == "national_total_quarterly" or row["period"] == self.period
            ]
        columns = (
            self.column("complex", self.complex, width=30),
            self.column("industry", self.industry, width=26),
            self.column("period", lambda r: r["period"], width=11),
            Column(self.named(RATE), figure_of(RATE), self.known.unit_of(RATE).decimals),
            self.column("on_quarter", lambda r: r["on_quarter"], decimals=1),
            self.column("on_year", lambda r: r["on_year"], decimals=1),
        )
        return Sheet("rates", columns, tuple(rows))

    def shares(self) -> Sheet:
        rows = self.marts.rows("national_share", order="metric, definition, period DESC")
        reason = f"reason_{self.lang}"

        def definition(row: Row) -> str:
            return self.known.definition_of(row["metric"], row["definition"]).of(self.lang)

        columns = (
            self.column("metric", lambda r: self.known.name_of(r["metric"], self.lang), width=44),
            self.column("definition", definition, width=40),
            self.column("period", lambda r: r["period"], width=11),
            self.column("share", lambda r: figure(r["share_pct"], r.get("obs_status")), decimals=2),
            self.column("coverage", lambda r: words(r["coverage"])),
            self.column(
                "numerator", lambda r: computed(r.get("numerator"), r.get("obs_status")), decimals=1
            ),
            self.column("numerator_unit", lambda r: self.unit(r.get("numerator_unit"))),
            self.column("denominator", lambda r: figure(r.get("denominator"), None), decimals=1),
            self.column("denominator_unit", lambda r: self.unit(r.get("denominator_unit"))),
            self.column("reason", lambda r: words(r.get(reason)), width=50),
        )
        return Sheet("shares", columns, rows)

    def kpis(self) -> Sheet:
        rows = self.marts.rows(
            "cluster_kpi",
            f"WHERE period = '{self.period}'",
            "complex_id, kpi, industry_code, size_class",
        )
        reason = "reason_ko" if self.lang == "ko" else "reason"
        columns = (
            self.column("complex", self.complex, width=30),
            self.column("indicator", lambda r: self.known.name_of(r["kpi"], self.lang), width=44),
            self.column("unit", lambda r: self.known.unit_of(r["kpi"]).name.of(self.lang)),
            self.column("industry", self.industry, width=26),
            self.column("value", lambda r: figure(r["value"], r["obs_status"]), decimals=2),
            self.column("reason", lambda r: words(r.get(reason)), width=50),
        )
        return Sheet("kpis", columns, rows)

    def seasonal(self) -> Sheet:
        rows = self.marts.rows(
            "seasonal_adjusted",
            "WHERE status = 'adjusted' AND seasonally_adjusted IS NOT NULL",
            "series_id, period DESC",
        )
        columns = (
            self.column("series", lambda r: self.named(r["measure"]), width=44),
            self.column("complex", self.complex, width=20),
            self.column("period", lambda r: r["period"], width=11),
            self.column("original", lambda r: figure(r["original"], None), decimals=1),
            self.column("adjusted", lambda r: figure(r["seasonally_adjusted"], None), decimals=1),
            self.column("trend", lambda r: figure(r.get("trend"), None), decimals=1),
        )
        return Sheet("seasonal", columns, rows)

    def revisions(self) -> Sheet:
        rows = self.marts.rows(
            "revision",
            "WHERE complex_id = '_T' AND industry_code = '_T' AND size_class = '_T' AND sex = '_T' "
            "AND freq = 'Q' AND is_from_first_print",
            "measure, period DESC, vintage_no",
        )
        columns = (
            self.column("measure", lambda r: self.named(r["measure"]), width=40),
            self.column("period", lambda r: r["period"], width=11),
            self.column("print", lambda r: figure(r["vintage_no"], None), decimals=0),
            self.column("vintage", lambda r: words(r.get("vintage"))),
            # (two places: a rate is revised by hundredths of a point)
            self.column(
                "first", lambda r: figure(r["first_value"], r["first_value_status"]), decimals=2
            ),
            self.column("now", lambda r: figure(r["value"], r["obs_status"]), decimals=2),
            self.column(
                "revision",
                lambda r: computed(r["revision"], r["first_value_status"], r["obs_status"]),
                decimals=2,
            ),
            self.column("revision_pct", _revision_pct, decimals=2),
            self.column("cause", lambda r: self.code("cause", r["cause"]), width=28),
        )
        return Sheet("revisions", columns, rows)

    def statistics(self) -> Sheet:
        horizons = list(self.known.codelists["horizon"])
        rows = tuple(
            sorted(
                self.marts.rows("revision_summary", "WHERE complex_id = '_T' AND freq = 'Q'"),
                key=lambda r: (r["measure"], horizons.index(r["horizon"])),
            )
        )

        def number(key: str) -> Callable[[Row], Any]:
            return lambda row: figure(row.get(key), None)

        columns = (
            self.column("measure", lambda r: self.named(r["measure"]), width=40),
            self.column("horizon", lambda r: self.code("horizon", r["horizon"]), width=16),
            self.column("observations", number("observations"), decimals=0),
            self.column("revised", number("revised"), decimals=0),
            self.column("mean", number("mean_revision"), decimals=3),
            self.column("mar", number("mean_absolute_revision"), decimals=3),
            self.column("rmar", number("relative_mar_pct"), decimals=3),
            self.column("se", number("hac_standard_error"), decimals=3),
            self.column("t", number("bias_t"), decimals=2),
            self.column("signs", number("sign_changes"), decimals=0),
        )
        return Sheet("statistics", columns, rows)

    def claims(self) -> Sheet:
        rows = self.marts.rows("claim_verdict", order="claim_id")
        reason = "reason_ko" if self.lang == "ko" else "reason"
        columns = (
            self.column("claim", lambda r: words(r["text"]), width=60),
            self.column("cited", self.source, width=36),
            self.column("when", lambda r: words(r["claim_date"])),
            self.column("about_period", lambda r: words(r["verdict_period"])),
            self.column("verdict", lambda r: self.code("verdict", r["verdict"]), width=18),
            self.column("last_held", lambda r: words(r["last_held_period"])),
            self.column("last_held_by", self.last_held_by, width=40),
            self.column("because", lambda r: words(r.get(reason)), width=80),
        )
        return Sheet("claims", columns, rows)

    def last_held_by(self, row: Row) -> str:
        """The definition by which a claim was last true, in words."""
        code = row.get("last_held_definition")
        if not code:
            return words(code)
        return self.known.definition_of(str(row["metric"]), str(code)).of(self.lang)

    def suppression(self) -> Sheet:
        """A row a suppressed figure of a complex; never how large it may be."""
        found = self.marts.rows(
            "complex_quarterly", f"WHERE period = '{self.period}'", "complex_id"
        )
        rows = tuple(
            {"complex_id": row["complex_id"], "measure": measure}
            for row in found
            for measure in self.known.measures
            if row.get(f"{measure}_status") == "Q"
        )
        columns = (
            self.column("complex", self.complex, width=30),
            self.column("code", lambda r: r["complex_id"], width=24),
            self.column("measure", lambda r: self.named(r["measure"]), width=44),
            self.column("period", lambda _: self.period, width=11),
            self.column("mark_of", lambda _: MARKS["Q"], width=11),
        )
        return Sheet("suppression", columns, rows)

    def survey(self) -> Sheet:
        """What the publication says of its sample; its lines of words may name persons and stay out."""
        rows = self.marts.rows("survey_note", "WHERE is_latest", "period DESC, item, cell")
        columns = (
            self.column("period", lambda r: r["period"], width=11),
            self.column("item", lambda r: self.code("survey_note", r["item"]), width=50),
            self.column("value", lambda r: figure(r["value"], None), decimals=1),
            self.column("vintage", lambda r: words(r["published_at"])),
        )
        return Sheet("survey", columns, rows)

    def breaks(self) -> Sheet:
        rows = self.marts.rows("series_break", order="effective DESC, break_id")
        columns = (
            self.column("effective", lambda r: words(r["effective"]), width=11),
            self.column("complex", self.complex, width=30),
            self.column("kind", lambda r: self.code("break_kind", r["kind"]), width=18),
            self.column("what", lambda r: words(r[f"what_{self.lang}"]), width=80),
            self.column("cited", self.source, width=50),
            self.column("code", lambda r: words(r["break_id"]), width=34),
        )
        return Sheet("breaks", columns, rows)

    def definitions_sheet(self) -> Sheet:
        rows: list[Row] = [
            {"code": m.code, "name": m.name, "unit": m.unit.name, "says": m.definition}
            for m in self.known.measures.values()
        ]
        rows += [
            {"code": k.code, "name": k.name, "unit": k.unit.name, "says": k.formula}
            for k in self.known.kpis.values()
        ]
        columns = (
            self.column("name", lambda r: r["name"].of(self.lang), width=44),
            self.column("code", lambda r: r["code"], width=34),
            self.column("unit", lambda r: r["unit"].of(self.lang), width=24),
            self.column("formula", lambda r: r["says"].of(self.lang), width=100),
        )
        return Sheet("definitions", columns, tuple(rows))

    def sources(self) -> Sheet:
        rows = self.marts.rows("dim_snapshot", order="dataset, period DESC, snapshot_id")

        def published(row: Row) -> str:
            # A day of receipt is not passed off as a day of publication.
            first_seen = row.get("published_at_basis") == "first_seen"
            return NOTHING if first_seen else words(row.get("published_at"))

        columns = (
            self.column("file", lambda r: words(r.get("file_name") or r["snapshot_id"]), width=60),
            self.column("period", lambda r: words(r["period"]), width=11),
            self.column("vintage", published),
            self.column("hash", lambda r: words(r["sha256"]), width=68),
        )
        return Sheet("sources", columns, rows)
