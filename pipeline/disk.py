"""A disk that is full, whoever says so."""

from __future__ import annotations

import errno

_SIGNS = ("no space left", "disk quota exceeded")


def is_full(error: BaseException) -> bool:
    """Whether an error says that there is no room: the system's own, or one that quotes it (dbt, DuckDB)."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    return any(sign in str(error).lower() for sign in _SIGNS)
