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

/** What JavaScript has values of; lists, structures, intervals and the like are left to DuckDB to write. */
const isPlain = ({type}) => /^(Int\d|Uint|Float|Decimal|Utf8|LargeUtf8|Bool|Date|Time|Null|Dictionary)/.test(type);

/** The first rows of a query: {columns: [{name, type}], rows: [[…]], isWhole, milliseconds}. Values stand in
 * the order of the columns, of which two may bear one name. Throws an Error with DuckDB's own words. */
export async function query(text, most = 2000) {
  const {connection} = await open();
  const started = performance.now();
  let found = await read(connection, text, most, isPlain);
  if (!found.rows) found = await read(connection, written(text, found.columns), most).then(
    ({rows, isWhole}) => ({rows, isWhole, columns: found.columns.map((c) => (isPlain(c) ? c : {...c, type: "Utf8"}))}),
    () => read(connection, text, most) // what cannot stand in brackets is shown as it comes
  );
  return {...found, milliseconds: performance.now() - started};
}

const written = (text, columns) =>
  `SELECT ${columns.map((c, i) => (isPlain(c) ? `c${i}` : `c${i}::VARCHAR`))} FROM (${text}\n) AS q(${columns.map((_, i) => `c${i}`)})`;

/** Rows of a query; none where a column is not one that `accepts`. */
async function read(connection, text, most, accepts = () => true) {
  const reader = await connection.send(text, true).catch((error) => {
    throw new Error(told(error.message));
  });
  const rows = [];
  let columns = (reader.schema?.fields ?? []).map((f) => ({name: f.name, type: String(f.type)}));
  let isWhole = true;
  for await (const batch of reader) {
    // By place, not by name: Arrow knows of columns with one name only the last, value and type.
    const vectors = batch.schema.fields.map((_, i) => batch.getChildAt(i));
    columns = batch.schema.fields.map((f, i) => ({name: f.name, type: String(vectors[i].type)}));
    if (!columns.every(accepts)) {
      await connection.cancelSent();
      return {columns, rows: null};
    }
    for (let j = 0; j < batch.numRows; ++j) {
      if (rows.length >= most) {
        isWhole = false;
        break;
      }
      rows.push(vectors.map((vector) => vector.get(j)));
    }
    if (!isWhole) break;
  }
  if (!isWhole) await connection.cancelSent();
  return {columns, rows, isWhole};
}

// An error of the parser comes as JSON, others as text.
function told(message) {
  try {
    const {exception_type: kind, exception_message: words} = JSON.parse(message);
    return words ? `${kind} Error: ${words}` : message;
  } catch {
    return message;
  }
}
