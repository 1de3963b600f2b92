// The release's own database, opened in the browser. The engine comes packed from beside the pages;
// the file is read in ranges where the server can, else whole. Nothing else is asked for.
import * as duckdb from "@duckdb/duckdb-wasm";
import {release, root, t} from "./context.js";

/** Why this browser cannot run the database, or null where it can. */
export function missing() {
  if (typeof WebAssembly !== "object") return t("이 브라우저에는 WebAssembly가 없다", "this browser has no WebAssembly");
  if (typeof Worker !== "function") return t("이 브라우저에는 작업자(Worker)가 없다", "this browser has no workers");
  if (typeof DecompressionStream !== "function") return t("이 브라우저는 압축을 풀지 못한다", "this browser cannot unpack the engine");
  return null;
}

let opened;

/** The database of the release, opened once. `tell` hears what is going on. */
export function open(tell = () => {}, file = new URL("kicox.duckdb", release).href) {
  opened ??= start(tell, file).catch((error) => {
    opened = undefined;
    throw error;
  });
  return opened;
}

async function unpacked(name, type) {
  const url = new URL(`duckdb/${name}.gz`, root);
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url.pathname}: ${answer.status} ${answer.statusText}`);
  // A server that knows .gz as an encoding has unpacked it already.
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const content = isPacked
    ? await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer()
    : bytes;
  return URL.createObjectURL(new Blob([content], {type}));
}

async function start(tell, file) {
  tell(t("엔진을 받는 중(약 8 MB)…", "Loading the engine (about 8 MB)…"));
  const [worker, engine] = await Promise.all([
    unpacked("duckdb-browser-eh.worker.js", "text/javascript"),
    unpacked("duckdb-eh.wasm", "application/wasm")
  ]);
  const db = new duckdb.AsyncDuckDB(new duckdb.VoidLogger(), new Worker(worker));
  await db.instantiate(engine);
  URL.revokeObjectURL(worker);
  URL.revokeObjectURL(engine);
  tell(t("데이터베이스를 여는 중…", "Opening the database…"));
  await db.registerFileURL("kicox.duckdb", file, duckdb.DuckDBDataProtocol.HTTP, false);
  await db.open({
    path: "kicox.duckdb",
    accessMode: duckdb.DuckDBAccessMode.READ_ONLY,
    filesystem: {allowFullHTTPReads: true, reliableHeadRequests: true},
    query: {castBigIntToDouble: false, castDecimalToDouble: true, castDurationToTime64: false}
  });
  const connection = await db.connect();
  for (const name of ["autoinstall_known_extensions", "autoload_known_extensions"])
    await connection.query(`SET ${name} = false`);
  return {db, connection};
}

/** An interval as DuckDB writes it (`1 year 2 months 3 days 04:05:06.5`), or null. The library knows no
 * months, days and nanoseconds in one value: sixteen bytes, read here as they lie. */
function interval(vector, row) {
  if (!vector.isValid(row)) return null;
  const {values, offset} = vector.data[0];
  const at = 4 * (row + offset);
  const [months, days] = [values[at], values[at + 1]];
  const micros = ((BigInt(values[at + 3]) << 32n) | BigInt(values[at + 2] >>> 0)) / 1000n;
  const counted = [[Math.trunc(months / 12), "year"], [months % 12, "month"], [days, "day"]];
  const parts = counted.filter(([n]) => n).map(([n, unit]) => `${n} ${unit}${Math.abs(n) === 1 ? "" : "s"}`);
  if (micros || !parts.length) {
    const size = micros < 0n ? -micros : micros;
    const two = (n) => String(n).padStart(2, "0");
    const part = String(size % 1_000_000n).padStart(6, "0").replace(/0+$/, "");
    const clock = [size / 3_600_000_000n, (size / 60_000_000n) % 60n, (size / 1_000_000n) % 60n].map(two).join(":");
    parts.push(`${micros < 0n ? "-" : ""}${clock}${part && `.${part}`}`);
  }
  return parts.join(" ");
}

/** The first rows of a query: {columns: [{name, type}], rows: [[…]], isWhole, milliseconds}. Values stand in
 * the order of the columns, of which two may bear one name. */
export async function query(text, most = 2000) {
  const {connection} = await open();
  const started = performance.now();
  const reader = await connection.send(text, true);
  const rows = [];
  let columns = [];
  let isWhole = true;
  for await (const batch of reader) {
    if (!columns.length) columns = batch.schema.fields.map((f) => ({name: f.name, type: String(f.type)}));
    // By place, not by name: a row of Arrow knows of columns with one name only the last.
    const vectors = columns.map((_, i) => batch.getChildAt(i));
    for (let j = 0; j < batch.numRows; ++j) {
      if (rows.length >= most) {
        isWhole = false;
        break;
      }
      rows.push(vectors.map((vector) => (/^Interval/.test(vector.type) ? interval(vector, j) : vector.get(j))));
    }
    if (!isWhole) break;
  }
  if (!columns.length && reader.schema) columns = reader.schema.fields.map((f) => ({name: f.name, type: String(f.type)}));
  if (!isWhole) await connection.cancelSent();
  return {columns, rows, isWhole, milliseconds: performance.now() - started};
}
