// Charts: one look for all. Colours are told apart by the colour-blind, too, and follow the
// theme; lines are labelled where they end; what is suppressed or missing is a gap, never a zero.
import * as Plot from "@observablehq/plot";
import {html} from "htl";
import {t} from "./context.js";
import {figureText, midDate, number, period} from "./format.js";
import {spanned} from "./series.js";

export const colours = ["var(--blue-mark)", "var(--orange-mark)", "var(--green-mark)", "var(--purple-mark)"];
const STYLE = {background: "none", color: "var(--soft)", fontFamily: "inherit", fontSize: "12px", overflow: "visible"};

/** A drawing as one picture with a description; of simulated data with their mark in it, so that a copy carries it. */
export function pictured(node, description) {
  node.setAttribute("role", "img");
  node.setAttribute("aria-label", description);
  for (const inner of node.querySelectorAll("[aria-label]")) inner.removeAttribute("aria-label");
  const words = document.body.dataset.watermark;
  const svg = node.matches("svg") ? node : node.querySelector("svg");
  if (!words || !svg) return node;
  const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
  const mark = document.createElementNS("http://www.w3.org/2000/svg", "text");
  const looks = {
    class: "watermark", x: width / 2, y: height / 2, "text-anchor": "middle", "dominant-baseline": "middle",
    "font-size": Math.max(9, Math.min(width / 14, height / 2.5)), "font-weight": 700, fill: "var(--orange-mark)", "fill-opacity": 0.12, "pointer-events": "none"
  };
  for (const [name, value] of Object.entries(looks)) mark.setAttribute(name, value);
  mark.textContent = words;
  svg.append(mark);
  return node;
}

/** A chart in a figure with its title and, for those who cannot see it, a description. */
export const framed = (title, node, description) => html`<figure class="chart"><figcaption>${title}</figcaption>${pictured(node, description ?? title)}</figure>`;

/** Width of a chart in its column. */
export const columnWidth = (share = 1) => {
  const inner = Math.min(document.getElementById("observablehq-main")?.clientWidth ?? 960, 1120);
  return Math.max(280, Math.floor(innerWidth < 720 ? inner : inner * share - (share < 1 ? 16 : 0)));
};

/** A small line without axes, for a card: its ends are named below it. */
export function spark(points, {name, unit, digits}) {
  const known = points.filter((p) => p.value != null && (p.status ?? "A") === "A");
  if (known.length < 2) return "";
  const [first, last] = [known[0], known.at(-1)];
  points = spanned(points.filter((p) => p.period >= first.period && p.period <= last.period));
  const node = Plot.plot({
    width: 320, height: 56, margin: 5, axis: null, style: {...STYLE, width: "100%", height: "auto"},
    x: {type: "utc"}, y: {nice: false},
    marks: [
      Plot.line(points.map((p) => ({...p, date: midDate(p.period)})), {x: "date", y: (p) => ((p.status ?? "A") === "A" ? p.value : NaN), stroke: "var(--blue-mark)", strokeWidth: 2}),
      Plot.dot(lone(points), {x: (p) => midDate(p.period), y: "value", fill: "var(--blue-mark)", r: 2}),
      Plot.dot([last], {x: (p) => midDate(p.period), y: "value", fill: "var(--blue-mark)", r: 3.5})
    ]
  });
  pictured(node, `${name} (${unit}): ${period(first.period)} ${number(first.value, digits)}, ${period(last.period)} ${number(last.value, digits)}`);
  return html`<div class="spark">${node}<div><span>${first.period}</span><span>${last.period}</span></div></div>`;
}

/** Lines over time, broken where a period between is missing. series: [{label, colour?, points: [{period, value,
 * status}], isSoft}]; points in order. */
export function lines(series, {title, unit, digits = 0, height = 220, share = 1, zero = false, rules = [], width, isKeyed = false, isDotted = false} = {}) {
  const drawn = series.map((s, i) => ({...s, points: spanned(s.points), colour: s.colour ?? colours[i % colours.length]}));
  const known = (s) => s.points.filter((p) => p.value != null && (p.status ?? "A") === "A");
  const all = drawn.flatMap(known);
  if (!all.length) return html`<figure class="chart"><figcaption>${title}</figcaption><p class="none-drawn">${drawn.every((s) => s.points.some((p) => p.status === "Q")) ? t("X: 비공개인 분기뿐이다", "X: suppressed in every quarter with a statement") : t("그릴 수치가 없다", "No figure to draw")}</p></figure>`;
  const wide = width ?? columnWidth(share);
  const ends = drawn.map((s) => ({s, last: known(s).at(-1)})).filter((d) => d.last);
  const span = Math.max(...all.map((p) => p.value)) - Math.min(...all.map((p) => p.value));
  const isMany = drawn.length > 1 && !isKeyed;
  const periods = new Set(all.map((p) => p.period));
  // Figures stand at the right edge alone: within, they and the other lines would cover each other.
  const newest = [...periods].sort().at(-1);
  const labelled = spread(isMany ? ends : ends.filter((d) => d.last.period === newest), all.map((p) => p.value).concat(rules.map((r) => r.value)), height);
  const isFew = periods.size < 5 && all.every((p) => p.period.includes("-"));
  const text = (p) => `${period(p.period)}\n${isMany ? `${p.label}: ` : ""}${number(p.value, digits)} ${unit ?? ""}`;
  const node = Plot.plot({
    width: wide, height, style: STYLE, marginLeft: 8, marginRight: isMany ? 110 : rules.length ? 76 : 62, insetLeft: 12 + 7 * longest(all, digits), marginTop: 18, marginBottom: 26,
    x: {
      type: "utc", label: null, tickSize: 4,
      ticks: isFew ? [...periods].map(midDate) : yearTicks(all, wide),
      tickFormat: (d) => (isFew ? `${d.getUTCFullYear()} Q${Math.floor(d.getUTCMonth() / 3) + 1}` : `${d.getUTCFullYear()}`)
    },
    y: {label: null, axis: null, zero, nice: true},
    marks: [
      Plot.gridY({stroke: "var(--hair)", strokeOpacity: 1, ticks: 4}),
      Plot.axisY({anchor: "left", ticks: 4, tickSize: 0, dx: 6, dy: -7, textAnchor: "start", label: null, tickFormat: (d) => number(d, d % 1 ? 1 : 0), fill: "var(--soft)"}),
      ...rules.flatMap((r) => [
        Plot.ruleY([r.value], {stroke: "var(--ink)", strokeDasharray: "4 3", strokeWidth: 1}),
        // (behind a figure at the end of a line that stands there)
        Plot.text([r], {y: "value", text: "label", frameAnchor: "right", dx: labelled.some((d) => d.last.period === newest && Math.abs(d.at - r.value) < span / 12) ? 40 : 4, textAnchor: "start", fill: "var(--ink)"})
      ]),
      ...drawn.map((s) =>
        Plot.line(s.points.map((p) => ({...p, date: midDate(p.period)})), {
          x: "date", y: (p) => ((p.status ?? "A") === "A" ? p.value : NaN), stroke: s.colour, strokeWidth: s.isSoft ? 1.2 : 2, strokeOpacity: s.isSoft ? 0.6 : 1, curve: "linear"
        })
      ),
      // A lone figure between gaps would be no line.
      ...drawn.map((s) => Plot.dot(isDotted ? known(s) : lone(s.points), {x: (p) => midDate(p.period), y: "value", fill: s.colour, r: 2.5})),
      Plot.dot(ends, {x: (d) => midDate(d.last.period), y: (d) => d.last.value, fill: (d) => d.s.colour, r: 3}),
      Plot.text(labelled, {x: (d) => midDate(d.last.period), y: "at", text: (d) => (isMany ? shorten(d.s.label, 13) : number(d.last.value, digits)), dx: 8, textAnchor: "start", fill: (d) => (drawn.length > 1 ? d.s.colour.replace("-mark", "") : "var(--ink)"), stroke: "var(--paper)", strokeWidth: 4, fontWeight: 600}),
      Plot.tip(drawn.flatMap((s) => known(s).map((p) => ({...p, label: s.label}))), Plot.pointer({x: (p) => midDate(p.period), y: "value", title: text, fill: "var(--paper)", stroke: "var(--soft)", textPadding: 6}))
    ]
  });
  // Names too long to stand beside their lines stand below, each with the colour of its line.
  const key = isKeyed && drawn.length > 1 ? html`<p class="note">${drawn.map((s) => html`<span><b style="color:${s.colour}" aria-hidden="true">●</b> ${s.label}</span>`)}</p>` : "";
  const told = drawn.map((s) => {
    const k = known(s);
    return k.length ? `${s.label ?? ""} ${period(k[0].period)} ${number(k[0].value, digits)}, ${period(k.at(-1).period)} ${number(k.at(-1).value, digits)}` : "";
  });
  const figure = framed(unit ? `${title} (${unit})` : title, node, `${title} (${unit ?? ""}): ${told.filter(Boolean).join("; ")}`);
  if (key) figure.append(key);
  return figure;
}

// Room for the labels of the y axis, which stand inside.
const longest = (all, digits) => number(Math.max(...all.map((p) => Math.abs(p.value))), digits > 0 ? 1 : 0).length;

// Years as wide apart as their labels need; of yearly figures their own middle, else the first day.
function yearTicks(all, wide) {
  const isYearly = all.every((p) => p.period.length === 4);
  const years = all.map((p) => +p.period.slice(0, 4));
  const [first, last] = [Math.min(...years) + (isYearly || minPeriod(all).endsWith("Q1") ? 0 : 1), Math.max(...years)];
  const step = [1, 2, 5, 10, 20].find((n) => (last - first) / n <= (wide - 120) / 52) ?? 50;
  const ticks = [];
  for (let year = Math.ceil(first / step) * step; year <= last; year += step)
    ticks.push(isYearly ? midDate(String(year)) : new Date(Date.UTC(year, 0, 1)));
  return ticks;
}
const minPeriod = (all) => all.map((p) => p.period).sort()[0];

function lone(points) {
  const ok = (p) => p && p.value != null && (p.status ?? "A") === "A";
  return points.filter((p, i) => ok(p) && !ok(points[i - 1]) && !ok(points[i + 1]));
}

// Labels at the ends of lines, moved apart so that none covers another.
function spread(ends, values, height) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const gap = ((high - low || 1) * 15) / Math.max(60, height - 44);
  const sorted = ends.map((d) => ({...d, at: d.last.value})).sort((a, b) => a.at - b.at);
  for (let i = 1; i < sorted.length; ++i) sorted[i].at = Math.max(sorted[i].at, sorted[i - 1].at + gap);
  return sorted;
}

/** Long names are cut in charts only; tables and tips have them whole. */
export const shorten = (text, length = 16) => (text && text.length > length ? `${text.slice(0, length - 1)}…` : text);

/** Horizontal bars, longest first. rows: [{label, value, status}]; a row without a figure keeps its place and mark. */
export function bars(rows, {title, unit, digits = 0, share = 1, isSigned = false, colour = "var(--blue-mark)", format, width} = {}) {
  const say = format ?? ((v) => number(v, digits));
  const keyed = rows.map((r, i) => ({...r, key: `${i}`}));
  const wide = width ?? columnWidth(share);
  const isNarrow = wide < 460;
  const isWide = wide > 700;
  const margin = isNarrow ? 104 : isWide ? 210 : 150;
  const ok = keyed.filter((r) => r.value != null && (r.status ?? "A") === "A");
  const most = Math.max(0, ...ok.map((r) => r.value));
  const least = Math.min(0, ...ok.map((r) => r.value));
  const node = Plot.plot({
    width: wide, height: keyed.length * 24 + 12, style: STYLE, marginLeft: margin, marginRight: 66, marginTop: 4, marginBottom: 8,
    x: {axis: null, domain: [least * (least < 0 ? 1.25 : 1), most || 1]},
    y: {domain: keyed.map((r) => r.key), axis: null, padding: 0.28},
    marks: [
      Plot.barX(ok, {y: "key", x: "value", fill: isSigned ? (r) => (r.value < 0 ? "var(--orange-mark)" : "var(--blue-mark)") : (r) => r.colour ?? colour}),
      Plot.ruleX([0], {stroke: "var(--soft)"}),
      Plot.text(keyed, {y: "key", text: (r) => shorten(r.label, isNarrow ? 9 : isWide ? 26 : 13), frameAnchor: "left", textAnchor: "start", dx: -margin, fill: "var(--ink)", title: "label"}),
      Plot.text(ok.filter((r) => r.value >= 0), {y: "key", x: "value", text: (r) => say(r.value), dx: 5, textAnchor: "start", fill: "var(--ink)"}),
      Plot.text(ok.filter((r) => r.value < 0), {y: "key", x: "value", text: (r) => say(r.value), dx: -5, textAnchor: "end", fill: "var(--ink)"}),
      Plot.text(keyed.filter((r) => !ok.includes(r)), {y: "key", x: 0, text: (r) => figureText(null, r.status), dx: 5, textAnchor: "start", fill: "var(--soft)"})
    ]
  });
  const told = keyed.map((r) => `${r.label} ${figureText(r.value, r.status, say)}`).join(", ");
  return framed(unit ? `${title} (${unit})` : title, node, `${title}: ${told}`);
}
