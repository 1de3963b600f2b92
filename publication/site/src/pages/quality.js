// The quality of the release: the gate's verdict, check by check, and the way to the full report.
import {html} from "htl";
import {lang, release, t} from "../lib/context.js";
import {load} from "../lib/data.js";
import {number} from "../lib/format.js";
import {table} from "../lib/table.js";

const sentence = (text) => (/[.!?]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`);

export async function render() {
  const {checks, has_report, warnings} = await load("quality");
  const failed = checks.filter((c) => !c.success);
  const suites = Map.groupBy(checks, (c) => c[`suite_${lang}`] ?? c.theme ?? "");
  return html`<div>
    <p class="say">${failed.length === 0
      ? t(`점검 ${checks.length}건을 모두 통과하였다.`, `All ${checks.length} checks passed.`)
      : t(`점검 ${checks.length}건 가운데 ${failed.length}건이 경고로 남았다.`, `Of ${checks.length} checks, ${failed.length} stand as warnings.`)}</p>
    ${has_report ? html`<p><a href=${new URL("quality_report.html", release)}>${t("품질 보고서 전체(입력 파일, 경고, 조사의 품질 포함)", "The full quality report (input files, warnings, quality of the survey)")}</a></p>` : ""}
    ${failed.map((c) => html`<article><h3><span class="chip ${c.severity === "critical" ? "critical" : "warning"}">${c.severity === "critical" ? t("중대", "critical") : t("경고", "warning")}</span> ${c[`title_${lang}`]}</h3><p class="small">${[c[`reason_${lang}`], c[`action_${lang}`]].filter(Boolean).map(sentence).join(" ")}</p></article>`)}
    ${warnings.length ? html.fragment`<h2 id="warnings">${t("파일을 읽으며 알게 된 것", "What reading the files told")}</h2><details><summary>${t(`${warnings.length}건`, `${warnings.length} notes`)}</summary><ul class="small">${warnings.map((w) => html`<li>${w[lang]}</li>`)}</ul></details>` : ""}
    ${[...suites].map(([name, rows]) => html.fragment`<h2>${name}</h2>${table(rows, [
      {label: t("점검", "Check"), isHead: true, cell: (c) => c[`title_${lang}`] ?? c.id},
      {label: t("왜", "Why"), cell: (c) => html`<span class="small soft">${c[`reason_${lang}`] ?? ""}</span>`},
      {label: t("건", "Rows"), isNumber: true, cell: (c) => (c.checked_count == null ? "" : number(c.checked_count))},
      {label: t("결과", "Result"), cell: (c) => html`<span class="chip ${c.success ? "ok" : c.severity === "critical" ? "critical" : "warning"}">${c.success ? t("통과", "passed") : c.severity === "critical" ? t("중대", "critical") : t("경고", "warning")}</span>`}
    ], {sortable: false, label: name})}`)}
  </div>`;
}
