"""What a person has to act on: one base for all such errors, wherever they come from.

Each room derives its own from it, so that whoever stands at the edge (the command, a sensor, an
operation of Dagster) catches this one. A text names what happened and what to do, and never holds
a secret or the text of a message. Faults of the machine that libraries tell are put into words by
`machine.advice`.
"""

from __future__ import annotations


class InboxError(Exception):
    """An error whose text is for who has to act.

    exit_code: of the command that it ends: 1 something failed, 2 a wrong flag or setting.
    advice: what to do, where the text has not said so by itself.
    """

    exit_code = 1
    advice = ""

    def __init__(self, *facts: object, advice: str | None = None) -> None:
        super().__init__(*facts)
        if advice is not None:
            self.advice = advice

    @property
    def what(self) -> str:
        """What happened, without what to do."""
        return super().__str__()

    def __str__(self) -> str:
        return f"{self.what}: {self.advice}" if self.advice else self.what


class WrongUse(InboxError):
    """A flag or a setting that is wrong, or does not fit what is there."""

    exit_code = 2
