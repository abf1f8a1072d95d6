"""Inboxes to try the pipeline on: seeded, or drawn by Hypothesis.

Only the making of exports belongs here and in what is used here; what they mean is told by `read`
and `metrics`. An inbox with every corner case at once is made in `corner_cases`.
"""

from collections.abc import Callable, Sequence
from datetime import date
from functools import cache, partial
from typing import Any

from hypothesis import strategies as st

from tests.oracle.choosing import Chooser, DrawnChooser, RandomChooser
from tests.oracle.corrections import corrected, with_bad_rows
from tests.oracle.deliveries import agent_delivery, thread_deliveries
from tests.oracle.events import with_events
from tests.oracle.filing import assembled, consecutive_days
from tests.oracle.inbox import LAYOUTS, ZONES, Inbox, telling_first_days
from tests.oracle.plans import AGENTS, AgentPlan, ThreadPlan, make_agent, make_thread
from tests.oracle.writing import write_day, write_inbox

__all__ = ["corrections", "generate_inbox", "inboxes", "write_day", "write_inbox"]


def generate_inbox(
    seed: int,
    first_day: date = date(2024, 1, 1),
    days: int = 30,
    threads_per_day: int = 10,
    zone: str = "UTC",
    *,
    pause: int = 0,
    keeps_later: bool = False,
    bad_rows: bool = False,
    events: bool = False,
) -> Inbox:
    """An inbox that follows from its seed, with every kind of trouble at some rate.

    pause leaves out so many days (no folder, no activity) before the last third of the days;
    keeps_later brings activity after the last export day; bad_rows adds rows for the quarantine,
    events teams and what happened to threads.
    """
    chooser = RandomChooser(seed)
    export_days = consecutive_days(first_day, days, pause)
    deliveries = [
        agent_delivery(plan, zone, export_days[plan.day])
        for plan in (make_agent(chooser, days - 1) for _ in range(len(AGENTS)))
    ]
    number = 0
    for place, day in enumerate(export_days):
        is_quiet = chooser.chance(5)
        for _ in range(0 if is_quiet else chooser.number(0, 2 * threads_per_day)):
            number += 1
            plan = make_thread(chooser, place, place, most_messages=12)
            deliveries += thread_deliveries(plan, number, zone, day)
    inbox = assembled(chooser, zone, export_days, deliveries, keeps_later=keeps_later)
    if events:
        inbox = with_events(inbox, seed)
    return with_bad_rows(inbox, seed)[0] if bad_rows else inbox


@cache
def _small_thread_maker(days: int) -> Callable[[Chooser], ThreadPlan]:
    return partial(make_thread, first_day=0, last_day=days - 1, most_messages=5)


@cache
def _agent_maker(days: int) -> Callable[[Chooser], AgentPlan]:
    return partial(make_agent, last_day=days - 1)


@st.composite
def inboxes(
    draw: Callable[[st.SearchStrategy[Any]], Any],
    zones: Sequence[str] = ZONES,
    most_days: int = 4,
    most_threads: int = 12,
    *,
    pauses: bool = True,
    bad_rows: bool = False,
) -> Inbox:
    """Small inboxes of a zone among some: a few days, a few threads; they shrink to a bare day.

    pauses lets a year pass before the last day now and then; one in five tells no events or teams.
    """
    chooser = DrawnChooser(draw)
    zone = chooser.pick(zones)
    first_day = chooser.pick(telling_first_days(zone))
    day_count = chooser.number(1, most_days)
    pause = 400 if pauses and day_count > 1 and chooser.chance(5) else 0
    days = consecutive_days(first_day, day_count, pause)
    make = _small_thread_maker(day_count)
    deliveries = []
    for number, plan in enumerate(chooser.several(make, most_threads), start=1):
        deliveries += thread_deliveries(plan, number, zone, days[plan.day])
    for agent_plan in chooser.several(_agent_maker(day_count), 3):
        deliveries.append(agent_delivery(agent_plan, zone, days[agent_plan.day]))
    keeps_later = chooser.chance(25)
    inbox = assembled(chooser, zone, days, deliveries, keeps_later=keeps_later)
    if not chooser.chance(20):
        inbox = with_events(inbox, chooser.number(0, LAYOUTS))
    return with_bad_rows(inbox, chooser.number(0, LAYOUTS))[0] if bad_rows else inbox


@st.composite
def corrections(draw: Callable[[st.SearchStrategy[Any]], Any], inbox: Inbox) -> tuple[date, Inbox]:
    """A day of an inbox, and the inbox with that day rewritten."""
    chooser = DrawnChooser(draw)
    day = chooser.pick(list(inbox.days))
    return day, corrected(inbox, day, chooser.number(0, LAYOUTS))
