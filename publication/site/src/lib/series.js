// Series of a complex as the data files hold them, and the ways pages read them.

/** {periods, values, status} of one measure as points. */
export const points = (history, measure) =>
  history?.values[measure]
    ? history.periods.map((period, i) => ({period, value: history.values[measure][i], status: history.status[measure][i]}))
    : [];

/** Points of one frequency with every quarter, month or year from the first to the last of them: one that
 * is not there becomes a point without a figure, so that a line breaks there. */
export function spanned(points) {
  if (points.length < 2) return points;
  const known = new Map(points.map((p) => [p.period, p]));
  const codes = [...known.keys()].sort();
  const whole = [];
  for (let code = codes[0]; code <= codes.at(-1); code = after(code)) whole.push(known.get(code) ?? {period: code, value: null, status: "O"});
  return whole;
}

// The period after one: `2025-Q4` → `2026-Q1`, `2025-12` → `2026-01`, `2025` → `2026`.
function after(code) {
  const year = +code.slice(0, 4);
  if (code.length === 4) return String(year + 1);
  const isQuarter = code[5] === "Q";
  const next = +code.slice(isQuarter ? 6 : 5) + 1;
  const [y, n] = next > (isQuarter ? 4 : 12) ? [year + 1, 1] : [year, next];
  return isQuarter ? `${y}-Q${n}` : `${y}-${String(n).padStart(2, "0")}`;
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
