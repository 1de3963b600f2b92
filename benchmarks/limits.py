"""What a benchmark may take at most: each figure is printed beside its limit, and what is over is kept.

The limits are those the product promises on two cores. Other work on the machine counts, so a figure
that is over is a reason to look, not a proof.
"""

from __future__ import annotations

#: What was over its limit in this process, in the words that were printed.
OVER: list[str] = []


def held(label: str, value: float, limit: float, unit: str) -> None:
    """Print a figure beside its limit. What is over makes `make bench` fail."""
    mark = "within" if value <= limit else "OVER"
    line = f"{label:52s} {value:9.3f} {unit:5s} {mark} the limit of {limit:g} {unit}"
    print(line)
    if value > limit:
        OVER.append(line)


def exit_code() -> int:
    """1 where anything was over its limit, after it has been told once more; else 0."""
    for line in OVER:
        print(f"over: {line}")
    return 1 if OVER else 0
