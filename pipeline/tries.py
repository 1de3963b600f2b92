"""One edition after another: which faults keep no other back, when it is enough for a run, what is told."""

from __future__ import annotations

from ingestion.fetch.errors import (
    BadRequest,
    FetchError,
    NotData,
    PagesDisagree,
    PersonNeeded,
    PublisherFault,
)

#: Faults that may be those of one edition or operation; key, quota and network are everybody's.
OF_ONE = (NotData, PagesDisagree, BadRequest, PublisherFault, PersonNeeded)
#: After so many in a row that cannot be had the publisher may be at fault today: no more are tried.
ENOUGH = 3


class Tries:
    """What a loop over editions, or over the months of one operation, could not get."""

    def __init__(self, enough: int = ENOUGH) -> None:
        self._enough = enough
        self.failures: list[FetchError] = []
        self._wanted: list[str] = []
        self._titles: list[str] = []
        self._in_a_row: list[str] = []
        self._is_over = False

    @property
    def are_over(self) -> bool:
        """Whether no more are to be tried in this run."""
        return self._is_over or len(self._in_a_row) >= self._enough

    @property
    def met_captchas(self) -> bool:
        """Whether they are over for captchas: whoever opens the page then finds the others there, too."""
        return self.are_over and "captcha" in self._in_a_row

    def came(self) -> None:
        """One came."""
        self._in_a_row = []

    def failed(self, failure: FetchError, title: str = "") -> None:
        """One did not come; where it has a title, what is told in the end names it."""
        self.failures.append(failure)
        self._titles += [title] if title and not isinstance(failure, PersonNeeded) else []
        self._in_a_row.append(failure.code)
        self._is_over = not isinstance(failure, OF_ONE)

    def want(self, title: str) -> None:
        """A person is asked for this edition."""
        self._wanted.append(title)

    def tell(self) -> None:
        """Raise what stands for all that did not come: first that a person is needed, naming all that
        are wanted, then what ended the loop.

        Raises:
            FetchError: something did not come.
        """
        asked = [f for f in self.failures if isinstance(f, PersonNeeded)]
        if asked:
            # The first names its own.
            titles = ", ".join(f"'{title}'" for title in self._wanted[1:])
            if titles:
                asked[0].action_en += f" Wanted as well: {titles}."
                asked[0].action_ko += f" 함께 필요한 파일: {titles}."
            raise asked[0]
        if self.failures:
            told = self.failures[-1 if self._is_over else 0]
            if self._titles:
                titles = ", ".join(f"'{title}'" for title in self._titles)
                told.action_en += f" Could not be had: {titles}."
                told.action_ko += f" 받지 못한 판: {titles}."
            raise told
