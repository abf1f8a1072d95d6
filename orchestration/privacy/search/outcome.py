"""What a search has looked through and found."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Search:
    """What was looked through, and the places where a user was found, as text.

    objects: of the store; its Parquet and DuckDB files are counted among those too.
    not_searched: the places that could not be looked into, and why.
    """

    parquet_files: int = 0
    duckdb_tables: int = 0
    postgres_tables: int = 0
    other_files: int = 0
    objects: int = 0
    found: list[str] = field(default_factory=list)
    not_searched: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether every place was looked into and nothing was found."""
        return not self.found and not self.not_searched

    def __str__(self) -> str:
        return (
            f"Searched {self.parquet_files} Parquet files, {self.duckdb_tables} DuckDB tables, "
            f"{self.postgres_tables} PostgreSQL tables and {self.other_files} other files, "
            f"{self.objects} of all files in the store: found in {len(self.found)} places."
        )
