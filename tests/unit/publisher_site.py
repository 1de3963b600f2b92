"""The portal and the interface beside it, as they list editions and give them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote

import httpx

from ingestion.fetch import errors
from ingestion.ingest import Ingestion
from ingestion.periods import Period
from pipeline import fetching
from pipeline.settings import Settings

TREND, CSV = "kicox__industrial_trend", "kicox__industrial_trend_production_by_industry_csv"
TODAY = date(2026, 6, 1)
NAME = "한국산업단지공단_국가산업단지 산업동향정보_{day:%Y%m%d}"


def uddi(number: int) -> str:
    return f"uddi:{number:08x}-0000-4000-8000-000000000000"


@dataclass
class Site:
    """The portal with its editions, oldest first; the interface beside it lists the same."""

    editions: list[tuple[int, date, bytes]]
    changed_on: date = date(2026, 5, 29)
    captcha: set[int] = field(default_factory=set)
    #: Downloads in their order: which edition, by which way.
    given: list[tuple[str, int]] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        form = {k: v[0] for k, v in parse_qs(request.content.decode()).items()}
        asked = {**form, **dict(request.url.params)}
        newest, newest_day, _ = self.editions[-1]
        step = request.url.path.rsplit("/", 1)[1]
        if request.url.host == "infuser.odcloud.kr":
            service = asked["namespace"].split("/")[0]
            paths = {
                f"/{service}/v1/{uddi(n)}": {"get": {"summary": NAME.format(day=day)}}
                for n, day, _ in self.editions
            }
            return httpx.Response(200, json={"paths": paths})
        if request.url.host == "api.odcloud.kr":
            self.given.append(("odcloud", int(step[5:13], 16)))
            page = {"data": self.rows, "page": 1, "perPage": 1000, "currentCount": len(self.rows)}
            total = {"totalCount": len(self.rows), "matchCount": len(self.rows)}
            return httpx.Response(200, json={**page, **total})
        match step:
            case "fileData.do":
                page_text = (
                    f"<html><title>{NAME.format(day=newest_day)} | 공공데이터포털</title>"
                    f"<th>수정일</th><td>{self.changed_on}</td>"
                    f"<a onclick=\"fn_fileDataDown('1', '{uddi(newest)}')\">다운로드</a></html>"
                )
                return httpx.Response(200, text=page_text)
            case "selectHistAndCsvData.do":
                links = [
                    f'<a data-public-pk="{uddi(n)}">{NAME.format(day=day)}</a>'
                    for n, day, _ in sorted(self.editions[:-1], key=itemgetter(1), reverse=True)
                ]
                return httpx.Response(200, text=f"<div>{''.join(links)}</div>")
            case "selectFileDataDownload.do":
                file_id = str(int(asked["publicDataDetailPk"][5:13], 16))
                return httpx.Response(200, json={"status": True, "atchFileId": file_id})
            case "check-limit.json":
                needed = int(asked["atchFileId"]) in self.captcha
                return httpx.Response(200, json={"needCaptcha": needed})
        number = int(asked["atchFileId"])
        self.given.append(("portal", number))
        (found,) = [e for e in self.editions if e[0] == number]
        name = quote(NAME.format(day=found[1]))
        headers = {"Content-Disposition": f"attachment; filename={name}.xlsx"}
        return httpx.Response(200, content=found[2], headers=headers)


KEYS = {"data.go.kr": "key-0123456789"}


def ask(
    home: Path, site: Site, day: date = TODAY, dataset: str = TREND, since: str | None = None
) -> dict[str, Any]:
    """What a scheduled run of a day gets."""
    (result,) = fetching.fetch(
        Settings(home, today=day, keys=KEYS),
        [dataset],
        run_id="r",
        since=Period.parse(since) if since else None,
        transport=httpx.MockTransport(site),
    )
    return result


def taken(site: Site) -> list[int]:
    """The editions given since this was last asked."""
    given, site.given = [number for _, number in site.given], []
    return given


OLDER = [
    (n, Period(2023, "Q", 1).shift(n - 1).last_day, b"PK\nedition %d" % n) for n in range(1, 13)
]
NEWEST = (13, date(2026, 3, 31), b"PK\nedition 13")


def not_today(*_: Any) -> Any:
    raise errors.fault("http_5xx", publisher="portal", status=503)


def as_real(room: Ingestion, **known: str) -> None:
    """What landed counts as the publisher's own: the sample's files are marked as simulated."""
    for path in (room.home / "raw").glob("*/*/*/*.json"):
        told = json.loads(path.read_text(encoding="utf-8")) | {"is_simulated": False, **known}
        path.chmod(0o644)
        path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
