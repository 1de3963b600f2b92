"""Charts: their titles, alternative texts, and the labels inside the drawing."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from publication.bulletin import texts as tx
from publication.bulletin.charts import WATERMARK
from publication.bulletin.check.cells import (
    NUMBER,
    PERIOD,
    UNITS,
    Cells,
    cell_value,
    fits,
    number_of,
    period_of,
)
from publication.bulletin.model import Figure


def figure_faults(cells: Cells, figure: Figure, fixed: frozenset[str]) -> Iterator[str]:
    """What a chart says other than its cells."""
    for text in figure.notes:
        if text not in fixed and not (figure.key == "map" and _is_unmapped(cells, text)):
            yield f"{figure.key}: ‘{text}’ is no fixed text"
    if (
        figure.key == "map"
        and _unmapped(cells)
        and not any(_is_unmapped(cells, text) for text in figure.notes)
    ):
        yield f"{figure.key}: {', '.join(_unmapped(cells))} are left out without a word"
    for text in figure.alt:
        if text not in fixed:
            yield from (f"{figure.key}: {fault}" for fault in _alt(cells, figure, text))
    if all(text in fixed for text in figure.alt):
        yield f"{figure.key}: has no alternative text of its own"
    yield from (f"{figure.key}: {fault}" for fault in _labels(cells, figure))
    if cells.data.simulated != (WATERMARK in figure.svg):
        yield f"{figure.key}: watermark of simulated data"


def _alt(cells: Cells, figure: Figure, text: str) -> Iterator[str]:
    ko = cells.lang == "ko"
    rules = (
        (
            r"꺾은선 그림, (?P<head>.+)\. (?P<rest>처음 .+)"
            if ko
            else r"Line chart of (?P<head>.+): (?P<rest>first .+)",
            _line,
        ),
        (r"막대 그림, (?P<title>.+?): (?P<listed>.+)\." if ko else r"Bar chart, (?P<title>.+?): (?P<listed>.+)\.", _bars),
        (
            r"지도, 원의 넓이는 (?P<name>.+?)\((?P<unit>[^()]+)\)\. 큰 순서: (?P<listed>.+)\."
            if ko
            else r"Map; the area of a circle is (?P<name>.+?) \((?P<unit>[^()]+)\)\. Largest: (?P<listed>.+)\.",
            _map,
        ),
        (
            rf"점 그림, (?P<name>.+?): (?P<listed>.+?)\.(?: 보도된 비중 (?P<stated>{NUMBER})%\.)?"
            if ko
            else rf"Dot chart, (?P<name>.+?): (?P<listed>.+?)\.(?: Share reported: (?P<stated>{NUMBER})%\.)?",
            _shares,
        ),
    )  # fmt: skip
    for pattern, rule in rules:
        if match := re.fullmatch(pattern, text):
            yield from (f"‘{text}’ {fault}" for fault in rule(cells, figure, match))
            return
    yield f"alternative text ‘{text}’ can be read by no rule"


def _series(cells: Cells, key: str, name: str, unit: str) -> dict[str, float] | None:
    """The series that a chart draws, in the unit it names."""
    if key.startswith("adjusted/"):
        rows = cells.adjusted.get((name, key.rpartition(".")[2]), [])
        if not rows or cells.data.unit(rows[0]["measure"], cells.lang) != unit:
            return None
        return {r["period"]: float(r["seasonally_adjusted"]) for r in rows}
    code = cells.measures.get(name, "")
    scale = UNITS.get(unit)
    if not code or scale is None or scale[0] != cells.defined.unit_of(code).dimension:
        return None
    return {
        period: value / scale[1]
        for period, row in cells.data.totals.items()
        if period <= cells.data.period and (value := cell_value(row, code)) is not None
    }


def _line(cells: Cells, figure: Figure, match: re.Match[str]) -> Iterator[str]:
    # The title is `name, unit`, the text says `name (unit)`.
    pairs = [figure.title.split(", ", i) for i in range(1, figure.title.count(", ") + 1)]
    heads = {
        (f"{name}({unit})" if cells.lang == "ko" else f"{name} ({unit})"): (name, unit)
        for *names, unit in pairs
        for name in (", ".join(names),)
    }
    name, unit = heads.get(match["head"], ("", ""))
    series = _series(cells, figure.key, name, unit)
    if series is None:
        yield f"is not about ‘{figure.title}’, or that is no series"
        return
    when, value = PERIOD[cells.lang], NUMBER
    words = (
        ("처음", "끝", "최저", "최고")
        if cells.lang == "ko"
        else ("first", "last", "lowest", "highest")
    )
    one = rf"({when}) ({value})" if cells.lang == "ko" else rf"({value}) in ({when})"
    found = re.fullmatch(", ".join(f"{word} {one}" for word in words) + r"\.", match["rest"])
    if found is None:
        yield "can be read by no rule"
        return
    points = []
    for a, b in zip(found.groups()[::2], found.groups()[1::2], strict=True):
        period, said = (period_of(a), b) if cells.lang == "ko" else (period_of(b), a)
        points.append((period or "", said))
        if not fits(said, series.get(period or "")):
            yield f"‘{said}’ is not the value of {period}"
            return
    first, last, low, high = points
    between = [v for p, v in series.items() if first[0] <= p <= last[0]]
    if last[0] != max(series):
        yield f"does not end with {max(series)}"
    if not fits(low[1], min(between)) or not fits(high[1], max(between)):
        yield "does not give the lowest and highest value"


def _bars(cells: Cells, figure: Figure, match: re.Match[str]) -> Iterator[str]:
    lang = cells.lang
    about = {
        tx.t("f_movers", lang): ("complex", "qoq"),
        tx.t("t_industry_movers", lang): ("industry", "yoy"),
        tx.t("t_industry_movers_q", lang): ("industry", "qoq"),
    }.get(match["title"])
    if about is None or figure.title != match["title"]:
        yield f"‘{match['title']}’ is not what the chart shows"
        return
    unit = "%p" if lang == "ko" else " pp"
    for item in match["listed"].split("; "):
        name, _, said = item.removesuffix(unit).rpartition(" ")
        if about[0] == "complex":
            values = [cells.contribution(about[1], c) for c in cells.names.get(name, [])]
        else:
            code = cells.industries.get(name.lower())
            values = [cells.contribution(about[1], industry=code)] if code else []
        if not item.endswith(unit) or not any(fits(said, v) for v in values):
            yield f"‘{item}’ is not its contribution"


def _unmapped(cells: Cells) -> set[str]:
    """Complexes of the period that have no reference point."""
    return {
        cells.data.name(c, cells.lang)
        for c in cells.data.complexes.get(cells.data.period, {})
        if (row := cells.data.names.get(c, {})).get("longitude") is None
        or row.get("latitude") is None
    }


def _is_unmapped(cells: Cells, text: str) -> bool:
    """Does a note name the complexes that are not on the map, and no other?"""
    before = (
        "위치를 알 수 없어 지도에 없는 단지: "
        if cells.lang == "ko"
        else "Not on the map, for want of a reference point: "
    )
    unmapped = _unmapped(cells)
    rest = text.removeprefix(before).removesuffix(".")
    for name in sorted(unmapped, key=len, reverse=True):
        if name not in rest:
            return False
        rest = rest.replace(name, "", 1)
    return bool(unmapped) and text.startswith(before) and not rest.strip(", ")


_TURNED = {"증가": 1, "up": 1, "감소": -1, "down": -1, "보합": 0, "unchanged": 0}


def _turn_faults(cells: Cells, ids: list[str], word: str) -> Iterator[str]:
    """Does the direction on the quarter follow from the growth as published?"""
    for complex_id in ids:
        row = cells.data.growth("production_krw_100m", "qoq", complex_id=complex_id)
        growth = cell_value(row or None, "growth_pct")
        sign = None if growth is None else (growth >= 0.05) - (growth <= -0.05)
        if sign == _TURNED.get(word):
            return
    yield f"‘{word}’ is not the direction"


def _map(cells: Cells, figure: Figure, match: re.Match[str]) -> Iterator[str]:
    code = cells.measures.get(match["name"])
    if figure.title != tx.t("f_map", cells.lang):
        yield f"is not about ‘{figure.title}’"
    if code is None or cells.data.unit(code, cells.lang) != match["unit"]:
        yield f"‘{match['name']}, {match['unit']}’ is no measure"
        return
    rows = cells.data.complexes.get(cells.data.period, {})
    before = None
    for item in match["listed"].split("; "):
        found = re.fullmatch(r"(.+) (\S+?) ?\(([^()]+)\)", item)
        name, said, word = found.groups() if found else (item, "", "")
        ids = [c for c in cells.names.get(name, []) if c in rows]
        if not any(fits(said, cell_value(rows[c], code)) for c in ids):
            yield f"‘{item}’ is not its {code}"
            continue
        yield from (f"‘{item}’: {fault}" for fault in _turn_faults(cells, ids, word))
        figure_said = number_of(said.lstrip("<>")) or 0.0
        if before is not None and figure_said > before:
            yield "does not go from the largest down"
        before = figure_said


def _shares(cells: Cells, figure: Figure, match: re.Match[str]) -> Iterator[str]:
    metrics = {m.name.of(cells.lang): code for code, m in cells.defined.metrics.items()}
    metric = metrics.get(match["name"])
    if metric is None or figure.title != match["name"]:
        yield f"‘{match['name']}’ is no share"
        return
    expected = _drawn_shares(cells, metric)
    items = [] if match["listed"] in ("값 없음", "no figures") else match["listed"].split("; ")
    if len(items) != len(expected):
        yield f"{len(items)} shares are told, {len(expected)} are drawn"
    for item in items:
        whole, _, part = item.removesuffix(")").partition(" (")
        period, _, said = whole.rpartition(" ")
        found = next(
            (
                e
                for e in expected
                if (e[0], e[2]) == (period, part) and said[-1:] == "%" and fits(said[:-1], e[1])
            ),
            None,
        )
        if found is None:
            yield f"‘{item}’ was not measured"
        else:
            expected.remove(found)
    stated = {r["stated_pct"] for r in cells.claim_rows() if r["metric"] == metric}
    if match["stated"] and number_of(match["stated"]) not in stated:
        yield f"{match['stated']}% was not reported"


def _drawn_shares(cells: Cells, metric: str) -> list[tuple[str, float, str]]:
    """Shares that a chart shows with a label: of the best definition, and every printed one; with the
    coverage of those that rest on a part of their period."""
    rows = [r for r in cells.data.marts["national_share"] if r.get("share_pct") is not None]
    parts = {r["period"] for r in rows if len(r["period"]) != 4}
    shown = {r["period"] for r in rows if len(r["period"]) == 4} | {cells.data.period}
    shown |= {max(parts)} if parts else set()
    found: list[tuple[str, float, str]] = []
    computed: set[str] = set()
    for definition in cells.definitions_of(metric):
        for row in rows:
            period = row["period"]
            if (row["metric"], row["definition"]) != (metric, definition) or period not in shown:
                continue
            if not definition.startswith("as_published"):
                if period in computed:
                    continue
                computed.add(period)
            part = row.get("months_covered") != row.get("months_in_period")
            found.append((period, float(row["share_pct"]), str(row["coverage"]) if part else ""))
    return found


# --- what is written inside the drawing -----------------------------------------------------------

_AXIS = re.compile(r'<g class="axis">(.*?)</g>', re.S)
_TEXT = re.compile(r"<text[^>]*>(.*?)</text>", re.S)
_TSPAN = re.compile(r"<[^>]+>")


def svg_texts(svg: str) -> tuple[list[list[str]], list[str]]:
    """The labels of each axis, and all other texts of a drawing."""
    axes = [
        [html.unescape(_TSPAN.sub(" ", t)) for t in _TEXT.findall(a)] for a in _AXIS.findall(svg)
    ]
    rest = [html.unescape(_TSPAN.sub(" ", t)).strip() for t in _TEXT.findall(_AXIS.sub("", svg))]
    return axes, rest


def numbers_in(text: str) -> set[str]:
    """The numbers in a text as they are written, without a comma of the sentence."""
    return set(re.findall(r"[+−<>]?\d+(?:,\d{3})*(?:\.\d+)?", text))


def _labels(cells: Cells, figure: Figure) -> Iterator[str]:
    """Every number in the drawing stands in its alternative text, on an even axis or in a name; every
    label without one is a name."""
    axes, texts = svg_texts(figure.svg)
    alt = " ".join(figure.alt)
    said = numbers_in(alt)
    # A long name runs over several lines, which may part a word.
    words = (*cells.names, *_industry_names(cells), WATERMARK, *tx.fixed(cells.lang))
    known = {"".join(word.split()) for word in words}
    covered = {str(r.get("coverage")) for r in cells.claim_rows()} | {
        str(r.get("coverage")) for r in cells.data.marts["national_share"]
    }
    for label in axes:
        numbers = [t.replace(",", "").replace("−", "-").removesuffix("%").strip() for t in label]
        if not all(re.fullmatch(r"-?\d+(?:\.\d+)?", n) for n in numbers):
            yield f"the axis {label} holds other than numbers"
            continue
        steps = [float(b) - float(a) for a, b in zip(numbers, numbers[1:], strict=False)]
        if steps and max(steps) - min(steps) > 1e-6 * max(map(abs, steps)):
            yield f"the axis {label} is not even"
    for text in texts:
        squeezed = "".join(text.split())
        if squeezed in known or text in covered:
            continue
        if squeezed.endswith("…") and any(word.startswith(squeezed[:-1]) for word in known):
            continue  # the beginning of a name for which there is no room
        if not re.search(r"\d", text):
            yield f"the label ‘{text}’ is no name"
            continue
        if period_of(re.sub(r"\s+", " ", text).split("  ")[0]) == cells.data.period:
            continue
        if not numbers_in(text) <= said and not _is_now(cells, text):
            yield f"the label ‘{text}’ stands in no alternative text"


def _industry_names(cells: Cells) -> list[str]:
    return [industry.name.of(cells.lang) for industry in cells.defined.industries.values()]


def _is_now(cells: Cells, text: str) -> bool:
    """`2026 Q1 not evaluable`: the release's period in which there is no share."""
    match = re.match(PERIOD[cells.lang], text)
    return match is not None and period_of(match.group()) == cells.data.period
