"""Code lists: cross-domain ones of SDMX as far as they are used, and our own.

Codes, names and versions of the cross-domain lists are those of the SDMX global registry (CL_FREQ 2.1,
CL_SEX 2.1, CL_OBS_STATUS 2.2, CL_CONF_STATUS 1.3, CL_DECIMALS 1.0). They are partial copies
(`isPartial`): the codes that occur here, with the names of the registry in English.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from pysdmx.model import Annotation, Code, Codelist

from publication.definitions import Code as DefinedCode
from publication.definitions import Definitions, DefinitionsError, Text
from publication.sdmx.bilingual import both

AGENCY = "SANDAN"
SDMX = "SDMX"
TOTAL = "_T"
NATION = "KR"
#: Identifiers of SDMX 3.0 (`IDType` in SDMXCommon.xsd).
_ID = re.compile(r"[A-Za-z0-9_@$\-]+")
#: list → version, name
CROSS_DOMAIN = {
    "CL_FREQ": ("2.1", Text("주기", "Frequency")),
    "CL_SEX": ("2.1", Text("성별", "Sex")),
    "CL_OBS_STATUS": ("2.2", Text("관측 상태", "Observation status")),
    "CL_CONF_STATUS": ("1.3", Text("비밀 보호 상태", "Confidentiality status")),
    "CL_DECIMALS": ("1.0", Text("소수 자릿수", "Decimals")),
}
#: The registry's multipliers (CL_UNIT_MULT 1.0) that occur here, and 10⁸, which it lacks.
_MULTIPLIERS = {
    0: Text("일", "Units"),
    3: Text("천", "Thousands"),
    6: Text("백만", "Millions"),
    8: Text("억", "Hundred millions"),
}
_DECIMALS = {
    0: ("영", "Zero"), 1: ("하나", "One"), 2: ("둘", "Two"), 3: ("셋", "Three"),
    4: ("넷", "Four"), 5: ("다섯", "Five"), 6: ("여섯", "Six"),
}  # fmt: skip


def codelist_urn(name: str, version: str) -> str:
    """The URN of a code list: of SDMX if it is a cross-domain one, else ours in `version`."""
    agency = SDMX if name in CROSS_DOMAIN else AGENCY
    version = CROSS_DOMAIN[name][0] if name in CROSS_DOMAIN else version
    return f"urn:sdmx:org.sdmx.infomodel.codelist.Codelist={agency}:{name}({version})"


def codelists(
    d: Definitions, version: str, definitions_used: Iterable[tuple[str, str]]
) -> list[Codelist]:
    """Every code list of the structures. `definitions_used`: (metric, definition) of the shares.

    Raises:
        DefinitionsError: a code is no identifier of SDMX.
    """
    lists = [_cross_domain(d, name) for name in CROSS_DOMAIN if name != "CL_DECIMALS"]
    decimals = sorted({unit.decimals for unit in d.units.values()})
    lists.append(
        _codelist("CL_DECIMALS", CROSS_DOMAIN["CL_DECIMALS"][1],
                  [_code(str(n), Text(*_DECIMALS[n])) for n in decimals], version)
    )  # fmt: skip
    multipliers = sorted({unit.unit_mult for unit in d.units.values()})
    lists.append(
        _codelist(
            "CL_UNIT_MULT",
            Text("단위 승수", "Unit multiplier"),
            [
                _code(str(n), _MULTIPLIERS[n], note=_origin(n in (0, 3, 6), "CL_UNIT_MULT(1.0)"))
                for n in multipliers
            ],
            version,
            Text(
                "10의 거듭제곱. SDMX:CL_UNIT_MULT에 억(10⁸)이 없어 따로 둠",
                "Powers of ten. SDMX:CL_UNIT_MULT has no 10⁸ (억), so this list is our own",
            ),
        )
    )
    lists += [
        _units(d, version),
        _codelist(
            "CL_UNIT", Text("단위", "Unit"),
            [_code(u.code, u.name, u.description) for u in d.units.values()], version,
            Text("승수까지 담은 단위: 억원", "Units with their multiplier: 100 million won"),
        ),
        _complexes(d, version),
        _industries(d, version),
        _codelist(
            "CL_SIZE_CLASS", Text("기업 규모", "Size class"),
            [_defined(code) for code in d.codelists["size_class"].values()], version,
        ),
        _codelist(
            "CL_MEASURE", Text("측정값", "Measure"),
            [
                _code(m.code, m.name, m.definition, {"KIND": m.kind, "SOURCE": m.source})
                for m in d.measures.values()
            ],
            version,
        ),
        _codelist(
            "CL_KPI", Text("지표", "Indicator"),
            [_code(k.code, k.name, k.formula, {"SOURCE": k.source}) for k in d.kpis.values()],
            version,
        ),
        _areas(d, version),
    ]  # fmt: skip
    metrics = {metric for metric, _ in d.shares}
    lists.append(
        _codelist(
            "CL_SHARE_METRIC",
            Text("전국 비중의 지표", "Metric of the share of the nation"),
            [_defined(code) for code in d.metrics.values() if code.code in metrics],
            version,
        )
    )
    lists.append(_share_definitions(d, version, definitions_used))
    return lists


def _cross_domain(d: Definitions, name: str) -> Codelist:
    found: dict[str, DefinedCode] = {}
    for codes in d.codelists.values():
        for code in codes.values():
            if code.sdmx_codelist == f"{SDMX}:{name}":
                found[code.code] = code
    if not found:
        raise DefinitionsError(f"dim_code names no code of {SDMX}:{name}")
    return _codelist(name, CROSS_DOMAIN[name][1], [_defined(c) for c in found.values()], "")


def _units(d: Definitions, version: str) -> Codelist:
    """UNIT_MEASURE without its multiplier: won, not 억원. Currencies are ISO 4217."""
    found: dict[str, Code] = {}
    for unit in d.units.values():
        name = _UNIT_NAMES.get(unit.unit_measure, unit.name)
        found.setdefault(unit.unit_measure, _code(unit.unit_measure, name))
    return _codelist("CL_UNIT_MEASURE", Text("측정 단위", "Unit of measure"),
                     list(found.values()), version)  # fmt: skip


#: Names of units whose figures carry a multiplier; the others are called as in dim_unit.
_UNIT_NAMES = {
    "KRW": Text("원(ISO 4217)", "South Korean won (ISO 4217)"),
    "USD": Text("미국 달러(ISO 4217)", "US dollar (ISO 4217)"),
    "KRW_PS": Text("원/명", "won per person"),
    "M2": Text("제곱미터", "square metres"),
    "PT": Text("퍼센트", "per cent"),
    "PP": Text("퍼센트포인트", "percentage points"),
}


def _complexes(d: Definitions, version: str) -> Codelist:
    codes = [_defined(d.codelists["complex_id"][TOTAL])]
    for c in d.complexes.values():
        notes = {"COMPLEX_TYPE": c.complex_type, "REF_AREA": c.province_code}
        if c.published_from:
            notes["PUBLISHED_FROM"] = c.published_from
        if c.published_until:
            notes["PUBLISHED_UNTIL"] = c.published_until
        codes.append(_code(c.code, c.name, c.note, notes))
    return _codelist("CL_COMPLEX", Text("산업단지", "Industrial complex"), codes, version)


def _industries(d: Definitions, version: str) -> Codelist:
    codes = []
    for i in d.industries.values():
        notes = {
            "KSIC_DIVISIONS": i.ksic_divisions,
            "ISIC4_SECTIONS": i.isic_sections,
            "ISIC4_DIVISIONS": i.isic_divisions,
            "SOURCE": i.source,
        }
        codes.append(_code(i.code, i.name, notes={k: v for k, v in notes.items() if v}))
    return _codelist(
        "CL_INDUSTRY", Text("업종", "Industry"), codes, version,
        Text("통계가 쓰는 업종. 한국표준산업분류(KSIC) 중분류를 묶은 것이며 대응은 주석에 있음",
             "Industries of the statistic: groups of KSIC divisions; counterparts in annotations"),
    )  # fmt: skip


def _areas(d: Definitions, version: str) -> Codelist:
    nation = d.codelists["area"][NATION]
    codes = [_code(nation.code, nation.name, nation.description, {"M49": "410"})]
    codes += [
        _code(p.code, p.name, notes={"STANDARD": "ISO 3166-2:KR"}) for p in d.provinces.values()
    ]
    return _codelist(
        "CL_AREA", Text("지역", "Area"), codes, version,
        Text("대한민국(ISO 3166-1)과 시도(ISO 3166-2). SDMX:CL_AREA에는 시도가 없음",
             "Korea (ISO 3166-1) and its provinces (ISO 3166-2); SDMX:CL_AREA has no provinces"),
    )  # fmt: skip


def _share_definitions(d: Definitions, version: str, used: Iterable[tuple[str, str]]) -> Codelist:
    """One code a definition; see `definition_name` for `as_published__2`."""
    names: dict[str, list[Text]] = {}
    for metric, code in sorted({*d.shares, *used}):
        if (metric, code.partition("__")[0]) not in d.shares:
            raise DefinitionsError(f"share {metric} has a definition that is not defined: {code}")
        names.setdefault(code, []).append(d.definition_of(metric, code))
    codes = [
        _code(code, Text(" · ".join(n.ko for n in found), " · ".join(n.en for n in found)))
        for code, found in names.items()
    ]
    return _codelist("CL_SHARE_DEFINITION",
                     Text("전국 비중의 정의", "Definition of the share"), codes, version)  # fmt: skip


def _defined(code: DefinedCode) -> Code:
    return _code(code.code, code.name, code.description)


def _origin(shared: bool, name: str) -> dict[str, str]:
    return {"ORIGIN": f"{SDMX}:{name}"} if shared else {}


def _code(
    code: str,
    name: Text,
    description: Text | None = None,
    notes: Mapping[str, str] | None = None,
    *,
    note: Mapping[str, str] | None = None,
) -> Code:
    if not _ID.fullmatch(code):
        raise DefinitionsError(
            f"code {code!r} is no identifier of SDMX: letters, digits, _ - @ $ only"
        )
    annotations = [
        Annotation(id=key, type=key, text=value)
        for key, value in {**(notes or {}), **(note or {})}.items()
    ]
    return Code(
        id=code,
        name=both(name),
        description=both(description) if description and description.en else None,
        annotations=annotations,
    )


def _codelist(
    name: str, title: Text, codes: list[Code], version: str, description: Text | None = None
) -> Codelist:
    shared = name in CROSS_DOMAIN
    return Codelist(
        id=name,
        name=both(title),
        description=both(description) if description else None,
        agency=SDMX if shared else AGENCY,
        version=CROSS_DOMAIN[name][0] if shared else version,
        items=codes,
        is_partial=shared,
    )
