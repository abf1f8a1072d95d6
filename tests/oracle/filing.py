"""Rows laid out as the files of export days: parts, formats, packing and style."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from tests.oracle.choosing import Chooser, RandomChooser
from tests.oracle.columns import ENTITIES
from tests.oracle.deliveries import Delivery
from tests.oracle.inbox import (
    COMPRESSIONS,
    FORMATS,
    LAYOUTS,
    ONE_DAY,
    OPTIONAL_ENTITIES,
    STYLES,
    ExportFile,
    Inbox,
    Row,
)


def laid_out_day(layout: int, rows: dict[str, list[Row]]) -> tuple[ExportFile, ...]:
    """The files of a day; layout 0 is one plain CSV (if it can be) an entity with rows."""
    chooser = RandomChooser(layout)
    files: list[ExportFile] = []
    for entity in ENTITIES:
        entity_rows = rows.get(entity, [])
        if entity in OPTIONAL_ENTITIES and not entity_rows:
            continue
        if layout > 0:
            files += laid_out(chooser, entity, entity_rows)
        elif entity_rows:
            plain = "jsonl" if has_pipe_label(entity_rows) else "csv"
            name = file_name(entity, "", plain, "")
            files.append(ExportFile(name, entity, plain, tuple(entity_rows)))
    return tuple(files)


def laid_out(chooser: Chooser, entity: str, rows: list[Row]) -> list[ExportFile]:
    """The files of an entity on a day: parts, formats, packing and style are chosen."""
    if not rows:
        return empty_files(chooser, entity)
    if chooser.chance(30):
        rows = rows[::-1]
    part_count = min(len(rows), chooser.pick((1, 1, 1, 2, 3)))
    # As texts, "10" comes before "2".
    parts = ("2", "10", "late") if part_count > 1 else (chooser.pick(("", "", "0001")),)
    files = []
    for number in range(part_count):
        part_rows = tuple(rows[number::part_count])
        formats = FORMATS[1:] if has_pipe_label(part_rows) else FORMATS
        files.append(laid_out_file(chooser, entity, parts[number], part_rows, formats))
    return files


def laid_out_file(
    chooser: Chooser, entity: str, part: str, rows: tuple[Row, ...], formats: Sequence[str]
) -> ExportFile:
    """One file, its format, packing and style chosen."""
    file_format = chooser.pick(formats)
    compression = chooser.pick(COMPRESSIONS)
    if file_format == "parquet" and not chooser.chance(20):
        compression = ""
    return ExportFile(
        name=file_name(entity, part, file_format, compression),
        entity=entity,
        format=file_format,
        rows=rows,
        style=chooser.number(0, STYLES - 1),
        has_byte_order_mark=chooser.chance(10),
    )


def empty_files(chooser: Chooser, entity: str) -> list[ExportFile]:
    """What an entity with nothing new gets: nothing, no bytes, or a header alone."""
    if not chooser.chance(25):
        return []
    file = laid_out_file(chooser, entity, "", (), FORMATS)
    return [replace(file, is_bare=file.format == "csv" and chooser.chance(50))]


def file_name(entity: str, part: str, file_format: str, compression: str) -> str:
    """The name of a file."""
    return f"{entity}{'.' if part else ''}{part}.{file_format}{compression}"


def has_pipe_label(rows: Iterable[Row]) -> bool:
    """Whether a row has a label that a CSV cannot tell."""
    return any("|" in label for row in rows for label in row.get("labels") or ())


def assembled(
    chooser: Chooser, zone: str, days: list[date], deliveries: list[Delivery], *, keeps_later: bool
) -> Inbox:
    """Rows on the first export day that is not before theirs.

    What would come after the last day is left out, or (keeps_later) comes on the last day, so that
    the inbox holds activity after its last export day.
    """
    rows: dict[date, dict[str, list[Row]]] = {day: defaultdict(list) for day in days}
    for delivery in deliveries:
        day = next((day for day in days if day >= delivery.day), None)
        if day is None and keeps_later:
            day = days[-1]
        if day is not None:
            rows[day][delivery.entity].append(delivery.row)
    files = {day: laid_out_day(chooser.number(0, LAYOUTS), rows[day]) for day in days}
    return Inbox(zone, files)


def consecutive_days(first_day: date, days: int, pause: int = 0) -> list[date]:
    """Days one after the other; before the last third (at least one) so many are left out."""
    before_pause = days - max(1, days // 3)
    return [
        first_day + (number + (pause if number >= before_pause else 0)) * ONE_DAY
        for number in range(days)
    ]
