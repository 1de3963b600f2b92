// Seasonally adjusted series beside their originals, and why others are not adjusted.
import {html} from "htl";
import {lang, own, t} from "./context.js";
import {lines} from "./charts.js";
import {table} from "./table.js";

const frequency = (s) => (s.freq === "M" ? t("월", "monthly") : t("분기", "quarterly"));

/** The section of a complex or of the totals; nothing where no series was examined. */
export function seasonal(list) {
  if (!list?.length) return "";
  const [adjusted, left] = [list.filter((s) => s.status === "adjusted"), list.filter((s) => s.status !== "adjusted")];
  return html.fragment`<h2 id="seasonal">${t("계절조정", "Seasonally adjusted")}</h2>
    <p class="soft small">${t(
      "X-13ARIMA-SEATS, 조업일수와 설·추석 조정. 옅은 선이 원계열이다. 월 계열은 공표가 분기로 바뀌기 전까지이다.",
      "X-13ARIMA-SEATS with working days, Seollal and Chuseok. The pale line is the original. Monthly series end where the publication became quarterly."
    )}</p>
    ${adjusted.length ? html`<div class="columns">${adjusted.map(drawn)}</div>` : ""}
    ${left.length ? html`<details open=${!adjusted.length}><summary>${t(`조정하지 않은 계열 ${left.length}개와 사유`, `${left.length} series not adjusted, and why`)}</summary>${table(left, [
      {label: t("측정값", "Measure"), isHead: true, cell: (s) => own(s)},
      {label: t("주기", "Frequency"), cell: frequency},
      {label: t("사유", "Reason"), cell: (s) => s[`reason_${lang}`] ?? ""}
    ], {sortable: false, label: t("조정하지 않은 계열", "Series not adjusted")})}</details>` : ""}`;
}

function drawn(s) {
  const points = (values) => s.periods.map((period, i) => ({period, value: values[i], status: values[i] == null ? "O" : "A"}));
  return lines(
    [
      {label: t("원계열", "original"), points: points(s.original), isSoft: true, colour: "var(--orange-mark)"},
      {label: t("계절조정", "adjusted"), points: points(s.adjusted), colour: "var(--blue-mark)"}
    ],
    {title: `${own(s)}, ${frequency(s)}`, unit: own(s, "unit"), digits: s.decimals ?? 0, share: 0.5, height: 200, isKeyed: true}
  );
}
