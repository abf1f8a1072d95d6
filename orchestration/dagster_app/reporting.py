"""What the operations of all layers share: retries, and telling Dagster of many days at once."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from dagster import (
    AssetExecutionContext,
    AssetMaterialization,
    DagsterEvent,
    DagsterEventType,
    EventLogEntry,
    Failure,
    RetryRequested,
)
from dagster._core.events import StepMaterializationData

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


def report_materializations(
    context: AssetExecutionContext, materializations: Sequence[AssetMaterialization]
) -> None:
    """Stores materializations of this step as one batch.

    An event by itself costs more than loading a small day does, so a load of many days hands all
    of them to the event log at once.
    """
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
                    event_type_value=DagsterEventType.ASSET_MATERIALIZATION.value,
                    job_name=context.job_name,
                    node_handle=node,
                    event_specific_data=StepMaterializationData(materialization),
                    message=f"Loaded {materialization.partition}.",
                    step_key=step_key,
                ),
            )
            for materialization in materializations
        ]
    )
