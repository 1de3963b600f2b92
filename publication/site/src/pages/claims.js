// The claims desk: what was said, the verdict, when it last held, and every measure against it.
import * as Plot from "@observablehq/plot";
import {html} from "htl";
import {lang, own, release, t} from "../lib/context.js";
import {load} from "../lib/data.js";
import {asPrinted, codeName, midDate, number, period} from "../lib/format.js";
import {chosen, remember} from "../lib/page.js";
import {columnWidth, pictured} from "../lib/charts.js";
import {table} from "../lib/table.js";

const LOOKS = {
  supported: ["ok", "var(--blue-mark)"],
  contradicted: ["critical", "var(--orange-mark)"],
  disputed: ["warning", "var(--amber-mark)"],
  indicative: ["warning", "var(--soft)"],
  not_evaluable: ["quiet", "var(--soft)"]
};
const colour = (verdict) => (LOOKS[verdict] ?? LOOKS.not_evaluable)[1];
const said = (verdict) => codeName("verdict", verdict);
const chip = (verdict) => html`<span class="chip ${(LOOKS[verdict] ?? LOOKS.not_evaluable)[0]}">${said(verdict)}</span>`;

export async function render(site) {
  const {claims, columns} = await load("claims");
  if (!claims.length) return html`<p>${t("이 배포판에는 주장 검증이 없다.", "This release has no desk of claims.")}</p>`;
  for (const claim of claims) claim.measured = claim.measured.map((row) => Object.fromEntries(columns.map((c, i) => [c, row[i]])));
  const counts = Map.groupBy(claims, (c) => c.verdict);
  const filter = html`<select><option value="">${t("모든 판정", "Every verdict")} (${claims.length})</option>${Object.keys(LOOKS).filter((v) => counts.has(v)).map((v) => html`<option value=${v}>${said(v)} (${counts.get(v).length})</option>`)}</select>`;
  const search = html`<input type="search" autocomplete="off">`;
  filter.value = counts.has(chosen("verdict")) ? chosen("verdict") : "";
  const place = html`<div></div>`;
  const count = html`<p class="soft small" role="status"></p>`;
  const draw = () => {
    const asked = search.value.trim().toLowerCase();
    const shown = claims.filter((c) => (!filter.value || c.verdict === filter.value) && (!asked || [c.text, c.source, c.source_ko, c.metric, c.claim_id].some((s) => s?.toLowerCase().includes(asked))));
    count.textContent = t(`주장 ${shown.length}건`, `${shown.length} claims`);
    place.replaceChildren(...shown.map((c) => entry(site, c)));
    remember({verdict: filter.value || null});
  };
  filter.onchange = search.oninput = draw;
  draw();
  if (location.hash) setTimeout(() => document.getElementById(location.hash.slice(1))?.scrollIntoView());
  return html`<div>
    <details open><summary>${t("한눈에", "At a glance")}</summary>${glance(site, claims)}</details>
    <h2 id="list">${t("주장마다", "One by one")}</h2>
    <div class="controls"><label>${t("판정", "Verdict")} ${filter}</label><label>${t("찾기", "Search")} ${search}</label></div>
    ${count}${place}
    <p class="small"><a href=${new URL("claims.html", release)}>${t("인쇄할 수 있는 한 장짜리 페이지", "The same as one page to print")}</a></p></div>`;
}

// A claim is told in the unit it was printed in.
const unitOf = (c) => (lang === "en" ? c.unit_en : c.unit);
const definition = (site, c, code) => own(site.shares[`${c.metric} ${code}`] ?? {}) || html`<code>${code}</code>`;
const statedBy = (c) => `${{at_least: "≥ ", at_most: "≤ "}[c.comparator] ?? ""}${asPrinted(c.stated_value)} ${unitOf(c)}`;

function glance(site, claims) {
  return table(claims, [
    {label: t("주장", "Claim"), isHead: true, cell: (c) => html`<a href="#${c.claim_id}"><q lang=${c.language ?? "ko"}>${c.text}</q></a>`, sort: (c) => c.text},
    {label: t("주장한 값", "Stated"), isNumber: true, cell: (c) => statedBy(c), sort: (c) => c.stated_value},
    {label: t("시점", "Period"), cell: (c) => html`<span class="whole">${c.stated_period ?? c.verdict_period ?? ""}</span>`, sort: (c) => c.stated_period ?? c.verdict_period},
    {label: t("판정", "Verdict"), cell: (c) => chip(c.verdict), sort: (c) => c.verdict},
    {label: t("마지막으로 맞은 때", "Last held"), cell: (c) => html`<span class="whole">${c.last_held_period ?? ""}</span>`, sort: (c) => c.last_held_period}
  ], {label: t("주장 한눈에", "Claims at a glance")});
}

function entry(site, c) {
  const metric = site.claim_metrics[c.metric] ?? {};
  const unit = unitOf(c);
  const stated = statedBy(c);
  const ownPeriod = c.measured.filter((m) => m.period === c.verdict_period);
  return html`<article id=${c.claim_id}>
    <h3>${chip(c.verdict)} <q lang=${c.language ?? "ko"}>${c.text}</q></h3>
    <dl class="pairs">
      <dt>${t("출처", "Source")}</dt><dd>${(lang === "ko" && c.source_ko) || c.source}</dd>
      <dt>${own(metric) || c.metric}</dt><dd>${stated}${c.tolerance ? ` ± ${asPrinted(c.tolerance)}` : ""}, ${c.stated_period ? period(c.stated_period) : t(`기간을 밝히지 않음(${c.verdict_period ?? "–"}로 읽음)`, `no period named (read as ${c.verdict_period ?? "–"})`)}</dd>
      ${c.last_held_period ? html.fragment`<dt>${t("마지막으로 맞은 때", "Last held")}</dt><dd><b>${c.last_held_period}</b> ${definition(site, c, c.last_held_definition)}${c.held_periods && c.held_periods !== c.last_held_period ? html` <span class="soft">(${t("모두", "all")}: ${c.held_periods})</span>` : ""}</dd>` : ""}
      ${c.contradicts ? html.fragment`<dt>${t("함께 맞을 수 없는 주장", "Cannot hold together with")}</dt><dd>${c.contradicts.split(/[|,;]\s*/).map((id) => html`<a href="#${id.trim()}">${id.trim()}</a> `)}</dd>` : ""}
    </dl>
    ${(lang === "ko" ? c.reason_ko : c.reason) ? html`<details><summary>${t("까닭", "Why")}</summary><ul class="small">${(lang === "ko" ? c.reason_ko : c.reason).split(" | ").map((r) => html`<li>${r}</li>`)}</ul></details>` : ""}
    ${chart(site, c, unit)}
    ${ownPeriod.length ? html`<details><summary>${t(`${c.verdict_period}의 측정 ${ownPeriod.length}건`, `${ownPeriod.length} measures for ${c.verdict_period}`)}</summary>${measures(site, c, ownPeriod, unit)}</details>` : ""}
    ${own(c, "note") ? html`<p class="soft small">${own(c, "note")}</p>` : ""}
  </article>`;
}

function measures(site, c, rows, unit) {
  return table(rows, [
    {label: t("시점", "Period"), isHead: true, cell: (r) => r.period},
    {label: t("정의", "Definition"), cell: (r) => definition(site, c, r.definition)},
    {label: `${t("측정", "Measured")} (${unit})`, isNumber: true, cell: (r) => number(r.value, Math.abs(r.value) < 1000 ? 2 : 0)},
    {label: t("범위(월)", "Months"), cell: (r) => r.coverage ?? ""},
    {label: t("판정", "Verdict"), cell: (r) => said(r.verdict)},
    {label: t("출처", "Source"), cell: (r) => html`<span class="small">${r.source}${r.is_simulated ? " SIMULATED" : ""}</span>`}
  ], {sortable: false, label: t("측정", "Measures")});
}

function chart(site, c, unit) {
  const all = c.measured.filter((m) => /^\d{4}$/.test(m.period));
  if (all.length < 2) return "";
  const value = (m) => m.value;
  const node = Plot.plot({
    width: columnWidth(), height: 170, marginLeft: 56, marginRight: 66, marginBottom: 26,
    style: {background: "none", color: "var(--soft)", fontFamily: "inherit", fontSize: "12px", overflow: "visible"},
    x: {type: "utc", label: null}, y: {label: null, nice: true, ticks: 4, tickFormat: (d) => number(d, Math.abs(d) < 10 && d % 1 ? 1 : 0)},
    marks: [
      Plot.ruleY([0], {strokeOpacity: 0}),
      c.tolerance ? Plot.rect([c], {x1: new Date("1999-07-01"), x2: midDate(all.map((m) => m.period).sort().at(-1)), y1: c.stated_value - c.tolerance, y2: c.stated_value + c.tolerance, fill: "var(--blue-mark)", fillOpacity: 0.14}) : null,
      Plot.ruleY([c.stated_value], {stroke: "var(--ink)", strokeDasharray: "4 3"}),
      Plot.text([c], {y: "stated_value", text: () => asPrinted(c.stated_value), frameAnchor: "right", dx: 6, textAnchor: "start", fill: "var(--ink)", fontWeight: 600}),
      Plot.dot(all, {x: (m) => midDate(m.period), y: value, r: 4, fill: (m) => (m.verdict === "indicative" ? "var(--paper)" : colour(m.verdict)), stroke: (m) => (m.verdict === "indicative" ? "var(--soft)" : "var(--paper)")}),
      Plot.tip(all, Plot.pointer({x: (m) => midDate(m.period), y: value, fill: "var(--paper)", stroke: "var(--soft)", title: (m) => `${m.period} ${own(site.shares[`${c.metric} ${m.definition}`] ?? {}) || m.definition}\n${number(m.value, 1)} ${unit}: ${said(m.verdict)}`}))
    ]
  });
  pictured(node, `${c.text}: ${t(`주장 ${c.stated_value}`, `stated ${c.stated_value}`)}; ${all.map((m) => `${m.period} ${number(m.value, 1)} ${said(m.verdict)}`).slice(0, 30).join(", ")}`);
  const kinds = [...new Set(all.map((m) => m.verdict))];
  return html`<figure class="chart">${node}<p class="note">${kinds.map((k) => html`<span><b style="color:${colour(k)}" aria-hidden="true">${k === "indicative" ? "○" : "●"}</b> ${said(k)}</span>`)}</p></figure>`;
}
