"""What the bulletin costs: each form, from a release folder to files, in a process of its own.

typst remembers what it has set, so a second round in one process would measure memory. CPU seconds,
interpreter and imports included, the least of some rounds: under load, clocks tell of the neighbours.
The clock is told beside them: with two free cores it shows less, as languages are set side by side.
The baseline is the same interpreter setting twelve bare pages with the same font.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.limits import held
from pipeline.settings import PROJECT

ROUNDS = 3

_BARE = """
import typst
from publication.bulletin.charts.style import FONTS
open({out!r} + "/bare.typ", "w").write('#set text(font: "Pretendard")\\n' + "#lorem(300)\\n#pagebreak()\\n" * 12)
typst.Compiler(input={out!r} + "/bare.typ", font_paths=[str(FONTS)]).compile(format="pdf")
"""
_PDF = """
from pathlib import Path
from publication.bulletin import build, pdf, reading
pdf.typeset(build.checked_document(reading.load(Path({release!r})), "ko"), 0)
"""
_PDFS = """
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from publication.bulletin import build, pdf, reading
data = reading.load(Path({release!r}))
with ThreadPoolExecutor(2) as beside:
    for page in [beside.submit(pdf.typeset, build.checked_document(data, lang), 0) for lang in ("ko", "en")]:
        page.result()
"""
_BULLETIN = """
from pathlib import Path
from publication.bulletin import render_bulletin
render_bulletin(Path({release!r}), Path({out!r}))
"""
_WORKBOOK = """
from pathlib import Path
from publication.workbook import render_workbook
render_workbook(Path({release!r}), Path({out!r}))
"""


def _spent(code: str) -> tuple[float, float]:
    """The least processor time and the least time by the clock of some rounds, in seconds."""
    processor, clock = [], []
    for _ in range(ROUNDS):
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, cwd=PROJECT)
        clock.append(time.perf_counter() - start)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        processor.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(processor), min(clock)


def bench_bulletin(release: Path, out: Path) -> list[tuple[str, float, str, float]]:
    """(what, CPU seconds, baseline, its CPU seconds) for one PDF, PDF and HTML, workbooks, all."""
    out.mkdir(parents=True, exist_ok=True)

    def code(template: str) -> str:
        return template.format(release=str(release), out=str(out))

    base, _ = _spent(code(_BARE))
    measured: tuple[tuple[str, str, float | None], ...] = (
        ("one PDF, from reading to file", _PDF, 2.0),
        ("both PDFs of a release", _PDFS, None),
        ("PDF and HTML, both languages", _BULLETIN, None),
        ("workbooks, both languages", _WORKBOOK, None),
        ("all forms, both languages", _BULLETIN + _WORKBOOK, 10.0),
    )
    found = []
    for name, text, limit in measured:
        seconds, clock = _spent(code(text))
        print(f"{name:52s} {clock:9.3f} s     by the clock")
        found.append((name, seconds, "twelve bare pages", base))
        if limit is not None:
            held(f"{name}, processor time", seconds, limit, "s")
    return found
