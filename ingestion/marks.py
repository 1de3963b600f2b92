"""Whether a file says of itself that it is simulated, whatever lies beside it.

What the sample publisher makes bears its mark inside, because a sidecar does not come along with
`curl`, a copy or an attachment:

    workbook         SIMULATED in its document properties, or 모의자료(SIMULATED) in a cell
    XML              a comment with SIMULATED
    CSV, JSON, XML   a column (a field) whose every value ends in brackets with 모의 (`국가(모의)`,
                     `… (모의동)`) or begins with SIMULATED

One value proves nothing; a column whose every value says so is nobody's figures.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ingestion.answers import Part, rows_of
from ingestion.problems import RejectedFile
from ingestion.sniff import Content

_WORD = "SIMULATED"
_IN_A_CELL = re.compile(r"모의자료\(simulated\)", re.IGNORECASE)
_IN_A_COMMENT = re.compile(rb"<!--(?:(?!-->).)*SIMULATED", re.DOTALL)
_VALUE = re.compile(r"\s*SIMULATED\b|.*\(모의[가-힣]*\)\s*$", re.DOTALL)
#: Bytes without which no value of an answer says so, as they are or escaped: most are not parsed.
_TRACES = (b"SIMULATED", "(모의".encode(), "(모의".encode("cp949"), b"(\\ubaa8", b"(\\uBAA8")


def is_marked(content: Content) -> bool:
    """Whether a workbook, CSV or answer is the sample publisher's own, told by its content alone."""
    if any(_WORD in content.properties.get(k, "") for k in ("keywords", "description")):
        return True
    if content.answers is not None:
        return any(map(_answer_is_marked, content.answers.parts))
    if content.csv_text is not None:
        # Of a large list its head tells: whoever mixes lists marks the whole.
        return _a_column_says_so(content.csv_text.head_rows[1:])
    return any(
        isinstance(value, str) and _IN_A_CELL.search(value)
        for sheet in content.sheets
        for row in sheet.rows
        for value in row
    )


def _answer_is_marked(part: Part) -> bool:
    if _IN_A_COMMENT.search(part.data):
        return True
    if not any(trace in part.data for trace in _TRACES):
        return False
    try:
        rows = rows_of(part)[1]
    except RejectedFile:  # what is wrong with it is told where it is read
        return False
    names = {name for row in rows for name in row}
    return _a_column_says_so([[row.get(name) for name in names] for row in rows])


def _a_column_says_so(rows: Sequence[Sequence[Any]]) -> bool:
    """Whether every value in one column bears the mark; empty ones say nothing."""
    found: dict[int, bool] = {}
    for row in rows:
        for column, value in enumerate(row):
            if value not in (None, "") and found.get(column, True):
                found[column] = isinstance(value, str) and _VALUE.match(value) is not None
    return any(found.values())
