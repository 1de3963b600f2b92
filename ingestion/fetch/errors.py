"""What can go wrong when fetching: one table, typed, in both languages.

The class says what kind of fault it is and what to do by default, the table says which code of
which publisher means it. `retriable` decides whether the same request is sent again.

The publisher's own words may hold the key, so they get into an error only through a masking
function; without one they are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

Mask = Callable[[str], str]

#: As much of the publisher's own words as an error quotes (characters).
SAID_LIMIT = 200


class FetchError(Exception):
    """An answer that is not the data asked for, or no answer.

    Attributes:
        publisher: the table's first column (`data.go.kr`, `kosis`, …; `any` for faults that do
            not depend on one).
        code: the publisher's code, or ours.
        retriable: whether the same request may succeed if it is sent again soon.
        hold: of a spent quota: seconds until it is given anew; None: until midnight in Seoul.
        message_en, message_ko: one sentence; action_en, action_ko: what to do.
        said: the publisher's own words, masked; empty if there are none.
        http_status: the HTTP status, if there was an answer.
        retry_after: seconds the publisher asked to wait, if it did.
    """

    retriable_by_default: ClassVar[bool] = False
    todo_en: ClassVar[str] = "Look at the outcome row; if it stays, ask the publisher."
    todo_ko: ClassVar[str] = "결과 기록을 확인하고, 계속되면 발행 기관에 문의하십시오."

    def __init__(
        self,
        publisher: str,
        code: str,
        entry: Entry,
        *,
        said: str = "",
        http_status: int | None = None,
        retry_after: float | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        detail = detail or {}
        self.publisher, self.code = publisher, code
        self.retriable = entry.retriable
        self.hold = entry.hold
        self.message_en = entry.en.format_map(detail)
        self.message_ko = entry.ko.format_map(detail)
        self.action_en = (entry.action_en or self.todo_en).format_map(detail)
        self.action_ko = (entry.action_ko or self.todo_ko).format_map(detail)
        self.said = said
        self.http_status = http_status
        self.retry_after = retry_after
        super().__init__(code)

    def __str__(self) -> str:
        return self.line()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.line()!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (type(self), self.__dict__)  # an error may cross processes

    def redact(self, mask: Mask) -> Self:
        """Mask every text of the error: a sentence may quote a value that came from outside."""
        for name in ("message_en", "message_ko", "action_en", "action_ko", "said"):
            setattr(self, name, mask(getattr(self, name)))
        return self

    def line(self, language: Literal["en", "ko"] = "en") -> str:
        """One line for a person: who, which code, what is wrong, what to do."""
        message = self.message_en if language == "en" else self.message_ko
        action = self.action_en if language == "en" else self.action_ko
        said = f' ("{self.said}")' if self.said else ""
        who = self.code if self.publisher == "any" else f"{self.publisher} {self.code}"
        return f"{who}: {message}{said}. → {action}"


class KeyRejected(FetchError):
    """The key is missing, unknown, expired or stopped."""

    todo_en = "Check the key on the publisher's site and give it anew; a new one works after an hour or so."
    todo_ko = (
        "발행 기관 누리집에서 인증키를 확인해 다시 넣으십시오. 새 키는 한 시간쯤 뒤부터 됩니다."
    )


class AccessDenied(FetchError):
    """The key is good but may not use this service, or the address is blocked."""

    todo_en = "Apply for the use of this service (활용신청) with the account of the key."
    todo_ko = "인증키의 계정으로 이 서비스의 활용신청을 하십시오."


class QuotaSpent(FetchError):
    """The calls are used up: those of the day until midnight in Seoul, others for `hold` seconds."""

    todo_en = (
        "Run again tomorrow (Asia/Seoul): what has come so far is kept. Or ask for a higher quota."
    )
    todo_ko = (
        "내일(서울 시각) 다시 실행하십시오. 받은 것은 남아 있습니다. 또는 증량을 신청하십시오."
    )


class TooFast(FetchError):
    """More requests at once than the publisher takes."""

    retriable_by_default = True
    todo_en = "Nothing at once: it is tried again more slowly. If it stays, lower the rate."
    todo_ko = "바로 할 일은 없습니다. 천천히 다시 시도합니다. 계속되면 속도를 낮추십시오."


class BadRequest(FetchError):
    """The request is not what the interface takes: a fault of ours or a changed interface."""

    todo_en = (
        "Compare the request with the publisher's documentation; the interface may have changed."
    )
    todo_ko = "발행 기관의 설명서와 요청을 대조하십시오. 인터페이스가 바뀌었을 수 있습니다."


class TooMuch(FetchError):
    """More in one request than the publisher gives."""

    todo_en = "Ask for a shorter period or fewer items."
    todo_ko = "기간을 줄이거나 항목을 나누어 요청하십시오."


class NoData(FetchError):
    """Asked properly, and there is nothing."""

    todo_en = "Check period and names; it may not be out yet."
    todo_ko = "기간과 이름을 확인하십시오. 아직 공표되지 않았을 수 있습니다."


class PublisherFault(FetchError):
    """The publisher's own machine is in trouble."""

    retriable_by_default = True
    todo_en = "Nothing at once: it is tried again. If it stays, try later."
    todo_ko = "바로 할 일은 없습니다. 다시 시도합니다. 계속되면 나중에 실행하십시오."


class Unreachable(FetchError):
    """No connection, cut off, or too slow."""

    retriable_by_default = True
    todo_en = "Nothing at once: it is tried again. If it stays, check network and proxy."
    todo_ko = "바로 할 일은 없습니다. 다시 시도합니다. 계속되면 네트워크와 프록시를 확인하십시오."


class Refused(FetchError):
    """We do not go on, for safety: certificate, redirect, size, unsafe XML."""

    todo_en = "Check that this is the publisher's own answer; nothing was kept."
    todo_ko = "발행 기관의 답이 맞는지 확인하십시오. 아무것도 저장하지 않았습니다."


class NotData(FetchError):
    """An answer that is not the data: a page, half a document, nothing, another form."""

    todo_en = "Open the publisher's site in a browser: there may be maintenance. Then run again."
    todo_ko = "브라우저로 발행 기관 누리집을 열어 점검 중인지 보고 다시 실행하십시오."


class PagesDisagree(FetchError):
    """The pages of one answer do not fit together; none of them is used."""

    todo_en = (
        "Run again; if it stays, the publisher changes the data while it is read: try at night."
    )
    todo_ko = "다시 실행하십시오. 계속되면 조회 중에 자료가 바뀌는 것이니 밤에 시도하십시오."


class PersonNeeded(FetchError):
    """The portal asks for a captcha: a person has to download the file."""

    todo_en = "Open {link}, download the file{what} and put it into {folder}."
    todo_ko = "{link}을(를) 열어 파일{what}을(를) 내려받아 {folder}에 넣으십시오."


@dataclass(frozen=True)
class Entry:
    """One row of the table."""

    kind: type[FetchError]
    en: str
    ko: str
    action_en: str = ""
    action_ko: str = ""
    retry: bool | None = None
    hold: float | None = None

    @property
    def retriable(self) -> bool:
        """As the row says, or else as its class does."""
        return self.kind.retriable_by_default if self.retry is None else self.retry


_WAIT_EN = "Wait half an hour, then run again."
_WAIT_KO = "30분쯤 뒤에 다시 실행하십시오."
#: Nothing is sent for so long (seconds) after a publisher's word that its limit, which is not one of
#: the day, is passed: KOSIS counts by the minute, ECOS gives no time.
_HOLD = 1800.0


def _again(kind: type[FetchError], known: dict[str, Any]) -> FetchError:
    error = kind.__new__(kind, known["code"])
    error.__dict__.update(known)
    return error


#: (publisher, code) → what it means. `any` stands for every publisher and for our own findings.
TABLE: dict[tuple[str, str], Entry] = {
    # data.go.kr: the gateway's returnReasonCode and the services' resultCode are the same list.
    ("data.go.kr", "01"): Entry(PublisherFault, "error in the service's application", "서비스 응용 프로그램 오류"),
    ("data.go.kr", "02"): Entry(PublisherFault, "error in the service's database", "서비스 데이터베이스 오류"),
    ("data.go.kr", "03"): Entry(NoData, "there is no data for this request", "요청한 자료가 없음"),
    ("data.go.kr", "04"): Entry(PublisherFault, "the gateway could not reach the service (HTTP error)", "게이트웨이가 서비스에 연결하지 못함(HTTP 오류)"),
    ("data.go.kr", "05"): Entry(PublisherFault, "the service did not answer the gateway in time", "서비스 응답 시간 초과"),
    ("data.go.kr", "10"): Entry(BadRequest, "a parameter of the request is wrong", "요청 변수가 잘못됨"),
    ("data.go.kr", "11"): Entry(BadRequest, "a parameter that the service needs is missing", "필수 요청 변수 누락"),
    ("data.go.kr", "12"): Entry(BadRequest, "this service does not exist (any more)", "서비스가 없거나 폐기됨", "Look for its successor on data.go.kr; until then, drop the files into the inbox.", "data.go.kr에서 후속 서비스를 찾고, 그때까지는 파일을 수신 폴더에 넣으십시오."),
    ("data.go.kr", "20"): Entry(AccessDenied, "access to this service is denied", "서비스 접근 거부"),
    ("data.go.kr", "21"): Entry(KeyRejected, "the key is stopped for a while", "일시적으로 사용이 중지된 인증키"),
    ("data.go.kr", "22"): Entry(QuotaSpent, "the day's calls of this service are used up", "일일 호출 한도 초과"),
    ("data.go.kr", "23"): Entry(TooFast, "too many calls a second", "초당 호출 한도 초과"),
    ("data.go.kr", "29"): Entry(AccessDenied, "calls from this address (IP) are blocked", "차단된 주소(IP)에서 호출함", "Ask the portal's help desk (data.go.kr) to lift the block.", "공공데이터포털 고객센터에 차단 해제를 요청하십시오."),
    ("data.go.kr", "30"): Entry(KeyRejected, "the key is not known (not registered for this service, or damaged on the way)", "등록되지 않은 인증키(활용신청 전이거나 전달 중 훼손)"),
    ("data.go.kr", "31"): Entry(KeyRejected, "the key has expired", "기한이 지난 인증키", "Extend the use period on data.go.kr (마이페이지).", "data.go.kr 마이페이지에서 활용 기간을 연장하십시오."),
    ("data.go.kr", "32"): Entry(AccessDenied, "calls from this address (IP) are not registered", "등록되지 않은 주소(IP)"),
    ("data.go.kr", "33"): Entry(KeyRejected, "the call is not signed", "서명되지 않은 호출"),
    ("data.go.kr", "99"): Entry(PublisherFault, "the service says 'other error'", "기타 오류", "Run again later; if it stays, ask the publisher.", "나중에 다시 실행하고, 계속되면 발행 기관에 문의하십시오.", retry=False),
    # Customs services answer 99 for wrong parameters ("6 digits", "within one year").
    ("customs", "99"): Entry(BadRequest, "the customs service does not take this request", "관세청 서비스가 요청을 받지 않음", "HS code of six digits, at most twelve months a call.", "HS 부호는 6자리, 기간은 12개월 이내여야 합니다."),
    # odcloud: {"code": -4, "msg": …}
    ("odcloud", "-1"): Entry(PublisherFault, "error inside the service", "서비스 내부 오류"),
    ("odcloud", "-2"): Entry(BadRequest, "a parameter of the request is wrong", "요청 변수가 잘못됨"),
    ("odcloud", "-3"): Entry(BadRequest, "this dataset or edition (uddi) does not exist", "등록되지 않은 서비스 또는 회차(uddi)", "The uddi changes with each edition: look the current one up.", "uddi는 회차마다 바뀝니다. 최신 값을 찾으십시오."),
    ("odcloud", "-4"): Entry(KeyRejected, "the key is not registered", "등록되지 않은 인증키"),
    ("odcloud", "-5"): Entry(AccessDenied, "the key may not use this dataset", "이 자료에 대한 권한 없음"),
    ("odcloud", "-10"): Entry(QuotaSpent, "the day's calls are used up", "호출 한도 초과"),
    ("odcloud", "-401"): Entry(KeyRejected, "the key is not valid", "유효하지 않은 인증키"),
    # KOSIS: HTTP 200 and {"err": "11", "errMsg": …}
    ("kosis", "10"): Entry(KeyRejected, "the key is missing", "인증키 누락"),
    ("kosis", "11"): Entry(KeyRejected, "the key is not valid or has expired", "유효하지 않거나 기한이 지난 인증키"),
    ("kosis", "20"): Entry(BadRequest, "a variable that the table needs is missing (one objL for each classification)", "필수 요청 변수 누락(분류마다 objL 하나)"),
    ("kosis", "21"): Entry(BadRequest, "no such table, or a variable is wrong", "통계표가 없거나 요청 변수가 잘못됨"),
    ("kosis", "30"): Entry(NoData, "there is no data for this request", "조회 결과 없음"),
    ("kosis", "31"): Entry(TooMuch, "the answer would have more than 40,000 cells", "조회 결과가 4만 셀을 넘음"),
    ("kosis", "40"): Entry(QuotaSpent, "the calls that KOSIS allows (200 a minute) are used up", "KOSIS의 호출 가능 건수(분당 200건)를 다 씀", _WAIT_EN, _WAIT_KO, hold=_HOLD),
    ("kosis", "41"): Entry(TooMuch, "the number of rows is limited", "호출 가능 행 수 제한"),
    ("kosis", "42"): Entry(AccessDenied, "the use is limited for this account", "사용자별 이용 제한", "Ask KOSIS (kosis.kr).", "KOSIS에 문의하십시오."),
    ("kosis", "50"): Entry(PublisherFault, "error in KOSIS's server", "KOSIS 서버 오류"),
    # ECOS: HTTP 200 and {"RESULT": {"CODE": "INFO-200", "MESSAGE": …}}
    ("ecos", "INFO-100"): Entry(KeyRejected, "the key is not valid", "유효하지 않은 인증키"),
    ("ecos", "INFO-200"): Entry(NoData, "there is no data for this request", "해당하는 데이터 없음"),
    ("ecos", "ERROR-100"): Entry(BadRequest, "a value that is needed is missing", "필수 값 누락"),
    ("ecos", "ERROR-101"): Entry(BadRequest, "the dates do not have the form of the cycle", "주기와 날짜 형식 불일치"),
    ("ecos", "ERROR-200"): Entry(BadRequest, "the type of the answer is missing or wrong", "파일 형식 누락 또는 오류"),
    ("ecos", "ERROR-300"): Entry(BadRequest, "the number of rows asked for is missing", "조회 건수 누락"),
    ("ecos", "ERROR-301"): Entry(BadRequest, "the number of rows asked for is not a number", "조회 건수 형식 오류"),
    ("ecos", "ERROR-400"): Entry(TooMuch, "the search took more than 60 seconds", "검색 범위가 커서 60초를 넘김"),
    ("ecos", "ERROR-500"): Entry(PublisherFault, "error in the server", "서버 오류"),
    ("ecos", "ERROR-600"): Entry(PublisherFault, "no connection to the database", "데이터베이스 연결 오류"),
    ("ecos", "ERROR-601"): Entry(PublisherFault, "error in the database", "데이터베이스 오류"),
    ("ecos", "ERROR-602"): Entry(QuotaSpent, "too many calls: ECOS holds the key back for a while", "과도한 호출로 이용 제한", _WAIT_EN, _WAIT_KO, hold=_HOLD),
    # Our own findings.
    ("any", "no_key"): Entry(KeyRejected, "no key is set for '{name}'", "'{name}' 인증키가 없음", "Set the key for '{name}'; without one, drop the publisher's files into the inbox.", "'{name}' 인증키를 설정하십시오. 없으면 발행 기관의 파일을 수신 폴더에 넣으십시오."),
    ("any", "quota"): Entry(QuotaSpent, "today's {limit} calls of {service} are used up; nothing was sent", "{service}의 오늘 한도 {limit}건을 다 써서 보내지 않음"),
    ("any", "held"): Entry(QuotaSpent, "the calls of {service} were used up less than half an hour ago; nothing was sent", "{service}의 호출 한도를 쓴 지 30분이 지나지 않아 보내지 않음", _WAIT_EN, _WAIT_KO),
    ("any", "timeout"): Entry(Unreachable, "no complete answer within the time limit ({detail})", "제한 시간 안에 답이 오지 않음({detail})"),
    ("any", "connection"): Entry(Unreachable, "no connection, or it was cut off ({detail})", "연결되지 않거나 끊김({detail})"),
    ("any", "tls"): Entry(Refused, "the server's certificate could not be verified", "서버 인증서를 확인할 수 없음", "Check the machine's clock and its proxy; verification is never turned off.", "컴퓨터 시각과 프록시를 확인하십시오. 인증서 검증은 끄지 않습니다."),
    ("any", "redirect"): Entry(Refused, "the server sends on to another place, or in circles", "다른 곳으로 보내거나 되풀이해 돌려보냄"),
    ("any", "not_https"): Entry(Refused, "the address is not https", "https 주소가 아님"),
    ("any", "too_large"): Entry(Refused, "the answer is larger than {limit} bytes", "답이 한도 {limit}바이트보다 큼"),
    ("any", "unsafe_xml"): Entry(Refused, "the XML is not safe to read: {detail}", "안전하지 않은 XML: {detail}"),
    ("any", "unexpected"): Entry(FetchError, "an unexpected fault while sending ({detail})", "보내는 중 예상하지 못한 오류({detail})"),
    ("any", "empty"): Entry(NotData, "the answer is empty", "답이 비어 있음", retry=True),
    ("any", "html"): Entry(NotData, "a web page came instead of data", "자료 대신 웹 화면이 옴"),
    ("any", "wrong_form"): Entry(NotData, "{found} came, {expected} was asked for", "{expected} 대신 {found}이(가) 옴"),
    ("any", "not_the_file"): Entry(NotData, "what came is not the file of this dataset: {what}", "받은 것이 이 자료의 파일이 아님: {what_ko}"),
    ("any", "truncated"): Entry(NotData, "the answer breaks off in the middle", "답이 중간에 끊김", retry=True),
    ("any", "broken"): Entry(NotData, "the answer cannot be read as {form}", "답을 {form}(으)로 읽을 수 없음"),
    ("any", "shape"): Entry(NotData, "the answer does not have the expected parts: {detail}", "답에 있어야 할 항목이 없음: {detail}", "The interface may have changed: compare with the publisher's documentation.", "인터페이스가 바뀌었을 수 있습니다. 발행 기관의 설명서와 대조하십시오."),
    ("any", "number"): Entry(NotData, "'{field}' holds '{found}', which is neither a number nor a known mark", "'{field}' 값 '{found}'은(는) 숫자도 알려진 기호도 아님"),
    ("any", "total_impossible"): Entry(PagesDisagree, "the total number of rows cannot be: {total}", "전체 건수가 있을 수 없는 값임: {total}"),
    ("any", "total_changed"): Entry(PagesDisagree, "the total changed from {before} to {after} between pages", "쪽 사이에 전체 건수가 {before}에서 {after}(으)로 바뀜"),
    ("any", "page_repeated"): Entry(PagesDisagree, "page {page} holds the same rows as page {before}", "{page}쪽이 {before}쪽과 같음"),
    ("any", "page_other"): Entry(PagesDisagree, "page {page} was asked for, page {found} came", "{page}쪽을 요청했으나 {found}쪽이 옴"),
    ("any", "no_rows"): Entry(NoData, "the answer holds no rows", "답에 행이 없음"),
    ("any", "page_empty"): Entry(PagesDisagree, "page {page} is empty, {got} of {total} rows have come", "{page}쪽이 비어 있음. {total}건 중 {got}건만 받음"),
    ("any", "rows_too_many"): Entry(PagesDisagree, "{got} rows have come, the total is {total}", "전체 {total}건인데 {got}건이 옴"),
    ("any", "row_twice"): Entry(PagesDisagree, "a row stands twice in the joined parts ({detail})", "나누어 받은 자료에 같은 행이 두 번 있음({detail})"),
    ("any", "captcha"): Entry(PersonNeeded, "the portal asks for a captcha", "포털이 자동입력 방지 문자를 요구함"),
    ("any", "no_file"): Entry(PersonNeeded, "the portal offers no file here: {detail}", "포털에서 파일을 찾지 못함: {detail}"),
    ("any", "http_401"): Entry(KeyRejected, "the key is not accepted (HTTP 401)", "인증키가 받아들여지지 않음(HTTP 401)"),
    ("any", "http_403"): Entry(AccessDenied, "access is denied (HTTP 403)", "접근 거부(HTTP 403)"),
    ("any", "http_404"): Entry(BadRequest, "there is nothing at this address (HTTP 404)", "주소에 아무것도 없음(HTTP 404)"),
    ("any", "http_429"): Entry(TooFast, "too many requests (HTTP 429)", "요청이 너무 많음(HTTP 429)"),
    ("any", "http_4xx"): Entry(BadRequest, "the server does not take the request (HTTP {status})", "서버가 요청을 받지 않음(HTTP {status})"),
    ("any", "http_5xx"): Entry(PublisherFault, "error in the server (HTTP {status})", "서버 오류(HTTP {status})"),
    ("any", "unknown"): Entry(FetchError, "the publisher answers with a code that is not in the table", "표에 없는 코드로 답함"),
}  # fmt: skip

#: Publishers that answer with the codes of another one besides their own.
_FALLBACK = {"customs": "data.go.kr", "odcloud": "data.go.kr"}

#: Codes that mean "all is well".
_FINE = {"0", "00", "000", "0000", "INFO-000", "INFO-0", "NORMAL_CODE", "NORMAL_SERVICE", "OK"}


def fault(
    code: str,
    *,
    publisher: str = "any",
    said: str = "",
    http_status: int | None = None,
    retry_after: float | None = None,
    **detail: Any,
) -> FetchError:
    """The typed error for a code; a code that is not in the table is never retried.

    Args:
        code: the publisher's code, or one of ours.
        publisher: the table's first column.
        said: the publisher's own words, already masked.
        http_status: status of the answer.
        retry_after: seconds that the publisher asks to wait.
        detail: fills the places in the row's sentences.
    """
    for column in (publisher, _FALLBACK.get(publisher, publisher), "any"):
        entry = TABLE.get((column, code))
        if entry is not None:
            break
    else:
        entry = TABLE["any", "unknown"]
    return entry.kind(
        publisher,
        code,
        entry,
        said=" ".join(said.split())[:SAID_LIMIT],
        http_status=http_status,
        retry_after=retry_after,
        detail=detail,
    )


def quoted(value: Any) -> str:
    """A value from an answer, for a sentence: whole or not at all, so that no half key gets by."""
    text = " ".join(str(value).split())
    return text if len(text) <= 40 else f"({len(text)} characters)"


def error_in(document: Any, publisher: str, mask: Mask | None = None) -> FetchError | None:
    """The error that a parsed answer (JSON, or XML as plain data) reports, in whatever shape.

    Known shapes: the gateway's `cmmMsgHeader`, a `header` with a `resultCode` other than 00,
    `{code, msg}` of odcloud, `{err, errMsg}` of KOSIS, `RESULT` of ECOS. Each is looked for in
    every answer, since services behind one gateway do not keep to one shape.

    Args:
        document: what `bodies.parse` made of the answer.
        publisher: whose table to look the code up in.
        mask: how to mask the publisher's words; without it they are left out.
    """
    if isinstance(document, list) and len(document) == 1:
        document = document[0]
    if not isinstance(document, dict):
        return None
    for wrapper in ("OpenAPI_ServiceResponse", "response", "error"):
        inner = document.get(wrapper)
        if isinstance(inner, dict):
            return error_in(inner, publisher, mask)
    code, words = _code_and_words(document)
    if code is None or code in _FINE:
        return None
    if publisher in ("data.go.kr", "customs") and code.isdigit():
        # Services write 3, 03 and 003 for the same code.
        code = f"{int(code):02d}"
        if code == "00":
            return None
    said = mask(" / ".join(w for w in words if w)) if mask else ""
    return fault(code, publisher=publisher, said=said)


def _code_and_words(document: dict[str, Any]) -> tuple[str | None, list[str]]:
    gateway = document.get("cmmMsgHeader")
    if isinstance(gateway, dict):
        code = gateway.get("returnReasonCode")
        words = [str(gateway.get(k) or "") for k in ("errMsg", "returnAuthMsg")]
        return str(code or "99").strip(), words
    header = document.get("header")
    if isinstance(header, dict) and header.get("resultCode") is not None:
        return str(header["resultCode"]).strip(), [str(header.get("resultMsg") or "")]
    if document.get("resultCode") is not None and "resultMsg" in document:
        return str(document["resultCode"]).strip(), [str(document["resultMsg"] or "")]
    if "err" in document:
        return str(document["err"]).strip(), [str(document.get("errMsg") or "")]
    result = document.get("RESULT", document if {"CODE", "MESSAGE"} <= set(document) else None)
    if isinstance(result, dict) and "CODE" in result:
        return str(result["CODE"]).strip(), [str(result.get("MESSAGE") or "")]
    if "code" in document and "msg" in document:
        return str(document["code"]).strip(), [str(document["msg"] or "")]
    return None, []
