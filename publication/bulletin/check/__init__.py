"""The bulletin is read again: every text, table, chart and alternative text, against the marts.

Nothing here uses the code that wrote the words: it has its own reading of sentences, units, periods,
heads of tables and direction words. What no rule can read is a fault, so that a new sentence or
column cannot be printed unchecked.
"""

from publication.bulletin.check.document import check_document

__all__ = ["check_document"]
