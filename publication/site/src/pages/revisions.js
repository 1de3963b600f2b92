// Revisions: how much figures changed after their first print, and which changed last.
import {html} from "htl";
import {lang, own, page, t} from "../lib/context.js";
import {load} from "../lib/data.js";
import {codeName, digitsOf, figure, keyOfMarks, number, signed, withUnit} from "../lib/format.js";
import {bars} from "../lib/charts.js";
import {table} from "../lib/table.js";

export async function render(site) {
  const {summary, totals, largest, breaks} = await load("revisions");
  const known = summary.filter((s) => site.measures[s.measure]);
  return html`<div>
    <h2 id="summary">${t("전체 단지의 수정, 요약", "Revisions of the totals, summed up")}</h2>
    ${known.length ? table(known, [
      {label: t("측정값", "Measure"), isHead: true, cell: (r) => withUnit(site.measures[r.measure]), sort: (r) => own(site.measures[r.measure])},
      {label: t("첫 공표 뒤", "After the first print"), cell: (r) => codeName("horizon", r.horizon), sort: (r) => r.horizon},
      {label: t("관측", "Observations"), isNumber: true, cell: (r) => number(r.observations), sort: (r) => r.observations},
      {label: t("수정됨", "Revised"), isNumber: true, cell: (r) => number(r.revised), sort: (r) => r.revised},
      {label: t("평균 수정", "Mean revision"), isNumber: true, cell: (r) => (r.mean_revision == null ? figure(null, "O") : signed(r.mean_revision, revisedDigits(site.measures[r.measure], 2))), sort: (r) => r.mean_revision},
      {label: t("상대 평균 절대 수정 (%)", "Relative MAR (%)"), isNumber: true, cell: (r) => (r.relative_mar_pct == null ? figure(null, "O") : number(r.relative_mar_pct, 2)), sort: (r) => r.relative_mar_pct},
      {label: t("편의의 t값", "t of the bias"), isNumber: true, cell: (r) => (r.bias_t == null ? figure(null, "O") : number(r.bias_t, 2)), sort: (r) => r.bias_t}
    ], {label: t("수정의 요약", "Summary of revisions")}) : html`<p>${t("첫 공표가 있는 분기가 없다.", "There is no quarter whose first print is held.")}</p>`}
    ${path(site, totals)}
    <h2 id="largest">${t("가장 새 판에서 바뀐 수치", "What the newest vintage changed")}</h2>
    ${largest.length ? html.fragment`<p class="soft small">${t(`${largest[0].vintage}에 공표된 판. 변화율이 큰 것부터 ${largest.length}건.`, `Vintage of ${largest[0].vintage}, the ${largest.length} largest by relative change.`)}</p>${table(largest.filter((r) => site.measures[r.measure]), [
      {label: t("단지", "Complex"), isHead: true, cell: (r) => (site.complex[r.complex_id] ? html`<a href=${page(`complex/${r.complex_id}.html`)}>${own(site.complex[r.complex_id])}</a>` : t("전체", "All")), sort: (r) => own(site.complex[r.complex_id] ?? {})},
      {label: t("측정값", "Measure"), cell: (r) => withUnit(site.measures[r.measure]), sort: (r) => r.measure},
      {label: t("분기", "Period"), cell: (r) => r.period, sort: (r) => r.period},
      {label: t("첫 공표", "First print"), isNumber: true, cell: (r) => figure(r.first_value, r.first_value_status, (v) => number(v, revisedDigits(site.measures[r.measure]))), sort: (r) => r.first_value},
      {label: t("지금", "Now"), isNumber: true, cell: (r) => figure(r.value, r.obs_status, (v) => number(v, revisedDigits(site.measures[r.measure]))), sort: (r) => r.value},
      {label: t("수정 (%, 가동률은 %p)", "Revision (%, of rates pp)"), isNumber: true, cell: (r) => changed(site, r), sort: (r) => Math.abs(r.revision_pct ?? 0)},
      {label: t("까닭", "Cause"), cell: (r) => codeName("cause", r.cause), sort: (r) => r.cause}
    ], {label: t("바뀐 수치", "Changed figures")})}` : html`<p>${t("바뀐 것이 없다.", "Nothing changed.")}</p>`}
    <h2 id="breaks">${t("시계열 단절", "Breaks in series")}</h2>
    ${breaks.length ? table(breaks, [
      {label: t("시점", "From"), isHead: true, cell: (b) => b.effective, sort: (b) => b.effective},
      {label: t("단지", "Complex"), cell: (b) => (b.complex_id === "_T" ? t("전체", "all") : site.complex[b.complex_id] ? html`<a href=${page(`complex/${b.complex_id}.html`)}>${own(site.complex[b.complex_id])}</a>` : b.complex_id), sort: (b) => b.complex_id},
      {label: t("무엇이", "What"), cell: (b) => b[`what_${lang}`]},
      {label: t("출처", "Source"), cell: (b) => html`<span class="small soft">${(lang === "ko" && b.source_ko) || b.source}</span>`}
    ], {label: t("단절", "Breaks")}) : html`<p>${t("등록된 단절이 없다.", "No break is on the register.")}</p>`}
    ${keyOfMarks()}
  </div>`;
}

// A rate is revised by hundredths of a point.
const revisedDigits = (m, more = 1) => digitsOf(m) + (m.kind === "rate" ? more : 0);

/** By how many per cent a figure was changed; a rate by points, because a per cent of it would mislead. */
function changed(site, r) {
  const isRate = site.measures[r.measure].kind === "rate";
  const value = isRate ? r.revision : r.revision_pct;
  if (value == null) return figure(null, r.obs_status === "A" ? "O" : r.obs_status);
  return isRate ? `${signed(value, 2)}${t("%p", " pp")}` : signed(value, 2);
}

function path(site, totals) {
  const name = "production_krw_100m";
  const last = new Map(totals.filter((r) => r.measure === name && r.revision_pct != null).map((r) => [r.period, r]));
  if (!last.size || !site.measures[name]) return "";
  return bars([...last.values()].toReversed().slice(0, 24).map((r) => ({label: r.period, value: r.revision_pct})), {
    title: t(`${own(site.measures[name])}, 전체 단지: 첫 공표에서 지금까지의 수정(%)`, `${own(site.measures[name])}, all complexes: revision from first print to now (%)`), isSigned: true, format: (v) => `${signed(v, 2)}%`
  });
}
