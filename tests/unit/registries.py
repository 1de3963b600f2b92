"""Registries for tests: lists and answers, and a reader that needs no home."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingestion.answers import bundle_of, pack
from ingestion.contract import Contracts
from ingestion.landing import LandedDraft
from ingestion.parsers.registry_list import parse
from ingestion.problems import RejectedFile
from ingestion.registry import Registry
from ingestion.snapshots import Snapshot
from ingestion.sniff import read_content

DAY = date(2024, 12, 31)
NAME = "한국산업단지공단_전국등록공장현황_등록공장현황자료_20241231.csv"
FIVE = ["순번", "회사명", "단지명", "생산품", "공장주소"]
API = "kicox__factory_registry_api"


def csv_bytes(rows: Sequence[Sequence[object]], code: str = "cp949") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(code)


def snapshot(name: str = NAME, **known: Any) -> Snapshot:
    fields = {
        "snapshot_id": "s",
        "publisher": "kicox",
        "dataset": "unrecognised",
        "period": "unknown",
        "vintage": "2025-02-10",
        "sha256": "0" * 64,
        "bytes": 1,
        "ending": "csv",
        "file_name": name,
        "published_at": "2025-02-10",
        "published_at_basis": "first_seen",
        "loaded_at": "2025-02-11T00:00:00+00:00",
        "url": None,
        "is_simulated": True,
    }
    return Snapshot(**{**fields, **known})


class Reader:
    """Reads bytes as one dataset, without a home; what was written on the way says the same."""

    def __init__(self, contracts: Contracts, registry: Registry, folder: Path) -> None:
        self.contracts, self.registry, self.folder = contracts, registry, folder
        #: Whether what was written while reading held to the end.
        self.draft_held = False

    def __call__(
        self, data: bytes, dataset: str = "kicox__factory_registry", **known: Any
    ) -> tuple[list[dict[str, Any]], list[str]]:
        contract, source = self.contracts[dataset], snapshot(**known)
        path = self.folder / "landed.parquet"
        with LandedDraft(path, contract.landed, source, "f") as draft:
            read = parse(read_content(data), contract, self.registry, source, lambda _: draft)
            assert isinstance(read.rows, pa.Table)
            self.draft_held = read.draft is not None
            if self.draft_held:
                draft.save()
                written = pq.read_table(path).select(read.rows.column_names)
                assert written.to_pylist() == read.rows.to_pylist()
        self.period = read.period
        self.messages = [p.message_en for p in read.problems]
        return read.rows.to_pylist(), [p.code for p in read.problems]

    def refused(self, data: bytes, dataset: str = "kicox__factory_registry", **known: Any) -> Any:
        with pytest.raises(RejectedFile) as caught:
            self(data, dataset, **known)
        return caught.value.problems


def factory(n: int = 1, **changed: str) -> list[str]:
    row = {
        "회사명": f"(주)모의{n}호정밀",
        "단지명": "",
        "생산품": "금형",
        "공장주소": f"경기도 안산시 단원구 모의로 {n} (모의동)",
    }
    return [str(n), *{**row, **changed}.values()]


def five(*rows: list[str]) -> bytes:
    return csv_bytes([FIVE, *rows])


def bundle(pages: Sequence[tuple[str, list[dict[str, Any]], int]], form: str = "json") -> bytes:
    answers = []
    for number, (complex_name, items, total) in enumerate(pages, start=1):
        if form == "json":
            body = {"totalCount": total, "pageNo": number, "items": {"item": items}}
            data = json.dumps(
                {"response": {"header": {"resultCode": "00"}, "body": body}}, ensure_ascii=False
            ).encode()
        else:
            inner = "".join(
                "<item>" + "".join(f"<{k}>{v}</{k}>" for k, v in item.items()) + "</item>"
                for item in items
            )
            data = (
                "<response><header><resultCode>00</resultCode></header><body><items>"
                f"{inner}</items><totalCount>{total}</totalCount></body></response>"
            ).encode()
        answers.append((data, "https://x", {"irsttNm": complex_name}, None))
    return pack(bundle_of(answers, dataset=API, period="2026-05"))


def item(n: int, **changed: Any) -> dict[str, Any]:
    return {
        "fctryManageNo": f"99000000000{n:04d}",
        "irsttNm": "남동국가산업단지",
        "cmpnyNm": f"(주)모의{n}호",
        "rnAdres": f"인천광역시 남동구 모의로 {n}",
        "allEmplyCo": 12,
        "frstFctryRegistDe": "20190305",
        "indutyNm": "주형 및 금형 제조업",
        "rprsntvIndutyCode": "29294",
        "mainProductCn": "금형",
        "rprsntvNm": "모의인0001",
        "cmpnyTelno": "032-000-0001",
        **changed,
    }
