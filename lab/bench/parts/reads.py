"""What readers wait for: the report's queries, distinct users."""

from __future__ import annotations

from lab.bench import inputs
from lab.bench.measure import run
from lab.bench.parts.tables import Result, ratio
from lab.bench.sizes import Size


def queries(size: Size, repetitions: int) -> Result:
    """The report's queries on the published file."""
    published = inputs.published_file(size)
    inputs.say("querying the published file")
    measured = run("lab.bench.queries:report_queries", published=str(published))
    names = list(dict.fromkeys(one["query"] for one in measured))
    ranges = list(dict.fromkeys(one["range"] for one in measured))
    cost = {(one["query"], one["range"]): one["milliseconds"] for one in measured}
    return {
        "columns": ["wall milliseconds, warm", *ranges],
        "rows": [[name, *(f"{cost[name, span]:,.0f}" for span in ranges)] for name in names],
        "notes": ["The median of five in one open connection, after one that is not counted."],
        "measured": measured,
    }


def distinct(size: Size, repetitions: int) -> Result:
    """Exact distinct users by previous active days, against count(distinct)."""
    published = inputs.published_file(size)
    inputs.say("counting distinct users")
    measured = run(
        "lab.bench.queries:distinct_users", published=str(published), repetitions=repetitions
    )
    return {
        "columns": [
            "exact users by",
            "of",
            "previous days, CPU s",
            "count(distinct), CPU s",
            "ratio",
        ],
        "rows": [
            [
                one["grain"],
                "each agent" if one["by_agent"] else "the inbox",
                f"{one['previous_days']:.3f}",
                f"{one['count_distinct']:.3f}",
                ratio(one["count_distinct"], max(one["previous_days"], 1e-4)),
            ]
            for one in measured
        ],
        "notes": ["Over all days of the history. Both give the same counts, which is checked."],
        "measured": measured,
    }
