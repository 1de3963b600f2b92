// Figures as text: separators, signs, periods, and what stands where there is no figure.
import {html} from "htl";
import {lang, own, t} from "./context.js";

const formats = new Map();
const numberFormat = (digits) => {
  if (!formats.has(digits))
    formats.set(
      digits,
      new Intl.NumberFormat(lang, {minimumFractionDigits: digits, maximumFractionDigits: digits})
    );
  return formats.get(digits);
};

/** How many decimals a measure or indicator is shown with: its unit says so. */
export const digitsOf = (definition) => definition?.decimals ?? 0;

/** A number with separators and a true minus sign. */
export const number = (value, digits = 0) => numberFormat(digits).format(value).replace("-", "−");

/** A number with the decimals it was given with: what somebody printed is not rounded. */
export const asPrinted = (value) => number(value, (String(value).split(".")[1] ?? "").length);

/** A number with its sign, for changes; a change that rounds to zero has none. */
export function signed(value, digits = 1) {
  const text = number(Math.abs(value), digits);
  const isZero = Number(Math.abs(value).toFixed(digits)) === 0;
  return isZero ? text : `${value < 0 ? "−" : "+"}${text}`;
}

/** Money in 억원 (KRW 100 million) as a sentence says it, the figure of the marts with it: `176조 7,986억원`,
 * `KRW 176.8 trillion (1,767,986 × KRW 100 million)`. */
export function won(value) {
  const size = Math.round(Math.abs(value));
  if (lang === "en") {
    const [amount, word] = size >= 10_000 ? [value / 10_000, "trillion"] : [value / 10, "billion"];
    return `KRW ${number(amount, 1)} ${word} (${number(value)} × KRW 100 million)`;
  }
  if (size < 10_000) return `${number(value)}억원`;
  const rest = size % 10_000;
  return `${value < 0 ? "−" : ""}${number(Math.floor(size / 10_000))}조${rest ? ` ${number(rest)}억` : ""}원`;
}

/** What stands where there is no figure. The publisher marks a suppressed one with X; so do we. */
const MARKS = {Q: "X", M: "–", O: "…"};
const markOf = (status) => MARKS[status] ?? MARKS.O;

// Names of codes come with the release; a page sets them before it draws.
let codes = {};
export const setCodes = (found) => (codes = found ?? {});

/** The name of a code, such as `obs_status` Q; the code itself where the release has no name. */
export const codeName = (list, code) => own(codes[list]?.[code] ?? {}) || (code ?? "");

/** What a status means, in words. */
const meaning = (status) => {
  const code = codes.obs_status?.[MARKS[status] ? status : "O"] ?? {};
  return [own(code), own(code, "description")].filter(Boolean).join(": ");
};

/** A figure or, where there is none, the mark of its status with its meaning for eye and ear. */
export function figure(value, status = "A", format = number) {
  if (value != null && (status === "A" || status == null)) return format(value);
  const words = meaning(status);
  return html`<abbr class="none" title="${words}"><span aria-hidden="true">${markOf(status)}</span><span class="sr">${words}</span></abbr>`;
}

/** The same as plain text, for labels inside charts. */
export const figureText = (value, status = "A", format = number) =>
  value != null && (status === "A" || status == null) ? format(value) : markOf(status);

const breakMeans = (ids) => `${own(codes.obs_status?.B ?? {})}: ${ids}`;

/** Growth as published in per cent, with b where a break lies between; colour and sign tell the direction. */
export function growth(g, name = "growth_pct") {
  const status = g?.[`${name}_status`] ?? "O";
  if (status !== "A" || g[name] == null) return figure(null, status);
  const mark = name === "growth_pct" && g.break_ids ? html` <abbr class="none" title="${breakMeans(g.break_ids)}"><span aria-hidden="true">b</span><span class="sr">${breakMeans(g.break_ids)}</span></abbr>` : "";
  const text = signed(g[name]);
  return html`<span class=${/^[+−]/.test(text) ? (g[name] < 0 ? "down" : "up") : ""}>${text}%</span>${mark}`;
}

/** Change of a rate in percentage points between two points {value, status}; what hides one hides it. */
export function pointsChanged(now, then) {
  const status = [now, then].map((p) => p?.status ?? "O").find((s) => s !== "A");
  if (status) return figure(null, status);
  const text = signed(now.value - then.value);
  return html`<span class=${/^[+−]/.test(text) ? (now.value < then.value ? "down" : "up") : ""}>${text}${t("%p", " pp")}</span>`;
}

/** `2026-Q1` as a reader says it. */
export function period(code) {
  const quarter = /^(\d{4})-Q([1-4])$/.exec(code ?? "");
  if (quarter) return t(`${quarter[1]}년 ${quarter[2]}분기`, `Q${quarter[2]} ${quarter[1]}`);
  const month = /^(\d{4})-(\d{2})$/.exec(code ?? "");
  if (month) return t(`${month[1]}년 ${+month[2]}월`, `${month[1]}-${month[2]}`);
  return /^\d{4}$/.test(code ?? "") ? t(`${code}년`, code) : (code ?? "");
}

/** `2026-Q1` for an axis. */
export const shortPeriod = (code) => (code ?? "").replace(/^(\d{4})-Q(\d)$/, t("$1.$2분기", "$1 Q$2"));

/** The middle of a period as a date, for time axes. */
export function midDate(code) {
  const quarter = /^(\d{4})-Q([1-4])$/.exec(code);
  if (quarter) return new Date(Date.UTC(+quarter[1], (+quarter[2] - 1) * 3 + 1, 15));
  const month = /^(\d{4})-(\d{2})$/.exec(code);
  if (month) return new Date(Date.UTC(+month[1], +month[2] - 1, 15));
  return new Date(Date.UTC(+code, 6, 1));
}

/** Bytes as a reader says them. */
export const bytes = (n) =>
  n < 1024 ? `${n} B` : n < 1024 ** 2 ? `${number(n / 1024)} KB` : `${number(n / 1024 ** 2, 1)} MB`;

/** Name and unit of a measure or indicator. */
export const withUnit = (definition) => `${own(definition)} (${own(definition, "unit")})`;

/** What X, – and … mean: below every table in which they may stand. */
export const keyOfMarks = () =>
  html`<p class="note">${Object.entries(MARKS).map(([status, mark]) => html`<span><b>${mark}</b> ${meaning(status)}</span>`)}<span><b>b</b> ${own(codes.obs_status?.B ?? {})}</span></p>`;
