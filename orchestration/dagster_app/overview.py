"""The page that answers an operator's first questions: an asset that loads and builds tell of.

Thin: what it says is made by `warehouse.overview`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from textwrap import shorten

from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetMaterialization,
    AssetSpec,
    MetadataValue,
    RetryRequested,
)

from orchestration.dagster_app.retries import MAX_RETRIES
from orchestration.errors import InboxError
from orchestration.machine.advice import advice_on
from orchestration.privacy import erasure
from orchestration.settings import Settings
from orchestration.warehouse.overview import HeldBack, overview

logger = logging.getLogger("inbox.run")

# The catalogue is in the order of names: this one comes first.
OVERVIEW = "at_a_glance"
DAYS_TAG = "inbox/days"
DATA_TAG = "inbox/data_to"
NONE_DUE = "none was due"
LONGEST_REASON = 300


def overview_spec(owners: list[str]) -> AssetSpec:
    """The overview, which no run makes: each load and each publication brings it up to date."""
    return AssetSpec(
        OVERVIEW,
        deps=["raw_manifests", AssetKey(["published", "mart_inbox_cards"])],
        description="Start here: what has arrived, what is late, what was set aside and why, what "
        "readers have, and whether that is the newest. `what_to_click` is all of it on a page, "
        "with links. It is brought up to date by each load, each publication, and each build that "
        "did not pass, or that ended before it could, as by a lock or a full disk.",
        group_name=OVERVIEW,
        kinds={"markdown"},
        owners=owners,
    )


def tell_overview(
    context: AssetExecutionContext, settings: Settings, held_back: HeldBack | None = None
) -> None:
    """Brings the overview up to date; `held_back` is what keeps readers from what is loaded.

    The answers are seen without a click, the page with its links after one.
    """
    told = overview(settings, held_back, is_erasing=erasure.is_unfinished(settings))
    metadata: dict[str, MetadataValue] = {
        question: MetadataValue.text(answer) for question, answer in told.answers.items()
    }
    metadata["what_to_click"] = MetadataValue.md(told.page)
    context.instance.report_runless_asset_event(AssetMaterialization(OVERVIEW, metadata=metadata))


@contextmanager
def overview_told(context: AssetExecutionContext, settings: Settings, what: str) -> Iterator[None]:
    """Tells the overview where something dies: by a lock, a full disk, a dbt that could not begin.

    what: that is done, such as build. The error goes on, also where its telling fails: where the
    disk is full, Dagster's own file may be too.
    """
    try:
        yield
    except Exception as error:
        is_passing = isinstance(error, RetryRequested)
        cause = error.__cause__ or error if is_passing else error
        reason = _in_a_line(cause)
        is_tried_again = is_passing and context.retry_number < MAX_RETRIES
        try:
            tell_overview(context, settings, HeldBack(what, reason, is_tried_again))
        except Exception as untold:
            logger.warning("The overview could not be brought up to date: %s", untold)
        raise


def _in_a_line(error: BaseException) -> str:
    """What an error of ours or of the machine says, of others, which may quote rows, the name.

    What to do follows, where it or what it came from tells of a fault of the machine.
    """
    text = str(error) if isinstance(error, InboxError | OSError) else ""
    said = shorten(text, LONGEST_REASON, placeholder=" ...") or type(error).__name__
    advice = advice_on(error)
    return said if advice is None or advice in said else f"{said}\n{advice}."


def days_tag(days: Sequence[date]) -> dict[str, str]:
    """What shows in the list of runs which days one is about: short, as its column is."""
    if not days:
        return {DAYS_TAG: NONE_DUE}
    first, last = min(days), max(days)
    if first == last:
        return {DAYS_TAG: str(first)}
    return {DAYS_TAG: f"{first} to {last} ({len(days)} days)"}


def tag_run(context: AssetExecutionContext, tags: Mapping[str, str]) -> None:
    """Shows in the list of runs what this one was about."""
    context.instance.add_run_tags(context.run_id, dict(tags))
