"""One export file into blocks of rows, whatever its format, and what to note about the file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from orchestration.exports.errors import BadExportFile, UnreadableFile
from orchestration.exports.layout import ExportFile
from orchestration.exports.reading.blocks import Block, UnknownColumns
from orchestration.exports.reading.bytes import ExportBytes
from orchestration.exports.reading.csv import read_csv
from orchestration.exports.reading.jsonl import read_jsonl
from orchestration.exports.reading.limits import ReadLimits
from orchestration.exports.reading.parquet import read_parquet
from orchestration.exports.reading.schema import CONTRACTS


class FileReader:
    """Reads one file, once: iterate over its blocks; what it tells of the file is known after that.

    Raises `BadExportFile` from the iteration, at the latest when the last block has been given.
    """

    def __init__(self, file: ExportFile, export_date: date | None, limits: ReadLimits) -> None:
        self.file = file
        self.contract = CONTRACTS[file.entity]
        self.export_date = export_date
        self.size_bytes = 0
        self.modified_ns = 0
        self.sha256 = ""
        self.rows_read = 0
        self.unknown_columns: tuple[str, ...] = ()
        self._limits = limits

    def __iter__(self) -> Iterator[Block]:
        try:
            yield from self._blocks()
        except UnreadableFile as error:
            reason = error.reason
        except OSError as error:
            reason = f"it cannot be read ({error.strerror})"
        else:
            return
        raise BadExportFile(self.export_date, self.file.name, reason)

    def allow_rejected(self, rows: int) -> None:
        """Raise `BadExportFile` when so many rows are bad that quarantine is no place for them."""
        bound = self._limits.max_rejected_rows
        if rows > bound:
            raise BadExportFile(
                self.export_date, self.file.name, f"more than {bound} of its rows are bad"
            )

    def _blocks(self) -> Iterator[Block]:
        unknown = UnknownColumns()
        with ExportBytes(self.file, self._limits) as source:
            if self.file.format == "parquet":
                blocks = read_parquet(source, self.file, self.contract, self._limits, unknown)
            elif self.file.format == "csv":
                blocks = read_csv(source, self.contract, self._limits, unknown)
            else:
                blocks = read_jsonl(source, self.contract, self._limits, unknown)
            try:
                for block in blocks:
                    self.rows_read += block.rows + len(block.unparsed)
                    if self.rows_read > self._limits.max_rows:
                        raise UnreadableFile(f"it has more than {self._limits.max_rows} rows")
                    yield block
            except UnreadableFile:
                source.check_unchanged()  # a file that is being written is better told as such
                raise
            source.finish()
            self.size_bytes = source.size_bytes
            self.modified_ns = source.modified_ns
            self.sha256 = source.sha256
        self.unknown_columns = unknown.names()
