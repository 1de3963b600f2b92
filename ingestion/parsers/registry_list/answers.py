"""The factories of a bundle of answers: every page of every complex, each complete."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa

from ingestion.answers import Bundle
from ingestion.contract import Contract
from ingestion.fetch.errors import FetchError
from ingestion.fetch.sources.datagokr import page_of
from ingestion.problems import Problem, RejectedFile, problem, reject
from ingestion.registry import Registry, name_key, tidy

from .columns import header_key, header_words, match_header
from .mapping import Mapper, Rows


def read_answers(
    bundle: Bundle, contract: Contract, registry: Registry
) -> tuple[Rows, list[Problem]]:
    """The factories of a bundle: every page of every complex, each complete."""
    names = header_words(contract)
    items: list[dict[str, Any]] = []
    sheets: list[str] = []
    rows: list[int] = []
    found: Counter[str] = Counter()
    announced: dict[str, set[int]] = {}
    elsewhere: Counter[str] = Counter()
    problems: list[Problem] = []
    for part in bundle.parts:
        about = tidy(part.params.get("irsttNm", "")) or part.file
        try:
            page = page_of(part.data)
            total = int(str(page.total))
        except (FetchError, ValueError) as error:
            kind = f"{error.publisher} {error.code}" if isinstance(error, FetchError) else "total"
            problems.append(
                problem("answers_unreadable", sheet=part.file, part=part.file, detail=kind)
            )
            continue
        found[about] += len(page.rows)
        if part.params.get("irsttNm"):
            named = (tidy(str(row.get("irsttNm") or "")) for row in page.rows)
            elsewhere.update(name for name in named if name_key(name) != name_key(about))
        announced.setdefault(about, set()).add(total)
        items += page.rows
        sheets += [part.file] * len(page.rows)
        rows += range(1, len(page.rows) + 1)
    for about, totals in announced.items():
        if totals != {found[about]}:
            told = " / ".join(f"{total:,}" for total in sorted(totals))
            problems.append(
                problem("answers_incomplete", what=about, found=f"{found[about]:,}", expected=told)
            )
    if problems:
        raise RejectedFile(problems)
    if not items:
        raise reject("no_rows")
    counts = Counter(name for item in items for name in item)
    unknown = sorted(name for name in counts if header_key(name) not in names)
    if unknown:
        shown = ", ".join(n if re.fullmatch(r"[A-Za-z]\w{0,40}", n) else "…" for n in unknown[:12])
        where = f"ingestion/contracts/{contract.dataset}.yml"
        problems.append(problem("answers_field_unknown", found=shown, contract=where))
    if elsewhere:
        shown = ", ".join((name or "–")[:60] for name, _ in elsewhere.most_common(5))
        problems.append(problem("answers_place_other", count=sum(elsewhere.values()), found=shown))
    header = [name for name in counts if header_key(name) in names]
    plan = match_header(header, contract, None)
    table = pa.table(
        {
            **{
                f"c{i}": pa.array([_plain(item.get(header[i])) for item in items], pa.string())
                for i in plan.read
            },
            "i": pa.array(np.arange(len(items), dtype=np.int32)),
        }
    )
    mapped = Mapper(plan, registry).map(table)
    places = pa.array([f"item[{row}]" for row in rows]).take(mapped.table["i"])
    kept = mapped.table.append_column("cell", places)
    kept = kept.append_column("sheet", pa.array(sheets).take(mapped.table["i"]))
    return Rows(kept, mapped.withheld, mapped.masked), problems


def _plain(value: Any) -> str | None:
    return None if value is None or isinstance(value, dict | list) else str(value) or None
