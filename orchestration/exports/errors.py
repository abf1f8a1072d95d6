"""The errors of reading and landing exports, worded for the person who mends the export.

Messages name the file, the place and what to do. They never hold a message's body, and no error of
a library is chained to them: a parser's own message may quote the text that it stumbled over.
They are named for what they tell, without the suffix Error.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from orchestration.errors import InboxError, WrongUse


class ExportsNotFound(WrongUse):
    """The exports folder is not there, is no folder, or may not be read."""

    advice = "set INBOX_EXPORTS to the folder of days"

    def __init__(self, exports: Path | str, reason: str) -> None:
        super().__init__(exports, reason)
        self.exports = exports
        self.reason = reason

    @property
    def what(self) -> str:
        """What is wrong with the folder."""
        return f"Exports folder {self.exports} {self.reason}"


class ExportsUnreachable(ExportsNotFound):
    """The store that holds the exports does not answer; what has landed stays as it is."""

    exit_code = 1
    advice = ""


class BadExportFile(InboxError):
    """A file that cannot be read as an export; its whole day is left as an earlier load left it.

    `export_date` is None for a file that lies in no day folder (only when validating).
    """

    def __init__(self, export_date: date | None, file_name: str, reason: str) -> None:
        super().__init__(export_date, file_name, reason)
        self.export_date = export_date
        self.file_name = file_name
        self.reason = reason

    def __str__(self) -> str:
        if self.export_date is None:
            return f"Bad export file {self.file_name}: {self.reason}."
        return (
            f"Bad export file {self.export_date}/{self.file_name}: {self.reason}. Nothing"
            f" of {self.export_date} was loaded; correct or remove the file and run again."
        )


class UnreadableDay(BadExportFile):
    """A day's folder that cannot be read, or holds a file that cannot even be looked at."""

    def __str__(self) -> str:
        return (
            f"Export day folder {self.file_name} cannot be read ({self.reason}). Nothing of"
            f" {self.export_date} was loaded; let this user read it, or mend the disk, and run"
            " again."
        )


class OnlyLookalikes(BadExportFile):
    """A day's folder with no export file, but names that were surely meant to be some."""

    def __str__(self) -> str:
        return (
            f"Export day folder {self.file_name} {self.reason}. Nothing of {self.export_date} was"
            " loaded; name its files <entity>[.<part>].<csv|jsonl|parquet>[.gz|.zst], in small"
            " letters and in no folder below, and run again."
        )


class FutureDay(BadExportFile):
    """A day's folder that is later than tomorrow: its name is wrong, or it has come too early."""

    def __str__(self) -> str:
        return (
            f"Export day folder {self.file_name} {self.reason}. Nothing of {self.export_date} was"
            " loaded, and no other day waits for it; give the folder its right day, or remove it."
        )


class BrokenManifest(InboxError):
    """A manifest under `raw/manifests` that is not one: damaged, or written by something else."""

    advice = "remove it, then load its day again"

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path

    @property
    def what(self) -> str:
        """Which file it is."""
        return f"Manifest {self.path} cannot be read"


class BrokenUserRecord(BrokenManifest):
    """`raw/users.json` is damaged; removed, it would let those come back who were erased."""

    advice = "restore it from a backup. Without it, users who were erased land again"

    @property
    def what(self) -> str:
        """Which file it is."""
        return f"The record of users {self.path} cannot be read"


class LandingFailed(InboxError):
    """The raw folder cannot be written: a full disk, most often. The day stays as it was."""

    def __init__(self, export_date: date, raw: Path, reason: str) -> None:
        super().__init__(export_date, raw, reason)
        self.export_date = export_date
        self.raw = raw
        self.reason = reason

    def __str__(self) -> str:
        return (
            f"{self.raw} cannot be written ({self.reason}). Nothing of {self.export_date} was"
            " loaded; make room or mend the disk, and run again."
        )


class WrongPseudonymKey(WrongUse):
    """The key is not the one that the loaded days were loaded with."""

    def __init__(self, raw: Path, *, had_key: bool, has_key: bool) -> None:
        super().__init__(raw, had_key, has_key)
        self.raw = raw
        self.had_key = had_key
        self.has_key = has_key

    def __str__(self) -> str:
        if not self.had_key:
            what = "was loaded without INBOX_PSEUDONYM_KEY: take the key away"
        elif self.has_key:
            what = "was loaded with another INBOX_PSEUDONYM_KEY: set that one again"
        else:
            what = "was loaded with INBOX_PSEUDONYM_KEY: set it again"
        return f"{self.raw} {what}, or load all exports into another INBOX_HOME."


class ErasureStarted(Exception):
    """Inside this package only: a user was erased while a day was being loaded."""


class UnreadableFile(Exception):
    """Inside this package only: why the file at hand is bad; becomes a `BadExportFile`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
