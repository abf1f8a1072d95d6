"""What tells one connector's layout from another's: what it adds to a record, how it wraps it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Layout:
    """A connector's way to lay records down.

    stamps: columns that tell when it took a record, the first that is there counts. own: how the
    names of columns and tables begin that are the connector's and no vendor's. raw_table: the name
    of a table that holds the records as JSON, and in which column. parts_lists: whether it may move
    lists to tables of their own.
    """

    name: str
    stamps: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    raw_table: str | None = None
    raw_column: str | None = None
    parts_lists: bool = False

    def is_own(self, name: str) -> bool:
        """Whether a column or table is the connector's and no vendor's."""
        return name.startswith(self.own)

    def unread(self, names: Iterable[str], declared: Collection[str]) -> list[str]:
        """The vendor's columns that are there and not declared, in order."""
        return sorted(
            name
            for name in names
            if name not in declared
            and not self.is_own(name)
            and name.split("__")[0] not in declared
        )


AIRBYTE = Layout(
    "airbyte",
    stamps=("_airbyte_extracted_at", "_airbyte_emitted_at"),
    own=("_airbyte", "_ab_"),
    raw_table="_airbyte_raw_{table}",
    raw_column="_airbyte_data",
)
FIVETRAN = Layout("fivetran", stamps=("_fivetran_synced",), own=("_fivetran",))
DLT = Layout("dlt", stamps=("_dlt_load_id",), own=("_dlt",), parts_lists=True)
SINGER = Layout("singer", stamps=("_sdc_extracted_at", "_sdc_batched_at"), own=("_sdc",))
TABLES = Layout("tables")

LAYOUTS = {layout.name: layout for layout in (AIRBYTE, FIVETRAN, DLT, SINGER, TABLES)}
