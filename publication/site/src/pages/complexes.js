// The list of complexes, by province: the way to each page.
import {html} from "htl";
import {own, page, t} from "../lib/context.js";
import {load, objects} from "../lib/data.js";
import {figure, keyOfMarks, number, withUnit} from "../lib/format.js";
import {table} from "../lib/table.js";

export async function render(site) {
  const data = await load("overview");
  const latest = new Map(objects(data.latest).map((row) => [row.complex_id, row]));
  const all = Object.values(site.complex).sort((a, b) => own(a).localeCompare(own(b)));
  const [now, before] = [all.filter((c) => c.is_current), all.filter((c) => !c.is_current)];
  const measures = data.cards.slice(0, 3).map((m) => site.measures[m]);
  const search = html`<input type="search" autocomplete="off">`;
  const place = html`<div></div>`;
  const count = html`<p class="soft small" role="status"></p>`;
  const draw = () => {
    const asked = search.value.trim().toLowerCase();
    const match = (c) => [c.name_ko, c.name_en, c.province_ko, c.province_en, c.sigungu_ko, c.sigungu_en].some((s) => s?.toLowerCase().includes(asked));
    const rows = now.filter(match);
    count.textContent = t(`${rows.length}곳`, `${rows.length} complexes`);
    place.replaceChildren(
      table(rows, [
        {label: t("단지", "Complex"), isHead: true, cell: (c) => html`<a href=${page(`complex/${c.complex_id}.html`)}>${own(c)}</a>`, sort: (c) => own(c)},
        {label: t("시도", "Province"), cell: (c) => own(c, "province"), sort: (c) => own(c, "province")},
        {label: t("시군구", "City or county"), cell: (c) => own(c, "sigungu"), sort: (c) => own(c, "sigungu")},
        ...measures.map((m) => ({
          label: withUnit(m), isNumber: true, sort: (c) => latest.get(c.complex_id)?.[m.measure],
          cell: (c) => figure(latest.get(c.complex_id)?.[m.measure], latest.get(c.complex_id)?.[`${m.measure}_status`] ?? "O", number)
        }))
      ], {label: t("단지 목록", "List of complexes"), limit: 200}),
      ...(before.some(match)
        ? [
            html.fragment`<h2 id="former">${t("더는 공표되지 않는 단지", "No longer published")}</h2>`,
            html`<ul>${before.filter(match).map((c) => html`<li><a href=${page(`complex/${c.complex_id}.html`)}>${own(c)}</a> <span class="soft small">${own(c, "province")}${c.published_until ? t(`, ${c.published_until}까지`, `, until ${c.published_until}`) : ""}</span></li>`)}</ul>`
          ]
        : [])
    );
  };
  search.oninput = draw;
  draw();
  return html`<div><div class="controls"><label>${t("이름이나 지역", "Name or region")} ${search}</label></div>${count}${place}${keyOfMarks()}</div>`;
}
