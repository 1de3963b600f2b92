"""One complex out of what a text calls it: registered names and aliases, with or without 국가산단, in English.

A name that stands for two complexes, or for none, is never guessed: the error names both, or the nearest.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cached_property

from ingestion.registry import Registry

#: What may stand behind a name, with the type of complex that it says (None: any).
_ENDINGS: tuple[tuple[str, str | None], ...] = (
    (r"국가산업단지|국가산단|국가공단|nationalindustrialcomplex|nationalcomplex", "national"),
    (r"일반산업단지|일반산단|generalindustrialcomplex", "general"),
    (r"도시첨단산업단지|도시첨단산단", "urban_hitech"),
    (r"농공산업단지|농공단지|agroindustrialcomplex|agrocomplex", "agro"),
    (r"외국인투자지역|외국인산업단지|외국인산단|외국인단지|foreigninvestmentzone|foreignzone", "foreign"),
    (r"산업단지|산단|공단|단지|industrialcomplex|complex", None),
)  # fmt: skip
#: The same behind a name in a sentence.
ENDING = (
    r"\s*(?:(?:국가|일반|도시\s*첨단)\s*(?:산업\s*단지|산단|공단)|농공\s*(?:산업\s*)?단지|외국인\s*(?:투자\s*지역|산업\s*단지|산단|단지)"
    r"|산업\s*단지|산단|공단|단지)"
    r"|\s+(?:(?:national|general)\s+)?(?:industrial\s+)?complex(?:'s)?\b(?!es)|\s+foreign\s+(?:investment\s+)?zone\b"
)
#: Dots and hyphens between parts of a name: U+318D becomes U+119E or U+1100… in NFKC.
_JOINTS = r"\s·ㆍᆞ‧・⋅∙•\-‐–"
_FIRM = r"\(주\)|주식회사"
#: (외), (일), (농) and a number behind a name tell complexes of one name apart.
_TOLD_APART = re.compile(r"(?:제?\d+)?(?:\([^)]*\))?$")


#: Complexes of a name that are on another register, with their places.
Elsewhere = Callable[[str], list[str]]


class ComplexNameError(ValueError):
    """No one complex bears the name; `known` names those that were meant or come near."""

    def __init__(self, message: str, name: str, known: list[str], *, is_ambiguous: bool) -> None:
        super().__init__(message)
        self.name, self.known, self.is_ambiguous = name, known, is_ambiguous


def folded(text: str) -> str:
    """The form in which names are compared: NFKC, lower case, without blanks, dots and legal form."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(rf"{_FIRM}|'s$|[{_JOINTS}]", "", plain)


class ComplexNames:
    """Finds complexes by name.

    Args:
        registry: complexes with their names, spellings and types; provinces.
        elsewhere: complexes of a name that another register has, so that a refusal can say where they are.
    """

    def __init__(self, registry: Registry, elsewhere: Elsewhere | None = None) -> None:
        self._elsewhere = elsewhere
        self.names = registry.complex_names
        self.types = registry.complex_types
        self._provinces = {folded(name) for name in registry.provinces}
        spellings = [(spelling, code) for spelling, code in registry.complexes.items()]
        spellings += [(english, code) for code, (_, english) in registry.complex_names.items()]
        self._spellings = spellings
        self._exact = {folded(spelling): code for spelling, code in spellings}
        self._base: dict[str, set[str]] = {}
        for code, (korean, _) in registry.complex_names.items():
            base = _TOLD_APART.sub("", folded(korean))
            if len(base) >= 2 and base != folded(korean):
                self._base.setdefault(base, set()).add(code)

    def resolve(self, text: str) -> str:
        """The complex that a text names.

        Args:
            text: '구미', '구미국가산업단지', 'Gumi', 'Gumi National Industrial Complex', '구미(외)'.

        Raises:
            ComplexNameError: it is the name of two complexes, or of none.
        """
        key = folded(text)
        if key in self._exact:
            return self._exact[key]
        base, kind = key, None
        for pattern, said in _ENDINGS:
            cut = re.sub(rf"(?:{pattern})$", "", key)
            if cut != key:
                base, kind = cut, said
                break
        found = {self._exact[base]} if base in self._exact else set(self._base.get(base, ()))
        if kind is not None:
            # a name alone may be another one's: 구미외국인투자지역 is 구미(외)
            found |= self._base.get(base, set())
            found = {code for code in found if self.types[code] == kind}
        if len(found) == 1 and (base in self._exact or kind is not None):
            return found.pop()
        near = found or {c for s, c in self._exact.items() if len(base) >= 2 and s.startswith(base)}
        if base in self._exact:  # of another type than it says
            near = {self._exact[base]}
        if len(near) > 1:
            known = [self.label(code) for code in sorted(near)]
            raise ComplexNameError(
                f"'{text.strip()}' may be any of {len(near)} complexes: {'; '.join(known)}",
                text.strip(), known, is_ambiguous=True,
            )  # fmt: skip
        places = self._elsewhere(base) if self._elsewhere else []
        if places:
            raise ComplexNameError(
                f"'{text.strip()}' is not in the trend statistic, by which claims about one complex are measured; in "
                f"the status statistic there is {'; '.join(places)}",
                text.strip(), places, is_ambiguous=len(places) > 1,
            )  # fmt: skip
        known = [self.label(code) for code in self._nearest(base, near)]
        raise ComplexNameError(
            f"no complex of the trend statistic is called '{text.strip()}'"
            + (f"; the nearest: {'; '.join(known)}" if known else ""),
            text.strip(), known, is_ambiguous=False,
        )  # fmt: skip

    def label(self, code: str) -> str:
        """What people call a complex: '구미 (Gumi)'."""
        return "{} ({})".format(*self.names[code])

    def is_province(self, text: str) -> bool:
        """Is the name alone that of a province, 서울 say?"""
        return folded(text) in self._provinces

    def mentions(self, sentence: str) -> Iterator[tuple[int, int, str, bool]]:
        """Names of complexes in a sentence that is in NFKC and lower case: start, end, text, is a
        word for a complex (국가산단, complex) behind it."""
        for match in self._mention.finditer(sentence):
            yield match.start("all"), match.end("all"), match["all"], match["ending"] is not None

    # -- inside --------------------------------------------------------------------------

    def _nearest(self, base: str, starting: set[str]) -> list[str]:
        if starting:
            return sorted(starting)
        close = difflib.get_close_matches(base, self._exact, n=3, cutoff=0.5)
        return list(dict.fromkeys(self._exact[spelling] for spelling in close))[:2]

    @cached_property
    def _mention(self) -> re.Pattern[str]:
        forms = {unicodedata.normalize("NFKC", s).lower() for s, _ in self._spellings}
        forms |= set(self._base)
        parts = []
        for form in sorted(forms, key=lambda form: (-len(form), form)):
            pieces = [re.escape(piece) for piece in re.split(rf"[{_JOINTS}]+", form) if piece]
            parts.append(rf"[{_JOINTS}]*".join(pieces))
        return re.compile(
            rf"(?<![가-힣a-z0-9])(?:(?:{_FIRM})\s*)?(?P<all>(?:{'|'.join(parts)})(?P<ending>{ENDING})?)(?:\s*(?:{_FIRM}))?"
            r"(?:'s)?(?=(?:에서는|에서|에는|까지|의|은|는|이|가|도|에|과|와|을|를)?(?:\s|$|[.,#/·ㆍᆞ‧・&]))"
        )
