"""Which dataset a file belongs to, decided by its content."""

from __future__ import annotations

from ingestion.answers import no_data, printed, rows_of
from ingestion.contract import (
    Contract,
    Contracts,
    CustomsFetch,
    EcosFetch,
    FactoriesFetch,
    KosisFetch,
    TrendFetch,
)
from ingestion.fetch.errors import fault
from ingestion.fetch.sources import customs
from ingestion.parsers import complex_status as status
from ingestion.parsers import industrial_trend as trend
from ingestion.parsers import registry_list, trend_answers
from ingestion.problems import reject
from ingestion.registry import Registry, name_key, tidy
from ingestion.sniff import Content, Sheet


def recognise(content: Content, contracts: Contracts, registry: Registry, name: str) -> Contract:
    """The contract that a file answers to.

    A workbook is known by its table titles, its survey notes or its list's header, a CSV edition by its headers
    and their units, a list by its exact columns, a claim by its keys, answers of an interface by the
    dataset that their bundle names or by their fields and codes. The name is used for one thing
    only: to tell between CSV editions whose headers and units are the same.

    Raises:
        RejectedFile: no contract, or more than one, answers.
    """
    if content.form == "workbook":
        return _workbook(content, contracts)
    if content.form == "answers":
        return _answers(content, contracts, registry, name)
    if content.form == "yaml":
        for contract in contracts.by_dataset.values():
            if contract.form == "yaml" and "claim_id" in content.mapping:
                return contract
        raise reject(
            "unrecognised",
            detail="a YAML file without claim_id",
            detail_ko="claim_id가 없는 YAML 파일",
        )
    return _csv(content, contracts, registry, name)


def _workbook(content: Content, contracts: Contracts) -> Contract:
    candidates = [c for c in contracts.by_dataset.values() if c.form == "workbook"]
    titles = trend.find_titles(content)
    for contract in candidates:
        if contract.parser == "complex_status":
            if status.looks_like(content, contract):
                return contract
        elif any(trend.match_table(title.rest, contract.tables) for title in titles):
            return contract
    for contract in candidates:
        # A workbook that says in its notes what it is, though no title can be read any more.
        wanted = name_key(contract.title.ko)
        for sheet in content.sheets:
            head = name_key("".join(str(cell) for row in sheet.rows[:12] for cell in row))
            if wanted in head:
                return contract
    names = ", ".join(tidy(sheet.name) for sheet in content.sheets[:6])
    raise reject(
        "unrecognised",
        detail=f"a workbook with the sheets {names or '(none)'}",
        detail_ko=f"시트가 {names or '(없음)'}인 통합 문서",
    )


def _csv(content: Content, contracts: Contracts, registry: Registry, name: str) -> Contract:
    first = [str(cell).strip() for cell in content.first_row]
    listed = registry_list.looks_like(first, contracts)
    if listed is not None:
        return listed
    sheet = content.sheets[0]
    for contract in contracts.by_dataset.values():
        if contract.form == "csv" and contract.columns:
            shared = set(first) & set(contract.columns)
            if len(shared) >= 0.6 * len(contract.columns):
                return contract
    shown = ", ".join(cell for cell in first[:8])[:160]
    if not any(name_key(cell) in trend.NAME_HEADERS for cell in first):
        raise reject(
            "unrecognised",
            detail=f"a text whose first line is: {shown}",
            detail_ko=f"첫 줄이 '{shown}'인 글",
        )
    headers = trend.csv_headers(sheet, registry)
    dimensions = trend.header_dimensions(headers, registry)
    scored: list[tuple[float, Contract]] = []
    for contract in contracts.by_dataset.values():
        if contract.form != "csv" or contract.table_of is None:
            continue
        table = contracts.table_of(contract)
        speaks = {c.dimension for c in (*table.columns, table.industries) if c is not None}
        speaks -= {"percentage_point"}
        amounts = dimensions - {"percent", "percentage_point"}
        if amounts and not amounts <= speaks:
            continue
        if not amounts and dimensions and speaks != {"percent"}:
            continue
        scored.append((trend.header_match(headers, table, registry), contract))
    best = max((score for score, _ in scored), default=0.0)
    if best < 0.5:
        raise reject(
            "unrecognised",
            detail=f"a CSV with the headers: {shown}",
            detail_ko=f"머리글이 '{shown}'인 CSV",
        )
    candidates = [contract for score, contract in scored if score >= best - 1e-9]
    if len(candidates) == 1:
        return candidates[0]
    key = name_key(name)
    named = [
        (max((len(name_key(w)) for w in c.name_words if name_key(w) in key), default=0), c)
        for c in candidates
    ]
    longest = max(length for length, _ in named)
    chosen = [c for length, c in named if length == longest]
    if longest == 0 or len(chosen) > 1:
        titles = "; ".join(sorted(c.title.ko for c in candidates))
        raise reject(
            "unrecognised",
            detail=f"its headers fit more than one table ({titles}) and its name does not tell",
            detail_ko=f"머리글이 여러 표에 맞고({titles}) 이름으로도 알 수 없음",
        )
    return chosen[0]


def _answers(content: Content, contracts: Contracts, registry: Registry, name: str) -> Contract:
    """A bundle by the dataset that it names, answers without one by their rows."""
    bundle = content.answers
    assert bundle is not None
    named = contracts.by_dataset.get(bundle.dataset or "")
    if named is not None and (named.form == "answers" or named.table_of is not None):
        return named
    part = bundle.parts[0]
    found, rows = rows_of(part)
    if not rows:
        raise no_data(fault("no_rows"), part)
    if isinstance(found, dict) and isinstance(found.get("data"), list):
        # odcloud has the rows of a CSV edition, its headers as names.
        grid = Content("csv", [Sheet("", [list(rows[0])])])
        known = _csv(grid, contracts, registry, name)
        if known.table_of is None and known.parser != "registry_list":
            raise reject("answer_unrecognised", sheet=part.file or None, found=known.dataset)
        return known
    row = {field: printed(value) for field, value in rows[0].items()}
    asking = [
        (way, contract)
        for contract in contracts.by_dataset.values()
        for way in contract.source.fetch
        if _asks_for(way, contract, row)
    ]
    # Two datasets may be items of one KOSIS table; an item that nobody asks for is told by the parser.
    for way, contract in asking:
        if not isinstance(way, KosisFetch) or row.get("ITM_ID") in way.items:
            return contract
    if asking:
        return asking[0][1]
    raise reject("answer_unrecognised", sheet=part.file or None, found=_described(row))


def _asks_for(way: object, contract: Contract, row: dict[str, str]) -> bool:
    """Whether a row is of the kind that this way of fetching brings."""
    if isinstance(way, KosisFetch):
        return (row.get("ORG_ID"), row.get("TBL_ID")) == (way.org, way.table)
    if isinstance(way, EcosFetch):
        codes = [row.get(f"ITEM_CODE{n}") for n in range(1, len(way.items) + 1)]
        return row.get("STAT_CODE") == way.stat and codes == list(way.items)
    if isinstance(way, CustomsFetch):
        return customs.area_of(row) == way.area and bool(way.hs) == customs.by_item(row)
    if isinstance(way, TrendFetch):
        return trend_answers.looks_like(row, contract)
    return isinstance(way, FactoriesFetch) and "fctryManageNo" in row


def _described(row: dict[str, str]) -> str:
    """What a row of an answer that nobody reads is, by what its publisher calls it."""
    if "TBL_ID" in row:
        return f"KOSIS {row.get('ORG_ID', '')} {row['TBL_ID']} ({row.get('TBL_NM', '')})"
    if "STAT_CODE" in row:
        words = (row.get("STAT_NAME", ""), row.get("ITEM_NAME1", ""))
        return f"ECOS {row['STAT_CODE']} {row.get('ITEM_CODE1', '')} ({', '.join(words)})"
    area = "country and item" if "statCd" in row else customs.area_of(row)
    if area is not None:
        item = next((row[n] for n in ("hsCode", "hsCd", "hsSgn") if row.get(n, "-") != "-"), "")
        return f"customs, trade by {area}" + (f" and item {item}" if item else "")
    return ", ".join(row)[:160]
