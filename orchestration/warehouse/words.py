"""What a failed test means, in words: the same for the run's failure, its check and the alert."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from orchestration.exports import DayManifest, read_manifests
from orchestration.exports.healing import FEWEST_ROWS, is_too_many, unresolved_rows
from orchestration.exports.quarantine import QuarantineGroup, quarantine_groups
from orchestration.exports.reading.schema import CONTRACTS, Kind
from orchestration.publishing.record import read_publication
from orchestration.settings import Settings
from orchestration.warehouse.results import DbtResult

REJECTED_TEST = "assert_rejected_rows_are_few"
_MOST_TOLD = 3
_KINDS = {
    Kind.IDENTIFIER: "an identifier",
    Kind.TEXT: "a text",
    Kind.TIMESTAMP: "a time",
    Kind.INTEGER: "a number",
    Kind.BOOLEAN: "a boolean",
    Kind.CHOICE: "one of a list",
    Kind.LABELS: "a list of labels",
    Kind.BODY: "a text",
}


def in_words(settings: Settings, results: Sequence[DbtResult]) -> list[DbtResult]:
    """The results, those of tests that did not pass with what that means as their message."""
    return [
        replace(result, message=_meaning(settings, result), is_told=True)
        if result.resource_type == "test" and result.status in ("fail", "warn")
        else result
        for result in results
    ]


def too_many_rejected(settings: Settings) -> list[str]:
    """For each day and entity with too many rejected rows: how many, why, and what to run next."""
    raw = settings.raw_folder
    manifests = read_manifests(raw)
    unresolved = unresolved_rows(raw, manifests, settings.max_rejected)
    groups = quarantine_groups(raw)
    return [
        _one_day(manifests[day], day, entity, rows, groups, settings.max_rejected)
        for (day, entity), rows in unresolved.items()
        if is_too_many(rows, manifests[day].rows_read[entity], settings.max_rejected)
    ]


def _meaning(settings: Settings, result: DbtResult) -> str:
    if result.name == REJECTED_TEST and (texts := too_many_rejected(settings)):
        more = len(texts) - _MOST_TOLD
        others = f" {more} more: inbox days list." if more > 0 else ""
        return f"{' '.join(texts[:_MOST_TOLD])}{others} {_what_readers_have(settings)}"
    rows = result.failures or 0
    found = f"{rows} {'row' if rows == 1 else 'rows'} found."
    if result.description:
        return f"{' '.join(result.description.split())} {found}"
    return f"{result.name} does not hold: {found}"


def words_of_check(result: DbtResult) -> str:
    """What a test has found, also where that is nothing."""
    if result.message and result.status != "pass":
        return result.message
    return "Holds: no row was found that contradicts it."


def _one_day(
    manifest: DayManifest,
    day: date,
    entity: str,
    rows: int,
    groups: Sequence[QuarantineGroup],
    max_rejected: float,
) -> str:
    rejected, read = manifest.rows_rejected[entity], manifest.rows_read[entity]
    healed = f", and {rejected - rows} of them have come again since" if rows < rejected else ""
    limit = max(FEWEST_ROWS - 1, int(max_rejected * read))
    return (
        f"{day}: {rejected} of {read} rows of {entity} are rejected{healed}"
        f"{_commonest(groups, day, entity)}; at most {limit} may be."
        f" See them: inbox quarantine show --day {day} --entity {entity}. Deliver them again, on"
        f" any day, or take the day as it is: inbox quarantine accept {day}."
    )


def _commonest(groups: Sequence[QuarantineGroup], day: date, entity: str) -> str:
    """The reason of most rows, with its column and what that holds; none of retention's days."""
    counts: Counter[tuple[str, str]] = Counter()
    for group in groups:
        if (group.export_date, group.entity) == (day, entity):
            counts[group.column_name, group.reason] += group.rows
    if not counts:
        return ""
    ((column_name, reason), rows), *_ = counts.most_common(1)
    column = CONTRACTS[entity].by_name.get(column_name)
    what = f"{column_name} ({_KINDS[column.kind]})" if column is not None else "a row"
    return f", most often ({rows}) because {what} {reason}"


def _what_readers_have(settings: Settings) -> str:
    publication = read_publication(settings.published_folder)
    if publication is None:
        return "Nothing is published yet."
    return f"Readers keep the data to {publication.as_of_date}."


def first_words(results: Sequence[DbtResult]) -> str:
    """What the first of some failures says."""
    first = results[0]
    text = first.message or first.status
    return text if first.is_told else f"{first.name}: {text}"


def all_words(results: Sequence[DbtResult]) -> Mapping[str, str]:
    """What each of some failures says, by its name."""
    return {result.name: result.message or result.status for result in results}
