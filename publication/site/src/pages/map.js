// The map: circles whose area is the figure, one scale for all quarters, a slider through time.
import * as Plot from "@observablehq/plot";
import {html} from "htl";
import {own, page, t} from "../lib/context.js";
import {load} from "../lib/data.js";
import {digitsOf, figure, figureText, keyOfMarks, number, period, withUnit} from "../lib/format.js";
import {chosen, remember} from "../lib/page.js";
import {pictured} from "../lib/charts.js";
import {table} from "../lib/table.js";

const LABELS = 9;

export async function render(site) {
  const [data, {outlines}] = await Promise.all([load("map"), load("outlines")]);
  if (!data.periods.length) return html`<p>${t("지도에 그릴 수치가 없다.", "There is no figure to draw.")}</p>`;
  const select = html`<select>${data.measures.map((m) => html`<option value=${m}>${withUnit(site.measures[m])}</option>`)}</select>`;
  const slider = html`<input type="range" min="0" max=${data.periods.length - 1} step="1">`;
  const play = html`<button type="button" class="act" aria-pressed="false">${t("재생", "Play")}</button>`;
  const label = html`<output></output>`;
  const place = html`<div class="map"></div>`;
  const nowhere = html`<p class="soft small" id="nowhere"></p>`;
  const list = html`<div></div>`;
  select.value = data.measures.includes(chosen("measure")) ? chosen("measure") : data.measures[0];
  slider.value = Math.max(0, data.periods.includes(chosen("period")) ? data.periods.indexOf(chosen("period")) : data.periods.length - 1);
  if (data.periods.length === 1) slider.disabled = play.disabled = true;

  const draw = (isMoving = false) => {
    const measure = site.measures[select.value];
    const code = data.periods[slider.value];
    label.textContent = period(code);
    slider.setAttribute("aria-valuetext", period(code));
    const rows = Object.entries(data.values[select.value] ?? {})
      .map(([id, values]) => ({id, value: values[slider.value], status: data.status[select.value][id][slider.value], ...site.complex[id]}))
      .filter((r) => r.status !== " ");
    const [placed, unplaced] = [rows.filter((r) => r.longitude != null), rows.filter((r) => r.longitude == null)];
    place.replaceChildren(chart(placed, measure, data, outlines));
    nowhere.textContent = unplaced.length ? `${t("좌표가 없어 지도에 없는 단지(표에는 있다)", "Without coordinates, so in the table only")}: ${unplaced.map((r) => own(r)).sort((a, b) => a.localeCompare(b)).join(", ")}` : "";
    if (!isMoving) {
      list.replaceChildren(asTable(rows, measure, code));
      remember({measure: select.value, period: code});
    }
  };
  select.onchange = () => draw();
  slider.oninput = () => draw(true);
  slider.onchange = () => draw();
  let timer = null;
  play.onclick = () => {
    if (timer) return stop();
    if (+slider.value === data.periods.length - 1) slider.value = 0;
    play.textContent = t("멈춤", "Pause");
    play.setAttribute("aria-pressed", "true");
    timer = setInterval(() => {
      if (+slider.value >= data.periods.length - 1) return stop();
      slider.value = +slider.value + 1;
      draw(true);
    }, 700);
  };
  function stop() {
    clearInterval(timer);
    timer = null;
    play.textContent = t("재생", "Play");
    play.setAttribute("aria-pressed", "false");
    draw();
  }
  draw();
  return html`<div>
    <div class="controls"><label>${t("측정값", "Measure")} ${select}</label>
    <label><span>${t("분기", "Quarter")}: <b>${label}</b></span> ${slider}</label>${play}</div>
    ${place}<p class="note"><span>○ ${t("값이 0", "zero")}</span><span>× ${t("비공개(X) 또는 자료 없음", "suppressed (X) or missing")}</span></p>${nowhere}
    <h2 id="table">${t("표로 보기", "As a table")}</h2>${list}${keyOfMarks()}
    <p class="soft small">${t("좌표: 국토교통부 산업단지 도면(dim_complex). 시도 경계: Natural Earth(공유 자산), 단순화함.", "Points: Ministry of Land, layer of industrial complexes (dim_complex). Provinces: Natural Earth (public domain), simplified.")}</p>
  </div>`;
}

function chart(rows, measure, data, outlines) {
  const digits = digitsOf(measure);
  const width = Math.min(720, document.getElementById("observablehq-main").clientWidth);
  const known = rows.filter((r) => r.value != null && r.status === "A");
  const hidden = rows.filter((r) => !known.includes(r));
  const isRate = measure.kind === "rate";
  // Not by Math.max(...): a hundred thousand arguments are more than a call takes.
  const most = Object.values(data.values[measure.measure]).flat().reduce((m, v) => (v > m ? v : m), 1);
  const named = apart([...known].sort((a, b) => b.value - a.value)).slice(0, LABELS);
  const text = (r) => `${own(r)}\n${figureText(r.value, r.status, (v) => number(v, digits))} ${own(measure, "unit")}`;
  const node = Plot.plot({
    width, height: Math.round(width * 1.08),
    projection: {type: "mercator", domain: outlines, inset: 6},
    style: {background: "none", color: "var(--soft)", fontFamily: "inherit", fontSize: "12px", overflow: "visible"},
    r: {domain: [0, most], range: [0, isRate ? 8 : Math.max(18, width / 18)]},
    marks: [
      Plot.geo(outlines, {fill: "var(--land)", stroke: "var(--shore)", strokeWidth: 1.2}),
      Plot.dot(known, {x: "longitude", y: "latitude", r: "value", fill: "var(--blue-mark)", fillOpacity: 0.45, stroke: "var(--blue)", strokeWidth: 1, sort: {channel: "-r"}}),
      Plot.dot(known.filter((r) => r.value === 0), {x: "longitude", y: "latitude", r: () => 3, fill: "var(--paper)", stroke: "var(--blue)"}),
      Plot.dot(hidden, {x: "longitude", y: "latitude", symbol: "times", r: 4, stroke: "var(--orange)", strokeWidth: 1.5}),
      Plot.text(named, {x: "longitude", y: "latitude", text: (r) => own(r), lineWidth: 11, fill: "var(--ink)", stroke: "var(--paper)", strokeWidth: 3, fontWeight: 600}),
      Plot.tip(rows, Plot.pointer({x: "longitude", y: "latitude", title: text, fill: "var(--paper)", stroke: "var(--soft)"}))
    ]
  });
  pictured(node, `${withUnit(measure)}: ${named.slice(0, 5).map((r) => `${own(r)} ${number(r.value, digits)}`).join(", ")}. ${t("모든 값은 아래 표에 있다.", "Every figure stands in the table below.")}`);
  // A click opens the complex under the pointer; the links of the table below are the way by keyboard.
  node.addEventListener("click", () => node.value && location.assign(page(`complex/${node.value.id}.html`)));
  return node;
}

// The largest first; whoever stands too close to a name that is there already goes without.
function apart(rows) {
  const kept = [];
  for (const r of rows)
    if (!kept.some((k) => Math.abs(k.latitude - r.latitude) < 0.17 && Math.abs(k.longitude - r.longitude) < 0.55)) kept.push(r);
  return kept;
}

function asTable(rows, measure, code) {
  const sorted = [...rows].sort((a, b) => (b.value ?? -Infinity) - (a.value ?? -Infinity) || own(a).localeCompare(own(b)));
  return table(sorted, [
    {label: t("단지", "Complex"), isHead: true, cell: (r) => html`<a href=${page(`complex/${r.id}.html`)}>${own(r)}</a>`, sort: (r) => own(r)},
    {label: t("시도", "Province"), cell: (r) => own(r, "province"), sort: (r) => own(r, "province")},
    {label: withUnit(measure), isNumber: true, cell: (r) => figure(r.value, r.status, (v) => number(v, digitsOf(measure))), sort: (r) => r.value}
  ], {caption: `${own(measure)}, ${period(code)}`});
}
