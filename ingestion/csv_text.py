"""A CSV as bytes: its header at once, its rows when somebody asks, large ones block by block.

A registry has 200,000 rows. Building Python lists of them costs three times what reading them
takes, so nothing is built before it is needed: recognition looks at the header, a parser of large
lists takes blocks of whole records, everybody else takes `rows` and gets what was always there.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np

from ingestion.problems import reject

#: As much of a text as is looked at to find out what it is (bytes). A header is far shorter.
HEAD_BYTES = 64 * 1024

#: `newline=""` of csv: both CP949 and UTF-8 keep these bytes for themselves.
_NEWLINE, _QUOTE = b"\n", ord('"')


@dataclass(frozen=True)
class CsvText:
    """The bytes of a CSV without a byte order mark, and the code they are in."""

    data: bytes = field(repr=False)
    encoding: Literal["utf-8", "cp949"]

    @cached_property
    def text(self) -> str:
        """All of it, decoded.

        Raises:
            RejectedFile: it is not in this code.
        """
        return self._decode(0, len(self.data))

    @cached_property
    def rows(self) -> list[list[str]]:
        """All records as lists of text, without empty ones at the end.

        Raises:
            RejectedFile: not in this code, or no record that says anything.
        """
        rows = _records(self.text)
        while rows and not any(cell.strip() for cell in rows[-1]):
            rows.pop()
        if not rows:
            raise reject("empty_file")
        return rows

    @cached_property
    def header(self) -> list[str]:
        """The first record."""
        if len(self.data) <= HEAD_BYTES:
            return self.rows[0]
        records = self.header_records
        return records[0] if records else []

    @property
    def head_rows(self) -> list[list[str]]:
        """The records of the head: all of a small text, of a large one those that end within it."""
        if len(self.data) <= HEAD_BYTES:
            return self.rows
        return _records(self._decode(0, self.head_end))

    @property
    def header_records(self) -> list[list[str]]:
        """The records down to the line feed that ends the header: more than one where a line ends in a
        carriage return alone. `spans` begin behind all of them."""
        return _records(self._decode(0, self._header_end))

    @property
    def header_lines(self) -> int:
        """Lines of text that the first record takes."""
        return max(1, self.data.count(_NEWLINE, 0, self._header_end))

    @property
    def head_end(self) -> int:
        """The end of the last whole line within the head, or of everything where there is none."""
        return self.data.rfind(_NEWLINE, 0, HEAD_BYTES) + 1 or len(self.data)

    @cached_property
    def _header_end(self) -> int:
        return self._record_end(0)

    def spans(self, size: int) -> Iterator[tuple[int, int]]:
        """The records below the header in blocks of about `size` bytes: where each starts and ends.

        A block ends where a record ends: at a line break outside of quotes.
        """
        start = self._header_end
        while start < len(self.data):
            end = self._record_end(start, size)
            yield start, end
            start = end

    def utf8(self, start: int, end: int) -> bytes:
        """A block as UTF-8.

        Raises:
            RejectedFile: it is not in this code.
        """
        if self.encoding == "utf-8":  # decoded once to find out that it is
            return self.data[start:end]
        return self._decode(start, end).encode()

    def _record_end(self, start: int, size: int = 0) -> int:
        """The end of the first record that ends `size` bytes behind `start` or later."""
        data, counted, quotes = self.data, start, 0
        end = min(start + size, len(data))
        while True:
            found = data.find(_NEWLINE, end)
            if found < 0:
                return len(data)
            end = found + 1
            # Thrice as fast as counting bytes, where many of them are quotes.
            quotes += int(np.count_nonzero(np.frombuffer(data, np.uint8)[counted:end] == _QUOTE))
            counted = end
            if quotes % 2 == 0:
                return end

    def _decode(self, start: int, end: int) -> str:
        try:
            return self.data[start:end].decode(self.encoding)
        except UnicodeDecodeError as error:
            failure = reject("undecodable_text", position=start + error.start)
        raise failure  # outside the handler: the error holds the bytes


def _records(text: str) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error as error:
        failure = reject("csv_broken", detail=str(error)[:120])
    raise failure
