// What the pages read: small files written from the marts when the release was made. The address is
// relative to the site, so one page never mixes two releases unless `current` moves under it: then
// the release named in the file is another than the one the page was made for, and the page says so.
import {root, t} from "./context.js";

const made = document.querySelector('meta[name="sandan-release"]')?.content ?? "";
const asked = new Map();

export class ReleaseMoved extends Error {}

/** The content of `data/<name>.json`.
 *
 * Throws ReleaseMoved where a newer release has taken the place of the page's own, and an Error with
 * the address and the server's answer where the file cannot be had. */
export function load(name) {
  if (!asked.has(name)) asked.set(name, read(name));
  return asked.get(name);
}

async function read(name) {
  const url = new URL(`data/${name}.json`, root);
  const answer = await fetch(url, {cache: "no-cache"});
  if (!answer.ok) throw new Error(`${url.pathname}: ${answer.status} ${answer.statusText}`);
  const content = await answer.json();
  if (made && content.release_id !== made) {
    throw new ReleaseMoved(
      t(
        `그 사이에 새 배포판 ${content.release_id}이(가) 나왔다. 새로 고치면 볼 수 있다.`,
        `Release ${content.release_id} has been published meanwhile. Reload the page to see it.`
      )
    );
  }
  return content;
}

/** Rows of a table stored by column: {columns: [...], rows: [[...]]} as objects. */
export const objects = ({columns, rows}) =>
  rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])));
