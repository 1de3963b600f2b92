"""The page of claims: verdict, history, disagreeing sources, in both languages and without a request."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from publication.claims_page import render_claims
from tests.unit.small_release import read_seed

Row = dict[str, Any]


def check(claim: str, period: str, value: float | None, verdict: str, **other: Any) -> Row:
    return {
        "claim_id": claim, "period": period, "definition": "customs", "measured_value": value,
        "unit": "%", "unit_en": "%", "coverage": "12/12", "verdict": verdict, "holds": verdict == "supported",
        "measured_source": f"source <of> {period}", "is_simulated": False, "break_ids": None, **other,
    }  # fmt: skip


def verdict(claim: str, answer: str, **other: Any) -> Row:
    return {
        "claim_id": claim, "text": "43 percent <b>of</b> exports", "language": "en",
        "source": "Korea IT Times of 2005", "source_ko": "Korea IT Times, 2005년", "claim_date": date(2005, 8, 1), "metric": "share",
        "complex_id": "_T", "stated_period": None, "comparator": "approx", "stated_value": 43.0, "tolerance": 0.5,
        "unit": "%", "unit_en": "%", "verdict": answer, "verdict_period": "2019", "verdict_period_is_assumed": True,
        "reason": "why", "reason_ko": "까닭", "last_held_period": None,
        "last_held_definition": None, "held_periods": None, "contradicts": None,
        "note_ko": "비고", "note_en": "a note", "printed_as": None, "is_simulated": False, **other,
    }  # fmt: skip


def release(folder: Path, verdicts: list[Row], checks: list[Row]) -> Path:
    (folder / "marts").mkdir(parents=True)
    manifest = {"release_id": "2026-Q1_v1", "is_simulated": True}
    (folder / "release.json").write_text(json.dumps(manifest), encoding="utf-8")
    metric = {
        "metric": "share", "name_ko": "수출 비중", "name_en": "Export share", "definition_ko": "",
        "definition_en": "", "dimension": "percent", "sort_order": 1,
    }  # fmt: skip
    codes = [{**code, "sort_order": int(code["sort_order"])} for code in read_seed("codes")]
    for name, rows in {
        "claim_verdict": verdicts, "claim_check": checks, "dim_claim_metric": [metric], "dim_code": codes,
        "dim_share_definition": read_seed("share_definitions"), "dim_complex": read_seed("complexes"),
    }.items():  # fmt: skip
        pq.write_table(pa.Table.from_pylist(rows), folder / "marts" / f"{name}.parquet")
    return folder


def test_history_verdicts_and_disagreement_are_shown(tmp_path: Path) -> None:
    folder = release(
        tmp_path / "r",
        [
            verdict(
                "a",
                "disputed",
                last_held_period="2001",
                last_held_definition="customs",
                held_periods="2001",
                contradicts="b",
            ),
            verdict("b", "not_evaluable", verdict_period="1990", printed_as="104조 <억> 원"),
        ],
        [
            check("a", "2001", 42.8, "supported"),
            check("a", "2005", 45.7, "indicative", coverage="2/12"),
            check("a", "2019", 28.3, "disputed", definition="print_a", holds=False),
            check("a", "2019", 43.0, "disputed", definition="print_b", holds=True),
            check("b", "1990", None, "not_evaluable"),
        ],
    )
    out = render_claims(folder, tmp_path / "claims.html")
    assert out is not None
    html = out.read_text(encoding="utf-8")
    for ko, en in (
        ("주장 검증", "Claims checked"),
        ("출처끼리 어긋남", "Disputed"),
        ("비고", "a note"),
        ("Korea IT Times, 2005년", "Korea IT Times of 2005"),
    ):
        assert f'<span lang="ko">{ko}</span><span lang="en">{en}</span>' in html
    assert "<b>of</b>" not in html and "&lt;b&gt;of" in html and "source &lt;of&gt; 2019" in html
    assert "SIMULATED" in html and 'href="#b"' in html and "<strong>2001</strong>" in html
    # both sources of 2019 side by side, each with its answer
    assert html.count("print_a") >= 2 and "this one does not" in html and "this one agrees" in html
    # a misprinted unit is told beside what was read, for the one claim that has it
    assert html.count("Printed as “104조 &lt;억&gt; 원”") == 1
    # one chart: a dot for each figure, the line at what was stated between the higher and the lower
    (chart,) = re.findall(r"<svg.*?</svg>", html, re.DOTALL)
    dots = {
        name: float(y) for y, name in re.findall(r'cy="([\d.]+)" r="4"><title>(\S+ \S+):', chart)
    }
    line = float(re.findall(r'class="stated"[^>]*y1="([\d.]+)"', chart)[0])
    assert set(dots) == {"2001 customs", "2005 customs", "2019 print_a", "2019 print_b"}
    assert dots["2005 customs"] < line < dots["2019 print_a"]
    assert dots["2019 print_b"] == line
    # offline: nothing is asked for, nothing runs
    assert not re.search(r"https?://|<script|<link|@import|url\(", html)
    assert render_claims(folder, tmp_path / "again.html").read_bytes() == out.read_bytes()  # type: ignore[union-attr]


def test_a_release_without_a_desk_has_no_page(tmp_path: Path) -> None:
    (tmp_path / "marts").mkdir()
    assert render_claims(tmp_path, tmp_path / "claims.html") is None
    assert not (tmp_path / "claims.html").exists()


def test_a_claim_about_one_complex_names_it_and_the_breaks(tmp_path: Path) -> None:
    folder = release(
        tmp_path / "r",
        [
            verdict("gumi", "supported", complex_id="gumi", verdict_period="2019"),
            verdict(
                "jinhae", "not_evaluable", complex_id="jinhae", reason="withheld: X", reason_ko="비공개: X",
                verdict_period="2026-Q1", stated_period="2026-Q1",
            ),
        ],
        [
            check("gumi", "2019", 43.1, "supported", definition="share_of_total", break_ids="b1;b2"),
            check("jinhae", "2026-Q1", None, "not_evaluable", definition="complex_row"),
        ],
    )  # fmt: skip
    text = (render_claims(folder, tmp_path / "claims.html") or Path()).read_text("utf-8")
    assert "구미, 수출 비중" in text and "Gumi, Export share" in text
    assert "b1, b2" in text and "Share of the total" in text
    withheld = text[text.index('id="jinhae"') :]
    assert "비공개: X" in withheld and "withheld: X" in withheld and "<table>" not in withheld
