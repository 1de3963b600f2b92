"""Province, city or county, from the first words of an address."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.registry import Registry, name_key

from .text import Text, bytes_of, encoded, plain, starts, worded

#: The last letter of a ward (구) of a city, in UTF-8.
_WARD = "구".encode()
_BLANK = ord(" ")


class Places:
    """What the registry knows of places; may be used by several threads at once."""

    def __init__(self, registry: Registry) -> None:
        self._provinces = registry.provinces
        #: The first spelling of each province: the one that keys are made with.
        self._spelling = {code: name for name, code in reversed(registry.provinces.items())}

    def of(
        self, address: pa.StringArray, told: Text, given: Text
    ) -> tuple[pa.DictionaryArray, pa.DictionaryArray, pa.StringArray]:
        """The places of addresses.

        Args:
            address: tidy; told, given: what columns of their own say of province and city, if
                anything. They come first.

        Returns:
            Code of the province, name of city or county (`안산시 단원구`), and the addresses with
            one spelling a province: one that was renamed (강원도, 전라북도) is the same place.
        """
        heads = _heads(address)
        words = heads.dictionary.to_pylist()
        codes = [self._provinces.get(head.split(" ", 1)[0]) for head in words]
        province = worded(heads.indices, codes)
        sigungu = worded(
            heads.indices,
            [None if c is None else _sigungu(h) for h, c in zip(words, codes, strict=True)],
        )
        if told.null_count < len(told):
            its = encoded(told)
            by_column = worded(
                its.indices, [self._provinces.get(name_key(t)) for t in its.dictionary.to_pylist()]
            )
            if by_column.null_count:
                by_column = encoded(pc.coalesce(plain(by_column), plain(province)))
            province = by_column
        if given.null_count < len(given):
            if given.null_count:
                given = pc.coalesce(plain(given), plain(sigungu))
            sigungu = encoded(given)
        return province, sigungu, self._one_spelling(address, heads, words, codes)

    def _one_spelling(
        self,
        address: pa.StringArray,
        heads: pa.DictionaryArray,
        words: list[str],
        codes: list[str | None],
    ) -> pa.StringArray:
        renamed: dict[str, list[int]] = {}
        for index, (head, code) in enumerate(zip(words, codes, strict=True)):
            first = head.split(" ", 1)[0]
            if code is not None and self._spelling[code] != first:
                renamed.setdefault(first, []).append(index)
        for first, indices in renamed.items():
            rows = pc.is_in(heads.indices, pa.array(indices, heads.indices.type))
            code = codes[indices[0]]
            assert code is not None
            name = pc.replace_substring(
                address.filter(rows), first, self._spelling[code], max_replacements=1
            )
            address = pc.replace_with_mask(address, rows, name)
        return address


def _sigungu(head: str) -> str | None:
    """City or county of the first words of an address."""
    words = head.split(" ")
    second = words[1] if len(words) > 1 else ""
    third = words[2] if len(words) > 2 else ""
    if second.endswith("시") and third.endswith("구"):
        return f"{second} {third}"
    return second if second.endswith(("시", "군", "구")) else None


def _heads(address: pa.StringArray) -> pa.DictionaryArray:
    """The first two words of each address, or three where the third is a ward.

    They repeat, so that a place is looked up once.
    """
    places, data = bytes_of(address)
    begins, ends = places[:-1].astype(np.int64), places[1:].astype(np.int64)
    blanks = np.append(np.flatnonzero(data == _BLANK), (len(data),) * 3)
    first = np.searchsorted(blanks[:-3], begins)
    second_end = np.minimum(blanks[first + 1], ends)
    third_end = np.minimum(blanks[first + 2], ends)
    long = third_end - second_end > len(_WARD)
    for before, byte in enumerate(reversed(_WARD), 1):
        long[long] = data[third_end[long] - before] == byte
    return starts(address, np.where(long, third_end, second_end))
