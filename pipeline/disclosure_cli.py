"""`sandan disclosure`: protect a table of one's own unit data, or audit a table that is published already."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

disclosure_app = typer.Typer(
    no_args_is_help=True,
    help="Disclosure control of a table of your own: protect unit data, audit a published table.",
)
WRONG, FAILED = 1, 2


@disclosure_app.command()
def protect(
    config: Annotated[Path, typer.Option(help="YAML: dimensions, figure, respondent, rules.")],
    units: Annotated[Path, typer.Option(help="CSV of unit data, UTF-8, one row a unit.")],
    out: Annotated[Path, typer.Option(help="CSV of the protected table; not overwritten.")],
) -> None:
    """Sum unit data to a table with its margins, suppress what gives a respondent away, prove it.

    The configuration may name KPIs that are printed beside it, and tables that are out already.

    Exit code 0: written and proven; 2: it cannot be protected, or the input is wrong (nothing is written).
    """
    from pipeline.own_tables import protect_csv

    _run(lambda: protect_csv(config, units, out))


@disclosure_app.command()
def audit(
    config: Annotated[Path, typer.Option(help="YAML: dimensions, figure.")],
    table: Annotated[Path, typer.Option(help="CSV of a published table; a blank is suppressed.")],
    units: Annotated[
        Path | None,
        typer.Option(help="CSV of its unit data: hold every respondent against it, too."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="CSV of the intervals; confidential.")] = None,
) -> None:
    """What a published table gives away of its own suppressed cells: exactly, or within what interval. The KPIs
    of the configuration that it prints are used; with --units, all that the gate knows of: respondents, rules,
    earlier tables.

    Exit code 1: some cell can be worked out exactly (with --units: comes closer than its protection level);
    2: the input is wrong.
    """
    from pipeline.own_audit import audit_csv

    _run(lambda: audit_csv(config, table, out, units))


def _run(work: Any) -> None:
    from disclosure import DisclosureError, Infeasible

    console = Console(soft_wrap=True, highlight=False, markup=False)
    try:
        lines, exact = work()
    except Infeasible as error:
        errors = Console(stderr=True, soft_wrap=True, markup=False, highlight=False)
        errors.print(f"sandan: {error}")
        for c in dict.fromkeys(error.cells):
            errors.print(f"  {c.cell} ({c.side}, {c.attacker}): {c.reason_en} / {c.reason_ko}")
        raise typer.Exit(FAILED) from error
    except (DisclosureError, OSError, ValueError) as error:
        Console(stderr=True, soft_wrap=True, markup=False).print(f"sandan: {error}")
        raise typer.Exit(FAILED) from error
    for line in lines:
        console.print(line)
    if exact:
        raise typer.Exit(WRONG)
