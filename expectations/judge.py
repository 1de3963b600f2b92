"""Great Expectations as the judge: small frames in, its verdict out.

GX's own SQL does not run on duckdb-engine as shipped (its issue 11579), so DuckDB aggregates and GX
judges pandas frames: profiles of a few rows, or marts in slices. Its memory follows the slice.
"""

from __future__ import annotations

import importlib
from typing import Any

ENGINE = "great-expectations"


class Judge:
    """Great Expectations, in memory and silent; severities are its own."""

    def __init__(self) -> None:
        gx = importlib.import_module("great_expectations")
        self.version: str = gx.__version__
        self._expectations = importlib.import_module("great_expectations.expectations")
        self._context = gx.get_context(mode="ephemeral")
        progress = importlib.import_module("great_expectations.data_context.types.base")
        self._context.variables.progress_bars = progress.ProgressBarsConfig(
            globally=False, metric_calculations=False
        )
        source = self._context.data_sources.add_pandas("candidate")
        self._batch = source.add_dataframe_asset("profile").add_batch_definition_whole_dataframe(
            "all"
        )

    def judge(
        self, frame: Any, expectation: dict[str, Any], severity: str, *, rows: bool = True
    ) -> dict[str, Any]:
        """Validate one pandas frame.

        Args:
            frame: the rows to judge.
            expectation: `type` (`expect_column_values_to_be_between`) and its settings.
            severity: `critical` or `warning`.
            rows: say which rows failed, not only whether one did.

        Returns:
            GX's result as JSON: `success`, and with `rows` in `result` the indexes of those that failed.

        Raises:
            ValueError: GX knows no such expectation.
            RuntimeError: the expectation raised (a column that is not there, for one).
        """
        settings = dict(expectation)
        kind = settings.pop("type")
        name = "".join(word.capitalize() for word in kind.split("_"))
        if not hasattr(self._expectations, name):
            raise ValueError(f"Great Expectations {self.version} has no expectation {kind}")
        instance = getattr(self._expectations, name)(severity=severity, **settings)
        batch = self._batch.get_batch(batch_parameters={"dataframe": frame})
        how = "COMPLETE" if rows else "BOOLEAN_ONLY"
        outcome: dict[str, Any] = batch.validate(instance, result_format=how).to_json_dict()
        if outcome["exception_info"].get("raised_exception"):
            raise RuntimeError(outcome["exception_info"].get("exception_message"))
        return outcome
