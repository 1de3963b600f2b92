"""Answers of the publishers, made for a test."""

from __future__ import annotations

import json
from typing import Any

import httpx

from ingestion.fetch.sources import kosis


def as_json(value: Any) -> httpx.Response:
    return httpx.Response(200, content=json.dumps(value, ensure_ascii=False).encode())


def trade(*items: str) -> bytes:
    body = "".join(f"<item>{item}</item>" for item in items)
    return (
        "<response><header><resultCode>00</resultCode></header><body><items>"
        f"{body}</items></body></response>"
    ).encode()


def kosis_request(**changes: Any) -> kosis.KosisRequest:
    known: dict[str, Any] = {
        "dataset": "kosis__test",
        "org": "101",
        "table": "DT_1",
        "items": ("T6",),
        "classes": (("ALL",),),
        "frequency": "M",
        "start": "202001",
        "end": "202012",
    }
    return kosis.KosisRequest(**(known | changes))


def kosis_table(limit: int, classes: dict[str, int]) -> tuple[Any, list[dict[str, str]]]:
    """A table of months: `limit` cells at most, `classes[objL]` codes where ALL is asked."""
    asked: list[dict[str, str]] = []

    def codes(text: str, name: str) -> list[str]:
        if text == "ALL":
            return [f"{name}{n}" for n in range(classes[name])]
        return text.removesuffix("+").split("+")

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(dict(request.url.params))
        p = request.url.params
        index = [int(p[n][:4]) * 12 + int(p[n][4:]) - 1 for n in ("startPrdDe", "endPrdDe")]
        periods = [f"{i // 12}{i % 12 + 1:02d}" for i in range(index[0], index[1] + 1)]
        rows = [
            {"TBL_ID": "DT_1", "ITM_ID": i, "C1": c, "PRD_SE": "M", "PRD_DE": t, "DT": "1"}
            | {"LST_CHN_DE": f"2026-01-{int(t[4:]):02d}"}
            for i in codes(p["itmId"], "itmId")
            for c in codes(p["objL1"], "objL1")
            for t in periods
        ]
        return as_json({"err": "31", "errMsg": "x"} if len(rows) > limit else rows)

    return handler, asked
