"""Invented persons in every file that may name one, and a search for them in all that a home holds."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
from pypdf import PdfReader

from ingestion.answers import bundle_of, pack
from ingestion.sample import write_meta
from ingestion.sample.registry import factory_items, write_factory_csv, write_knowledge_centres_csv
from ingestion.sample.server import wire
from ingestion.sample.server.editions import csv_bytes

#: Names, telephone, fax and registration numbers as the sample invents them, and one of each by hand.
PERSON = "모의홍길동"
PATTERN = (
    r"모의인\d{8}|03[12]-00[01]-\d{4}|999-00-\d{5}|모의홍길동|010-1357-2468|gildong@mo\.example"
    r"|…\]\s?-\s?\d{4}|753-1864"  # what is left of a number
)
_FOUND = re.compile(PATTERN)
DAY = date(2025, 12, 31)


def plant(folder: Path, seed: int) -> list[Path]:
    """Factories as a long list and by the interface, and apartment-type factories, with persons."""
    factories = folder / "한국산업단지공단_전국등록공장현황_등록공장현황자료_20251231.csv"
    write_factory_csv(factories, DAY, seed=seed, rows=400, detailed=True)
    text = factories.read_bytes().decode("cp949")
    # In the middle of other texts as well.
    header, first, *rest = csv.reader(io.StringIO(text, newline=""))
    first[header.index("생산품")] = f"금형 {PERSON} TEL 010-1357-2468, 전화번호: 753-1864"
    first[header.index("공장대표주소(도로명)")] += " gildong@mo.example"
    first[header.index("대표자")] = PERSON
    # Without employees: of so few factories they could not be protected.
    keep = [n for n, name in enumerate(header) if not name.startswith("종업원수")]
    factories.write_bytes(csv_bytes([[row[n] for n in keep] for row in (header, first, *rest)]))
    name = "남동국가산업단지"
    items = factory_items(name, DAY, seed=seed, rows=4000)
    items[0] |= {"mainProductCn": f"지그 {PERSON} 010-1357-2468", "rprsntvNm": PERSON}
    parts = []
    for page in (items[:40], items[40:]):
        body = {"items": {"item": page}, "numOfRows": 40, "pageNo": 1, "totalCount": len(items)}
        header = {"resultCode": "00", "resultMsg": "NORMAL SERVICE."}
        reply = wire.json_reply({"response": {"header": header, "body": body}})
        parts.append((reply.body, "https://apis.data.go.kr/x", {"irsttNm": name}, None))
    dataset = "kicox__factory_registry_api"
    answers = folder / f"{dataset}_2025-12.zip"
    answers.write_bytes(pack(bundle_of(parts, dataset=dataset, period="2025-12")))
    centres = folder / "한국산업단지공단_전국지식산업센터현황_20250630.csv"
    write_knowledge_centres_csv(centres, date(2025, 6, 30), seed=seed)
    text = centres.read_bytes().decode("cp949")
    first = text.split("\r\n")[1]
    developer = first.rsplit(",", 1)[0] + f",{PERSON}"
    centres.write_bytes(text.replace(first, developer, 1).encode("cp949"))
    planted = [factories, answers, centres]
    for path in planted:
        write_meta(path, date(2026, 2, 14))
    return planted


def named_in(path: Path) -> set[str]:
    """Which of the persons a file names: in its name, its text, its tables, its pages, its archive."""
    found = set(_FOUND.findall(path.name))
    if path.suffix == ".parquet":
        footer = pq.ParquetFile(path).metadata  # statistics, and what a writer noted
        found |= set(_FOUND.findall(str(footer.to_dict())))
        for noted in (footer.metadata or {}).items():
            found |= set(_FOUND.findall(b" ".join(noted).decode("utf-8", "replace")))
        return found | _in_tables(f"read_parquet('{path}')")
    if path.suffix == ".duckdb":
        return found | _in_database(path)
    return found | _in_bytes(path.name, path.read_bytes())


def named_behind_raw(home: Path) -> dict[str, set[str]]:
    """Every file outside `raw/` that names a person, with what it says."""
    found = {}
    for path in sorted(home.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.relative_to(home).parts[0] != "raw":
            named = named_in(path)
            if named:
                found[str(path.relative_to(home))] = named
    return found


def _in_bytes(name: str, data: bytes) -> set[str]:
    found = set()
    for text in _texts(name, data):
        found |= set(_FOUND.findall(text))
    return found


def _texts(name: str, data: bytes) -> Iterator[str]:
    if name.endswith(".pdf"):
        for page in PdfReader(io.BytesIO(data)).pages:
            yield page.extract_text()
    elif name.endswith(".gz"):
        yield from _texts(name[:-3], gzip.decompress(data))
    elif zipfile.is_zipfile(io.BytesIO(data)):  # workbooks and bundles
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.namelist():
                yield member
                yield from _texts(member, archive.read(member))
    else:
        text = data.decode("utf-8", "replace")
        yield text
        if "\\u" in text:  # JSON may write Hangul as escapes
            yield re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), text)
        if "\ufffd" in text:
            yield data.decode("cp949", "replace")


@cache
def _duckdb() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def _in_tables(*relations: str, connection: duckdb.DuckDBPyConnection | None = None) -> set[str]:
    c = connection or _duckdb()
    found: set[str] = set()
    for relation in relations:
        columns = c.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
        # (bytes as text are `\xEB…`, in which no letter is found)
        texts = [
            f'try(decode("{name}"))' if kind == "BLOB" else f'"{name}"::VARCHAR'
            for name, kind, *_ in columns
            if _is_text(kind)
        ]
        if texts:
            # All columns of a row at once: one pass, and what is not there is quickly not found.
            row = f"concat_ws(chr(10), {', '.join(texts)})"
            rows = c.execute(
                f"SELECT DISTINCT unnest(regexp_extract_all(row, $1)) FROM (SELECT {row} AS row "
                f"FROM {relation}) WHERE regexp_matches(row, $1)",
                [PATTERN],
            ).fetchall()
            found |= {text for (text,) in rows}
    return found


#: Types that hold no letters; everything else is read as text, lists and structures included.
_PLAIN = re.compile(
    r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL.*|BOOLEAN|DATE|TIME.*|INTERVAL"
)


def _is_text(kind: str) -> bool:
    return _PLAIN.fullmatch(kind) is None


def _in_database(path: Path) -> set[str]:
    # Its views read what is landed, which is searched by itself.
    with duckdb.connect(str(path), read_only=True) as connection:
        names = connection.execute(
            "SELECT schema_name || '.\"' || table_name || '\"' FROM duckdb_tables()"
        ).fetchall()
        said = connection.execute(
            "SELECT comment FROM duckdb_tables() UNION ALL SELECT comment FROM duckdb_columns() "
            "UNION ALL SELECT macro_definition FROM duckdb_functions() WHERE NOT internal"
        ).fetchall()
        found = set(_FOUND.findall("\n".join(text for (text,) in said if text)))
        return found | _in_tables(*(name for (name,) in names), connection=connection)
