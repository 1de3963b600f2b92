// Every file of the release, by kind.
import {html} from "htl";
import {lang, release, t} from "../lib/context.js";
import {load} from "../lib/data.js";
import {bytes, number} from "../lib/format.js";
import {table} from "../lib/table.js";

const KINDS = [
  ["bulletin", (p) => p.startsWith("bulletin/"), "분기 속보", "Quarterly bulletin"],
  ["database", (p) => p.endsWith(".duckdb"), "데이터베이스(DuckDB 1.2 이상)", "Database (DuckDB 1.2 and later)"],
  ["marts", (p) => p.startsWith("marts/"), "표(Parquet)", "Tables (Parquet)"],
  ["sdmx", (p) => p.startsWith("sdmx/"), "SDMX", "SDMX"],
  ["csv", (p) => p.startsWith("csv/") || p === "datapackage.json", "CSV와 Data Package", "CSV and Data Package"],
  ["reports", (p) => p.endsWith(".html"), "보고서", "Reports"],
  ["release", () => true, "배포판에 대하여", "About the release"]
];

// A size that is no part of the content: what the server says.
function asked(path) {
  const place = html`<span></span>`;
  fetch(new URL(path, release), {method: "HEAD"}).then(
    (answer) => (place.textContent = answer.ok ? bytes(+answer.headers.get("content-length")) : ""),
    () => {}
  );
  return place;
}

export async function render() {
  const {files, row_counts} = await load("downloads");
  const {tables} = await load("dictionary");
  const meaning = new Map(tables.map((d) => [d.name, d[`description_${lang}`]]));
  const left = new Set(files);
  return html`<div>${KINDS.map(([id, match, ko, en]) => {
    const rows = [...left].filter((f) => match(f.path));
    rows.forEach((f) => left.delete(f));
    if (!rows.length) return "";
    const stem = (f) => f.path.split("/").at(-1).replace(/\.\w+$/, "");
    return html.fragment`<h2 id=${id}>${t(ko, en)}</h2>${table(rows, [
      {label: t("파일", "File"), isHead: true, cell: (f) => html`<a href=${new URL(f.path, release)} download=${/\.(html|md|json|txt)$/.test(f.path) ? null : f.path.split("/").at(-1)}>${f.path}</a>`},
      ...(id === "marts" ? [
        {label: t("뜻", "Meaning"), cell: (f) => html`<a class="small" href="dictionary.html#${stem(f)}">${meaning.get(stem(f)) ?? ""}</a>`},
        {label: t("행", "Rows"), isNumber: true, cell: (f) => (row_counts[stem(f)] == null ? "" : number(row_counts[stem(f)]))}
      ] : []),
      {label: t("크기", "Size"), isNumber: true, cell: (f) => (f.bytes == null ? asked(f.path) : bytes(f.bytes))}
    ], {sortable: false, label: t(ko, en)})}`;
  })}
  <p class="soft small">${t("모든 파일의 해시는 checksums.txt와 release.json에 있다. 배포판을 통째로 받으려면 이 폴더를 복사하면 된다.", "The hash of every file stands in checksums.txt and release.json. To take the whole release, copy its folder.")}</p></div>`;
}
