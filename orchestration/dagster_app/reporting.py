"""What the operations of all layers share: retries, and telling Dagster of many days at once."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetMaterialization,
    AssetObservation,
    DagsterEvent,
    DagsterEventType,
    EventLogEntry,
    Failure,
    RetryRequested,
)
from dagster._core.events import (
    AssetMaterializationPlannedData,
    AssetObservationData,
    StepMaterializationData,
)
from dagster._core.storage.event_log.schema import SqlEventLogStorageTable
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage
from sqlalchemy import delete

from orchestration.dagster_app.retries import MAX_RETRIES, may_pass, wait_seconds

WAREHOUSE_POOL = "warehouse"


@contextmanager
def retried_where_it_may_help(
    context: AssetExecutionContext,
) -> Iterator[None]:
    """Asks Dagster for a retry of the step where what failed may pass; fails at once otherwise."""
    try:
        yield
    except Failure:
        raise
    except Exception as error:
        if not may_pass(error):
            raise
        seconds = wait_seconds(context.retry_number)
        if context.retry_number < MAX_RETRIES:
            context.log.warning(f"{error}; trying again in {seconds:.0f} s")
        raise RetryRequested(MAX_RETRIES, seconds) from error


def report_failed_days(
    context: AssetExecutionContext, keys: Sequence[str], failed: Mapping[date, str]
) -> None:
    """Shows days as failed partitions, each with why on its page; to be followed by a failure.

    A run without partitions has planned none, and Dagster shows a partition as failed where it was
    planned in a run that failed.
    """
    events = []
    for day, reason in failed.items():
        for key in map(AssetKey, keys):
            partition = day.isoformat()
            events += [
                (
                    DagsterEventType.ASSET_MATERIALIZATION_PLANNED,
                    AssetMaterializationPlannedData(key, partition),
                ),
                (
                    DagsterEventType.ASSET_OBSERVATION,
                    AssetObservationData(
                        AssetObservation(
                            key, reason, partition=partition, metadata={"not_loaded": reason}
                        )
                    ),
                ),
            ]
    _store(context, [(kind, data, "Not loaded.") for kind, data in events])


def forget_planned_days(
    context: AssetExecutionContext, keys: Sequence[str], days: Sequence[date]
) -> None:
    """Takes back that this run had planned days, which have not arrived: they are only missing."""
    storage = context.instance.event_log_storage
    if not days or not isinstance(storage, SqlEventLogStorage):
        return
    events = SqlEventLogStorageTable.c
    with storage.index_connection() as connection:
        connection.execute(
            delete(SqlEventLogStorageTable).where(
                events.run_id == context.run_id,
                events.dagster_event_type == DagsterEventType.ASSET_MATERIALIZATION_PLANNED.value,
                events.asset_key.in_([AssetKey(key).to_string() for key in keys]),
                events.partition.in_([day.isoformat() for day in days]),
            )
        )


def report_materializations(
    context: AssetExecutionContext, materializations: Sequence[AssetMaterialization]
) -> None:
    """Stores materializations of this step as one batch.

    An event by itself costs more than loading a small day does, so a load of many days hands all
    of them to the event log at once.
    """
    _store(
        context,
        [
            (
                DagsterEventType.ASSET_MATERIALIZATION,
                StepMaterializationData(materialization),
                f"Loaded {materialization.partition}.",
            )
            for materialization in materializations
        ],
    )


def _store(
    context: AssetExecutionContext, events: Sequence[tuple[DagsterEventType, Any, str]]
) -> None:
    """Stores events of this step, each of a type, with its data and in words."""
    step_key = context.op_execution_context.get_step_execution_context().step.key
    node = context.op_handle
    context.instance.event_log_storage.store_event_batch(
        [
            EventLogEntry(  # type: ignore[no-untyped-call]
                error_info=None,
                level=logging.DEBUG,
                user_message="",
                run_id=context.run_id,
                timestamp=time.time(),
                step_key=step_key,
                job_name=context.job_name,
                dagster_event=DagsterEvent(
                    event_type_value=kind.value,
                    job_name=context.job_name,
                    node_handle=node,
                    event_specific_data=data,
                    message=words,
                    step_key=step_key,
                ),
            )
            for kind, data, words in events
        ]
    )
