"""No key gets out: a masker that knows the secrets in all their spellings.

A key may come back percent-encoded (also twice, in parts, or with small hex digits), as form data
(`+` as a blank), as an HTML entity, escaped as JSON or Python does, or as mis-decoded bytes. So it
is looked for character by character, each in any of its spellings.
"""

from __future__ import annotations

import html
import json
import logging
import re
from collections.abc import Iterable
from urllib.parse import unquote

MASK = "***"
#: Anything shorter is no key, and masking it would make every text unreadable.
MIN_LENGTH = 4

_ENCODED = re.compile(r"(?:[^%]|%[0-9A-Fa-f]{2})*")
#: Loggers of the libraries below us that write addresses.
_LOGGERS = (
    "httpx",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.http2",
    "httpcore.proxy",
    "httpcore.socks",
)


def plain_key(given: str) -> str:
    """The key itself, whether it was given as it is or percent-encoded (as data.go.kr also does).

    Publishers' keys never hold a `%`, so a `%2B` in one is the mark of an encoded copy.
    """
    given = given.strip()
    if "%" not in given or not _ENCODED.fullmatch(given):
        return given
    try:
        return unquote(given, errors="strict")
    except UnicodeDecodeError:
        return given


class Masker(logging.Filter):
    """Replaces secrets in any text; as a logging filter, in log records.

    Args:
        secrets: the keys, as given and as used.

    Raises:
        ValueError: a secret is shorter than `MIN_LENGTH` characters.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__()
        known = {s for given in secrets for s in (given.strip(), plain_key(given)) if s}
        too_short = any(len(s) < MIN_LENGTH for s in known)
        # The longest first: a key may be the beginning of another spelling.
        patterns = [_pattern(s) for s in sorted(known, key=len, reverse=True)]
        self._pattern = re.compile("|".join(patterns)) if patterns else None
        self._loggers: list[logging.Logger] = []
        if too_short:
            del secrets, known, patterns
            raise ValueError(f"a key has fewer than {MIN_LENGTH} characters: it cannot be one")

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def mask(self, text: str) -> str:
        """The text with `***` wherever a secret stood."""
        return self._pattern.sub(MASK, text) if self._pattern else text

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask a log record, arguments and traceback included; it is always let through."""
        record.msg, record.args = self.mask(record.getMessage()), None
        if record.exc_info:
            text = logging.Formatter().formatException(record.exc_info)
            record.exc_text, record.exc_info = self.mask(text), None
        return True

    def guard_logs(self) -> None:
        """Mask what the HTTP libraries log, until `release_logs`."""
        self._loggers = [logging.getLogger(name) for name in _LOGGERS]
        for logger in self._loggers:
            logger.addFilter(self)

    def release_logs(self) -> None:
        """Undo `guard_logs`."""
        for logger in self._loggers:
            logger.removeFilter(self)
        self._loggers = []


def _pattern(secret: str) -> str:
    return "".join(_character(c) for c in secret)


def _character(char: str) -> str:
    """Every way in which one character may be written. Repeats are bounded: no backtracking."""
    data, number = char.encode("utf-8", "surrogatepass"), ord(char)
    units = char.encode("utf-16-be", "surrogatepass")
    pairs = [units[i : i + 2].hex() for i in range(0, len(units), 2)]
    spellings = {
        rf"\\{{0,4}}{re.escape(char)}",  # as it is, or escaped by backslashes
        "".join(rf"%(?:25){{0,3}}{_hex(f'{b:02x}')}" for b in data),
        "".join(rf"\\{{1,4}}x{_hex(f'{b:02x}')}" for b in data),
        "".join(rf"\\{{1,4}}u{_hex(pair)}" for pair in pairs),
        rf"\\{{1,4}}U{_hex(f'{number:08x}')}",
        rf"&(?:amp;){{0,2}}#0{{0,6}}{number};",
        rf"&(?:amp;){{0,2}}#[xX]0{{0,6}}{_hex(f'{number:x}')};",
        re.escape(data.decode("latin-1")),
    }
    if number < 256:
        spellings.add(rf"\\{{1,4}}x{_hex(f'{number:02x}')}")  # repr() of a text
    named = html.escape(char)
    if named != char:
        spellings.add(re.escape(named))
    if char == "'":
        spellings.add("&apos;")
    escaped = json.dumps(char)[1:-1]
    if escaped != char:
        spellings.add(rf"\\{{1,4}}{re.escape(escaped[1:])}")
    if char == "+":
        spellings.add(" ")
    if char == " ":
        spellings |= {r"\+", r"%(?:25){0,3}2[bB]"}
    # The longest spelling first, or the plain `%` would be taken for the whole of `%25`.
    return "(?:" + "|".join(sorted(spellings, key=len, reverse=True)) + ")"


def _hex(digits: str) -> str:
    return "".join(f"[{d}{d.upper()}]" if d.isalpha() else d for d in digits)
