"""A landing of mail archives: each file a part, each mail a record, read within limits.

The records hold no texts; they go by in blocks and are written nowhere before the kind's select.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa

from ..errors import SourceUnreachable
from ..mail.archives import MailFile, UnreadableArchive, find_mail_files, mails_of
from ..mail.reading import ReadingOptions, hashed, read_mail
from ..model import Opening, Part, Table

MAILS_IN_BLOCK = 2_000

SCHEMA = pa.schema(
    {
        "mail_key": pa.string(),
        "sent_at": pa.timestamp("us", tz="UTC"),
        "sender": pa.string(),
        "is_automatic": pa.bool_(),
        "references": pa.list_(pa.string()),
        "subject_key": pa.string(),
        "gmail_thread_id": pa.string(),
        "labels": pa.list_(pa.string()),
        "has_labels": pa.bool_(),
        "body_length": pa.int64(),
        "state": pa.string(),
        "is_limited": pa.bool_(),
        "folder": pa.string(),
        "archive": pa.string(),
    }
)


class MailLanding:
    """Mail archives below a folder, or one of them."""

    name = "files"
    reads_once = True

    def __init__(self, where: Path, opening: Opening) -> None:
        self._left_out = {str(name).lower() for name in opening.options["leave_out"]}
        try:
            files = find_mail_files(where)
        except UnreadableArchive as error:
            raise SourceUnreachable(str(error)) from None
        self._files = {
            file.name: file for file in files if self._left_out.isdisjoint(file.folder_names)
        }
        self._options = ReadingOptions(
            key=opening.key,
            latest=opening.latest,
            zone=ZoneInfo(str(opening.options["zone"])),
            join_by_subject=bool(opening.options["join_by_subject"]),
        )

    def parts(self, table: Table) -> Sequence[Part]:
        """The archives' files."""
        return [Part(file.name, _identity(file)) for file in self._files.values()]

    def relation(
        self, connection: duckdb.DuckDBPyConnection, table: Table, parts: Sequence[Part]
    ) -> str:
        """The mails of these files; they can be read once."""
        files = [self._files[part.name] for part in parts]
        reader = pa.RecordBatchReader.from_batches(SCHEMA, self._blocks(files))
        connection.register("mails_of_archives", reader)
        return "select *, null::timestamptz as landed_at from mails_of_archives"

    def unknown_columns(
        self, connection: duckdb.DuckDBPyConnection, table: Table, parts: Sequence[Part]
    ) -> Iterable[str]:
        """None: what is read of a mail is listed, and all else is text."""
        return ()

    def _blocks(self, files: Sequence[MailFile]) -> Iterator[pa.RecordBatch]:
        records = (record for file in files for record in self._records(file))
        while block := list(islice(records, MAILS_IN_BLOCK)):
            yield pa.RecordBatch.from_pylist(block, SCHEMA)

    def _records(self, file: MailFile) -> Iterator[dict[str, Any]]:
        """The records of a file; a mail without any time is one without a key."""
        of_file = {
            "folder": hashed(self._options.key, "folder", file.folder),
            "archive": hashed(self._options.key, "archive", f"{file.name} {_identity(file)}"),
        }
        for raw in mails_of(file):
            mail = read_mail(raw, file.place, self._options)
            if mail is None:
                yield {}
            elif self._left_out.isdisjoint(label.lower() for label in mail.labels):
                yield {**_fields(mail), **of_file}


def _identity(file: MailFile) -> str:
    status = file.path.stat()
    return f"{status.st_size}:{status.st_mtime_ns}"


def _fields(mail: Any) -> dict[str, Any]:
    return {field.name: getattr(mail, field.name) for field in dataclasses.fields(mail)}
