"""Disclosure control: attackers, protection, proof. Plain mathematics on tables.

Imports nothing of the other rooms: tables come in as arrays, patterns of suppressed cells go out.
"""

from disclosure.auditing import Audit, Finding, audit
from disclosure.concentration import Concentration
from disclosure.errors import DisclosureError, Infeasible, Unprotectable
from disclosure.history import Earlier, Linked, Printed, link, with_released
from disclosure.protection import Protection, protect
from disclosure.revealed import Revealed, revealed
from disclosure.rules import Primary, Rule, primary
from disclosure.table import Contributions, Relations, Table, joined, ratio, relations
from disclosure.tabulate import TOTAL, Dimension, Tabulation, tabulate

__all__ = [
    "TOTAL",
    "Audit",
    "Concentration",
    "Contributions",
    "Dimension",
    "DisclosureError",
    "Earlier",
    "Finding",
    "Infeasible",
    "Linked",
    "Primary",
    "Printed",
    "Protection",
    "Relations",
    "Revealed",
    "Rule",
    "Table",
    "Tabulation",
    "Unprotectable",
    "audit",
    "joined",
    "link",
    "primary",
    "protect",
    "ratio",
    "relations",
    "revealed",
    "tabulate",
    "with_released",
]
