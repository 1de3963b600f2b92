// The page of a complex: what it is, its figures and history, industries, indicators, neighbours,
// and the cell of the publisher's file that each figure stands in.
import {html} from "htl";
import {lang, own, page, t} from "../lib/context.js";
import {load} from "../lib/data.js";
import {codeName, digitsOf, figure, growth, keyOfMarks, number, period, pointsChanged, withUnit} from "../lib/format.js";
import {bars, lines, spark} from "../lib/charts.js";
import {at, before, points, spanned} from "../lib/series.js";
import {seasonal} from "../lib/seasonal.js";
import {table} from "../lib/table.js";

const CHARTS = ["production_krw_100m", "exports_usd_m", "employment_count", "utilization_pct", "tenant_count", "operating_count"];

export async function render(site) {
  const id = decodeURIComponent(location.pathname.split("/").at(-1)).replace(/\.html$/, "");
  const me = site.complex[id];
  if (!me) throw new Error(t(`이 배포판에 단지 ${id}이(가) 없다`, `there is no complex ${id} in this release`));
  const data = await load(`complex/${id}`);
  return html`<div>
    <h1>${own(me)}</h1>
    ${who(me, data)}
    ${figures(site, data)}
    ${data.history ? html.fragment`<h2 id="history">${t("시계열", "History")}</h2>${history(site, data)}` : html`<p>${t("이 배포판에 분기 수치가 없는 단지이다.", "This release has no quarterly figures of this complex.")}</p>`}
    ${seasonal(data.seasonal)}
    ${industries(site, data)}
    ${indicators(site, data)}
    ${areas(site, data)}
    ${neighbours(site, data)}
    ${cells(site, data)}
    ${keyOfMarks()}
  </div>`;
}

function who(me, data) {
  const when = [me.published_from && t(`${me.published_from}부터`, `from ${me.published_from}`), me.published_until && t(`${me.published_until}까지`, `until ${me.published_until}`)].filter(Boolean).join(" ");
  return html.fragment`<p class="lead">${[codeName("complex_type", me.complex_type), own(me, "province"), own(me, "sigungu"), when].filter(Boolean).join(" · ")}</p>
    ${own(data, "note") ? html`<p class="small">${own(data, "note")}</p>` : ""}`;
}

function figures(site, data) {
  const measures = CHARTS.filter((m) => data.history?.values[m] && site.measures[m]).map((m) => site.measures[m]);
  if (!measures.length) return "";
  const of = (m, comparison) => data.growth?.find((g) => g.measure === m.measure && g.comparison === comparison);
  const changed = (m, comparison, quarters) =>
    m.kind === "rate"
      ? pointsChanged(at(data.history, m.measure, data.period), at(data.history, m.measure, before(data.period, quarters)))
      : growth(of(m, comparison));
  const hidden = measures.filter((m) => at(data.history, m.measure, data.period).status === "Q");
  return html.fragment`<h2 id="figures">${period(data.period)}</h2>
    ${hidden.length === 0 ? "" : html`<p>${t(
      `${hidden.map((m) => own(m)).join(", ")}: 비공개(X). 조사 업체가 적어 작성기관이 가렸다. 값이 0이라는 뜻이 아니다.`,
      `${hidden.map((m) => own(m)).join(", ")}: suppressed (X). The publisher hides them because few firms were surveyed. It does not mean zero.`
    )}</p>`}
    ${table(measures, [
      {label: t("측정값", "Measure"), isHead: true, cell: (m) => own(m)},
      {label: t("값", "Figure"), isNumber: true, cell: (m) => { const p = at(data.history, m.measure, data.period); return figure(p.value, p.status, (v) => number(v, digitsOf(m))); }},
      {label: t("단위", "Unit"), cell: (m) => own(m, "unit")},
      {label: t("전년동기대비", "On a year earlier"), isNumber: true, cell: (m) => changed(m, "yoy", 4)},
      {label: t("동일 기준", "Like for like"), isNumber: true, cell: (m) => (m.kind === "rate" ? "" : growth(of(m, "yoy"), "growth_lfl_pct"))},
      {label: t("전분기대비", "On the quarter before"), isNumber: true, cell: (m) => changed(m, "qoq", 1)},
      {label: t("칸", "Cell"), cell: (m) => source(data, m.measure, "_T", data.period)}
    ], {sortable: false, label: t("이번 분기의 수치", "Figures of the quarter")})}`;
}

function source(data, measure, industry, at) {
  const found = data.cells?.rows.find((r) => r[0] === measure && r[1] === industry && r[2] === at);
  if (!found) return "";
  const file = data.cells.files[found[5]];
  return html`<span class="small" title=${file?.file_name ?? ""}>${data.cells.sheets[found[3]]} <b>${found[4]}</b></span>`;
}

function history(site, data) {
  const drawn = CHARTS.filter((m) => data.history.values[m] && site.measures[m]);
  return html`<div class="columns">${drawn.map((name) => {
    const m = site.measures[name];
    return lines([{label: own(m), points: points(data.history, name)}], {title: own(m), unit: own(m, "unit"), digits: digitsOf(m), share: 0.5, height: 190});
  })}</div>
  ${gaps(data)}${breaks(data)}
  ${overTime(t("표로 보기", "As a table"), t("시계열 표", "History as a table"), data.history.periods.toReversed(),
    Object.keys(data.history.values).filter((m) => site.measures[m]).map((m) => ({label: withUnit(site.measures[m]), series: data.history, name: m, digits: digitsOf(site.measures[m])})))}`;
}

// Quarters down, newest first; a column a series. columns: [{label, series, name, digits}].
function overTime(summary, label, periods, columns) {
  return html`<details><summary>${summary}</summary>${table(periods, [
    {label: t("분기", "Quarter"), isHead: true, cell: (p) => p, sort: (p) => p},
    ...columns.map(({label, series, name, digits}) => ({
      label, isNumber: true, sort: (p) => at(series, name, p).value,
      cell: (p) => { const found = at(series, name, p); return figure(found.value, found.status, (v) => number(v, digits)); }
    }))
  ], {label})}</details>`;
}

// A gap in a line is told in words: a line that is not there says nothing to those who read no chart.
function gaps(data) {
  const {periods, status} = data.history;
  const hidden = periods.filter((_, i) => CHARTS.some((m) => status[m]?.[i] === "Q"));
  const missing = spanned(periods.map((period) => ({period}))).map((p) => p.period).filter((p) => !periods.includes(p));
  if (!hidden.length && !missing.length) return "";
  return html`<p class="small soft">${[
    t("선이 끊긴 곳은 비공개(X)이거나 자료가 없는 분기이다.", "Where a line breaks, the figure is suppressed (X) or missing."),
    hidden.length ? `${t("비공개", "Suppressed in")}: ${hidden.join(", ")}.` : "",
    missing.length ? `${t("자료 없음", "No statement for")}: ${missing.join(", ")}.` : ""
  ].filter(Boolean).join(" ")}</p>`;
}

function breaks(data) {
  const first = data.history.periods[0];
  const shown = (data.breaks ?? []).filter((b) => (b.quarter ?? b.effective) >= first);
  if (!shown.length) return "";
  return html.fragment`<h3>${t("시계열 단절", "Breaks")}</h3><ul class="small">${shown.map((b) => html`<li><b>${b.effective}</b> ${b[`what_${lang}`]} <span class="soft">${(lang === "ko" && b.source_ko) || b.source}</span></li>`)}</ul>`;
}

function industries(site, data) {
  const rows = Object.values(site.industries).filter((i) => i.industry_code !== "_T" && data.industries?.[i.industry_code]);
  if (!rows.length) return "";
  const measures = ["production_krw_100m", "exports_usd_m", "employment_count", "operating_count"].filter((m) => site.measures[m] && m in Object.values(data.industries)[0]);
  const get = (i, m) => ({value: data.industries[i.industry_code][m], status: data.industries[i.industry_code][`${m}_status`]});
  const main = measures.find((m) => rows.some((i) => get(i, m).value > 0)) ?? measures[0];
  const m0 = site.measures[main];
  return html.fragment`<h2 id="industries">${t("업종", "Industries")}, ${period(data.period)}</h2>
    ${bars(rows.map((i) => ({label: own(i), ...get(i, main)})).sort((a, b) => (b.value ?? -1) - (a.value ?? -1)), {title: own(m0), unit: own(m0, "unit"), digits: digitsOf(m0)})}
    ${table(rows, [
      {label: t("업종", "Industry"), isHead: true, cell: (i) => own(i)},
      ...measures.flatMap((m) => [
        {label: withUnit(site.measures[m]), isNumber: true, sort: (i) => get(i, m).value, cell: (i) => figure(get(i, m).value, get(i, m).status, (v) => number(v, digitsOf(site.measures[m])))}
      ]),
      {label: t("칸", "Cell"), cell: (i) => source(data, main, i.industry_code, data.period)}
    ], {label: t("업종별 수치", "Figures by industry")})}
    ${industryHistory(site, data, rows, main)}`;
}

// The largest industries as lines, and all of them as a table.
function industryHistory(site, data, rows, main) {
  const past = (i) => points(data.industry_history?.[i.industry_code], main);
  const m = site.measures[main];
  const known = rows.filter((i) => past(i).length > 1);
  if (!known.length) return "";
  const now = (i) => data.industries[i.industry_code][main] ?? -1;
  const largest = known.toSorted((a, b) => now(b) - now(a)).slice(0, 4);
  const periods = [...new Set(known.flatMap((i) => past(i).map((p) => p.period)))].sort().reverse();
  return html`<div>
    ${lines(largest.map((i) => ({label: own(i), points: past(i)})), {title: largest.length < known.length ? t(`${own(m)}, 가장 큰 업종 ${largest.length}개`, `${own(m)}, the ${largest.length} largest industries`) : own(m), unit: own(m, "unit"), digits: digitsOf(m), height: 240})}
    ${overTime(t("업종의 시계열을 표로 보기", "Industries over time as a table"), t(`업종별 ${withUnit(m)}`, `${withUnit(m)} by industry`), periods,
      known.map((i) => ({label: own(i), series: data.industry_history[i.industry_code], name: main, digits: digitsOf(m)})))}</div>`;
}

function indicators(site, data) {
  if (!data.kpis) return "";
  const rows = data.kpis.filter((k) => k.industry_code === "_T" && site.kpis[k.kpi]).sort((a, b) => site.kpis[a.kpi].sort_order - site.kpis[b.kpi].sort_order);
  const by = data.kpis.filter((k) => k.kpi === "location_quotient_employment" && k.industry_code !== "_T" && site.industries[k.industry_code]);
  return html.fragment`<h2 id="indicators">${t("지표", "Indicators")}</h2>
    ${table(rows, [
      {label: t("지표", "Indicator"), isHead: true, cell: (k) => own(site.kpis[k.kpi])},
      {label: t("값", "Figure"), isNumber: true, cell: (k) => figure(k.value, k.status, (v) => number(v, digitsOf(site.kpis[k.kpi])))},
      {label: t("단위", "Unit"), cell: (k) => own(site.kpis[k.kpi], "unit")},
      {label: t("추이", "Over time"), cell: (k) => spark(points(data.kpi_history?.[k.kpi], "value"), {name: own(site.kpis[k.kpi]), unit: own(site.kpis[k.kpi], "unit"), digits: digitsOf(site.kpis[k.kpi])})},
      {label: t("산식, 또는 값이 없는 까닭", "Formula, or why there is no figure"), cell: (k) => html`<span class="small">${(k.value == null && k[`reason_${lang}`]) || own(site.kpis[k.kpi], "formula")}</span>`}
    ], {sortable: false, label: t("지표", "Indicators")})}
    ${kpiHistory(site, data, rows)}
    ${by.length ? bars(by.map((k) => ({label: own(site.industries[k.industry_code]), value: k.value, status: k.status})).sort((a, b) => (b.value ?? -1) - (a.value ?? -1)), {title: own(site.kpis.location_quotient_employment), digits: digitsOf(site.kpis.location_quotient_employment)}) : ""}`;
}

function kpiHistory(site, data, rows) {
  const known = rows.filter((k) => points(data.kpi_history?.[k.kpi], "value").some((p) => p.value != null));
  const periods = [...new Set(known.flatMap((k) => data.kpi_history[k.kpi].periods))].sort().reverse();
  if (periods.length < 2) return "";
  return overTime(t("지표의 시계열을 표로 보기", "Indicators over time as a table"), t("지표의 시계열", "Indicators over time"), periods,
    known.map((k) => ({label: withUnit(site.kpis[k.kpi]), series: data.kpi_history[k.kpi], name: "value", digits: digitsOf(site.kpis[k.kpi])})));
}

function areas(site, data) {
  const rows = data.areas ?? [];
  if (!rows.length) return "";
  const names = Object.keys(site.measures).filter((m) => m in rows[0]);
  return html.fragment`<h2 id="areas">${t("면적과 분양", "Land")}</h2>
    ${table(rows.toReversed(), [
      {label: t("분기", "Quarter"), isHead: true, cell: (r) => r.period},
      ...names.map((m) => ({label: withUnit(site.measures[m]), isNumber: true, cell: (r) => figure(r[m], r[`${m}_status`], (v) => number(v, digitsOf(site.measures[m])))})),
      {label: t("칸", "Cell"), cell: (r) => html`<span class="small">${r.sheet} <b>${r.name_cell}</b></span>`}
    ], {sortable: false, label: t("면적과 분양", "Land")})}`;
}

function neighbours(site, data) {
  if (!data.neighbours.length) return "";
  return html.fragment`<h2 id="neighbours">${t("가까운 단지", "Neighbours")}</h2><ul>${data.neighbours.map(
    (n) => html`<li><a href=${page(`complex/${n.complex_id}.html`)}>${own(site.complex[n.complex_id])}</a> <span class="soft">${number(n.km, 1)} km</span></li>`
  )}</ul>`;
}

function cells(site, data) {
  if (!data.cells) return "";
  const {files, sheets, rows} = data.cells;
  const shown = rows.filter((r) => r[1] === "_T" && site.measures[r[0]]);
  const place = html`<div></div>`;
  const details = html`<details><summary>${t(`칸 ${number(shown.length)}개`, `${number(shown.length)} cells`)}</summary>${place}</details>`;
  details.ontoggle = () => {
    if (!place.childNodes.length)
      place.append(
        table(shown, [
          {label: t("시점", "Period"), isHead: true, cell: (r) => r[2], sort: (r) => r[2]},
          {label: t("측정값", "Measure"), cell: (r) => own(site.measures[r[0]]), sort: (r) => own(site.measures[r[0]])},
          {label: t("시트", "Sheet"), cell: (r) => sheets[r[3]], sort: (r) => sheets[r[3]]},
          {label: t("칸", "Cell"), cell: (r) => r[4]},
          {label: t("파일", "File"), cell: (r) => html`<span class="small">${files[r[5]]?.file_name}</span>`, sort: (r) => files[r[5]]?.file_name},
          {label: t("공표일", "Published"), cell: (r) => files[r[5]]?.published_at ?? "", sort: (r) => files[r[5]]?.published_at}
        ], {label: t("원본의 칸", "Cells of the source")})
      );
  };
  return html.fragment`<h2 id="cells">${t("원본의 칸", "Where the figures stand")}</h2>
    <p class="small soft">${t("모든 수치는 작성기관 파일의 한 칸에서 왔다. 분기 수치가 없던 때는 그 분기의 월 수치가 놓인 칸이다.", "Every figure comes from a cell of the publisher's file; for quarters that were published as months, the cells of the months.")}</p>${details}`;
}
