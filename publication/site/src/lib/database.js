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
      rows.push(vectors.map((vector) => vector.get(j)));
    }
    if (!isWhole) break;
  }
  if (!columns.length && reader.schema) columns = reader.schema.fields.map((f) => ({name: f.name, type: String(f.type)}));
  if (!isWhole) await connection.cancelSent();
  return {columns, rows, isWhole, milliseconds: performance.now() - started};
}
