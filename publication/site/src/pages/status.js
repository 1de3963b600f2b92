// Every complex of the country, as the status statistic lists them.
import {html} from "htl";
import {lang, own, page, t} from "../lib/context.js";
import {load, objects} from "../lib/data.js";
import {codeName, digitsOf, figure, keyOfMarks, number, period, withUnit} from "../lib/format.js";
import {chosen, remember} from "../lib/page.js";
import {table} from "../lib/table.js";

const typeName = (type) => (type === "_T" ? t("모두", "All") : codeName("complex_type", type));
const SHOWN = 300;

export async function render(site) {
  const data = await load("status");
  if (!data.period) return html`<p>${t("이 배포판에는 전국산업단지현황통계가 없다.", "This release has no status statistic.")}</p>`;
  const rows = objects(data);
  const measures = ["designated_area_k_m2", "sold_pct", "tenant_count", "operating_count"].map((m) => site.measures[m]).filter(Boolean);
  const provinces = [...new Set(rows.map((r) => own(r, "province")))];
  const search = html`<input type="search" autocomplete="off">`;
  const province = html`<select><option value="">${t("모두", "all")}</option>${provinces.map((p) => html`<option>${p}</option>`)}</select>`;
  const type = html`<select><option value="">${t("모두", "all")}</option>${[...new Set(rows.map((r) => r.complex_type))].map((k) => html`<option value=${k}>${typeName(k)}</option>`)}</select>`;
  const parts = html`<input type="checkbox">`;
  search.value = chosen("q") ?? "";
  const place = html`<div></div>`;
  const count = html`<p class="soft small" role="status"></p>`;
  const draw = () => {
    const asked = search.value.trim().toLowerCase();
    const shown = rows.filter((r) => (parts.checked || r.is_top_level) && (!province.value || own(r, "province") === province.value) && (!type.value || r.complex_type === type.value) && (!asked || [r.name_ko, r.sigungu_ko].some((s) => s?.toLowerCase().includes(asked))));
    count.textContent = t(`${number(shown.length)}행`, `${number(shown.length)} rows`);
    place.replaceChildren(
      table(shown, [
        {label: t("단지", "Complex"), isHead: true, sort: (r) => r.name_ko, cell: (r) => html`<span style="padding-left:${r.level * 1.1}rem">${r.complex_id && site.complex[r.complex_id] ? html`<a href=${page(`complex/${r.complex_id}.html`)}>${r.name_ko}</a>` : r.name_ko}</span>`},
        {label: t("유형", "Type"), cell: (r) => typeName(r.complex_type), sort: (r) => r.complex_type},
        {label: t("시도", "Province"), cell: (r) => own(r, "province"), sort: (r) => own(r, "province")},
        {label: t("시군구", "City or county"), cell: (r) => r.sigungu_ko ?? "", sort: (r) => r.sigungu_ko},
        {label: t("조성", "Development"), cell: (r) => codeName("development_status", r.development_status), sort: (r) => r.development_status},
        ...measures.map((m) => ({label: withUnit(m), isNumber: true, sort: (r) => r[m.measure], cell: (r) => figure(r[m.measure], r[`${m.measure}_status`], (v) => number(v, digitsOf(m)))})),
        {label: t("칸", "Cell"), cell: (r) => html`<span class="small soft" title=${r.sheet}>${r.name_cell}</span>`}
      ], {limit: SHOWN, label: t("전국 산업단지", "All complexes of the country")})
    );
    remember({q: search.value || null});
  };
  for (const control of [search, province, type, parts]) control.oninput = draw;
  draw();
  return html`<div>
    <h2 id="totals">${t("작성기관의 합계", "The publisher's totals")}, ${period(data.period)}</h2>
    ${table(data.totals, [
      {label: t("유형", "Type"), isHead: true, cell: (r) => typeName(r.complex_type)},
      {label: t("단지 수", "Complexes"), isNumber: true, cell: (r) => figure(r.complex_count, r.complex_count_status)},
      ...measures.map((m) => ({label: withUnit(m), isNumber: true, cell: (r) => figure(r[m.measure], r[`${m.measure}_status`], (v) => number(v, digitsOf(m)))}))
    ], {sortable: false, label: t("합계", "Totals")})}
    <h2 id="list">${t("단지", "Complexes")}</h2>
    <div class="controls"><label>${t("이름", "Name")} ${search}</label><label>${t("시도", "Province")} ${province}</label><label>${t("유형", "Type")} ${type}</label>
    <span class="picks"><label>${parts} ${t("하위단지도", "parts, too")}</label></span></div>
    ${count}${place}${keyOfMarks()}</div>`;
}
