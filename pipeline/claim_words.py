"""The words by which sentences about the complexes are read, in Korean and English: periods,
numbers and units, comparators, directions, and words that say nothing. All in lower case."""

from __future__ import annotations

import re
from decimal import Decimal

#: Sentences that can be read; a refusal shows them.
EXAMPLES = (
    "2005년 국가산업단지 수출 비중 43%",
    "2026년 1분기 고용 984,829명",
    "exports of the complexes were US$64.4 billion in 2001",
    "more than 30 percent of national production",
    "2026년 1분기 구미국가산단 수출 44.6억달러",
    "Changwon's employment grew 1.2% in the first quarter of 2026",
)

#: Other spellings of one thing, before anything is read.
SPELLINGS: tuple[tuple[str, str], ...] = (
    (r"us\s*\$|u\.s\.\s*\$|\$", " usd "),
    (r"[₩￦]", " krw "),
    (r"(?<=\d)\s*(?:bn|b)\b", " billion"),
    (r"(?<=\d)\s*(?:mn|mln)\b", " million"),
    (r"(?<=\d)\s*(?:tn|trn)\b", " trillion"),
    (r"[‘’`]", "'"),
    (r"[“”\"]", " "),
    (r"弗", "달러"),
    (r"\bkorea\s+industrial\s+complex\s+corporation\b", "kicox"),
    (r"\b(?:south\s+korea|(?:the\s+)?republic\s+of\s+korea)\b", "korea"),
    (r"(?<![가-힣])(우리나라|나라|대한민국|한국|국내|전국)의\s+", r"\1 "),
    # what is part of saying a share is no direction
    (r"\b(made|make|makes|making)\s+up\b", r"\1"),
)
#: 1천803, 7천45: a thousand is written out before what follows it, as the news agencies do.
THOUSANDS = re.compile(r"(?<![\d.,])(\d{1,3})천(\d{1,3})(?![\d.,천])")

ORDINAL = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = (
    r"(?P<n>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_YEAR = r"(?P<y>(?:19|20)\d\d)"
_ORDINAL = r"(?P<o>" + "|".join(ORDINAL) + r")"
#: A pattern of a period with its frequency; the first that fits is crossed out.
PERIODS: tuple[tuple[str, str], ...] = (
    (_YEAR + r"\s*년(?:도)?\s*(?:제\s*)?(?P<q>[1-4])\s*/?\s*(?:4\s*)?분기", "Q"),
    (_YEAR + r"\s*\.\s*(?P<q>[1-4])\s*(?:/\s*4)?\s*분기", "Q"),
    (_YEAR + r"\s+(?P<q>[1-4])\s*/?\s*(?:4\s*)?분기", "Q"),
    (_YEAR + r"\s*년\s*(?P<m>1[0-2]|0?[1-9])\s*월", "M"),
    (r"\b" + _YEAR + r"[\s-]*q(?P<q>[1-4])\b", "Q"),
    (r"\bq(?P<q>[1-4])[\s-]*" + _YEAR + r"\b", "Q"),
    (r"\b(?P<q>[1-4])q[\s-]*" + _YEAR + r"\b", "Q"),
    (r"\b(?:the\s+)?" + _ORDINAL + r"\s+quarter\s+(?:of\s+|in\s+)?" + _YEAR + r"\b", "Q"),
    (r"\b" + _YEAR + r"\s+" + _ORDINAL + r"\s+quarter\b", "Q"),
    (r"\b" + _MONTH + r",?\s+" + _YEAR + r"\b", "M"),
    (r"\b" + _YEAR + r"[-./](?P<m>1[0-2]|0[1-9])\b(?![-./]?\d)", "M"),
    (_YEAR + r"\s*년(?:도|말|의)?", "A"),
    (
        r"(?<![\d.,])(?<!usd )(?<!krw )" + _YEAR
        + r"(?![\d.,]*\d|\s*(?:%|조|억|만|천|백|명|개|건|회|퍼센트|프로|percent|per\s?cent|trillion|billion|million|won\b|dollars|persons|people|firms))",
        "A",
    ),
)  # fmt: skip

AMOUNT = r"(?<![\d.,])(?P<v>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
_WHOLE, _REST = r"(?<![\d.,])(\d[\d,]*)\s*", r"\s*(\d[\d,]*(?:\.\d+)?)\s*"
#: Numbers in two scales: pattern, what the first is worth in the second, unit of the second.
COMPOUNDS: tuple[tuple[str, Decimal, str], ...] = (
    (_WHOLE + "조" + _REST + r"억\s*원?(?!\s*(?:달러|불))", Decimal(10_000), "억원"),
    (_WHOLE + "억" + _REST + r"만\s*(?:미\s*)?(?:달러|불)", Decimal(10_000), "만달러"),
    (_WHOLE + "억" + _REST + r"만\s*원", Decimal(10_000), "만원"),
    (_WHOLE + "조" + _REST + r"천억\s*원", Decimal(10), "천억원"),
    (_WHOLE + "억" + _REST + r"천만\s*(?:미\s*)?(?:달러|불)", Decimal(10), "천만달러"),
    (_WHOLE + "만" + _REST + r"천\s*(?:미\s*)?(?:달러|불)", Decimal(10), "천달러"),
    (_WHOLE + "만" + _REST + r"천\s*(?:여\s*)?명", Decimal(10), "천명"),
    (_WHOLE + "만" + _REST + r"(?:여\s*)?명", Decimal(10_000), "명"),
    (_WHOLE + "만" + _REST + r"천\s*(?:여\s*)?(?:개\s*사|개\s*업체)", Decimal(10), "천개사"),
    (_WHOLE + "만" + _REST + r"(?:여\s*)?(?:개\s*사|개\s*업체)", Decimal(10_000), "개사"),
)
#: Units as sentences write them → as dbt_project/seeds/units.csv does.
UNITS: tuple[tuple[str, str], ...] = (
    (r"%p|%\s*포인트|퍼센트\s*포인트|percentage\s+points?|pp\b", "%p"),
    (r"%|퍼센트|프로|per\s?cent\b|pct\b", "%"),
    (r"trillion\s+(?:korean\s+|south\s+korean\s+)?won|trillion\s+krw", "조원"),
    (r"billion\s+(?:korean\s+|south\s+korean\s+)?won|billion\s+krw", "십억원"),
    (r"million\s+(?:korean\s+)?won|million\s+krw", "백만원"),
    (r"trillion\s+(?:us\s+|u\.s\.\s+)?dollars?|trillion\s+usd", "조달러"),
    (r"billion\s+(?:us\s+|u\.s\.\s+)?dollars?|billion\s+usd", "십억달러"),
    (r"million\s+(?:us\s+|u\.s\.\s+)?dollars?|million\s+usd", "백만달러"),
    (r"thousand\s+(?:us\s+|u\.s\.\s+)?dollars?|thousand\s+usd", "천달러"),
    (r"thousand\s+(?:firms|companies|tenants|tenant\s+firms)", "천개사"),
    (r"조\s*(?:미\s*)?(?:달러|불)", "조달러"),
    (r"천억\s*(?:미\s*)?(?:달러|불)", "천억달러"),
    (r"백억\s*(?:미\s*)?(?:달러|불)", "백억달러"),
    (r"천억\s*원", "천억원"),
    (r"백억\s*원", "백억원"),
    (r"조\s*(?:여\s*)?원|조(?=\s|$)", "조원"),
    (r"십억\s*(?:미\s*)?(?:달러|불)", "십억달러"),
    (r"억\s*(?:여\s*)?(?:미\s*)?(?:달러|불)", "억달러"),
    (r"백만\s*(?:미\s*)?(?:달러|불)", "백만달러"),
    (r"천만\s*(?:미\s*)?(?:달러|불)", "천만달러"),
    (r"만\s*(?:미\s*)?(?:달러|불)", "만달러"),
    (r"천\s*(?:미\s*)?(?:달러|불)", "천달러"),
    (r"(?:미\s*)?달러|us\s+dollars|dollars", "달러"),
    (r"십억\s*원", "십억원"),
    (r"억\s*(?:여\s*)?원", "억원"),
    (r"백만\s*원", "백만원"),
    (r"천\s*명|thousand\s+(?:persons|people|workers|employees|jobs)", "천명"),
    (r"만\s*(?:여\s*)?명", "만명"),
    (r"(?:여\s*)?명|persons\b|people\b|jobs\b", "명"),
    (r"만\s*(?:여\s*)?(?:개\s*사(?!업)|개\s*업체)", "만개사"),
    (r"천\s*개\s*사(?!업)|천\s*개\s*업체", "천개사"),
    (r"개\s*사(?!업)|개\s*업체|firms\b|companies\b", "개사"),
)
#: 'USD 64.4 billion': currency, scale → unit.
MONEY: dict[str, dict[str | None, str]] = {
    "krw": {"trillion": "조원", "billion": "십억원", "million": "백만원", None: "원"},
    "usd": {"trillion": "조달러", "billion": "십억달러", "million": "백만달러", None: "달러"},
}
#: A scale alone behind the number: 98만, 52만이었다. What it counts, the metric says.
SCALE = r"\s*(?P<scale>[십백천만억]+)(?:\s*여)?(?=(?:이었다|였다|이다|이며|인|임|[은는이가의을를에로과와도다])?(?:\s|$))"
SCALED: dict[tuple[str, str], str] = {
    ("만", "persons"): "만명",
    ("천", "persons"): "천명",
    ("만", "firms"): "만개사",
    ("천", "firms"): "천개사",
}
COUNTERS = r"\s*(?:개소|개사|개|건|회|곳|차례)"

#: The bounds before the words that they hold: 'no more than' before 'more than'.
COMPARATORS: tuple[tuple[str, str], ...] = (
    (r"이상|최소|at\s+least|no(?:t)?\s+less\s+than|or\s+more|a\s+minimum\s+of", "at_least"),
    (r"이하|최대|at\s+most|no(?:t)?\s+more\s+than|up\s+to|or\s+less|a\s+maximum\s+of", "at_most"),
    (
        r"초과(?:하는|했다|하였다|한다)?|넘어섰다|넘었다|넘어서는|넘는다|넘는|웃도는|웃돌았다|웃돈다|상회(?:하는|했다|한다)?"
        r"|more\s+than|greater\s+than|higher\s+than|in\s+excess\s+of|exceed(?:s|ed|ing)?|above|\bover\b",
        "more_than",
    ),
    (
        r"미만|밑도는|밑돌았다|밑돈다|하회(?:하는|했다|한다)?|못\s*미치는|못\s*미쳤다"
        r"|less\s+than|fewer\s+than|lower\s+than|below|\bunder\b",
        "less_than",
    ),
    (
        r"약(?=\s)|대략|정도|안팎|가량|남짓|거의|\b(?:about|around|roughly|approximately|nearly|almost|circa|some)\b(?=\s)",
        "approx",
    ),
)  # fmt: skip

#: What makes a percentage the growth of something.
DIRECTIONS: tuple[tuple[str, str], ...] = (
    (r"증감률|증감율|증가율|성장률|growth\s+rate|rate\s+of\s+growth", "stated"),
    (
        r"증가(?:했다|하였다|한다|한|함)?|늘었다|늘어났다|늘어난|늘어|상승(?:했다|한)?|성장(?:했다|한)?|올랐다|신장(?:했다|한)?"
        r"|\b(?:grew|grown|rose|risen|increased|increase|growth|gained|went\s+up|up)\b(?!\s+to\s)",
        "up",
    ),
    (
        r"감소(?:했다|하였다|한다|한|함)?|줄었다|줄어들었다|줄어든|줄어|하락(?:했다|한)?|축소(?:됐다|되었다)?|떨어졌다"
        r"|\b(?:fell|fallen|declined|decline|decreased|decrease|dropped|shrank|went\s+down|down)\b",
        "down",
    ),
)  # fmt: skip
#: On the year before: what the growth metrics measure. On anything else a sentence is refused.
YEAR_BEFORE = (
    r"전년\s*동?\s*(?:기|월|분기)?\s*(?:대비|보다|에\s*비해)|전년비|작년\s*같은\s*(?:기간|달|분기)보다",
    r"year[\s-]on[\s-]year|year[\s-]over[\s-]year|\byoy\b|y-o-y",
    r"(?:from|on|over|than|compared\s+(?:with|to))\s+(?:the\s+same\s+(?:month|quarter|period)\s+(?:of\s+)?)?"
    r"(?:a\s+year\s+(?:earlier|before|ago)|the\s+(?:year\s+before|previous\s+year))",
)

#: Of what a share tells: the complexes' own exports, where a sentence names them beside those of the nation.
NUMERATORS: dict[str, tuple[str, ...]] = {
    "national_export_share_pct": ("수출액", "수출", "exports", "exported"),
    "national_production_share_pct": ("생산액", "생산", "production", "output", "produced"),
    "national_employment_share_pct": ("고용 인원", "고용", "employment"),
}

_SILENT_WORDS = """산업단지 국가산업단지 국가산단 산단 단지 한국산업단지공단 산단공 공단 관할 관할하는
    총 총계 합계 대비 차지 차지하는 차지한다 차지했다 차지하였다 차지한 비중 비율 기준 수준 규모 실적 이다 였다
    이었다 한다 했다 하였다 있다 달한다 달했다 달하는 기록 기록했다 기록하였다 기록한다 집계됐다 집계되었다 나타났다 된다 됐다
    되었다 수출했다 생산했다 고용했다 고용한다 생산한다 수출한다 담당한다 담당했다 담당 책임진다 나온다 중 가운데 값 액 수
    the a an of in for by was were is are be been has have had made make makes up account accounts accounted
    that which with they at as kicox kicox's
    industrial complexes complex complexes' its their share it manage manages managed managing says
    there total totalled totaled us usd krw won dollars stood stands reach reached recorded
    amounted amounts amount to worth represent represents represented comprise comprised contribute contributes
    contributed generate generated generates hold holds held come came figure value rate
    employs employed produced exported number entire
"""
#: Words that change nothing of what a claim about the complexes says. '전체' and 'all' are none of them:
#: the complexes of the country are more than those that KICOX manages. Words for the country are read
#: by `claim_scope`.
SILENT = frozenset(_SILENT_WORDS.split())
PARTICLE = re.compile(
    r"(?:에서는|에서|까지|으로|로는|에는|이다|였다|이었다|은|는|이|가|의|을|를|에|로|과|와|도|만|인|임|씩|다)$"
)
