"""Columns of text, looked at by their bytes, and worked on once a value where values repeat."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.persons import has_contacts, mask_contacts

#: Columns of words that repeat come as dictionaries, of words that do not as plain text.
Text: TypeAlias = pa.StringArray | pa.DictionaryArray

_BLANK, _AT = ord(" "), ord("@")
#: Stands in no file that anybody made on purpose.
_SEPARATOR = b"\x1e"


def whole(column: pa.ChunkedArray) -> pa.Array:
    """A column in one piece."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def plain(column: Text) -> pa.StringArray:
    """A column word for word."""
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column


def encoded(column: Text) -> pa.DictionaryArray:
    """A column as a dictionary."""
    return column if pa.types.is_dictionary(column.type) else column.dictionary_encode()


def worded(indices: pa.Array, words: Sequence[str | None] | pa.Array) -> pa.DictionaryArray:
    """A column that says `words[index]` in each row; several indices may mean the same."""
    each = words if isinstance(words, pa.Array) else pa.array(words, pa.string())
    again = each.dictionary_encode()
    return pa.DictionaryArray.from_arrays(
        again.indices.take(indices).cast(pa.int32()), again.dictionary
    )


def by_value(column: Text, work: Callable[[pa.StringArray], pa.Array]) -> pa.Array:
    """What `work` makes of each value, row by row; it is asked once a value of a dictionary."""
    if not pa.types.is_dictionary(column.type):
        return work(column)
    return work(column.dictionary).take(column.indices)


def numbered(prefix: str, numbers: pa.ChunkedArray) -> pa.StringArray:
    """A letter of the alphabet and a number: `A17`. Numbers are positive and in ascending order.

    Numbers of as many digits make a square of letters, which is written at once.
    """
    given = numbers.to_numpy()
    texts: list[pa.Array] = []
    start, count = 0, len(given)
    while start < count:
        digits = len(str(given[start]))
        end = int(np.searchsorted(given, 10**digits))
        square = np.empty((end - start, digits + 1), np.uint8)
        square[:, 0] = ord(prefix)
        left = given[start:end].astype(np.uint32)
        for place in range(digits, 0, -1):
            left, digit = np.divmod(left, np.uint32(10))
            square[:, place] = digit + ord("0")
        places = np.arange(0, square.size + 1, digits + 1, dtype=np.int32)
        texts.append(
            pa.StringArray.from_buffers(end - start, pa.py_buffer(places), pa.py_buffer(square))
        )
        start = end
    return pa.concat_arrays(texts) if texts else pa.array([], pa.string())


def recoded(column: Text, encoding: str) -> Text | None:
    """A column of text in another code as one in UTF-8; None where it holds the separator.

    All of it is decoded at once, with a separator behind each value: where a value ends then is where
    its separator stands, less those before it.

    Raises:
        UnicodeDecodeError: it is not in this code.
    """
    if pa.types.is_dictionary(column.type):
        words = recoded(column.dictionary, encoding)
        return None if words is None else pa.DictionaryArray.from_arrays(column.indices, words)
    if not (bytes_of(column)[1] > 0x7F).any():
        return column
    count = len(column)
    parted = pc.binary_join_element_wise(
        pc.fill_null(column.cast(pa.binary()), b""), pa.scalar(b""), pa.scalar(_SEPARATOR)
    )
    text = str(bytes_of(parted)[1].data, encoding).encode()
    ends = np.flatnonzero(np.frombuffer(text, np.uint8) == _SEPARATOR[0])
    if len(ends) != count:
        return None
    cut = np.zeros(count + 1, np.int32)
    cut[1:] = ends - np.arange(count)
    valid = None
    if column.null_count:
        there = column.is_valid().to_numpy(zero_copy_only=False)
        valid = pa.py_buffer(np.packbits(there, bitorder="little"))
    words = pa.py_buffer(text.replace(_SEPARATOR, b""))
    return pa.StringArray.from_buffers(count, pa.py_buffer(cut), words, valid)


def starts(column: pa.StringArray, ends: np.ndarray) -> pa.DictionaryArray:
    """What each text says up to a place among the column's bytes, as a dictionary.

    Nothing is copied but the words of the dictionary: each start and each rest are one value of a
    column of twice the length over the same bytes.
    """
    count = len(column)
    cut = np.empty(2 * count + 1, np.int32)
    cut[0::2], cut[1::2] = bytes_of(column)[0], ends
    parts = _parts(cut, column.buffers()[2] or pa.py_buffer(b""), column).dictionary_encode()
    firsts = pa.array(np.arange(0, 2 * count, 2, dtype=np.int32))
    return pa.DictionaryArray.from_arrays(parts.indices.take(firsts), parts.dictionary)


def _parts(cut: np.ndarray, data: pa.Buffer, valid: pa.StringArray) -> pa.StringArray:
    """The texts between places; every second one, and those that are null in `valid`, are null."""
    there = np.zeros(len(cut) - 1, bool)
    there[0::2] = valid.is_valid().to_numpy(zero_copy_only=False) if valid.null_count else True
    bitmap = pa.py_buffer(np.packbits(there, bitorder="little"))
    return pa.StringArray.from_buffers(len(there), pa.py_buffer(cut), data, bitmap)


def unique_count(column: pa.ChunkedArray) -> int:
    """The number of different values, or the number of rows less one or more where some repeat.

    Keys of one length (hashes) are compared as numbers, which is six times as fast as counting
    text: all different as numbers is all different as text.
    """
    numbers = _numbers(column)
    if numbers is not None:
        numbers.sort()
        if not (numbers[1:] == numbers[:-1]).any():
            return len(numbers)
    return int(pc.count_distinct(column).as_py())


def _numbers(column: pa.ChunkedArray) -> Any:
    """A number for each text of 16 bytes, the same for the same text; None for other columns."""
    if column.null_count or not len(column):
        return None
    parts = []
    for chunk in column.chunks:
        places, data = bytes_of(chunk)
        if not len(chunk):
            continue
        if (np.diff(places) != 16).any():
            return None
        halves = np.frombuffer(data[places[0] :].tobytes(), np.uint64).reshape(-1, 2)
        parts.append(halves[:, 0] * np.uint64(0x9E3779B97F4A7C15) + halves[:, 1])
    return np.concatenate(parts)


def bytes_of(column: pa.StringArray) -> tuple[np.ndarray, np.ndarray]:
    """The offsets and the UTF-8 bytes of a column of text."""
    _, offsets, data = column.buffers()
    places = np.frombuffer(offsets, np.int32)[column.offset : column.offset + len(column) + 1]
    if data is None:
        return places, np.empty(0, np.uint8)
    return places, np.frombuffer(data, np.uint8)[: places[-1]]


def untidy(column: pa.StringArray) -> bool:
    """Whether any cell has blanks that do not belong there, told by the bytes of all of them."""
    places, data = bytes_of(column)
    if not len(data):
        return False
    filled = places[1:] > places[:-1]
    blank = data == _BLANK
    if (
        (data < _BLANK).any()
        or blank[places[:-1][filled]].any()
        or blank[places[1:][filled] - 1].any()
        or (blank[1:] & blank[:-1]).any()
    ):
        return True
    # Hangul starts with EA to ED. Below are NBSP (C2 A0), parts of Hangul letters, which are not
    # NFC (E1 84 to 87), and blanks of other widths (E2 80, E3 80 80).
    others = np.flatnonzero((data > 0xC1) & (data < 0xE4))
    lead, next_ = data[others], data[others + 1]
    third = data[np.minimum(others + 2, len(data) - 1)]
    return bool(
        ((lead == 0xC2) & (next_ == 0xA0)).any()
        or ((lead == 0xE1) & (next_ > 0x83) & (next_ < 0x88)).any()
        or ((lead == 0xE2) & (next_ == 0x80)).any()
        or ((lead == 0xE3) & (next_ == 0x80) & (third == 0x80)).any()
    )


def masked(column: Text) -> tuple[Text, int]:
    """The column with contacts masked, and in how many cells."""
    if not pa.types.is_dictionary(column.type):
        hits, texts = _contacts(column)
        return (_replaced(column, hits, texts), len(hits)) if hits else (column, 0)
    hits, texts = _contacts(column.dictionary)
    if not hits:
        return column, 0
    cells = pc.sum(pc.is_in(column.indices, pa.array(hits, column.indices.type))).as_py() or 0
    return worded(column.indices, _replaced(column.dictionary, hits, texts)), cells


def _replaced(column: pa.StringArray, hits: list[int], texts: list[str]) -> pa.StringArray:
    mask = np.zeros(len(column), bool)
    mask[hits] = True
    return pc.replace_with_mask(column, pa.array(mask), pa.array(texts, pa.string()))


#: What every contact holds; the exact forms are in `ingestion.persons`.
_MAYBE = r"[0-9]{3,4}[^0-9]{0,4}[0-9]{4}|[0-9]{6}[^0-9]{1,3}[0-9]|[0-9]{2}[^0-9]{1,3}[0-9]{5}|@|[０-９＠]"


def _contacts(column: pa.StringArray) -> tuple[list[int], list[str]]:
    """The rows with a contact, and what they say without it."""
    suspects = _suspects(column)
    hits: list[int] = []
    texts: list[str] = []
    if len(suspects):
        chosen = column.take(pa.array(suspects))
        likely = np.flatnonzero(
            pc.match_substring_regex(chosen, _MAYBE).to_numpy(zero_copy_only=False)
        )
        there = chosen.take(pa.array(likely)).to_pylist()
        for row, text in zip(suspects[likely], there, strict=True):
            if text is not None and has_contacts(text):
                hits.append(int(row))
                texts.append(mask_contacts(text))
    return hits, texts


def _suspects(column: pa.StringArray) -> np.ndarray:
    """The rows that may hold a contact: it has four digits in a row, an @, or wide signs (EF)."""
    places, data = bytes_of(column)
    if len(data) < 4:
        return np.empty(0, np.int64)
    digit = (data - ord("0")) < 10
    pairs = digit[1:] & digit[:-1]
    hit = (data == _AT) | (data == 0xEF)
    hit[:-3] |= pairs[2:] & pairs[:-2]
    hits = np.flatnonzero(hit)
    return np.unique(np.searchsorted(places, hits, side="right") - 1)
