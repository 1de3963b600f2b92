// Up to four complexes side by side: the quarter's figures, and their lines.
import {html} from "htl";
import {own, page, t} from "../lib/context.js";
import {load} from "../lib/data.js";
import {digitsOf, figure, keyOfMarks, number, period, withUnit} from "../lib/format.js";
import {lines} from "../lib/charts.js";
import {chosen, remember} from "../lib/page.js";
import {at, points} from "../lib/series.js";
import {table} from "../lib/table.js";

const MOST = 4;
const MEASURES = ["production_krw_100m", "exports_usd_m", "employment_count", "utilization_pct"];

export async function render(site) {
  const overview = await load("overview");
  const all = Object.values(site.complex).sort((a, b) => own(a).localeCompare(own(b)));
  const asked = (chosen("with") ?? "").split(",").filter((id) => site.complex[id]);
  const first = asked.length ? asked : overview.latest.rows.slice(0, 3).map((row) => row[0]);
  const selects = Array.from({length: MOST}, (_, i) => {
    const select = html`<select><option value="">${t("(없음)", "(none)")}</option>${all.map((c) => html`<option value=${c.complex_id}>${own(c)}</option>`)}</select>`;
    select.value = first[i] ?? "";
    return select;
  });
  const indexed = html`<input type="checkbox">`;
  indexed.checked = chosen("index") === "1";
  const place = html`<div aria-live="polite"></div>`;
  const draw = async () => {
    const ids = [...new Set(selects.map((s) => s.value).filter(Boolean))];
    const files = await Promise.all(ids.map((id) => load(`complex/${id}`)));
    remember({with: ids.join(","), index: indexed.checked ? "1" : null});
    place.replaceChildren(ids.length ? side(site, files, indexed.checked) : html`<p>${t("단지를 고른다.", "Choose a complex.")}</p>`);
  };
  for (const control of [...selects, indexed]) control.onchange = draw;
  await draw();
  return html`<div><div class="controls">${selects.map((s, i) => html`<label>${t(`단지 ${i + 1}`, `Complex ${i + 1}`)} ${s}</label>`)}
    <span class="picks"><label>${indexed} ${t("첫 공통 분기를 100으로", "First common quarter = 100")}</label></span></div>${place}${keyOfMarks()}</div>`;
}

function side(site, files, isIndexed) {
  const measures = MEASURES.map((m) => site.measures[m]).filter(Boolean);
  const head = (file) => own(site.complex[file.complex_id]);
  return html`<div>
    ${table(measures, [
      {label: t("측정값", "Measure"), isHead: true, cell: (m) => withUnit(m)},
      ...files.map((file) => ({
        label: html`<a href=${page(`complex/${file.complex_id}.html`)}>${head(file)}</a>`, isNumber: true,
        cell: (m) => { const p = at(file.history, m.measure, file.period); return figure(p.value, p.status, (v) => number(v, digitsOf(m))); }
      }))
    ], {caption: period(files[0].period), sortable: false})}
    <div class="columns">${measures.map((m) => {
      const series = files.map((file) => ({label: head(file), points: points(file.history, m.measure)}));
      const isIndex = isIndexed && m.kind !== "rate";
      const drawn = isIndex ? toIndex(series) : series;
      return lines(drawn, {title: own(m), unit: isIndex ? t("지수", "index") : own(m, "unit"), digits: isIndex ? 1 : digitsOf(m), share: 0.5, height: 240, rules: isIndex ? [{value: 100, label: "100"}] : []});
    })}</div></div>`;
}

// 100 in the first quarter that all of them have a figure above zero in; without one, no line.
function toIndex(series) {
  const ok = (p) => p.value > 0 && p.status === "A";
  const shared = series.map((s) => new Set(s.points.filter(ok).map((p) => p.period)));
  const base = [...(shared[0] ?? [])].sort().find((p) => shared.every((set) => set.has(p)));
  return series.map((s) => {
    const from = s.points.find((p) => p.period === base)?.value;
    return {...s, points: s.points.map((p) => ({...p, value: from && ok(p) ? (100 * p.value) / from : null, status: from && ok(p) ? "A" : p.status === "A" ? "O" : p.status}))};
  });
}
