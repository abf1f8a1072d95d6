"""Why a run of Dagster failed, in words: the same for the command, the alerts and the tests."""

from __future__ import annotations

from collections.abc import Iterable

from dagster import DagsterEvent, DagsterEventType, DagsterInstance

from orchestration.machine.advice import advice_for


def reasons_of_run(instance: DagsterInstance, run_id: str) -> list[str]:
    """The reasons of a finished run: of its steps that failed, or else of the run itself."""
    entries = instance.all_logs(
        run_id, of_type={DagsterEventType.STEP_FAILURE, DagsterEventType.RUN_FAILURE}
    )
    events = [entry.dagster_event for entry in entries if entry.dagster_event is not None]
    return reasons_of(events) or [
        event.message or "The run ended without a reason."
        for event in events
        if event.event_type == DagsterEventType.RUN_FAILURE
    ]


def reasons_of(events: Iterable[DagsterEvent]) -> list[str]:
    """What went wrong in each step that failed, as the functions under it have put it.

    Where that tells a fault of the machine, with what to do about it.
    """
    texts = []
    for event in events:
        if event.event_type != DagsterEventType.STEP_FAILURE:
            continue
        data = event.step_failure_data
        if data.user_failure_data is not None and data.user_failure_data.description:
            texts.append(data.user_failure_data.description)
        elif data.error is not None:
            cause = data.error.cause or data.error
            texts.append(cause.message.strip())
    return [with_advice(text) for text in texts]


def with_advice(text: str) -> str:
    """A reason, and what to do where it tells a fault of the machine."""
    advice = advice_for(text)
    return text if advice is None or advice in text else f"{text}\n{advice}."
