"""The bulletin: two pages, the same bytes again, and nothing said that the figures do not say."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pypdf import PdfReader

from publication.bulletin import BulletinError, back, build, charts, front, render_bulletin
from publication.bulletin import reading as rd
from publication.bulletin import sentences as s
from publication.bulletin.check import check_content
from publication.bulletin.front import FONTS
from publication.bulletin.sentences import ABSENT, Claim, ClaimRow, Obs, compare

MEASURES = (
    "tenant_count",
    "operating_count",
    "production_krw_100m",
    "exports_usd_m",
    "employment_count",
    "employment_women_count",
    "utilization_pct",
)
Row = dict[str, Any]


def row(period: str, complex_id: str | None = None, **values: float | str | None) -> Row:
    """A line of a quarterly mart: a number, 'X' for suppressed, None for missing."""
    out: Row = {"period": period, "is_simulated": False}
    if complex_id is not None:
        out["complex_id"] = complex_id
    for measure in MEASURES:
        value = values.get(measure)
        out[measure] = None if isinstance(value, str) else value
        out[f"{measure}_status"] = "Q" if value == "X" else ("O" if value is None else "A")
    return out


def line(scale: float, **other: float | str | None) -> dict[str, float | str | None]:
    values: dict[str, float | str | None] = {
        "tenant_count": round(652.09 * scale),
        "operating_count": round(600.74 * scale),
        "production_krw_100m": 17_679.8624 * scale,
        "exports_usd_m": 506.6401 * scale,
        "employment_count": round(9_848.29 * scale),
        "employment_women_count": round(1_977.08 * scale),
        "utilization_pct": 82.7495,
    }
    return values | other


def dim(complex_id: str, ko: str, en: str | None, **other: Any) -> Row:
    base: Row = {
        "complex_id": complex_id,
        "name_ko": ko,
        "name_en": en,
        "published_from": None,
        "published_until": None,
        "breaks_ko": None,
        "breaks_en": None,
    }
    return base | other


METRICS = {"national_production_share_pct": 30.0, "national_export_share_pct": 43.0}


def share(metric: str, period: str, pct: float | None, months: int = 12) -> tuple[Row, Row]:
    whole = 12 if len(period) == 4 else 3
    stated = METRICS[metric]
    if pct is None:
        verdict = "not_evaluable"
    elif months < whole:
        verdict = "indicative"
    else:
        verdict = "supported" if abs(pct - stated) <= 0.5 else "contradicted"
    reason = None if pct is not None else f"no national denominator for {period}: x"
    common = {
        "metric": metric,
        "definition": "d1",
        "period": period,
        "coverage": f"{months}/{whole}",
        "is_simulated": False,
    }
    national = common | {
        "share_pct": pct,
        "months_covered": months,
        "months_in_period": whole,
        "numerator": 1.0,
        "denominator": None if pct is None else 2.0,
    }
    check = common | {
        "claim_id": metric,
        "text": "t",
        "source": "Korea IT Times, 2005-08-01",
        "claim_date": date(2005, 8, 1),
        "stated_pct": stated,
        "tolerance_pp": 0.5,
        "measured_pct": pct,
        "verdict": verdict,
        "reason": reason,
        "reason_ko": None if pct is not None else f"{period}의 전국 분모 없음",
    }
    return national, check


def shares(period: str = "2026-Q1") -> tuple[list[Row], list[Row]]:
    production, exports = METRICS
    pairs = [
        share(production, "2001", 30.44),
        share(exports, "2001", 42.79),
        share(production, "2005", 34.41, 2),
        share(exports, "2005", 45.72, 2),
        share(production, "2010", 36.94),
        share(exports, "2010", 38.68),
        share(production, "2020", 30.516),
        share(exports, "2022", 27.74),
        share(production, period, None, 3),
        share(exports, period, None, 3),
    ]
    return [a for a, _ in pairs], [b for _, b in pairs]


def snapshot(dataset: str = "kicox__industrial_trend", period: str = "2026-Q1") -> Row:
    return {
        "snapshot_id": f"{dataset}/{period}/20260529_9f8a31c2",
        "dataset": dataset,
        "period": period,
        "sha256": "9f8a31c2" + "0" * 56,
        "file_name": "a.xlsx",
        "bytes": 1,
        "published_at": date(2026, 5, 29),
        "published_at_basis": "page",
        "is_simulated": False,
    }


def check(title: str, failures: list[Row] | None = None, **other: Any) -> Row:
    base: Row = {
        "id": title,
        "suite": "accuracy",
        "severity": "warning",
        "success": failures is None,
        "title_ko": f"{title} 점검",
        "title_en": f"{title} check",
        "unexpected_count": len(failures or []),
        "failures": failures or [],
    }
    return base | other


Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A builder of release folders; every part can be replaced."""

    def build_release(
        *,
        period: str = "2026-Q1",
        totals: list[Row] | None = None,
        complexes: list[Row] | None = None,
        names: list[Row] | None = None,
        national: list[Row] | None = None,
        claims: list[Row] | None = None,
        snapshots: list[Row] | None = None,
        checks: list[Row] | None = None,
        simulated: bool = False,
        folder: str = "release",
        **release: Any,
    ) -> Path:
        root = tmp_path / folder
        (root / "marts").mkdir(parents=True)
        if totals is None:
            totals = [row("2025-Q4", **line(94.65)), row(period, **line(100.0))]
        if complexes is None:
            complexes = [
                row("2025-Q4", "onsan", **line(11.0)),
                row("2025-Q4", "changwon", **line(9.0)),
                row(period, "onsan", **line(12.0)),
                row(period, "changwon", **line(8.0)),
                row(
                    period,
                    "jinhae",
                    tenant_count=3,
                    production_krw_100m="X",
                    exports_usd_m="X",
                    employment_count="X",
                    utilization_pct="X",
                ),
                row(period, "anjeong", **line(0.1, exports_usd_m=0.0)),
            ]
        if names is None:
            names = [
                dim("onsan", "온산", "Onsan"),
                dim("changwon", "창원", "Changwon"),
                dim("jinhae", "진해", "Jinhae"),
                dim("anjeong", "안정", None),
            ]
        default_national, default_claims = shares(period)
        tables: dict[str, list[Row]] = {
            "national_total_quarterly": totals,
            "complex_quarterly": complexes,
            "dim_complex": names,
            "national_share": default_national if national is None else national,
            "claim_check": default_claims if claims is None else claims,
            "dim_snapshot": [snapshot()] if snapshots is None else snapshots,
        }
        for name, rows in tables.items():
            table = (
                pa.Table.from_pylist(rows) if rows else pa.table({"period": pa.array([], "str")})
            )
            pq.write_table(table, root / "marts" / f"{name}.parquet")
        manifest = {
            "release_id": f"{period}_v1",
            "period": period,
            "version": 1,
            "published_at": None,
            "is_simulated": simulated,
            "inputs": [],
        } | release
        (root / "release.json").write_text(json.dumps(manifest), encoding="utf-8")
        verdict = {
            "build_id": "b",
            "period": period,
            "verdict": "pass",
            "is_simulated": simulated,
            "checks": [check("A")] if checks is None else checks,
        }
        (root / "verdict.json").write_text(
            json.dumps(verdict, ensure_ascii=False), encoding="utf-8"
        )
        return root

    return build_release


def text_of(path: Path) -> str:
    """The text of a PDF, its line breaks as spaces."""
    reader = PdfReader(path)
    assert len(reader.pages) == 2
    for page in reader.pages:
        assert (round(page.mediabox.width), round(page.mediabox.height)) == (595, 842)
    return " ".join(" ".join(page.extract_text().split()) for page in reader.pages)


def texts(folder: Path, out: Path) -> tuple[str, str]:
    ko, en = render_bulletin(folder, out)
    assert (ko.name, en.name) == ("bulletin_ko.pdf", "bulletin_en.pdf")
    return text_of(ko), text_of(en)


# --- the whole -----------------------------------------------------------------------------


def test_headline_figures_and_release_id_stand_in_both_languages(
    make: Make, tmp_path: Path
) -> None:
    ko, en = texts(make(), tmp_path / "out")
    for text in (ko, en):
        assert "2026-Q1_v1" in text
        assert "984,829" in text and "65,209" in text and "82.7" in text and "+5.7%" in text
        assert "9f8a31c2" in text
    assert "176.8" in ko and "506.6" in ko and "176조 7,986억원" in ko
    assert "KRW 176.8 trillion" in en and "US$ 50.66 billion" in en
    assert "전년 동기(2025년 1분기) 값이 이 배포판에 없어" in ko
    assert "this release holds no figures for 2025 Q1" in en


def test_pdf_is_accessible_and_says_its_language_and_title(make: Make, tmp_path: Path) -> None:
    for path, lang in zip(render_bulletin(make(), tmp_path / "out"), ("ko", "en"), strict=True):
        reader = PdfReader(path)
        root: Any = reader.trailer["/Root"]
        assert root["/Lang"] == lang
        assert root["/MarkInfo"]["/Marked"]
        assert reader.xmp_metadata is not None
        assert b"<pdfuaid:part>1</pdfuaid:part>" in reader.xmp_metadata.stream.get_data()
        assert reader.metadata is not None and reader.metadata.title


def test_same_release_gives_the_same_bytes(make: Make, tmp_path: Path) -> None:
    folder = make()
    first = [p.read_bytes() for p in render_bulletin(folder, tmp_path / "a")]
    # Something else drawn between must not shift the numbers of ids.
    charts.draw(
        charts.bars_spec([("x", 1.0)], width=200, row_height=14, name_width=60, simulated=True),
        FONTS,
    )
    again = [p.read_bytes() for p in render_bulletin(folder, tmp_path / "b")]
    assert first == again
    reader = PdfReader(tmp_path / "a" / "bulletin_ko.pdf")
    assert reader.metadata is not None
    assert str(reader.metadata["/CreationDate"]).startswith("D:20260529")
    [path] = render_bulletin(folder, tmp_path / "c", languages=("en",), source_date_epoch=86_400)
    assert "19700102" in str((PdfReader(path).metadata or {})["/CreationDate"])


def test_watermark_on_every_page_of_a_simulated_release_only(make: Make, tmp_path: Path) -> None:
    for path in render_bulletin(make(simulated=True, folder="s"), tmp_path / "s"):
        for page in PdfReader(path).pages:
            # Once a page for the page, once for every chart on it.
            assert "".join(page.extract_text().split()).count("SIMULATED") >= 2
    for path in render_bulletin(make(folder="r"), tmp_path / "r"):
        for page in PdfReader(path).pages:
            assert "SIMULATED" not in "".join(page.extract_text().split())


def test_growth_on_year_is_given_where_both_ends_are_published(make: Make, tmp_path: Path) -> None:
    totals = [
        row("2025-Q1", **line(110.0)),
        row("2025-Q4", **line(94.65)),
        row("2026-Q1", **line(100.0)),
    ]
    ko, en = texts(make(totals=totals), tmp_path / "out")
    assert "전분기보다 5.7%" in ko and "전년 동기보다 9.1% 감소하였다" in ko
    assert "down 9.1% on a year earlier" in en
    assert "holds no figures for" not in en


def test_no_growth_where_the_base_is_not_published_as_normal(make: Make, tmp_path: Path) -> None:
    totals = [row("2025-Q4", **line(94.65, production_krw_100m="X")), row("2026-Q1", **line(100.0))]
    _, en = texts(make(totals=totals), tmp_path / "out")
    assert "Production was KRW 176.8 trillion." in en


def test_marks_of_suppressed_missing_and_zero(make: Make, tmp_path: Path) -> None:
    ko, en = texts(make(), tmp_path / "out")
    assert "진해 X X X X X X X X" in ko
    assert "Jinhae X X X X X X X X" in en
    assert "안정 1,768 – – 0.0 –" in ko
    assert "1개 단지(진해)는 조사 대상 업체가 5개 이하" in ko
    assert "1 complex is suppressed (X): Jinhae." in en


def test_share_check_says_when_it_held_and_that_now_is_not_evaluable(
    make: Make, tmp_path: Path
) -> None:
    ko, en = texts(make(), tmp_path / "out")
    assert "held together only in 2001" in en
    assert "“30% of national production” holds only in 2001 (30.4%)" in en
    assert "30.52%, for 2020" in en  # 30.5 would look like within 30 ± 0.5
    assert "For the first quarter of 2026 the shares are not evaluable" in en
    assert "2026년 1분기에는 분모가 되는" in ko and "평가할 수 없다" in ko


def test_warnings_are_all_printed_in_words(make: Make, tmp_path: Path) -> None:
    failures = [
        {
            "complex_id": "onsan",
            "message_ko": "온산: 고용 15.5% 증가",
            "message_en": "Onsan: employment up 15.5%",
        }
    ]
    bare = [{"complex_id": "changwon", "measure": "exports_usd_m", "value": 3, "expected": "0..1"}]
    ko, en = texts(
        make(checks=[check("A"), check("B", failures), check("C", bare)]), tmp_path / "out"
    )
    assert "B 점검: 온산: 고용 15.5% 증가." in ko
    assert "B check: Onsan: employment up 15.5%." in en
    assert "Changwon exports_usd_m = 3 (expected: 0..1)" in en
    assert "2 of 3 checks failed" in en


def test_notes_on_the_files_are_told_once_with_their_tables(make: Make, tmp_path: Path) -> None:
    def note(sheet: str, text: str, period: str = "2026-Q1") -> Row:
        return {
            "source": "file",
            "period": period,
            "message_ko": f"a.xlsx › {sheet} › E3: {text}",
            "message_en": f"a.xlsx › {sheet} › E3: {text}",
        }

    folder = make(
        warnings=[
            note("표4", "header says 2025: odd"),
            note("표6", "header says 2025: odd"),
            note("표1", "old", "2025-Q4"),
            {"source": "gate", "message_en": "no"},
        ]
    )
    _, en = texts(folder, tmp_path / "out")
    assert "The publisher’s files: header says 2025: odd (표4, 표6)." in en
    assert "old" not in en.split()


def test_publication_changes_nothing_in_the_bulletin(make: Make, tmp_path: Path) -> None:
    before = [p.read_bytes() for p in render_bulletin(make(folder="a"), tmp_path / "a")]
    published = make(folder="b", published_at="2026-11-24T00:00:00+00:00", files={"x": "y"})
    assert before == [p.read_bytes() for p in render_bulletin(published, tmp_path / "b")]


def test_an_unpublished_day_is_not_passed_off_as_one(make: Make, tmp_path: Path) -> None:
    came = snapshot() | {"published_at_basis": "first_seen"}
    ko, en = texts(make(snapshots=[came]), tmp_path / "out")
    assert "2026-05-29 수신, 9f8a31c2" in ko and "received 2026-05-29, 9f8a31c2" in en


def test_complexes_that_left_are_told(make: Make, tmp_path: Path) -> None:
    names = [
        dim("onsan", "온산", "Onsan"),
        dim("changwon", "창원", "Changwon"),
        dim("gone", "떠난곳", "Gone", published_until="2025-Q4"),
    ]
    complexes = [row("2025-Q4", c, **line(9.0)) for c in ("onsan", "changwon", "gone")]
    complexes += [row("2026-Q1", c, **line(9.0)) for c in ("onsan", "changwon")]
    ko, en = texts(make(names=names, complexes=complexes), tmp_path / "out")
    assert "제외: 떠난곳." in ko and "Left: Gone." in en


def test_long_lists_of_warnings_are_folded_with_the_place_to_read_on(
    make: Make, tmp_path: Path
) -> None:
    checks = [
        check(
            f"W{i}",
            [
                {"message_ko": "가나다 라마바 " * 12, "message_en": "words and words " * 12}
                for _ in range(9)
            ],
        )
        for i in range(40)
    ]
    ko, en = texts(make(checks=checks), tmp_path / "out")
    assert "quality_report.html" in ko and "quality_report.html" in en
    assert "and 8 more" in en or "more: see" in en


def test_breaks_inside_the_comparison_are_told_and_flagged(make: Make, tmp_path: Path) -> None:
    names = [
        dim(
            "onsan",
            "온산",
            "Onsan",
            breaks_ko="2018-10 표본 교체 | 2025-10 방법 변경",
            breaks_en="2018-10 new sample | 2025-10 new method",
        ),
        dim("changwon", "창원", "Changwon"),
        dim("jinhae", "진해", "Jinhae", published_from="2026-Q1"),
        dim("anjeong", "안정", None),
    ]
    totals = [row(p, **line(100.0)) for p in ("2025-Q1", "2025-Q4", "2026-Q1")]
    ko, en = texts(make(names=names, totals=totals), tmp_path / "out")
    assert "새로 포함: 진해(2026년 1분기부터)" in ko
    assert "Brought in: Jinhae (from 2026 Q1)" in en
    assert "new method" in en and "new sample" not in en
    assert "b break in series" in en


# --- edges ---------------------------------------------------------------------------------


def test_release_of_one_period(make: Make, tmp_path: Path) -> None:
    totals = [row("2026-Q1", **line(100.0))]
    complexes = [row("2026-Q1", "onsan", **line(12.0))]
    ko, en = texts(make(totals=totals, complexes=complexes), tmp_path / "out")
    assert "전분기(2025년 4분기)와 전년 동기(2025년 1분기) 값이 이 배포판에 없어" in ko
    assert "holds no figures for 2025 Q4 or 2025 Q1" in en
    assert "no contributions are given" in en


def test_every_complex_suppressed(make: Make, tmp_path: Path) -> None:
    hidden = {m: "X" for m in MEASURES if m not in ("tenant_count", "operating_count")}
    complexes = [row("2026-Q1", c, tenant_count=3.0, **hidden) for c in ("onsan", "jinhae")]
    ko, en = texts(make(complexes=complexes), tmp_path / "out")
    assert "2개 단지(" in ko and "2 complexes are suppressed" in en


def test_suppressed_totals_are_not_guessed(make: Make, tmp_path: Path) -> None:
    totals = [row("2026-Q1", **dict.fromkeys(MEASURES, "X"))]
    ko, en = texts(make(totals=totals), tmp_path / "out")
    assert "생산액은 비공개(X)로 처리되었다" in ko
    assert "Production was suppressed (X) by the publisher" in en
    assert "176" not in ko


def test_nothing_but_a_period(make: Make, tmp_path: Path) -> None:
    empty: list[Row] = []
    folder = make(
        national=empty,
        claims=empty,
        snapshots=empty,
        checks=empty,
        complexes=[row("2025-Q4", "onsan", **line(1.0))],
        totals=[row("2025-Q4", **line(1.0))],
    )
    ko, en = texts(folder, tmp_path / "out")
    assert "생산과 수출 합계는 공표되지 않았다" in ko
    assert "This release holds no check of the claims" in en
    assert "No inputs are on record" in en


def test_name_of_forty_syllables_and_characters_the_font_lacks(make: Make, tmp_path: Path) -> None:
    long = "가나다라마바사아자차" * 4
    names = [
        dim("onsan", long, None),
        dim("changwon", "昌原 창원", "Changwon 😀"),
        dim("jinhae", "진해", "Jinhae"),
        dim("anjeong", "안정", None),
    ]
    ko, en = texts(make(names=names), tmp_path / "out")
    assert long in ko.replace(" ", "")
    assert "□□ 창원" in ko and "Changwon □" in en


def test_forty_long_names_fit(make: Make, tmp_path: Path) -> None:
    names = [dim(f"c{i}", f"{i}" + "기나긴이름을가진산업단지" * 4, None) for i in range(40)]
    complexes = [
        row(p, f"c{i}", **(line(2.5 + i / 50 + k / 9) if i % 3 else dict.fromkeys(MEASURES, "X")))
        for k, p in enumerate(("2025-Q4", "2026-Q1"))
        for i in range(40)
    ]
    texts(make(names=names, complexes=complexes), tmp_path / "out")


def test_growth_from_a_zero_base_has_no_rate(make: Make, tmp_path: Path) -> None:
    totals = [row("2025-Q4", **line(94.65, exports_usd_m=0.0)), row("2026-Q1", **line(100.0))]
    ko, en = texts(make(totals=totals), tmp_path / "out")
    assert "전분기에는 실적이 없어 증감률을 산출하지 않았다" in ko
    assert "there was none in the previous quarter" in en


def test_nan_is_missing(make: Make, tmp_path: Path) -> None:
    totals = [row("2026-Q1", **line(100.0))]
    totals[0]["exports_usd_m"] = math.nan
    _, en = texts(make(totals=totals), tmp_path / "out")
    assert "Exports were not published." in en
    assert "nan" not in en.lower().split()


def test_markup_in_a_name_is_only_text(make: Make, tmp_path: Path) -> None:
    names = [dim("onsan", "#온산 *단지* $x$", '<b>"Onsan"</b> #panic()')]
    ko, en = texts(make(names=names), tmp_path / "out")
    assert "#온산 *단지* $x$" in ko and '<b>"Onsan"</b> #panic()' in en


def test_missing_parts_are_named(make: Make, tmp_path: Path) -> None:
    folder = make()
    (folder / "marts" / "dim_complex.parquet").unlink()
    with pytest.raises(BulletinError, match="dim_complex"):
        render_bulletin(folder, tmp_path / "out")
    (folder / "verdict.json").unlink()
    with pytest.raises(BulletinError, match=r"verdict\.json"):
        render_bulletin(folder, tmp_path / "out")


# --- sentences -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "particle", "expected"),
    [
        ("생산액", "은", "생산액은"),
        ("여수", "은", "여수는"),
        ("온산", "이", "온산이"),
        ("여수", "이", "여수가"),
        ("서울", "으로", "서울로"),
        ("창원", "으로", "창원으로"),
        ("82.7%", "으로", "82.7%로"),
        ("군산2", "은", "군산2는"),
        ("군산3", "은", "군산3은"),
        ("시화MTV", "이", "시화MTV가"),
        ("구미(외)", "은", "구미(외)는"),
        ("남동(+0.1%p)", "은", "남동(+0.1%p)은"),
        ("5,189억원(35.9%)", "으로", "5,189억원(35.9%)으로"),
        ("전분기(2025년 4분기)", "과", "전분기(2025년 4분기)와"),
        ("", "은", "는"),
    ],
)
def test_particles_follow_the_sound(word: str, particle: str, expected: str) -> None:
    assert s.josa(word, particle) == expected


@pytest.mark.parametrize(
    ("now", "then", "ko", "en"),
    [
        (110.0, 100.0, "증가하였다", "up 10.0%"),
        (90.0, 100.0, "감소하였다", "down 10.0%"),
        (100.04, 100.0, "전분기 수준을 유지하였다", "unchanged on the previous quarter"),
        (0.0, 100.0, "100.0%(100억원) 감소하였다", "down 100.0%"),
        (0.0, 0.0, "전분기 수준을 유지하였다", "unchanged"),
        (5.0, 0.0, "전분기에는 실적이 없어", "none in the previous quarter"),
        (5.0, None, "나타났다.", "Production was KRW 500 million."),
    ],
)
def test_direction_words(now: float, then: float | None, ko: str, en: str) -> None:
    base = ABSENT if then is None else Obs(then)
    change = compare(Obs(now), base)
    for lang, words in (("ko", ko), ("en", en)):
        text = s.level_sentence(s.PRODUCTION, Obs(now), change, s.NO_CHANGE_KNOWN, lang)  # type: ignore[arg-type]
        assert words in text


def test_directions_that_differ_are_contrasted() -> None:
    quarter, year = compare(Obs(110.0), Obs(100.0)), compare(Obs(110.0), Obs(120.0))
    assert "증가하였으나, 전년 동기보다 8.3% 감소하였다" in s.level_sentence(
        s.EXPORTS, Obs(110.0), quarter, year, "ko"
    )
    assert "on the previous quarter but down 8.3% on a year earlier" in s.level_sentence(
        s.EXPORTS, Obs(110.0), quarter, year, "en"
    )


def test_rates_move_in_points() -> None:
    change = compare(Obs(82.7), Obs(84.0), points=True)
    none = s.NO_CHANGE_KNOWN
    ko = s.level_sentence(s.UTILIZATION, Obs(82.7), change, none, "ko")
    en = s.level_sentence(s.UTILIZATION, Obs(82.7), change, none, "en")
    assert ko == "가동률은 82.7%로 전분기보다 1.3%p 하락하였다."
    assert en == "The operating rate was 82.7%, down 1.3 percentage points on the previous quarter."
    assert compare(Obs(82.72), Obs(82.7), points=True).direction == "flat"


def test_suppressed_and_missing_values_are_not_compared() -> None:
    assert compare(Obs(None, "Q"), Obs(1.0)).direction == "none"
    assert compare(Obs(1.0), Obs(5.0, "Q")).direction == "none"
    assert s.growth_cell(compare(Obs(5.0), Obs(0.0))) == s.MISSING


@pytest.mark.parametrize(
    ("value", "ko", "en"),
    [
        (1_767_986.24, "176조 7,986억원", "KRW 176.8 trillion"),
        (10_000.0, "1조원", "KRW 1.0 trillion"),
        (19_999.6, "2조원", "KRW 2.0 trillion"),
        (9_457.5, "9,458억원", "KRW 945.8 billion"),
        (85.04, "85.0억원", "KRW 8.5 billion"),
        (0.3, "0.3억원", "KRW 30 million"),
    ],
)
def test_won(value: float, ko: str, en: str) -> None:
    assert s.krw_text(value, "ko") == ko
    assert s.krw_text(value, "en") == en


@pytest.mark.parametrize(
    ("value", "ko", "en"),
    [(50_664.01, "506.6억달러", "US$ 50.66 billion"), (85.1, "85.1백만달러", "US$ 85.1 million")],
)
def test_dollars(value: float, ko: str, en: str) -> None:
    assert s.usd_text(value, "ko") == ko
    assert s.usd_text(value, "en") == en


def test_numbers() -> None:
    assert s.number(1_234_567.5) == "1,234,568"
    assert s.number(-1234.5, 1) == "\u22121,234.5"
    assert s.number(0.0, 1) == "0.0" and s.number(-0.0) == "0"
    assert s.number(0.04, 1) == "<0.1"  # only nothing prints as nothing
    assert s.number(2.5) == "3" and s.number(0.285, 2) == "0.29"
    assert s.signed(0.04) == "0.0%" and s.signed(-5.65) == "\u22125.7%"


def test_periods() -> None:
    assert s.previous_period("2026-Q1") == "2025-Q4"
    assert s.previous_period("2026-01") == "2025-12"
    assert s.year_ago_period("2026-Q1") == "2025-Q1"
    assert s.previous_period("all") is None and s.period_text("all", "ko") == "all"
    assert s.period_text("2026-Q1", "en") == "the first quarter of 2026"


def test_where_definitions_disagree_the_cell_says_so() -> None:
    claim = Claim(
        "c",
        "national_export_share_pct",
        43.0,
        0.5,
        "s",
        "2005-08-01",
        "t",
        (
            ClaimRow("2002", "b", "supported", 43.4, "12/12"),
            ClaimRow("2002", "a", "contradicted", 43.9, "12/12"),
        ),
    )
    cell = s.verdict_cell(claim, "2002", ["a", "b"])
    assert (cell.verdict, cell.measured, cell.disputed) == ("contradicted", "43.9", True)
    assert s.verdict_cell(claim, "2003", ["a"]).verdict == "not_evaluable"


def test_periods_in_which_a_claim_held_are_never_folded() -> None:
    rows = tuple(
        ClaimRow(str(y), "a", "supported" if y == 1990 else "contradicted", 40.0, "12/12")
        for y in range(1990, 2026)
    )
    claim = Claim("c", "m", 40.0, 0.5, "s", "", "t", rows)
    kept = s.evaluable_periods([claim], 10)
    assert kept[0] == ["1990", *map(str, range(2017, 2026))] and kept[1] == 26


# --- charts --------------------------------------------------------------------------------


def test_chart_specifications_are_valid_vega_lite() -> None:
    alt = pytest.importorskip("altair")
    points = tuple(
        charts.SharePoint(str(y), float(y), 30.0 + y % 7, y % 3 > 0, "2/12", kind, True)
        for y, kind in ((2001, "main"), (2002, "main"), (2003, "published"), (2004, "other"))
    )
    chart = charts.ShareChart(
        points, 30.0, "as reported", 2026.1, ("2026 Q1", "no"), (2000.0, 2027.0), (25.0, 50.0), True
    )
    for spec in (
        charts.share_spec(chart, width=159, height=126),
        charts.bars_spec(
            [("a", 1.0), ("b", -1.0)], width=232, row_height=14, name_width=78, simulated=True
        ),
    ):
        alt.Chart.from_dict(spec)


def test_chart_carries_the_watermark_only_when_simulated() -> None:
    for simulated in (True, False):
        spec = charts.bars_spec(
            [("a", 1.0)], width=232, row_height=14, name_width=78, simulated=simulated
        )
        assert (charts.WATERMARK in charts.draw(spec, FONTS)) is simulated


# --- the text is held against the figures ---------------------------------------------------------


def page(make: Make, lang: s.Lang) -> tuple[rd.Release, Row]:
    """A whole bulletin's words, and the release they were made from."""
    totals = [
        row("2025-Q1", **line(97.0, utilization_pct=84.0)),
        row("2025-Q4", **line(101.3, utilization_pct=81.4)),
        row("2026-Q1", **line(100.0)),
    ]
    claims = shares()[1]
    data = rd.load(make(totals=totals, claims=claims, folder=f"check_{lang}"))
    density = build._DENSITIES[0]
    content = build._content(
        data, lang, density, (4, 60), front.shares(data, lang), back.movers(data, lang, density)
    )
    return data, content


def spoken(content: Row) -> list[tuple[list[Any], str]]:
    """Every sentence of page 1 with the way to it."""
    found: list[tuple[list[Any], str]] = [(["headline"], content["headline"])]
    for i, item in enumerate(content["developments"]["rows"]):
        found.append((["developments", "rows", i, "text"], item["text"]))
    for i, text in enumerate(content["shares"]["sentences"]):
        found.append((["shares", "sentences", i], text))
    for i, tile in enumerate(content["tiles"]):
        for key in ("value", "unit", "quarter", "year"):
            found.append((["tiles", i, key], tx_of(tile[key])))
    for i, item in enumerate(content["complexes"]["rows"]):
        for j, cell in enumerate(item["cells"][1:], start=1):
            found.append((["complexes", "rows", i, "cells", j], tx_of(cell)))
    return found


def tx_of(cell: Any) -> str:
    return str(cell["text"]) if isinstance(cell, dict) else str(cell)


def changed(content: Row, way: list[Any], text: str) -> Row:
    copy: Row = json.loads(json.dumps(content))
    at: Any = copy
    for step in way[:-1]:
        at = at[step]
    at[way[-1]] = text
    return copy


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_the_text_follows_from_the_figures(make: Make, lang: s.Lang) -> None:
    data, content = page(make, lang)
    check_content(data, content, lang)


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_any_changed_digit_stops_publication(make: Make, lang: s.Lang) -> None:
    """Each digit of each sentence, tile and table, one at a time."""
    data, content = page(make, lang)
    tried, passed = 0, []
    for way, text in spoken(content):
        for at, char in enumerate(text):
            if not char.isdigit():
                continue
            for other in {str((int(char) + 1) % 10), str((int(char) + 5) % 10)}:
                wrong = text[:at] + other + text[at + 1 :]
                tried += 1
                try:
                    check_content(data, changed(content, way, wrong), lang)
                except BulletinError:
                    continue
                passed.append((way, wrong))
    assert tried > 300 and not passed


SWAPS: dict[str, list[tuple[str, str]]] = {
    "ko": [
        ("증가", "감소"), ("감소", "증가"), ("상승", "하락"), ("하락", "상승"), ("조원", "억원"),
        ("억원", "조원"), ("억달러", "백만달러"), ("명", "개사"), ("개사", "명"), ("%p", "%"),
        ("부합한다", "부합하지 않는다"), ("끌어올", "끌어내"), ("끌어내", "끌어올"), ("+", "−"), ("−", "+"),
        ("전분기보다", "전년 동기보다"),
    ],
    "en": [
        ("rose", "fell"), ("fell", "rose"), ("up ", "down "), ("down ", "up "), ("trillion", "billion"),
        ("billion", "million"), ("US$", "KRW"), ("KRW", "US$"), ("+", "−"), ("−", "+"),
        ("the previous quarter", "a year earlier"), ("percentage points", "%"),
        ("took most from", "added most to"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_any_changed_direction_or_unit_stops_publication(make: Make, lang: s.Lang) -> None:
    data, content = page(make, lang)
    used = set()
    for way, text in spoken(content):
        for old, new in SWAPS[lang]:
            starts = [i for i in range(len(text)) if text.startswith(old, i)]
            for at in starts:
                wrong = text[:at] + new + text[at + len(old) :]
                used.add(old)
                with pytest.raises(BulletinError, match="does not follow"):
                    check_content(data, changed(content, way, wrong), lang)
                    pytest.fail(f"{way}: {wrong}")
    assert len(used) >= 8


def test_a_text_that_lies_is_not_printed(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check stands between the words and the page."""
    honest = s.women_sentence
    monkeypatch.setattr(s, "women_sentence", lambda *a: honest(*a).replace("%", "1%"))
    folder = make()
    with pytest.raises(BulletinError, match=r"share of women|bound to no cell"):
        render_bulletin(folder, folder / "out")
    assert not list((folder / "out").glob("*.pdf"))
