"""The table of docs/metrics.md: what each number is, on which day and for which agent it counts."""

from __future__ import annotations

from lab.numbers.register import Number
from orchestration.warehouse.numbers import read_register

_DAYS = {
    "created_date": "created",
    "sent_date": "sent",
    "rated_date": "rated",
    "closed_date": "closed",
    "ended_date": "reply sent",
    "started_date": "wait began",
}
_AGENTS = {
    ("threads", "assigned_agent_id"): "assignee now",
    ("threads", "first_responder_id"): "who sent the first response",
    ("messages", "assigned_agent_id"): "assignee now of the thread",
    ("messages", "agent_id"): "who sent it",
    ("ratings", "agent_id"): "see below",
    ("waits", "agent_id"): "who sent the reply",
    ("waits", "assigned_agent_id"): "assignee now",
    ("closings", "agent_id"): "see below",
}
_TIMED = {
    "first_response": "who sent the first response",
    "reply": "who sent the reply",
    "resolution": "who closed it, else the assignee",
    "first_resolution": "who closed it first, where events tell",
}


def docs_table() -> str:
    """The table, a row a number that any scope shows."""
    lines = [
        "| number | what it is | on which day | for which agent | sum |",
        "| --- | --- | --- | --- | --- |",
    ]
    shown = {n: number for n, number in read_register().items() if number.get("only_in") != []}
    for name, number in shown.items():
        cells = (f"`{name}`", number["description"], _day(number), _agent(number), _sum(number))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _day(number: Number) -> str:
    parts = read_register()
    if number["kind"] == "ratio":
        return _day(parts[number["over"]])
    if number["kind"] == "balance":
        return "end of the period"
    if number["kind"] == "age":
        return "end of the day"
    if number["kind"] == "quantile":
        return "reply sent" if number["measure"] == "reply" else "thread created"
    return str(number.get("on") or _DAYS[number["day"]])


def _agent(number: Number) -> str:
    parts = read_register()
    if number["kind"] == "ratio":
        return _agent(parts[number["over"]])
    if number["kind"] == "balance":
        return _agent(parts[number["comes"]])
    if number["kind"] == "quantile":
        return _TIMED[number["measure"]]
    return str(number.get("by") or _AGENTS[number["of"], number["whose"]])


def _sum(number: Number) -> str:
    of_kind = {"sum": "yes", "balance": "over agents"}
    return of_kind.get(number["kind"]) or str(number.get("adds", "no"))
