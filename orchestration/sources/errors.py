"""What may go wrong with a source, worded for who has to act; never with a value of a record."""

from __future__ import annotations

from orchestration.errors import InboxError


class SourceError(InboxError):
    """A source that cannot be imported as it is; its text is one line that says what to do."""


class WrongSource(SourceError):
    """A wrong name, option, address or settings file."""

    exit_code = 2


class LandingIncomplete(SourceError):
    """A landing that lacks a table without which no number can be right, or is half written."""


class SourceUnreachable(SourceError):
    """Where the records lie cannot be read now; another attempt may help."""


class OutOfTime(SourceUnreachable):
    """What is left of the time of an import does not suffice for the next answer of an API."""
