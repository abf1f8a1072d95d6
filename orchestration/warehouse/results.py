"""What dbt says while it runs and when it has: in words of ours, and as values."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

logger = logging.getLogger("inbox.dbt")

SUCCEEDED = frozenset({"success", "pass", "warn", "no-op"})


@dataclass(frozen=True)
class DbtResult:
    """What became of one model, test or hook.

    status: success, pass, warn, no-op, fail, error or skipped.
    failures: rows that a test found, where it was run. description: of the node, in the project.
    is_told: whether the message says by itself what is the matter. severity: of a test, error or
    warn. sql: what dbt ran for it, where that is known.
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
    severity: str = ""
    sql: str = ""

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
        severity=str(getattr(result.node.config, "severity", "")).lower(),
        sql=_sql_of(result.node),
    )


def _sql_of(node: Any) -> str:
    """What dbt wrote down as run for a node, of a hook what it compiled."""
    if str(node.resource_type) == "operation":
        return node.compiled_code or ""
    path = getattr(node, "build_path", None)
    return Path(path).read_text(encoding="utf-8") if path and Path(path).is_file() else ""


def test_outcome(
    severity: str, failures: int, should_warn: bool, should_error: bool
) -> dict[str, Any]:
    """Status, failures and message of a test from the row that its SQL gives, as dbt has them."""
    rows = f"Got {failures} {'result' if failures == 1 else 'results'}"
    if severity == "error" and should_error:
        return {"status": "fail", "failures": failures, "message": rows}
    if should_warn:
        return {"status": "warn", "failures": failures, "message": rows}
    return {"status": "pass", "failures": 0, "message": None}


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
