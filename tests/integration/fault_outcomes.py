"""What must come of every fault in every source where it can happen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from ingestion.sample.server.faults import UNKNOWN_NAME

from .fault_sources import AGAIN, ASKED, FILES, FIRST_DAY, ONCE, SOURCES


@dataclass(frozen=True)
class Stopped:
    """It shows in the fetching: nothing arrives."""

    code: str
    attempts: int
    status: str = "failed"


@dataclass(frozen=True)
class Refused:
    """It shows in the reading: what arrived is quarantined, with this problem among others."""

    problem: str


@dataclass(frozen=True)
class Same:
    """The publisher offers what is known already: nothing new lands."""

    status: str = "unchanged"
    problem: str = ""


@dataclass(frozen=True)
class Landed:
    """It lands, and shows in the landed rows as what it is; the gate judges the rest.

    `look` gets the rows of the good edition and of this one; `problem` is told at landing; `check` is
    the check of the gate that this is for.
    """

    look: Callable[[pa.Table, pa.Table], bool]
    problem: str = ""
    check: str = ""
    kind: str = "first"


Expected = Stopped | Refused | Same | Landed

_RETRIED = {
    "slow": "timeout",
    "cut_off": "connection",
    "http_429": "http_429",
    "http_500": "http_5xx",
    "http_503": "http_5xx",
    "empty_body": "empty",
    "truncated_json": "truncated",
}
_NOT_RETRIED = {"html_instead": "html", "redirect_loop": "redirect", "xml_for_json": "wrong_form"}
_KEY_EXPIRED = {"odcloud": "-401", "kosis": "11", "ecos": "INFO-100"}
_QUOTA_SPENT = {
    "odcloud": Stopped("odcloud/-10", ONCE, "stopped"),
    "kosis": Stopped("kosis/40", ONCE, "stopped"),
    "ecos": Stopped("ecos/ERROR-602", ONCE, "stopped"),
}


def _has_rows(before: pa.Table, after: pa.Table) -> bool:
    return after.num_rows > 0


def _missing_is_no_zero(before: pa.Table, after: pa.Table) -> bool:
    """Some figures are missing, none of them became a zero or anything else, and all others stayed."""
    pairs = list(zip(before["value"].to_pylist(), after["value"].to_pylist(), strict=True))
    gone = [n for n, (old, new) in enumerate(pairs) if old is not None and new is None]
    status = {after["obs_status"][n].as_py() for n in gone}
    # A growth rate that is not there cannot be (M); everything else is missing (O).
    return {"O"} <= status <= {"O", "M"} and all(a == b for a, b in pairs if b is not None)


def _one_row_is_empty(before: pa.Table, after: pa.Table) -> bool:
    return after["address"].null_count == before["address"].null_count + 1


def _place_is_kept_as_written(before: pa.Table, after: pa.Table) -> bool:
    """The unknown name stands as it is and is taken for no other complex."""
    named = after.filter(pc.equal(after["complex_raw"], UNKNOWN_NAME))
    return named.num_rows == 1 and named["complex_id"].null_count == 1


def _a_thousandfold(before: pa.Table, after: pa.Table) -> bool:
    keys = (
        ["sheet", "cell"] if "series" not in before.column_names else ["series", "area", "period"]
    )
    both = before.join(after, keys, join_type="inner", right_suffix="_after").filter(
        pc.field("value") > 0
    )
    ratios = pc.divide(both["value_after"], both["value"]).to_pylist()
    return len(ratios) > 1 and all(abs(ratio - 1000) < 1e-6 for ratio in ratios)


def _revised(before: pa.Table, after: pa.Table) -> bool:
    """The same rows, and some say something else."""
    return before.num_rows == after.num_rows and not before.select(_said(before)).equals(
        after.select(_said(after))
    )


def _raised_today(before: pa.Table, after: pa.Table) -> bool:
    """Every figure half a percent higher; where the publisher tells the day of change, it is today."""
    pairs = zip(before["value"].to_pylist(), after["value"].to_pylist(), strict=True)
    days = set(after["changed_on"].to_pylist())
    return days <= {FIRST_DAY, None} and all(abs(b / a - 1.005) < 0.002 for a, b in pairs)


def _said(table: pa.Table) -> list[str]:
    """The columns that hold what the publisher said."""
    known = ("value", "product", "land_area_m2", "building_area_m2", "floor_area_m2")
    return [name for name in known if name in table.column_names]


def _gone(check: str, problem: str = "") -> Landed:
    return Landed(_missing_is_no_zero, problem, check, "new_vintage")


def _unknown_place(problem: str = "") -> Landed:
    return Landed(_place_is_kept_as_written, problem, "registry_complexes_are_known")


_READ: dict[str, dict[str, Expected]] = {
    "header_changed": {
        **dict.fromkeys(("csv", "odcloud"), Refused("unknown_industry")),
        **dict.fromkeys(("workbook", "status"), Refused("header_unknown")),
        **dict.fromkeys(("factory_registry", "knowledge_centres"), Refused("header_unknown")),
        "factories": Refused("header_missing"),
        **dict.fromkeys(
            ("indparkstats", "customs", "kosis", "ecos"), Refused("answer_field_missing")
        ),
        "customs_by_province": Refused("series_total"),
    },
    "name_unknown": {
        **dict.fromkeys(("workbook", "csv", "odcloud", "indparkstats"), Refused("unknown_complex")),
        "status": Refused("unknown_province"),  # a complex is new by right here
        **dict.fromkeys(("factory_registry", "knowledge_centres"), _unknown_place()),
        "factories": _unknown_place("answers_place_other"),
        **dict.fromkeys(("customs", "customs_by_province"), Refused("series_period")),
        **dict.fromkeys(("kosis", "ecos"), Refused("series_rows_unknown")),
    },
    "unit_changed": {
        **dict.fromkeys(("workbook", "status", "csv", "odcloud"), Refused("unit_unknown")),
        "knowledge_centres": Refused("header_unknown"),
        "factories": Refused("registry_employees"),
        **dict.fromkeys(("kosis", "ecos"), Refused("series_unit")),
        # Where no unit is named, nothing in the answer tells.
        "indparkstats": Landed(_a_thousandfold, "", "revision_is_not_a_lost_digit", "new_vintage"),
        "customs": Landed(_a_thousandfold, "", "series_are_not_off_by_a_factor", "new_vintage"),
        "customs_by_province": Landed(
            _a_thousandfold, "", "provinces_have_the_size_of_the_nation", "new_vintage"
        ),
    },
    "values_gone": {
        "workbook": _gone("no_value_is_missing"),
        "status": _gone("status_loses_no_figure", "disagrees_with_list"),
        **dict.fromkeys(("csv", "odcloud"), _gone("csv_edition_loses_no_figure", "no_total_row")),
        "indparkstats": _gone("no_value_is_missing"),
        **dict.fromkeys(
            ("factory_registry", "knowledge_centres", "factories"),
            Landed(
                _one_row_is_empty,
                "registry_unnamed",
                "registry_rows_are_not_emptied",
                "new_vintage",
            ),
        ),
        **dict.fromkeys(("customs", "customs_by_province"), Refused("series_total")),
        **dict.fromkeys(("kosis", "ecos"), _gone("series_lose_no_figure")),
    },
    "stale_bytes": {
        **dict.fromkeys(FILES, Same("fault", "same_bytes_other_period")),
        "odcloud": Refused("same_answers_other_period"),
    },
    "revision": {
        **dict.fromkeys((*FILES, "odcloud"), Landed(_revised, kind="new_vintage")),
        **dict.fromkeys(("kosis", "ecos"), Landed(_raised_today, kind="new_vintage")),
    },
    "uddi_changed": dict.fromkeys(FILES, Same()),
    "wrong_content_type": dict.fromkeys(SOURCES, Landed(_has_rows)),
}


def expected(fault: str, source: str) -> Expected:
    """What must come of a pair.

    Raises:
        KeyError: nobody has said.
    """
    publisher = ASKED[source].publisher
    if fault == "captcha":
        return Stopped("portal/captcha", 0, "person_needed")
    if fault == "quota_429":
        return Stopped("data.go.kr/22", ONCE, "stopped")
    if fault == "quota_spent":
        return _QUOTA_SPENT.get(source, Stopped(f"{publisher}/22", ONCE, "stopped"))
    if fault == "key_expired":
        return Stopped(f"{publisher}/{_KEY_EXPIRED.get(source, '31')}", ONCE)
    if fault == "xml_for_json" and publisher == "data.go.kr":
        return Landed(_has_rows)  # these services have both forms, and both are read
    if fault in _RETRIED:
        return Stopped(f"{publisher}/{_RETRIED[fault]}", AGAIN)
    if fault in _NOT_RETRIED:
        return Stopped(f"{publisher}/{_NOT_RETRIED[fault]}", ONCE)
    if fault == "uddi_changed" and source == "odcloud":
        return Same()
    return _READ[fault][source]
