"""Everything that is rendered from a release folder: one line here for each kind of output.

Every output reads the staged folder and nothing else, writes below it, and gives the same bytes when
it is made again: what is made here is hashed in the manifest before anybody signs it.
"""

from __future__ import annotations

from pathlib import Path

from publication.bulletin import BulletinError, render_bulletin
from publication.datapackage import DataPackageError, render_datapackage
from publication.definitions import DefinitionsError
from publication.sdmx import SdmxError, render_sdmx
from publication.site import render_site
from publication.workbook import WorkbookError, render_workbook

#: What an output says of a release that it will not show.
REFUSED = (BulletinError, DataPackageError, DefinitionsError, SdmxError, WorkbookError)


def render_outputs(folder: Path) -> list[Path]:
    """Render every output of a staged release into its folder; returns what was written, in order.

    Raises:
        BulletinError: the folder lacks what the bulletin needs, or a text does not follow from the
            marts.
        WorkbookError: the folder lacks what the workbook needs.
        DataPackageError: a column has no counterpart in a data package.
        SdmxError: the release holds something that its code lists do not know.
    """
    return [
        *render_bulletin(folder, folder / "bulletin"),
        *render_workbook(folder, folder / "bulletin"),
        *render_sdmx(folder, folder / "sdmx"),
        *render_datapackage(folder, folder),
        # Last: its page of downloads names the files of all others.
        *render_site(folder, folder / "site"),
    ]
