// SQL on the marts: a query, its result as a table and as CSV. Without WebAssembly: ready-made tables.
import {html} from "htl";
import {lang, own, release, t} from "../lib/context.js";
import {load, objects} from "../lib/data.js";
import {digitsOf, figure, number, withUnit} from "../lib/format.js";
import {chosen, remember} from "../lib/page.js";
import {table} from "../lib/table.js";

const EXAMPLES = [
  ["이번 분기, 단지별", "This quarter, by complex", `SELECT name_${lang}, province_${lang}, production_krw_100m, production_krw_100m_status,
       exports_usd_m, employment_count, utilization_pct
FROM complex_latest
ORDER BY production_krw_100m DESC NULLS LAST`],
  ["전체의 시계열", "Totals over time", `SELECT period, production_krw_100m, exports_usd_m, employment_count, utilization_pct
FROM national_total_quarterly
ORDER BY period`],
  ["수치가 나온 칸", "Where a figure stands", `SELECT o.period, o.value, o.unit, s.file_name, o.sheet, o.cell, o.vintage
FROM fct_observation o JOIN dim_snapshot s USING (snapshot_id)
WHERE o.complex_id = 'changwon' AND o.measure = 'production_krw_100m'
  AND o.industry_code = '_T' AND o.is_latest
ORDER BY o.period DESC`],
  ["그날 공표되어 있던 것", "What stood published on a day", `FROM complex_quarterly_as_of(DATE '2025-12-01')
ORDER BY period DESC, complex_id LIMIT 50`],
  ["수정의 요약", "Revisions, summed up", `SELECT measure, freq, horizon, observations, revised, mean_revision, relative_mar_pct
FROM revision_summary WHERE complex_id = '_T' ORDER BY measure, freq DESC, horizon`],
  ["표와 열", "Tables and columns", `SELECT table_name, column_name, data_type, comment
FROM duckdb_columns() WHERE database_name = 'kicox' ORDER BY table_name, column_index`]
];

export async function render(site) {
  // The engine is asked for only where it can run, and only on this page.
  const why = typeof WebAssembly === "object" ? (await import("../lib/database.js")).missing() : t("이 브라우저에는 WebAssembly가 없다", "this browser has no WebAssembly");
  return why ? withoutEngine(site, why) : console_(await import("../lib/database.js"));
}

function console_(database) {
  const text = html`<textarea id="query" spellcheck="false" autocomplete="off" rows="9">${chosen("q") ?? EXAMPLES[0][2]}</textarea>`;
  const run = html`<button type="button" class="act first">${t("실행", "Run")}</button>`;
  const save = html`<button type="button" class="act" disabled>${t("결과를 CSV로", "Result as CSV")}</button>`;
  const state = html`<p class="soft small" role="status" aria-live="polite"></p>`;
  const place = html`<div></div>`;
  const pick = html`<select>${EXAMPLES.map(([ko, en], i) => html`<option value=${i}>${t(ko, en)}</option>`)}</select>`;
  let last = null;
  pick.onchange = () => {
    text.value = EXAMPLES[pick.value][2];
    go();
  };
  const go = async () => {
    const asked = text.value.trim().replace(/;+\s*$/, "");
    if (!asked || run.disabled) return;
    run.disabled = save.disabled = true;
    try {
      await database.open((words) => (state.textContent = words));
      state.textContent = t("조회하는 중…", "Running…");
      const result = await database.query(asked);
      last = asked;
      place.replaceChildren(resultTable(result));
      state.textContent = told(result);
      save.disabled = false;
      remember({q: asked === EXAMPLES[0][2].trim() ? null : asked});
    } catch (error) {
      // What is wrong, and below it the line with its mark.
      const [what, ...where] = error.message.split("\n\n");
      place.replaceChildren(html`<div class="problem" role="alert">${what}${where.length ? html`<pre>${where.join("\n\n")}</pre>` : ""}</div>`);
      state.textContent = "";
    } finally {
      run.disabled = false;
      document.documentElement.dataset.queried = String(Number(document.documentElement.dataset.queried ?? 0) + 1);
    }
  };
  run.onclick = go;
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      go();
    }
  });
  save.onclick = async () => {
    const whole = await database.query(last, Infinity);
    const link = html`<a download="sandan.csv" href=${URL.createObjectURL(new Blob(["\ufeff", csv(whole)], {type: "text/csv"}))}></a>`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };
  setTimeout(go);
  return html`<div>
    <div class="controls"><label>${t("보기", "Examples")} ${pick}</label></div>
    <label class="sr" for="query">SQL</label>${text}
    <div class="controls">${run}${save}<span class="soft small">Ctrl + Enter</span></div>
    ${state}${place}
    <p class="soft small">${t("표와 열의 뜻은", "What tables and columns mean:")} <a href="dictionary.html">${t("자료 사전", "data dictionary")}</a>. ${t("비공개 값은 NULL이고 _status가 Q이다.", "A suppressed figure is NULL and its _status is Q.")}</p>
  </div>`;
}

const told = ({rows, isWhole, milliseconds}) =>
  t(
    `${isWhole ? "" : "처음 "}${number(rows.length)}행, ${number(milliseconds)} ms`,
    `${isWhole ? "" : "first "}${number(rows.length)} rows, ${number(milliseconds)} ms`
  );

// JSON knows no large whole numbers: within a list they stand as text.
const exact = (_, v) => (typeof v !== "bigint" ? v : Number.isSafeInteger(Number(v)) ? Number(v) : String(v));

const isNumeric = (type) => /^(Int\d|Uint|Float|Decimal)/.test(type);

function say(value, {type}) {
  if (value == null) return null;
  if (/^Date/.test(type)) return new Date(Number(value)).toISOString().slice(0, 10);
  if (/^Timestamp/.test(type)) return new Date(Number(value)).toISOString().slice(0, 19).replace("T", " ");
  if (/^Time64/.test(type)) return new Date(Number(value) / 1000).toISOString().slice(11, 23).replace(/\.?0+$/, "");
  if (typeof value === "object" && typeof value.toJSON === "function") return JSON.stringify(value.toJSON(), exact);
  return value;
}

function resultTable({columns, rows}) {
  if (!columns.length) return html`<p>${t("결과가 없다", "No result")}</p>`;
  return table(
    rows.map((row) => row.map((value, i) => say(value, columns[i]))),
    columns.map((column, i) => ({
      label: column.name,
      isNumber: isNumeric(column.type),
      cell: (row) =>
        row[i] == null ? html`<span class="soft">NULL</span>` : String(row[i]), // as it is: nothing is rounded here
      sort: (row) => row[i]
    })),
    {label: t("조회 결과", "Result of the query"), limit: 500}
  );
}

function csv({columns, rows}) {
  const quote = (value) => (value == null ? "" : /[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value));
  return [columns.map((c) => quote(c.name)), ...rows.map((row) => row.map((v, i) => quote(say(v, columns[i]))))]
    .map((cells) => cells.join(","))
    .join("\r\n");
}

async function withoutEngine(site, why) {
  const data = await load("overview");
  const measures = data.cards.map((m) => site.measures[m]);
  const columns = (key, head) => [
    {label: head, isHead: true, cell: key, sort: key},
    ...measures.map((m) => ({
      label: withUnit(m), isNumber: true, sort: (r) => r[m.measure],
      cell: (r) => figure(r[m.measure], r[`${m.measure}_status`], (v) => number(v, digitsOf(m)))
    }))
  ];
  return html`<div>
    <p class="problem">${t(
      `SQL은 쓸 수 없다: ${why}. 아래는 이 배포판의 표이고, 모든 표는 내려받기에 있다.`,
      `SQL is not to be had: ${why}. Below are tables of this release; every table is among the downloads.`
    )} <a href=${new URL(`site/${lang}/downloads.html`, release).href}>${t("내려받기", "Downloads")}</a></p>
    ${table(data.totals.toReversed(), columns((r) => r.period, t("분기", "Quarter")), {caption: t("전체 단지", "All complexes")})}
    ${table(objects(data.latest), columns((r) => own(site.complex[r.complex_id]), t("단지", "Complex")), {caption: t(`단지별, ${site.period}`, `By complex, ${site.period}`)})}
  </div>`;
}
