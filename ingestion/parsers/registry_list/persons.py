"""The names of a row's persons are taken out of its texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from ingestion.persons import MASK

from .text import Text, encoded, plain

_TITLES = "공동대표이사|공동대표|각자대표|대표이사|대표자?:|외[0-9]+[인명]|외$"
#: The persons' names of a row as a list: several in one cell, titles and counts left out.
_NAMES_IN = (
    "list_filter(regexp_split_to_array(replace(persons, ' ', ''), "
    f"'[,./·ㆍ;&()]|{_TITLES}'), lambda n: length(n) > 1)"
)
#: What makes names more than one plain one; letters of the alphabet come in two cases.
_NOT_PLAIN = f"'[,./·ㆍ;&()A-Za-z]|{_TITLES}'"


def _holds(text: str) -> str:
    """Whether a text holds one of the row's persons, whatever its blanks and case."""
    seen = f"lower(replace({text}, ' ', ''))"
    return f"coalesce(len(list_filter(persons, lambda n: contains({seen}, lower(n)))) > 0, FALSE)"


def _without(text: str) -> str:
    """A text that holds persons' names, without them; masked whole where blanks part a name."""
    less = f"list_reduce(persons, lambda t, n: replace(t, n, '{MASK}'), {text})"
    left = f"lower(replace({less}, ' ', ''))"
    return f"CASE WHEN len(list_filter(persons, lambda n: contains({left}, lower(n)))) > 0 THEN '{MASK}' ELSE {less} END"


def take_out(
    ask: Callable[..., dict[str, pa.Array]],
    found: dict[str, Text],
    names: Sequence[pa.StringArray],
    texts: Sequence[str],
    title: str,
) -> tuple[pa.BooleanArray, int]:
    """Take the names of a row's persons out of its texts; `found` is changed.

    Args:
        ask: answers a query about columns of equal length (`given`).
        found: the columns by field.
        names: the columns of persons' names.
        texts: the fields in anybody's words.
        title: the field of the firm's name: it is left empty where it holds a person's.

    Returns:
        In which rows the firm's name was left empty, and how many other cells were masked.
    """
    texts = [name for name in texts if found[name].null_count < len(found[name])]
    persons = names[0]
    if len(names) > 1:
        filled = [pc.fill_null(column, "") for column in names]
        persons = pc.binary_join_element_wise(*filled, ",")
    given = {"persons": persons} | {name: found[name] for name in texts}
    # Nearly all rows have one plain name, which may stand in the firm's; the rest, names that
    # are several or stand in other cells, are looked at closely.
    own_title = title if title in texts else "NULL"
    others = [f"contains({name}, p)" for name in texts if name != title]
    odd = " OR ".join([*others, f"regexp_matches(p, {_NOT_PLAIN})"])
    answer = ask(
        f"SELECT coalesce(contains(replace({own_title}, ' ', ''), p), FALSE) AS own,"
        f" coalesce({odd}, FALSE) AS odd FROM (SELECT *,"
        " CASE WHEN length(persons) > 1 THEN replace(persons, ' ', '') END AS p FROM given)",
        **given,
    )
    own, close = answer["own"], answer["odd"]
    masked = 0
    if pc.any(close).as_py():
        some = {name: plain(column.filter(close)) for name, column in given.items()}
        out = [
            f"CASE WHEN {_holds(n)} THEN {_without(n)} ELSE {n} END AS {n}"
            for n in texts
            if n != title
        ]
        split = f"SELECT * EXCLUDE persons, {_NAMES_IN} AS persons FROM given"
        query = f"SELECT {', '.join([f'{_holds(own_title)} AS own', *out])} FROM ({split})"
        for name, column in ask(query, **some).items():
            if name == "own":
                own = pc.or_(own, pc.replace_with_mask(own, close, column))
                continue
            same = pc.fill_null(pc.equal(column, some[name]), some[name].is_null())
            changed = pc.sum(pc.invert(same)).as_py() or 0
            if changed:
                masked += changed
                was = found[name]
                new = pc.replace_with_mask(plain(was), close, column)
                found[name] = encoded(new) if pa.types.is_dictionary(was.type) else new
    if pc.any(own).as_py():
        none = pa.scalar(None, pa.string())
        found[title] = pc.if_else(own, none, found[title])
    return own, masked
