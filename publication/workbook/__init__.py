"""The figures of the bulletin as an accessible workbook, one file a language, from a release folder."""

from publication.workbook.render import WorkbookError, render_workbook

__all__ = ["WorkbookError", "render_workbook"]
