// The data dictionary: every table and column, and the way each table is made, drawn.
import {html} from "htl";
import dagre from "@dagrejs/dagre";
import {lang, t} from "../lib/context.js";
import {load} from "../lib/data.js";
import {number} from "../lib/format.js";
import {table} from "../lib/table.js";

const LAYERS = {
  marts: ["공표되는 표", "Published tables"], source: ["작성기관의 파일", "Publishers' files"], seed: ["등록부", "Registers"],
  staging: ["준비 단계", "Staging"], intermediate: ["중간 단계", "Intermediate"]
};

export async function render() {
  const {tables, exposures} = await load("dictionary");
  const known = new Map(tables.map((d) => [d.name, d]));
  const search = html`<input type="search" autocomplete="off">`;
  const list = html`<div></div>`;
  const detail = html`<div id="table" tabindex="-1"></div>`;
  const count = html`<p class="soft small" role="status"></p>`;
  const draw = () => {
    const asked = search.value.trim().toLowerCase();
    const match = (d) => !asked || [d.name, d.description_ko, d.description_en, ...d.columns.flatMap((c) => [c.name, c.description_ko, c.description_en])].some((s) => s?.toLowerCase().includes(asked));
    const shown = tables.filter(match);
    count.textContent = t(`표 ${shown.length}개, 열 ${number(shown.reduce((n, d) => n + d.columns.length, 0))}개`, `${shown.length} tables, ${number(shown.reduce((n, d) => n + d.columns.length, 0))} columns`);
    list.replaceChildren(
      ...Object.entries(LAYERS).map(([layer, words]) => {
        const rows = shown.filter((d) => d.layer === layer);
        if (!rows.length) return "";
        return html`<details open=${layer === "marts" || !!asked}><summary><b>${t(...words)}</b> <span class="soft">${rows.length}</span></summary>${table(rows, [
          {label: t("표", "Table"), isHead: true, cell: (d) => html`<a href="#${d.name}"><code>${d.name}</code></a>`},
          {label: t("뜻", "Meaning"), cell: (d) => d[`description_${lang}`]},
          {label: t("열", "Columns"), isNumber: true, cell: (d) => number(d.columns.length)}
        ], {sortable: false, label: t(...words)})}</details>`;
      })
    );
  };
  const choose = (isMove) => {
    const d = known.get(decodeURIComponent(location.hash.slice(1)));
    detail.replaceChildren(...(d ? [describe(d, known, tables, exposures)] : []));
    if (d && isMove) {
      detail.scrollIntoView();
      detail.focus({preventScroll: true});
    }
  };
  addEventListener("hashchange", () => choose(true));
  search.oninput = draw;
  draw();
  setTimeout(() => choose(!!location.hash));
  return html`<div><div class="controls"><label>${t("표, 열, 뜻에서 찾기", "Search tables, columns, meanings")} ${search}</label></div>${count}${detail}${list}</div>`;
}

function describe(d, known, tables, exposures) {
  const children = tables.filter((other) => other.parents.includes(d.name)).map((other) => other.name);
  const uses = exposures.filter((e) => e.parents.includes(d.name));
  const tests = (column) => d.tests.filter((x) => x.column === column).map((x) => x[`description_${lang}`] || x.name);
  const whole = d.tests.filter((x) => !x.column);
  const roots = ancestors(d.name, known).filter((name) => ["source", "seed"].includes(known.get(name)?.layer));
  return html`<section aria-labelledby="h-table">
    <h2 id="h-table"><code>${d.name}</code></h2>
    <p>${d[`description_${lang}`]}</p>
    <dl class="pairs">
      ${d.key.length ? html.fragment`<dt>${t("키", "Key")}</dt><dd><code>${d.key.join(", ")}</code></dd>` : ""}
      ${roots.length ? html.fragment`<dt>${t("원천", "Sources")}</dt><dd>${roots.map((name) => html`<a href="#${name}"><code>${name}</code></a> `)}</dd>` : ""}
      ${children.length ? html.fragment`<dt>${t("여기서 나오는 것", "Made from it")}</dt><dd>${children.map((name) => html`<a href="#${name}"><code>${name}</code></a> `)}</dd>` : ""}
      ${uses.length ? html.fragment`<dt>${t("쓰이는 곳", "Used by")}</dt><dd>${uses.map((e) => e.label[lang]).join(", ")}</dd>` : ""}
      ${whole.length || d.unit_tests.length ? html.fragment`<dt>${t("검사", "Tests")}</dt><dd>${[...whole, ...d.unit_tests].map((x) => html`<div><code>${x.name}</code> <span class="soft">${x[`description_${lang}`]}</span></div>`)}</dd>` : ""}
    </dl>
    ${lineage(d.name, known)}
    ${d.columns.length ? table(d.columns, [
      {label: t("열", "Column"), isHead: true, cell: (c) => html`<code>${c.name}</code>`},
      {label: t("형", "Type"), cell: (c) => html`<code>${c.type ?? ""}</code>`},
      {label: t("뜻", "Meaning"), cell: (c) => c[`description_${lang}`]},
      {label: t("단위", "Unit"), cell: (c) => c[`unit_${lang}`] ?? ""},
      {label: t("검사와 출처", "Tests and source"), cell: (c) => html`<span class="small soft">${[d.key.includes(c.name) ? t("키", "key") : "", c.not_null ? t("빈 값 없음", "never null") : "", ...tests(c.name), c.source ?? ""].filter(Boolean).join("; ")}</span>`}
    ], {sortable: false, label: `${d.name}: ${t("열", "columns")}`}) : html`<p class="soft">${d.layer === "source"
      ? t("열은 데이터셋마다의 규약(contract)에 적혀 있다.", "Its columns are told by the contract of each dataset.")
      : t("다음 단계 안에서 바로 계산되고 표로 남지 않는다.", "It is worked out within the next step and never stored.")}</p>`}
  </section>`;
}

function ancestors(name, known, found = new Set()) {
  for (const parent of known.get(name)?.parents ?? [])
    if (!found.has(parent)) {
      found.add(parent);
      ancestors(parent, known, found);
    }
  return [...found].sort();
}

// Everything upstream of a table, left to right, as dagre lays it out.
function lineage(name, known) {
  const nodes = [...ancestors(name, known), name];
  if (nodes.length < 2) return "";
  const graph = new dagre.graphlib.Graph().setGraph({rankdir: "LR", nodesep: 8, ranksep: 34, marginx: 4, marginy: 4}).setDefaultEdgeLabel(() => ({}));
  for (const node of nodes) graph.setNode(node, {width: 7 * node.length + 18, height: 24});
  for (const node of nodes) for (const parent of known.get(node)?.parents ?? []) graph.setEdge(parent, node);
  dagre.layout(graph);
  const {width, height} = graph.graph();
  const colour = {source: "var(--green-mark)", seed: "var(--amber-mark)", marts: "var(--blue-mark)"};
  const path = ({points}) => `M${points.map((p) => `${p.x.toFixed(1)},${p.y.toFixed(1)}`).join("L")}`;
  const label = t(`${name}이(가) 만들어지는 길: ${nodes.length - 1}개의 앞 단계`, `How ${name} is made: ${nodes.length - 1} tables before it`);
  const node = html`<svg width=${width} height=${height} viewBox="0 0 ${width} ${height}" role="group" aria-label=${label} style="max-width:none"></svg>`;
  node.innerHTML = [
    ...graph.edges().map((e) => `<path d="${path(graph.edge(e))}" fill="none" stroke="var(--soft)" stroke-opacity=".55"/>`),
    ...graph.nodes().map((n) => {
      const g = graph.node(n);
      const stroke = colour[known.get(n)?.layer] ?? "var(--soft)";
      return `<a href="#${n}"><rect x="${g.x - g.width / 2}" y="${g.y - g.height / 2}" width="${g.width}" height="${g.height}" rx="4" fill="var(--panel)" stroke="${stroke}" stroke-width="${n === name ? 2.5 : 1.2}"/><text x="${g.x}" y="${g.y + 4}" text-anchor="middle" font-size="11.5" font-family="ui-monospace, monospace" fill="var(--ink)">${n}</text></a>`;
    })
  ].join("");
  return html`<figure class="chart"><figcaption>${t("나오는 길", "Lineage")}</figcaption><div class="scroll" tabindex="0" role="region" aria-label=${t("나오는 길", "Lineage")}>${node}</div>
    <p class="note"><span><b style="color:var(--green)">■</b> ${t(...LAYERS.source)}</span><span><b style="color:var(--amber)">■</b> ${t(...LAYERS.seed)}</span><span><b style="color:var(--blue)">■</b> ${t(...LAYERS.marts)}</span></p></figure>`;
}
