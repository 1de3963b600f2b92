"""Where production rose and fell: the map, and what moved the total."""

from __future__ import annotations

from typing import Literal

from publication.bulletin import charts
from publication.bulletin import reading as rd
from publication.bulletin import texts as tx
from publication.bulletin import words as s
from publication.bulletin.model import Beside, Block, Cell, Column, Figure, Section, Table
from publication.bulletin.pages.common import MONEY, line, note
from publication.bulletin.reading import Release
from publication.bulletin.words import Lang
from publication.geo import province_outlines

PRODUCTION = MONEY[0]
_BARS, _NAMED = 6, 10


def drawn_map(data: Release, lang: Lang) -> Figure | None:
    """Circles of production, coloured by direction on the quarter; None without any point."""
    places, ranked, unmapped = [], [], []
    for complex_id in rd.ranked(data):
        row = data.names.get(complex_id, {})
        longitude, latitude = row.get("longitude"), row.get("latitude")
        if longitude is None or latitude is None:
            unmapped.append(data.name(complex_id, lang))
            continue
        value = rd.obs(data.complexes[data.period][complex_id], PRODUCTION).ok
        growth = rd.obs(data.growth(PRODUCTION, "qoq", complex_id=complex_id), "growth_pct").ok
        turned: Literal["up", "down", "none"] = "none"
        if growth is not None and s.round_half_up(growth, 1) != 0:
            turned = "up" if growth > 0 else "down"
        name = data.name(complex_id, lang)
        places.append(charts.Place(name, float(longitude), float(latitude), value, turned))
        if value is not None:
            known = "unknown" if growth is None else "flat"
            ranked.append((name, value, known if turned == "none" else turned))
    if not ranked:
        return None
    measure, unit = data.measure(PRODUCTION, lang), data.unit(PRODUCTION, lang)
    drawn = charts.map_chart(places, province_outlines(), width=238, simulated=data.simulated)
    return Figure(
        "map",
        tx.t("f_map", lang),
        drawn,
        (s.map_alt(measure, unit, ranked[:_NAMED], lang), tx.t("a_map", lang)),
        tuple(
            text
            for text in (
                tx.t("a_map", lang),
                s.unmapped_sentence(unmapped, lang),
                tx.t("n_map", lang),
            )
            if text
        ),
        width=238,
    )


def _movers(data: Release, lang: Lang) -> tuple[Figure, Table] | None:
    moved = [(c, p) for c, p in rd.contributions(data) if abs(p) >= 0.005]
    up = [item for item in moved if item[1] > 0][:_BARS]
    down = [item for item in moved if item[1] < 0][-_BARS:]
    if not up and not down:
        return None
    words = tx.t("f_movers", lang)
    named = [(data.name(c, lang), p) for c, p in [*up, *down]]
    drawn = charts.bars_chart(
        named, width=250, row_height=17, name_width=96, simulated=data.simulated
    )
    unit = "%p" if lang == "ko" else " pp"
    figure = Figure(
        "movers",
        words,
        drawn,
        (s.bars_alt(words, named, unit, lang),),
        (tx.t("n_movers", lang),),
        width=250,
    )
    columns = (
        Column(tx.t("c_complex", lang), align="text", weight=2.4),
        Column(tx.t("c_points_qoq", lang)),
        Column(tx.t("c_points_yoy", lang)),
    )
    lines = []
    for complex_id, points in [*up, *down]:
        year = data.growth(PRODUCTION, "yoy", complex_id=complex_id).get("contribution_pp")
        lines.append(
            line(
                data.name(complex_id, lang),
                [
                    Cell(s.signed(points, 2, "")),
                    Cell(s.MISSING if year is None else s.signed(year, 2, "")),
                ],
            )
        )
    return figure, Table("movers", tx.t("t_movers", lang), columns, tuple(lines))


def places(data: Release, lang: Lang) -> Section:
    """The map beside the bars, and the contributions as a table."""
    shown, moved = drawn_map(data, lang), _movers(data, lang)
    blocks: list[Block] = []
    figures = [figure for figure in (shown, moved[0] if moved else None) if figure]
    if figures:
        blocks.append(Beside(tuple(figures)))
    if shown is None:
        blocks.append(note("n_no_map", lang))
    blocks.append(moved[1] if moved else note("n_no_movers", lang))
    return Section("places", tx.t("h_map", lang), (), tuple(blocks))
