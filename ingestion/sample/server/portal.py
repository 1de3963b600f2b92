"""www.data.go.kr (files) and odcloud (the same files row by row)."""

from __future__ import annotations

import html
import json
import threading
from dataclasses import replace
from datetime import date
from urllib.parse import quote

from ingestion.sample.server import wire
from ingestion.sample.server.editions import Edition, Editions
from ingestion.sample.server.faults import FaultBook
from ingestion.sample.server.wire import Item, Question, Reply

_SESSION = "JSESSIONID"


class Portal:
    """Answers for the hosts of the portal and of odcloud.

    Args:
        editions: the files.
        faults: what goes wrong.
        keys: the keys that odcloud accepts.
    """

    def __init__(self, editions: Editions, faults: FaultBook, keys: frozenset[str]) -> None:
        self._editions, self._faults, self._keys = editions, faults, keys
        self._sessions: set[str] = set()
        self._lock = threading.Lock()

    # -- editions as the faults leave them ---------------------------------------------------

    def offered(self, dataset_id: str, today: date) -> list[Edition]:
        """The editions on a day; `revision` and `uddi_changed` alter the list while armed."""
        found, topic = self._editions.offered(dataset_id, today), self._editions.topic(dataset_id)
        if self._faults.take("revision", topic) and len(found) > 1:
            # An old quarter: a year before the newest, or as old as there is.
            place = max(0, len(found) - 5)
            found[place] = replace(found[place], reissued=True, published_at=today)
        if self._faults.take("uddi_changed", topic):
            found = [replace(edition, salt=1) for edition in found]
        return found

    def _by_uddi(self, dataset_id: str, uddi: str, today: date) -> Edition | None:
        seed = self._editions.seed
        return next((e for e in self.offered(dataset_id, today) if e.uddi(seed) == uddi), None)

    def _bytes(self, edition: Edition, today: date, subject: str) -> bytes:
        if self._faults.take("stale_bytes", subject):
            before = [e for e in self.offered(edition.dataset_id, today) if e.about < edition.about]
            edition = before[-1] if before else edition
        return self._editions.file(edition, tuple(self._faults.content(subject)))

    def _knows(self, dataset_id: str) -> bool:
        return dataset_id in self._editions.dataset_ids

    # -- www.data.go.kr ----------------------------------------------------------------------

    def files(self, question: Question, today: date) -> Reply:
        """The four steps of a download."""
        path = question.path
        if path.startswith("/data/") and path.endswith("/fileData.do"):
            return self._page(path.split("/")[2], today)
        given = question.given
        if question.cookies.get(_SESSION) not in self._sessions:
            return wire.html_reply("공공데이터포털", "<h1>잘못된 접근입니다.</h1>")
        match path:
            case "/tcs/dss/selectHistAndCsvData.do":
                return self._history(given.get("publicDataPk", ""), today)
            case "/tcs/dss/selectFileDataDownload.do":
                return self._handle(
                    given.get("publicDataPk", ""), given.get("publicDataDetailPk", ""), today
                )
            case "/cmm/cmm/check-limit.json":
                captcha = self._faults.take("captcha", question.subject) is not None
                return wire.json_reply({"needCaptcha": captcha})
            case "/cmm/cmm/fileDownload.do":
                return self._download(question, today)
        return not_found()

    def _page(self, dataset_id: str, today: date) -> Reply:
        if not self._knows(dataset_id):
            return not_found()
        found = self.offered(dataset_id, today)
        if not found:
            return wire.html_reply("공공데이터포털", "<h1>등록된 파일이 없습니다.</h1>")
        newest = found[-1]
        with self._lock:
            session = f"SIMULATED{len(self._sessions) + 1:08d}"
            self._sessions.add(session)
        title = html.escape(newest.title)
        script = (
            f"fileDetailObj.fn_fileDataDown('{dataset_id}', "
            f"'{newest.uddi(self._editions.seed)}', '','1', '3')"
        )
        body = (
            f'<h1 class="tit">{title}</h1>\n<table><tr><th scope="row">제공기관</th>'
            f"<td>한국산업단지공단</td></tr>\n<tr><th>등록일</th> <td>{found[0].published_at}</td></tr>"
            f"\n<tr><th>수정일</th> <td>{newest.published_at}</td></tr></table>\n"
            f'<a href="#" class="button blue" onclick="{script}; return false;">다운로드</a>'
        )
        reply = wire.html_reply(f"{newest.title} | 공공데이터포털", body)
        return reply.with_headers(Set_Cookie=f"{_SESSION}={session}; Path=/; HttpOnly")

    def _history(self, dataset_id: str, today: date) -> Reply:
        """Every earlier edition, newest first; a re-issue behind its first print."""
        if not self._knows(dataset_id):
            return not_found()
        lines = [
            '<li><a href="#" onclick="openFileDetailPopup(this); return false;" '
            f'data-public-pk="{edition.uddi(self._editions.seed)}" data-public-detail-sn="1">\n'
            f"  {html.escape(edition.title)}\n</a></li>"
            for edition in sorted(
                self.offered(dataset_id, today)[:-1], key=lambda e: e.about, reverse=True
            )
        ]
        body = '<div class="file-list"><ul>\n' + "\n".join(lines) + "\n</ul></div>\n"
        return Reply(body.encode(), wire.HTML)

    def _handle(self, dataset_id: str, uddi: str, today: date) -> Reply:
        edition = self._by_uddi(dataset_id, uddi, today) if self._knows(dataset_id) else None
        if edition is None:
            return wire.json_reply({"status": False, "atchFileId": "", "fileDetailSn": ""})
        name, _, ending = edition.file_name.rpartition(".")
        return wire.json_reply(
            {
                "status": True,
                "atchFileId": _number(edition),
                "fileDetailSn": "1",
                "dataSetFileDetailInfo": {"dataNm": name, "publicDataPk": dataset_id},
                "fileDataRegistVO": {
                    "dataNm": name,
                    "orginlFileNm": edition.file_name,
                    "atchFileExtsn": ending,
                },
            }
        )

    def _download(self, question: Question, today: date) -> Reply:
        number = question.given.get("atchFileId", "")
        dataset_id, _ = meant(number)
        known = self.offered(dataset_id, today) if self._knows(dataset_id) else []
        found = [edition for edition in known if _number(edition) == number]
        if not found:
            return wire.html_reply("공공데이터포털", "<h1>파일이 존재하지 않습니다.</h1>")
        data = self._bytes(found[0], today, question.subject)
        # Percent-encoded, as the portal writes it: the browser's file name.
        disposition = f"attachment; filename={quote(found[0].file_name)}"
        reply = Reply(data, found[0].media_type)
        return reply.with_headers(Content_Disposition=disposition)

    # -- odcloud ------------------------------------------------------------------------------

    def description(self, question: Question, today: date) -> Reply:
        """infuser.odcloud.kr: the interface of a dataset, one path an edition."""
        dataset_id = question.params.get("namespace", "").split("/")[0]
        if question.path != "/oas/docs" or not self._is_table(dataset_id):
            return wire.json_reply({"code": -3, "msg": "등록되지 않은 서비스 입니다."}, 404)
        found = self.offered(dataset_id, today)
        paths = {
            f"/{dataset_id}/v1/{edition.uddi(self._editions.seed)}": {
                "get": {
                    "tags": ["API 목록"],
                    "summary": edition.title,
                    "operationId": f"get{edition.title}",
                    "produces": ["application/json", "application/xml"],
                }
            }
            for edition in found
        }
        return wire.json_reply(
            {
                "swagger": "2.0",
                "info": {"title": found[-1].title if found else "", "version": "1.0.0"},
                "host": "api.odcloud.kr",
                "basePath": "/api",
                "schemes": ["https", "http"],
                "paths": paths,
            }
        )

    def rows(self, question: Question, today: date) -> Reply:
        """api.odcloud.kr: one page of an edition's rows."""
        given = question.params.get("serviceKey") or question.authorization.removeprefix("Infuser ")
        if given.strip() not in self._keys:
            return wire.json_reply({"code": -4, "msg": "등록되지 않은 인증키 입니다."}, 401)
        parts = question.path.strip("/").split("/")
        unknown = wire.json_reply({"code": -3, "msg": "등록되지 않은 서비스 입니다."}, 404)
        if len(parts) != 4 or parts[0] != "api" or parts[2] != "v1" or not self._is_table(parts[1]):
            return unknown
        edition = self._by_uddi(parts[1], parts[3], today)
        if edition is None:
            return unknown
        try:
            page = int(question.params.get("page", "1"))
            size = int(question.params.get("perPage", "10"))
        except ValueError:
            page = size = 0
        if page < 1 or not 1 <= size <= 1000:
            return wire.json_reply({"code": -2, "msg": "요청 파라미터가 올바르지 않습니다."}, 400)
        subject = question.subject
        if self._faults.take("stale_bytes", subject):
            before = [e for e in self.offered(parts[1], today) if e.about < edition.about]
            edition = before[-1] if before else edition
        items = self._items(edition, tuple(self._faults.content(subject)))
        matching = [item for item in items if _matches(item, question)]
        data = matching[(page - 1) * size : page * size]
        body = {
            "currentCount": len(data),
            "data": data,
            "matchCount": len(matching),
            "page": page,
            "perPage": size,
            "totalCount": len(items),
        }
        if question.params.get("returnType", "JSON").upper() == "XML":
            return wire.xml_reply(wire.elements(body, "results"))
        return wire.json_reply(body)

    def _items(self, edition: Edition, faults: tuple[str, ...]) -> list[Item]:
        """Rows by header; figures are numbers, an empty cell is null."""
        header, *rows = self._editions.rows(edition, faults)
        return [{h: _typed(cell) for h, cell in zip(header, row, strict=True)} for row in rows]

    def _is_table(self, dataset_id: str) -> bool:
        return self._editions.table_of(dataset_id) is not None


def not_found() -> Reply:
    """Nothing at this address."""
    return wire.html_reply("404 Not Found", "<h1>404 Not Found</h1>", 404)


def _number(edition: Edition) -> str:
    """The portal's number of a file; here it tells dataset and period, there it is a counter."""
    return f"FILE_{edition.dataset_id}_{edition.period}_{edition.years_later}"


def meant(number: str) -> tuple[str, str]:
    """Dataset and period of a file's number; empty where it is none of ours."""
    parts = number.split("_")
    return (parts[1], parts[2]) if len(parts) == 4 else ("", "")


def _typed(cell: str) -> str | int | float | None:
    if not cell:
        return None
    try:
        return int(cell)
    except ValueError:
        pass
    try:
        return float(cell)
    except ValueError:
        return cell


def _matches(item: Item, question: Question) -> bool:
    """Conditions `cond[name::EQ]=value`."""
    for key, value in question.params.items():
        if key.startswith("cond[") and key.endswith("]"):
            name, _, operator = key[5:-1].partition("::")
            if operator == "EQ" and json.dumps(str(item.get(name))) != json.dumps(value):
                return False
    return True
