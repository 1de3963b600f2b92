"""The survey notes (조사 개요) of 산업동향, and the figures on quality among them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ingestion.parsers.cells import COUNT, a1
from ingestion.periods import Period
from ingestion.persons import mask_notes
from ingestion.registry import tidy
from ingestion.sniff import Content

_RATE = r"\d{1,3}(?:\.\d{1,6})?(?![\d.]*\d)"
_ITEMS: dict[str, re.Pattern[str]] = {
    "sample_size": re.compile(rf"표본\)?\s*약?\s*({COUNT})\s*개사"),
    "surveyed_count": re.compile(rf"조사대상업체\s*({COUNT})\s*개사"),
    "responded_count": re.compile(rf"중\s*({COUNT})\s*개사\s*응답"),
    "response_rate_pct": re.compile(rf"회수율\s*[:：]\s*({_RATE})\s*%"),
    "cv_production_pct": re.compile(rf"변동계수\s*생산\s*[:：]\s*({_RATE})"),
    "cv_exports_pct": re.compile(rf"변동계수.*수출\s*[:：]\s*({_RATE})"),
    "suppression_max_respondents": re.compile(r"업체\s*(\d{1,4})개\s*이하"),
}


def survey_notes(content: Content, period: Period) -> Iterator[dict[str, Any]]:
    """Every line of the survey notes, in the landed schema `survey_notes`.

    A line with figures that are known gives one row a figure (`item`, `value`), any other one row
    of the item `text`. Contacts, and who is in charge, are masked.
    """
    for sheet in content.sheets:
        head = "".join(str(c) for row in sheet.rows[:3] for c in row)
        if "조사 개요" not in tidy(sheet.name) and "조사 개요" not in tidy(head):
            continue
        texts = {
            (r, c): tidy(cell)
            for r, row in enumerate(sheet.rows)
            for c, cell in enumerate(row)
            if isinstance(cell, str) and tidy(cell)
        }
        for (r, c), said in mask_notes(texts).items():
            text = texts[r, c]
            base = {
                "sheet": sheet.name,
                "cell": a1(r, c),
                "publication_period": str(period),
                "text": said,
            }
            found = False
            for item, pattern in _ITEMS.items():
                match = pattern.search(text)
                if match:
                    found = True
                    yield {**base, "item": item, "value": float(match[1].replace(",", ""))}
            if not found:
                yield {**base, "item": "text", "value": None}
