// Tables: aligned figures, a caption, headers that sort by keyboard and are told to screen readers.
import {html} from "htl";
import {t} from "./context.js";

/** A table.
 *
 * columns: [{label, cell(row) → text or node, sort(row) → number or text, isNumber, isHead}].
 * options: caption; label (for screen readers, where there is no caption); sortable; limit (rows shown until all
 * are asked for). */
export function table(rows, columns, {caption, sortable = true, label, limit} = {}) {
  const body = html`<tbody></tbody>`;
  const heads = columns.map((column) => {
    const canSort = sortable && column.sort;
    return html`<th scope="col" class=${column.isNumber ? "num" : ""}>${
      canSort ? html`<button type="button" class="sort">${column.label}<span aria-hidden="true"></span></button>` : column.label
    }</th>`;
  });
  let shown = rows;
  const more = html`<button type="button" class="act">${t(`모두 보기(${rows.length}행)`, `Show all ${rows.length} rows`)}</button>`;
  more.onclick = () => {
    limit = undefined;
    more.remove();
    draw();
  };
  const draw = () => {
    body.replaceChildren(
      ...(limit ? shown.slice(0, limit) : shown).map(
        (row) =>
          html`<tr>${columns.map((column) =>
            column.isHead
              ? html`<th scope="row">${column.cell(row)}</th>`
              : html`<td class=${column.isNumber ? "num" : ""}>${column.cell(row)}</td>`
          )}</tr>`
      )
    );
  };
  columns.forEach((column, i) => {
    const button = heads[i].querySelector("button");
    if (!button) return;
    button.onclick = () => {
      const down = heads[i].getAttribute("aria-sort") === "descending" ? false : column.isNumber || heads[i].hasAttribute("aria-sort");
      heads.forEach((h) => h.removeAttribute("aria-sort"));
      heads[i].setAttribute("aria-sort", down ? "descending" : "ascending");
      shown = [...rows].sort((a, b) => compare(column.sort(a), column.sort(b), down));
      draw();
    };
  });
  draw();
  const node = html`<div class="scroll" tabindex="0" role="region" aria-label="${label ?? caption ?? t("표", "Table")}"><table>
    ${caption ? html`<caption>${caption}</caption>` : null}
    <thead><tr>${heads}</tr></thead>${body}</table></div>`;
  if (limit && rows.length > limit) node.append(more);
  return node;
}

// What has no figure stands last, whichever way the rest is sorted.
function compare(a, b, down) {
  if (a == null || b == null) return (a == null) - (b == null);
  const isNumber = [a, b].every((v) => typeof v === "number" || typeof v === "bigint");
  const order = isNumber ? (a < b ? -1 : a > b ? 1 : 0) : String(a).localeCompare(String(b));
  return down ? -order : order;
}
