"""The state of the inbox on a page of Markdown: arrived, late, set aside, what readers have.

Belongs here: what is told, with the places of the UI where more is seen. Does not: how the UI is
told of it. Identifiers of customers and texts are in none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from orchestration.errors import InboxError
from orchestration.exports import DayManifest, read_manifests
from orchestration.exports.coverage import in_words, missing_in_words
from orchestration.exports.failed_days import read_failed_days
from orchestration.exports.quarantine import quarantined_rows, reason_kind
from orchestration.machine import zones
from orchestration.publishing.record import Publication, read_publication
from orchestration.publishing.targets import is_delivered
from orchestration.settings import Settings
from orchestration.warehouse.build import coverage_of
from orchestration.warehouse.publication import is_published

RECENT_DAYS = 30
_DAYS_EXPLAINED = 3
_REASONS_TOLD = 5

_CLICKS = """### What to click

| to | click |
| --- | --- |
| load a day that has come | nothing: it is loaded by itself; or [the day]({days}), Materialize |
| see why a day was not loaded | [the check]({arrival}); of the day itself, in red, View logs |
| see why a run failed | [Runs]({base}/runs), the run: its message is the reason |
| see what was set aside | [the day]({days}), `rejected_rows`; `inbox quarantine list` |
| build and publish again | [the job]({base}/jobs), `build_and_publish` |
| see what readers see | [the six cards]({cards}), `report` |
"""


@dataclass(frozen=True)
class Overview:
    """The answers to an operator's first questions, by question, and the page that has them all."""

    answers: Mapping[str, str]
    page: str


@dataclass(frozen=True)
class HeldBack:
    """What keeps readers from what is loaded.

    what: that was done last, such as build. reason: in words. is_tried_again: by itself, shortly.
    did: how it ended.
    """

    what: str
    reason: str
    is_tried_again: bool = False
    did: str = "could not be ended"


def overview(
    settings: Settings, held_back: HeldBack | None = None, *, is_erasing: bool = False
) -> Overview:
    """What an operator asks first in the morning, answered, with a link to where more is seen.

    held_back: why what has just ended keeps readers from what is loaded. is_erasing:
    whether users are to be erased before readers get anything.
    """
    base = settings.dagster_url.rstrip("/")
    days = f"{base}/assets/raw_manifests?view=partitions"
    checks = f"{base}/assets/raw_manifests?view=checks"
    cards = f"{base}/assets/published/mart_inbox_cards?view=events"
    manifests = read_manifests(settings.raw_folder)
    newest = _newest(settings, held_back, is_erasing=is_erasing)
    rows = [
        ("What has arrived?", _arrived(manifests), f"[its days]({days})"),
        ("What is late or missing?", _late(settings, manifests), f"[its checks]({checks})"),
        ("What was set aside, and why?", _set_aside(settings, manifests), f"[its days]({days})"),
        ("What do readers have?", _readers(settings), f"[the cards]({cards})"),
        ("Is that the newest?", newest, f"[runs]({base}/runs)"),
    ]
    table = "\n".join(f"| {question} | {answer} | {link} |" for question, answer, link in rows)
    arrival = f"{checks}&checkDetail=export_of_yesterday_is_loaded"
    clicks = _CLICKS.format(base=base, days=days, cards=cards, arrival=arrival)
    return Overview(
        {question: answer for question, answer, _ in rows},
        f"| question | answer | more |\n| --- | --- | --- |\n{table}\n\n{clicks}",
    )


def _arrived(manifests: Mapping[date, DayManifest]) -> str:
    if not manifests:
        return "No export day is loaded yet."
    newest = max(manifests)
    brought = ", ".join(
        f"{rows:,} {entity.replace('_', ' ')}"
        for entity, rows in manifests[newest].rows_read.items()
        if rows
    )
    days = _count(len(manifests), "export day is", "export days are")
    return f"{days} loaded, the last of them {in_words(newest)} with {brought or 'no rows'}."


def _late(settings: Settings, manifests: Mapping[date, DayManifest]) -> str:
    coverage = coverage_of(settings)
    today = zones.today(settings.timezone)
    failed = {
        day: reason
        for day, reason in read_failed_days(settings.raw_folder).items()
        if day not in manifests
    }
    missing = [day for day in (*coverage.missing, *coverage.late(today)) if day not in failed]
    told = [f"{missing_in_words(missing)}."] if missing else []
    told += [f"{in_words(day)} cannot be loaded: {_cell(failed[day])}" for day in sorted(failed)]
    return " ".join(told) or "Nothing: every day to yesterday is loaded."


def _set_aside(settings: Settings, manifests: Mapping[date, DayManifest]) -> str:
    recent = sorted(manifests)[-RECENT_DAYS:]
    bad = {day: sum(manifests[day].rows_rejected.values()) for day in recent}
    bad = {day: rows for day, rows in bad.items() if rows}
    if not bad:
        return f"No row of the last {_count(len(recent), 'day', 'days')}."
    total = _count(sum(bad.values()), "row", "rows")
    reasons = "; ".join(_reasons(settings, sorted(bad)[-_DAYS_EXPLAINED:]))
    return f"{total} of {_count(len(bad), 'day', 'days')} of the last {len(recent)}: {reasons}."


def _reasons(settings: Settings, days: list[date]) -> Iterator[str]:
    """Why the rows of some days were set aside, the most frequent reasons of each."""
    for day in days:
        counts = Counter(
            (row["entity"], row["column_name"] or "a row", reason_kind(row["reason"]))
            for row in quarantined_rows(settings.raw_folder, day)
        )
        told = [
            f"{rows} of {entity}, {column} {_cell(reason)}"
            for (entity, column, reason), rows in counts.most_common(_REASONS_TOLD)
        ]
        more = f" and {len(counts) - _REASONS_TOLD} more" if len(counts) > _REASONS_TOLD else ""
        yield f"{in_words(day)}: {', '.join(told) or 'closed by retention'}{more}"


def _readers(settings: Settings) -> str:
    publication = read_publication(settings.published_folder)
    return "Nothing is published yet." if publication is None else _published(publication)


def _newest(settings: Settings, held_back: HeldBack | None, *, is_erasing: bool) -> str:
    if held_back is not None:
        return _held_back(held_back)
    try:
        if not is_published(settings):
            return "No: what is loaded is not published yet. A build follows each load by itself."
        if is_erasing:
            return "No: users are to be erased. The next run does it, before anything else."
        if not is_delivered(settings):
            return "Only here: a further target has not taken it yet. The next run sends it."
    except InboxError as error:  # such as opening hours that cannot be read
        return f"It cannot be said: {_cell(str(error))}"
    return "Yes: readers have all that is loaded."


def _held_back(held_back: HeldBack) -> str:
    told = f"No: the last {held_back.what} {held_back.did}, so readers keep what they have."
    again = "It is tried again by itself." if held_back.is_tried_again else ""
    reason = _cell(held_back.reason)
    ends = "" if reason.endswith((".", "!", "?")) else "."
    return f"{told} {reason}{ends} {again}".rstrip()


def _published(publication: Publication) -> str:
    counts = ", ".join(
        f"{publication.rows[table]:,} {words}"
        for table, words in (
            ("fct_threads", "conversations"),
            ("fct_messages", "messages"),
            ("fct_ratings", "ratings"),
        )
        if table in publication.rows
    )
    return (
        f"The data to {in_words(publication.as_of_date)}, published "
        f"{publication.published_at:%Y-%m-%d %H:%M} UTC: {counts}."
    )


def _cell(text: str) -> str:
    """A text as one cell of a table."""
    return " ".join(text.replace("|", "\\|").split())


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
