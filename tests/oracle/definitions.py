"""What others' definitions of a number give, each computed from the records by itself.

Every definition is a list of observations: a day, an agent, a value and a thread; then a statistic
of those of a range. Nothing is turned axis by axis here: that the steps lead from ours to another's
is for the tests to see.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

from tests.oracle.explain import Range
from tests.oracle.metrics import Report
from tests.oracle.periods import mean, quantile

Row = dict[str, Any]


class Seen(NamedTuple):
    """One observation; the thread is null where it does not stand."""

    day: date | None
    agent_id: str | None
    value: float | None
    thread: Row | None
    thread_id: str


Definition = tuple[Callable[[Report], list[Seen]], Callable[[list[float]], float | None]]


def median(values: list[float]) -> float | None:
    """The middle value."""
    return quantile(values, 0.5)


def seen(day: date | None, agent_id: str | None, value: float | None, thread: Row) -> Seen:
    """An observation of a thread that stands."""
    return Seen(day, agent_id, value, thread, thread["thread_id"])


def durations(report: Report, measure: str) -> list[tuple[Row, Row]]:
    """The durations of a measure that have seconds, with their threads."""
    return [
        (row, report.threads_by_id[row["thread_id"]])
        for row in report.durations
        if row["measure"] == measure and row["seconds"] is not None
    ]


def working(row: Row) -> float:
    """Seconds by opening hours, where there are any."""
    return float(row["seconds"] if row["business_seconds"] is None else row["business_seconds"])


def timed(
    measure: str, day: str, value: Callable[[Row, Row], float | None]
) -> Callable[[Report], list[Seen]]:
    """Durations of a measure on a day of theirs, by a value that may be null."""
    return lambda report: [
        seen(row[day], row["agent_id"], value(row, thread), thread)
        for row, thread in durations(report, measure)
    ]


def seconds(row: Row, _: Row) -> float:
    """Seconds as they are."""
    return float(row["seconds"])


def since_creation(row: Row, thread: Row) -> float | None:
    """Seconds from the thread's creation to the end, unless that lies before."""
    passed = (row["ended_at"] - thread["created_at"]).total_seconds()
    return float(passed) if passed >= 0 else None


def since_message(row: Row, thread: Row) -> float | None:
    """Seconds from the thread's first message of a user to the end, unless there is none before."""
    start = thread["first_user_message_at"]
    if start is None or start > row["ended_at"]:
        return None
    return float((row["ended_at"] - start).total_seconds())


def if_answered(row: Row, thread: Row) -> float | None:
    """Seconds of a thread that an agent wrote in."""
    return float(row["seconds"]) if thread["agent_messages"] else None


def agent_messages(report: Report) -> dict[str, list[Row]]:
    """The counted messages of agents by thread, in order."""
    found = defaultdict(list)
    for message in sorted(report.messages, key=lambda m: (m["sent_at"], m["message_id"])):
        if message["is_counted"] and message["author_type"] == "agent":
            found[message["thread_id"]].append(message)
    return found


def second_answers(report: Report) -> list[Seen]:
    """The first answer since creation; the second message where an agent opened the thread."""
    answers = timed("first_response", "thread_created_date", since_creation)(report)
    for thread_id, messages in agent_messages(report).items():
        thread = report.threads_by_id[thread_id]
        if thread["is_agent_started"] and len(messages) > 1:
            passed = (messages[1]["sent_at"] - thread["created_at"]).total_seconds()
            answers.append(
                seen(
                    thread["created_date"],
                    messages[1]["agent_id"],
                    passed if passed >= 0 else None,
                    thread,
                )
            )
    return answers


def gaps(report: Report) -> list[Seen]:
    """From each message of an agent to the next."""
    return [
        seen(
            report.threads_by_id[thread_id]["created_date"],
            after["agent_id"],
            (after["sent_at"] - before["sent_at"]).total_seconds(),
            report.threads_by_id[thread_id],
        )
        for thread_id, messages in agent_messages(report).items()
        for before, after in pairwise(messages)
    ]


def each_closing(report: Report) -> list[Seen]:
    """Every closing, from the thread's creation."""
    found = []
    for thread in report.threads:
        for closing in report.closings[thread["thread_id"]]:
            agent_id = closing.agent_id
            if agent_id is None and closing.closed_at == thread["closed_at"]:
                agent_id = thread["closer_agent_id"]
            value = since_creation({"ended_at": closing.closed_at}, thread)
            day = report.local_date(closing.closed_at)
            found.append(seen(day, agent_id or thread["assigned_agent_id"], value, thread))
    return found


def first_closings(report: Report) -> list[Seen]:
    """The first closing of each thread, on its thread's day."""
    return [
        seen(
            row["thread_created_date"],
            row["agent_id"] or thread["closer_agent_id"] or thread["assigned_agent_id"],
            row["seconds"],
            thread,
        )
        for row, thread in durations(report, "first_resolution")
    ]


def replies_of_closed(report: Report) -> list[Seen]:
    """Of each closed thread, the working seconds of its replies together."""
    sums: dict[str, float] = defaultdict(float)
    for row, thread in durations(report, "reply"):
        if thread["status"] == "closed":
            sums[thread["thread_id"]] += working(row)
    threads = [(report.threads_by_id[name], value) for name, value in sums.items()]
    return [seen(t["created_date"], t["closer_agent_id"], value, t) for t, value in threads]


def touched(
    holds: Callable[[Report, Row], bool], day: str = "created_date"
) -> Callable[[Report], list[Seen]]:
    """Closed threads, and whether one touch was enough."""
    return lambda report: [
        seen(t[day], t["assigned_agent_id"], float(not t["is_reopened"] and holds(report, t)), t)
        for t in report.threads
        if t["status"] == "closed"
    ]


def teammates(report: Report, thread: Row) -> int:
    """How many agents wrote in a thread."""
    return len({m["agent_id"] for m in agent_messages(report)[thread["thread_id"]]})


def quarter_hours(report: Report) -> list[Seen]:
    """Threads that were ever closed, and whether within 15 minutes."""
    return [
        seen(
            row["thread_created_date"],
            thread["assigned_agent_id"],
            float(row["seconds"] is not None and row["seconds"] <= 900),
            thread,
        )
        for row in report.durations
        if row["measure"] == "first_resolution" and row["ended_at"] is not None
        for thread in [report.threads_by_id[row["thread_id"]]]
    ]


def rated(
    value: Callable[[int], float | None], day: str = "rated_date"
) -> Callable[[Report], list[Seen]]:
    """Ratings by what a score is worth."""

    def ratings(report: Report) -> list[Seen]:
        found = []
        for row in report.ratings:
            thread = report.threads_by_id.get(row["thread_id"])
            on = row["rated_date"] if day == "rated_date" else thread and thread["closed_date"]
            found.append(Seen(on, row["agent_id"], value(row["score"]), thread, row["thread_id"]))
        return found

    return ratings


CREATED, ENDED = "thread_created_date", "ended_date"
OURS_FIRST = (timed("first_response", CREATED, seconds), median)
OURS_REPLY = (timed("reply", ENDED, seconds), median)
OURS_CLOSING = (timed("resolution", CREATED, seconds), median)
ONE_MESSAGE = touched(lambda _, t: t["agent_messages"] == 1)
SHARE: Definition = (rated(lambda score: float(score >= 4)), mean)

DEFINITIONS: dict[str, dict[str, Definition]] = {
    "first_response_seconds": {
        "ours": OURS_FIRST,
        "zendesk": (second_answers, median),
        "intercom": OURS_FIRST,
        "chatwoot": (timed("first_response", ENDED, since_creation), mean),
        "front": (timed("first_response", CREATED, lambda row, _: working(row)), mean),
        "help_scout": (timed("first_response", ENDED, seconds), mean),
        "gorgias": (timed("first_response", ENDED, seconds), median),
        "plain": (timed("first_response", ENDED, seconds), median),
        "bird": (timed("first_response", CREATED, since_creation), mean),
        "dbt_intercom": (timed("first_response", CREATED, since_creation), median),
    },
    "reply_seconds": {
        "ours": OURS_REPLY,
        "intercom": (timed("reply", CREATED, seconds), median),
        "chatwoot": (timed("reply", ENDED, lambda row, _: row["seconds_after_bot"]), mean),
        "front": (timed("reply", ENDED, lambda row, _: working(row)), mean),
        "help_scout": (timed("reply", ENDED, seconds), mean),
        "plain": (gaps, median),
    },
    "closing_seconds": {
        "ours": OURS_CLOSING,
        "zendesk": OURS_CLOSING,
        "zendesk_first_resolution": (first_closings, median),
        "intercom": (timed("resolution", CREATED, since_message), median),
        "chatwoot": (each_closing, mean),
        "front": (replies_of_closed, mean),
        "help_scout": (timed("resolution", ENDED, if_answered), mean),
        "gorgias": (timed("resolution", ENDED, since_message), median),
        "plain": (timed("resolution", CREATED, since_message), median),
        "bird": (timed("resolution", CREATED, seconds), mean),
        "richpanel": (first_closings, median),
    },
    "one_touch_threads": {
        "ours": (ONE_MESSAGE, sum),
        "zendesk": (touched(lambda _, t: t["agent_messages"] - t["is_agent_started"] == 1), sum),
        "zendesk_before": (touched(lambda _, t: t["agent_messages"] < 2), sum),
        "intercom": (touched(lambda report, t: teammates(report, t) == 1), sum),
        "help_scout": (touched(lambda _, t: t["agent_messages"] == 1, "closed_date"), sum),
        "zammad": (quarter_hours, sum),
    },
    "csat_ratio": {
        "ours": SHARE,
        "zendesk": (rated(lambda score: None if score == 3 else float(score > 3)), mean),
        "chatwoot": SHARE,
        "gorgias": (rated(float), mean),
        "freescout": (rated(lambda score: float((score > 3) - (score < 3))), mean),
        "frappe": (rated(float, "closed_date"), mean),
    },
}


def value_by(report: Report, number: str, name: str, asked: Range) -> tuple[float | None, int]:
    """What a definition gives for a range, and of how many threads."""
    observe, statistic = DEFINITIONS[number][name]
    found = [
        each
        for each in observe(report)
        if each.value is not None
        and asked.holds(each.day)
        and (asked.agent is None or each.agent_id == (asked.agent or None))
        and asked.filters.keep(each.thread)
    ]
    values = [float(each.value) for each in found if each.value is not None]
    return statistic(values), len({each.thread_id for each in found})
