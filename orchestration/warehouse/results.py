"""What dbt says while it runs and when it has: in words of ours, and as values."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

logger = logging.getLogger("inbox.dbt")

SUCCEEDED = frozenset({"success", "pass", "warn", "no-op"})


@dataclass(frozen=True)
class DbtResult:
    """What became of one model, test or hook.

    status: success, pass, warn, no-op, fail, error or skipped.
    failures: rows that a test found, where it was run. description: of the node, in the project.
    is_told: whether the message says by itself what is the matter.
    """

    unique_id: str
    name: str
    resource_type: str
    status: str
    seconds: float
    failures: int | None
    message: str | None
    description: str = ""
    is_told: bool = False

    @property
    def is_success(self) -> bool:
        """Whether nothing is wrong with it; a warning is not."""
        return self.status in SUCCEEDED


def failures_of(results: Sequence[DbtResult]) -> list[DbtResult]:
    """The results that stop a publication, the causes before what was skipped for them."""
    failed = [result for result in results if not result.is_success]
    return sorted(failed, key=lambda result: result.status == "skipped")


def result_of(result: Any) -> DbtResult:
    """One of dbt's results."""
    return DbtResult(
        unique_id=result.node.unique_id,
        name=result.node.name,
        resource_type=str(result.node.resource_type),
        status=str(result.status),
        seconds=float(result.execution_time or 0.0),
        failures=result.failures,
        message=result.message,
        description=getattr(result.node, "description", "") or "",
    )


class Progress:
    """Hears dbt's events: says what is done now and then, and keeps the last error."""

    def __init__(self) -> None:
        self.last_error: str | None = None

    def __call__(self, event: Any) -> None:
        """Hears one event."""
        if event.info.level == "error":
            self.last_error = event.info.msg
        data = event.data
        if event.info.name == "LogModelResult":
            what = data.description.replace("sql ", "").removesuffix(" model")
            self._say(data.index, data.total, what, data)
        elif event.info.name == "LogTestResult" and data.status.lower() != "pass":
            self._say(data.index, data.num_models, f"test {data.name}", data)

    def _say(self, index: int, total: int, what: str, data: Any) -> None:
        logger.info(
            "%d of %d: %s: %s (%.1f s)",
            index,
            total,
            what,
            data.status.lower(),
            data.execution_time,
        )
