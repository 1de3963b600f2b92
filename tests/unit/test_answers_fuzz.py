"""Interfaces' answers in the publishers' forms, damaged: a typed refusal, or what stands there.

What stands there is read a second time without our parsers (`json`, ElementTree). Of an answer that is
not refused every figure, period and name must be the one of that second reading, and no row may be
missing: never a crash, never a wrong number, nothing lost silently.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from defusedxml import ElementTree
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.answers import Bundle, Part
from ingestion.contract import load_contracts
from ingestion.parsers import registry_list, trend_answers
from ingestion.persons import mask_contacts
from ingestion.problems import RejectedFile
from ingestion.registry import Registry
from ingestion.sample import SampleRegistry, simulate
from ingestion.sample.registry import factory_items
from ingestion.sample.server import wire
from ingestion.sniff import Content

from ..conftest import SEED, SEEDS
from . import registries as lists
from . import test_national_series as national
from . import test_trend_answers as trend

CONTRACTS, REGISTRY = load_contracts(), Registry.load(SEEDS)
Item = dict[str, Any]


@dataclass(frozen=True)
class Form:
    """One kind of answer: its bytes, how we read it, where its items are, what must agree."""

    whole: bytes
    read: Callable[[bytes], list[Item]]
    items: Callable[[bytes], list[Item]]
    #: Looks at a landed row and the item that it says it is from.
    agrees: Callable[[Item, Item], None]
    #: Items of the answer that are not landed as rows (a total).
    skipped: Callable[[Item], bool] = lambda item: False


def number(raw: Any) -> float | None:
    """The number that a value of an answer denotes; None where it denotes none."""
    if isinstance(raw, bool) or raw is None:
        return None
    if isinstance(raw, int | float):
        return float(raw)
    text = str(raw).replace("\xa0", " ").strip()
    plain = re.fullmatch(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d*)?([eE][+-]?\d+)?|[+-]?\.\d+", text)
    return float(text.replace(",", "")) if plain else None


def place_of(row: Item) -> tuple[int, str]:
    """Number and field of a landed row's item: `row 3 DT`, `item[3]`."""
    match = re.fullmatch(r"row (\d+) (.+)|item\[(\d+)\]", row["cell"])
    assert match is not None, row["cell"]
    return int(match[1] or match[3]), match[2] or ""


def same_number(row: Item, item: Item) -> None:
    _, field = place_of(row)
    assert row["value"] is None or row["value"] == number(item[field]), (row, item)
    if row["value"] is None:
        assert row["obs_status"] in ("O", "Q", "M")


def tidy(raw: Any) -> str:
    return " ".join(str(raw if raw is not None else "").replace("\xa0", " ").split())


# -- second readings ------------------------------------------------------------------------------


def from_json(*path: str) -> Callable[[bytes], list[Item]]:
    def items(data: bytes) -> list[Item]:
        found = json.loads(data.decode("utf-8-sig"))
        for name in path:
            found = found[name]
        return [found] if isinstance(found, dict) else list(found)

    return items


def from_xml(data: bytes) -> list[Item]:
    root = ElementTree.fromstring(data)
    return [{child.tag: child.text for child in item} for item in root.iter("item")]


# -- forms ----------------------------------------------------------------------------------------


def _kosis() -> Form:
    rows = [national.kosis(PRD_DE=f"2024{m:02d}", DT=f"{100 + m / 10}") for m in range(1, 9)]

    def agrees(row: Item, item: Item) -> None:
        same_number(row, item)
        assert row["period"].replace("-", "") == tidy(item["PRD_DE"])

    return Form(
        national.as_json(rows),
        lambda data: national.parsed(CONTRACTS[national.INDEX], REGISTRY, Part("1", data)).rows,
        from_json(),
        agrees,
    )


def _ecos() -> Form:
    rows = [national.rate(f"202401{d:02d}", f"{1300 + d / 10}") for d in range(2, 9)]

    def agrees(row: Item, item: Item) -> None:
        same_number(row, item)
        assert row["period"].replace("-", "") == tidy(item["TIME"])

    return Form(
        national.search(*rows),
        lambda data: national.parsed(CONTRACTS[national.RATE], REGISTRY, Part("1", data)).rows,
        from_json("StatisticSearch", "row"),
        agrees,
    )


def _provinces() -> Form:
    amounts = {"경상북도": 3_631_968, "강원특별자치도": 32_104, "경기도": 13_400_822}
    total = national.province("-", f" {sum(amounts.values()):,}", "총계")
    rows = [national.province(name, f" {value:,}") for name, value in amounts.items()]

    def agrees(row: Item, item: Item) -> None:
        same_number(row, item)
        assert REGISTRY.provinces[tidy(item["sidoNm"]).replace(" ", "")] == row["area"]

    return Form(
        national.trade(total, *rows),
        lambda data: (
            national.parsed(CONTRACTS[national.PROVINCES], REGISTRY, national.by_month(data)).rows
        ),
        from_xml,
        agrees,
        lambda item: "총계" in tidy(item.get("priodTitle")) or "총계" in item.values(),
    )


def _trend(form: str) -> Form:
    (publication,) = simulate(SEED, [trend.MONTH], SampleRegistry.load(SEEDS))
    items = trend.items_of(publication, "production_by_complex", REGISTRY)[:6]
    whole = trend.answer(items)
    if form == "xml":
        whole = wire.xml_reply(
            wire.elements(json.loads(whole.decode())["response"], "response")
        ).body

    def read(data: bytes) -> list[Item]:
        part = trend.part("production_by_complex", data)
        content = Content("answers", answers=Bundle((part,)))
        contract = CONTRACTS[trend.API]
        return trend_answers.parse(content, contract, CONTRACTS, REGISTRY, trend.snapshot()).rows

    def agrees(row: Item, item: Item) -> None:
        same_number(row, item)
        assert tidy(row["complex_raw"]) == tidy(item["irsttNm"])

    items_in = from_xml if form == "xml" else from_json("response", "body", "items", "item")
    return Form(whole, read, items_in, agrees)


def _odcloud() -> Form:
    """A page of a CSV edition, whose figures are numbers."""
    (publication,) = simulate(SEED, ["2026-Q1"], SampleRegistry.load(SEEDS))
    with TemporaryDirectory() as folder:
        items = trend.csv_items(publication, Path(folder))[:6]
    contract = CONTRACTS[trend.EDITION]

    def read(data: bytes) -> list[Item]:
        part = Part("1.json", data, period="2026-03-31")
        content = Content("answers", answers=Bundle((part,), trend.EDITION, "2026-Q1"))
        at = trend.snapshot("x.zip")
        return trend_answers.parse_edition(content, contract, CONTRACTS, REGISTRY, at).rows

    def agrees(row: Item, item: Item) -> None:
        same_number(row, item)
        assert row["header_raw"] == place_of(row)[1]
        assert tidy(row["complex_raw"]) == tidy(item["산업단지"])

    return Form(trend.page(items), read, from_json("data"), agrees)


def _factories(form: str) -> Form:
    items = factory_items("남동국가산업단지", lists.DAY, seed=SEED, rows=4000)[:6]
    body = {"items": {"item": items}, "numOfRows": 100, "pageNo": 1, "totalCount": len(items)}
    document = {"header": {"resultCode": "00", "resultMsg": "OK"}, "body": body}
    whole = (
        wire.json_reply({"response": document}).body
        if form == "json"
        else wire.xml_reply(wire.elements(document, "response")).body
    )

    def read(data: bytes) -> list[Item]:
        part = Part("1", data, "https://x", {"irsttNm": "남동국가산업단지"})
        content = Content("answers", answers=Bundle((part,), lists.API, "2026-05"))
        read = registry_list.parse(content, CONTRACTS[lists.API], REGISTRY, lists.snapshot("a.zip"))
        return list(read.rows.to_pylist())

    def agrees(row: Item, item: Item) -> None:
        # Texts as they stand, a person's name or a contact in them withheld; numbers exactly.
        for ours, theirs in (
            ("company_name", "cmpnyNm"),
            ("complex_raw", "irsttNm"),
            ("address", "rnAdres"),
            ("product", "mainProductCn"),
            ("industry_name", "indutyNm"),
            ("factory_no", "fctryManageNo"),
        ):
            stands = tidy(item.get(theirs))
            assert row[ours] in (None, stands, mask_contacts(stands)) or "[…]" in row[ours], ours
        # The main industry, or the only one of all.
        codes = (tidy(item.get("rprsntvIndutyCode")), tidy(item.get("indutyCodes")))
        assert row["ksic_code"] in (None, *codes)
        count = row["employee_count"]
        assert count is None or count == number(item.get("allEmplyCo")), (count, item)
        day = row["registered_on"]
        digits = re.sub(r"\D", "", tidy(item.get("frstFctryRegistDe")))
        assert day is None or f"{day:%Y%m%d}" == digits, (day, item)

    items_in = from_xml if form == "xml" else from_json("response", "body", "items", "item")
    return Form(whole, read, items_in, agrees)


FORMS: dict[str, Callable[[], Form]] = {
    "kosis": _kosis,
    "ecos": _ecos,
    "customs_by_province": _provinces,
    "indparkstats_json": lambda: _trend("json"),
    "indparkstats_xml": lambda: _trend("xml"),
    "odcloud": _odcloud,
    "factories_json": lambda: _factories("json"),
    "factories_xml": lambda: _factories("xml"),
}


@pytest.fixture(scope="module")
def forms() -> dict[str, Form]:
    return {name: make() for name, make in FORMS.items()}


@pytest.mark.parametrize("name", FORMS)
def test_the_whole_answer_is_what_stands_there(forms: dict[str, Form], name: str) -> None:
    form = forms[name]
    assert judged(form, form.whole) > 2


@pytest.mark.parametrize("name", FORMS)
@given(data=st.data())
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_damaged_answer_is_refused_or_what_stands_there(
    forms: dict[str, Form], name: str, data: st.DataObject
) -> None:
    form = forms[name]
    damaged = bytearray(form.whole)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, max(0, len(damaged) - 1)))
        match data.draw(st.sampled_from(["digit", "byte", "drop", "insert", "repeat", "cut"])):
            case "digit":  # the likeliest harm: a figure that is another one
                places = [m.start() for m in re.finditer(rb"\d", bytes(damaged))]
                if places:
                    at = places[at % len(places)]
                    damaged[at : at + 1] = data.draw(
                        st.sampled_from([b"", b"7", b"-", b".", b"1,"])
                    )
            case "byte":
                damaged[at : at + 1] = data.draw(st.binary(max_size=2))
            case "drop":
                del damaged[at : at + data.draw(st.integers(1, 60))]
            case "insert":
                damaged[at:at] = data.draw(
                    st.sampled_from([b'"', b",", b"<", b"&", b"\x00", b"\\", b"}", b"0", b" "])
                )
            case "repeat":
                damaged[at:at] = damaged[at : at + data.draw(st.integers(1, 200))]
            case "cut":
                del damaged[at:]
    judged(form, bytes(damaged))


def judged(form: Form, data: bytes) -> int:
    """Read an answer and hold it against the second reading; how many rows were held."""
    try:
        rows = form.read(data)
    except RejectedFile as rejected:
        assert rejected.problems and all(p.message_en and p.message_ko for p in rejected.problems)
        assert "internal" not in {p.code for p in rejected.problems}
        return 0
    items = form.items(data)  # what we read must be readable
    held = set()
    for row in rows:
        place, _ = place_of(row)
        form.agrees(row, items[place - 1])
        held.add(place)
    wanted = {n for n, item in enumerate(items, 1) if not form.skipped(item)}
    assert held == wanted, "a row was lost"
    return len(rows)
