// Series of a complex as the data files hold them, and the ways pages read them.

/** {periods, values, status} of one measure as points. */
export const points = (history, measure) =>
  history?.values[measure]
    ? history.periods.map((period, i) => ({period, value: history.values[measure][i], status: history.status[measure][i]}))
    : [];

/** The quarters of a time span with gaps as points without a figure, so that lines break there. */
export function filled(series) {
  const periods = [...new Set(series.flatMap((s) => s.points.map((p) => p.period)))].sort();
  return series.map((s) => {
    const known = new Map(s.points.map((p) => [p.period, p]));
    const [first, last] = [s.points[0]?.period, s.points.at(-1)?.period];
    return {...s, points: periods.filter((p) => p >= first && p <= last).map((p) => known.get(p) ?? {period: p, value: null, status: "O"})};
  });
}

/** The point of one quarter: value and status, missing where the quarter is not there. */
export const at = (history, measure, period) => {
  const i = history?.periods.indexOf(period) ?? -1;
  return i < 0 ? {value: null, status: "O"} : {value: history.values[measure]?.[i], status: history.status[measure]?.[i]};
};

/** The quarter so many quarters before: `before("2026-Q1", 1)` is `2025-Q4`. */
export function before(code, quarters) {
  const place = +code.slice(0, 4) * 4 + +code.slice(6) - 1 - quarters;
  return `${Math.floor(place / 4)}-Q${(place % 4) + 1}`;
}
