"""Exports in two places: what others deliver, and what sources have written beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from orchestration.exports.errors import ExportsNotFound
from orchestration.exports.layout import ExportDay, ExportsElsewhere, find_export_days, find_ignored


@dataclass(frozen=True)
class ExportsBeside:
    """A folder or store of exports, and a folder that is read beside it: their days are one."""

    delivered: Path | ExportsElsewhere
    generated: Path

    def __str__(self) -> str:
        return f"{self.delivered} or {self.generated}"

    def __truediv__(self, name: str) -> str:
        return f"{name} in {self}"

    def find_days(self) -> tuple[list[ExportDay], tuple[str, ...]]:
        """The days of both, oldest first, and the names that are none.

        Raises ExportsNotFound, ExportsUnreachable for what is delivered.
        """
        days = {day.export_date: day for day in find_export_days(self.delivered)}
        for day in self._generated_days():
            days[day.export_date] = _together(days.get(day.export_date), day)
        return [days[day] for day in sorted(days)], find_ignored(self.delivered)

    def _generated_days(self) -> list[ExportDay]:
        try:
            return find_export_days(self.generated)
        except ExportsNotFound:  # no source has written yet
            return []


def _together(delivered: ExportDay | None, generated: ExportDay) -> ExportDay:
    if delivered is None:
        return generated
    export_date: date = generated.export_date
    files = sorted((*delivered.files, *generated.files), key=lambda file: file.name)
    ignored = tuple(sorted({*delivered.ignored, *generated.ignored}))
    return ExportDay(export_date, tuple(files), ignored, delivered.problem or generated.problem)
