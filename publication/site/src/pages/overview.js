// The overview: the figures of the quarter, the shares of the nation, what moved, every complex.
import {html} from "htl";
import {lang, own, page, t} from "../lib/context.js";
import {load, objects} from "../lib/data.js";
import {digitsOf, figure, growth, keyOfMarks, number, period, pointsChanged, signed, withUnit, won} from "../lib/format.js";
import {bars, lines, spark} from "../lib/charts.js";
import {seasonal} from "../lib/seasonal.js";
import {before} from "../lib/series.js";
import {table} from "../lib/table.js";

export async function render(site) {
  const data = await load("overview");
  const now = site.period;
  const totals = data.totals.filter((row) => row.period === now)[0];
  return html`<div>
    ${headline(site, data, totals)}
    <section aria-label="${t("주요 수치", "Key figures")}" class="cards">${data.cards.map((m) => card(site, data, m, totals))}</section>
    ${shares(site, data)}
    ${movers(site, data)}
    ${seasonal(data.seasonal)}
    <h2 id="complexes">${t("단지별", "By complex")}, ${period(now)}</h2>
    ${complexes(site, data)}
    ${keyOfMarks()}
    ${warnings(site)}
  </div>`;
}

const growthOf = (data, measure, comparison) =>
  data.growth.find((g) => g.measure === measure && g.comparison === comparison);

function headline(site, data, totals) {
  const m = site.measures.production_krw_100m;
  const g = growthOf(data, "production_krw_100m", "yoy");
  if (totals?.production_krw_100m == null || totals.production_krw_100m_status !== "A" || !m) return "";
  const value = won(totals.production_krw_100m);
  const rate = g?.growth_pct_status === "A" ? g.growth_pct : null;
  const said = rate == null ? "" : number(Math.abs(rate), 1);
  const isFlat = Number(Math.abs(rate ?? 1).toFixed(1)) === 0; // what rounds to nothing has no direction
  const moved = rate == null ? "" : isFlat
    ? t(", 전년 같은 분기와 같다", ", the same as a year earlier")
    : t(`, 전년 같은 분기보다 ${said}% ${rate < 0 ? "적다" : "많다"}`, `, ${said}% ${rate < 0 ? "less" : "more"} than a year earlier`);
  return html`<p class="say">${t(
    `${period(site.period)} 국가산업단지 생산액은 ${value}${rate == null ? "이다" : "으로"}${moved}.`,
    `In ${period(site.period)} the complexes produced ${value}${moved}.`
  )}</p>`;
}

function card(site, data, measure, totals) {
  const m = site.measures[measure];
  const digits = digitsOf(m);
  const isRate = m.kind === "rate";
  const [qoq, yoy] = [growthOf(data, measure, "qoq"), growthOf(data, measure, "yoy")];
  const points = data.totals.map((row) => ({period: row.period, value: row[measure], status: row[`${measure}_status`]}));
  const of = (code) => points.find((p) => p.period === code);
  return html`<article class="card" data-measure=${measure}>
    <h3>${own(m)}</h3>
    <p class="value">${figure(totals?.[measure], totals?.[`${measure}_status`] ?? "O", (v) => number(v, digits))}<small>${own(m, "unit")}</small></p>
    <dl>
      <dt>${t("전년동기대비", "on a year earlier")}</dt><dd>${isRate ? pointsChanged(of(site.period), of(before(site.period, 4))) : growth(yoy)}</dd>
      ${isRate ? "" : html.fragment`<dt>${t("동일 기준", "like for like")}</dt><dd>${growth(yoy, "growth_lfl_pct")}</dd>`}
      <dt>${t("전분기대비", "on the quarter before")}</dt><dd>${isRate ? pointsChanged(of(site.period), of(before(site.period, 1))) : growth(qoq)}</dd>
    </dl>
    ${spark(points, {name: own(m), unit: own(m, "unit"), digits})}
  </article>`;
}

function shares(site, data) {
  if (!data.shares.length) return "";
  // In the order in which the metrics are defined; vintages of a definition are one with it.
  const order = Object.keys(site.claim_metrics);
  const groups = [...Map.groupBy(data.shares.filter((s) => !s.definition.includes("__")), (s) => s.metric)].sort((a, b) => order.indexOf(a[0]) - order.indexOf(b[0]));
  return html.fragment`<h2 id="shares">${t("전국에서 차지하는 비중", "Share of the nation")}</h2>
    <p class="soft small">${t(
      "점선은 2005년에 말해진 비중(생산 30%, 수출 43%)이다. 정의가 다르면 값도 다르다. 분모가 없는 시점에는 값이 없다.",
      "The dashed lines are the shares stated in 2005 (30% of production, 43% of exports). Another definition gives another figure; where there is no national denominator there is none."
    )}</p>
    <div class="columns">${groups.map(([metric, rows]) => {
      const name = site.claim_metrics[metric];
      // Whole years only: a part of a year is no share of one; the desk of claims tells those.
      const years = rows.filter((r) => r.period.length === 4 && r.months_covered === r.months_in_period && r.share_pct != null);
      const definitions = [...Map.groupBy(years, (r) => r.definition)].sort((a, b) => b[1].length - a[1].length).slice(0, 3);
      const rules = data.stated.filter((s) => s.metric === metric).map((s) => ({value: s.value, label: `${s.value}%`}));
      if (!definitions.length) return html`<p>${own(name ?? {}) || metric}: ${t("분모가 없어 값이 없다", "no figure: there is no national denominator")}</p>`;
      return lines(
        definitions.map(([d, rs]) => ({label: own(site.shares[`${metric} ${d}`] ?? {}) || d, points: rs.map((r) => ({period: r.period, value: r.share_pct, status: "A"}))})),
        {title: own(name ?? {}) || metric, unit: "%", digits: 1, share: 0.5, rules, height: 230, isKeyed: true, isDotted: true}
      );
    })}</div>${sharesNow(site, data)}`;
}

function sharesNow(site, data) {
  const rows = data.shares.filter((s) => s.period === site.period);
  if (!rows.length) return "";
  return html`<details><summary>${period(site.period)}: ${t("정의마다, 값이 없으면 그 까닭", "by definition, and why there is no figure")}</summary>${table(rows, [
    {label: t("비중", "Share"), isHead: true, cell: (r) => own(site.claim_metrics[r.metric] ?? {}) || r.metric},
    {label: t("정의", "Definition"), cell: (r) => own(site.shares[`${r.metric} ${r.definition}`] ?? {}) || html`<code>${r.definition}</code>`},
    {label: "%", isNumber: true, cell: (r) => figure(r.share_pct, r.obs_status ?? "O", (v) => number(v, 1))},
    {label: t("분모의 출처, 또는 값이 없는 까닭", "Source of the denominator, or why there is none"), cell: (r) => html`<span class="small">${r.share_pct == null ? r[`reason_${lang}`] : r.denominator_source}</span>`}
  ], {sortable: false, label: t("이번 분기의 비중", "Shares of the quarter")})}</details>`;
}

function movers(site, data) {
  const [up, down] = [data.movers.filter((m) => m.growth_pct > 0), data.movers.filter((m) => m.growth_pct < 0)];
  if (!data.movers.length) return "";
  const m = site.measures.production_krw_100m;
  const draw = (rows, title) =>
    rows.length
      ? bars(rows.map((r) => ({label: own(site.complex[r.complex_id]), value: r.growth_pct})), {title, isSigned: true, share: 0.5, format: (v) => `${signed(v)}%`})
      : html`<p class="soft">${title}: ${t("없음", "none")}</p>`;
  return html.fragment`<h2 id="movers">${t("많이 움직인 단지", "Movers")}: ${own(m)}, ${t("전년동기대비", "on a year earlier")}</h2>
    <div class="columns">${draw(up, t("늘어난 곳", "Up"))}${draw(down.toReversed(), t("줄어든 곳", "Down"))}</div>`;
}

function complexes(site, data) {
  const rows = objects(data.latest);
  const measures = data.cards.map((m) => site.measures[m]);
  return table(
    rows,
    [
      {label: t("단지", "Complex"), isHead: true, cell: (r) => html`<a href=${page(`complex/${r.complex_id}.html`)}>${own(site.complex[r.complex_id])}</a>`, sort: (r) => own(site.complex[r.complex_id])},
      {label: t("시도", "Province"), cell: (r) => own(site.complex[r.complex_id], "province"), sort: (r) => own(site.complex[r.complex_id], "province")},
      ...measures.map((m) => ({
        label: withUnit(m), isNumber: true,
        cell: (r) => figure(r[m.measure], r[`${m.measure}_status`], (v) => number(v, digitsOf(m))),
        sort: (r) => r[m.measure]
      }))
    ],
    {label: t("단지별 수치", "Figures by complex"), limit: 100}
  );
}

function warnings(site) {
  if (!site.warning_count) return "";
  return html`<p class="small"><a href=${`${page("quality.html")}#warnings`}>${t(`이 배포판의 경고 ${site.warning_count}건`, `${site.warning_count} warnings of this release`)}</a></p>`;
}
