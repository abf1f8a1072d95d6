"""The closing lines of a run: what is missing, what was set aside, what waits, what looks odd.

Only what a person should look at has a line. Identifiers of customers and texts are in none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date

import duckdb

from orchestration.exports import DayManifest, read_manifests
from orchestration.exports.coverage import in_words, missing_in_words
from orchestration.exports.failed_days import read_failed_days
from orchestration.exports.reading.remarks import WORDS, Remark, Remarks, from_json
from orchestration.machine import zones
from orchestration.machine.lock import hold_lock
from orchestration.settings import Settings
from orchestration.warehouse.build import coverage_of

_DAYS_NAMED = 5
_NAMES_SHOWN = 3

# By the day on which the waiting record was delivered.
_WAITING_MESSAGES = """
    select export_date, count(*) as messages
    from intermediate.int_messages_orphaned
    group by export_date
    order by export_date
"""
_WAITING_RATINGS = """
    select ratings.export_date, count(*) as ratings
    from intermediate.int_ratings_deduplicated as ratings
    anti join intermediate.int_threads_versioned as threads
        on ratings.thread_id = threads.thread_id
    group by ratings.export_date
    order by ratings.export_date
"""
# Another spelling is one with other blanks, other capital letters or other zeros at its start.
# It takes a look at every conversation, so it is asked only where messages wait; and most are
# spelled plainly, so that only the others' spelling is worked out.
_SPELLING = "regexp_replace(lower(trim(thread_id)), '^0+', '')"
_OTHERWISE_SPELLED = f"""
    with waiting as (
        select {_SPELLING} as spelling
        from intermediate.int_messages_orphaned
    )

    select count(*)
    from waiting
    where spelling in (
        select thread_id from intermediate.int_threads_versioned
        union all
        select {_SPELLING} from intermediate.int_threads_versioned
        where thread_id <> lower(thread_id) or ends_with(thread_id, ' ')
            or starts_with(thread_id, ' ') or starts_with(thread_id, '0')
    )
"""
_UNNAMED_AGENTS = """
    select agent_id from dim_agents
    anti join intermediate.int_agents_deduplicated using (agent_id)
    order by agent_id
"""
_SHARED_NAMES = "select name from dim_agents group by name having count(*) > 1 order by name"


def closing_lines(settings: Settings, loaded: Collection[date]) -> list[str]:
    """What a person should look at after a run that has loaded these days."""
    manifests = read_manifests(settings.raw_folder)
    brought = [manifests[day] for day in sorted(loaded) if day in manifests]
    differing = zones.disagreement(settings.timezone)
    return [
        *([f"{differing}."] if differing else []),
        *_days(settings, manifests),
        *_rejected(brought),
        *_remarks(brought),
        *_of_the_warehouse(settings),
    ]


def days_behind(settings: Settings) -> int:
    """How many days that should have come lie between the last loaded one and today."""
    coverage = coverage_of(settings)
    if coverage.as_of_date is None:
        return 0
    return len(coverage.late(zones.today(settings.timezone)))


def _days(settings: Settings, manifests: Mapping[date, DayManifest]) -> Iterator[str]:
    failed = {
        day: reason
        for day, reason in read_failed_days(settings.raw_folder).items()
        if day not in manifests
    }
    missing = [day for day in coverage_of(settings).missing if day not in failed]
    if missing:
        yield f"{missing_in_words(missing)}. See: inbox days list"
    if failed:
        days = [in_words(day) for day in failed]
        what = "1 day cannot be loaded" if len(days) == 1 else f"{len(days)} days cannot be loaded"
        yield f"{what}: {_some(days, _DAYS_NAMED)}. See: inbox days list"
    late = days_behind(settings)
    if late:
        yield f"The data are {late} {'day' if late == 1 else 'days'} behind."


def _rejected(brought: Sequence[DayManifest]) -> Iterator[str]:
    rows = {day.export_date: sum(day.rows_rejected.values()) for day in brought}
    rows = {day: count for day, count in rows.items() if count}
    if rows:
        yield (
            f"{_count(sum(rows.values()), 'row was', 'rows were')} rejected "
            f"({_by_day(rows)}). See: inbox quarantine list"
        )


def _remarks(brought: Sequence[DayManifest]) -> Iterator[str]:
    found: dict[str, Remarks] = {}
    for day in brought:
        for file in day.files:
            found.setdefault(file.entity, Counter()).update(from_json(file.remarks))
    for entity, remarks in found.items():
        for (column_name, remark), count in sorted(remarks.items()):
            yield f"{entity}.{column_name}: {WORDS[Remark(remark)]} ({count})."


def _of_the_warehouse(settings: Settings) -> Iterator[str]:
    """What the tables tell."""
    if not settings.warehouse_database.exists():
        return
    try:
        with (
            hold_lock(settings.warehouse_lock, "a summary"),
            closing(duckdb.connect(str(settings.warehouse_database), read_only=True)) as connection,
        ):
            yield from _waiting(connection)
            yield from _agents(connection)
    except duckdb.CatalogException:  # not made yet, or a cluster's, which this file has not
        return
    except duckdb.ConnectionException:  # a build that failed has it open until the process ends
        return


def _waiting(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    messages, ratings = (
        dict(connection.execute(query).fetchall())
        for query in (_WAITING_MESSAGES, _WAITING_RATINGS)
    )
    if messages:
        yield _wait_in_words(messages, "message waits", "messages wait")
        ((otherwise,),) = connection.execute(_OTHERWISE_SPELLED).fetchall()
        if otherwise:
            yield (
                f"{_count(otherwise, 'of them names', 'of them name')} one that is there in "
                "another spelling (blanks, capital letters or zeros at the start)."
            )
    if ratings:
        yield _wait_in_words(ratings, "rating waits", "ratings wait")


def _wait_in_words(rows: Mapping[date, int], one: str, many: str) -> str:
    return f"{_count(sum(rows.values()), one, many)} for a conversation ({_by_day(rows)})."


def _agents(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    unnamed = [agent for (agent,) in connection.execute(_UNNAMED_AGENTS).fetchall()]
    if unnamed:
        what = _count(len(unnamed), "agent is", "agents are")
        yield f"{what} named by no record of agents: {_some(unnamed, _NAMES_SHOWN)}."
    shared = [name for (name,) in connection.execute(_SHARED_NAMES).fetchall()]
    if shared:
        what = _count(len(shared), "name is that", "names are those")
        yield f"{what} of more than one agent: {_some(shared, _NAMES_SHOWN)}."


def _by_day(rows: Mapping[date, int]) -> str:
    return _some([f"{day}: {count}" for day, count in rows.items()], _DAYS_NAMED)


def _some(texts: Sequence[str], most: int) -> str:
    more = f" and {len(texts) - most} more" if len(texts) > most else ""
    return ", ".join(texts[:most]) + more


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
