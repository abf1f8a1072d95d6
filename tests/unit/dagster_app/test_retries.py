from pathlib import Path

import duckdb
import pytest
from dagster import AssetExecutionContext, asset, materialize

from orchestration.dagster_app import retries
from orchestration.dagster_app.reporting import retried_where_it_may_help
from orchestration.dagster_app.retries import MAX_RETRIES, may_pass, wait_seconds
from orchestration.exports import BadExportFile
from orchestration.machine.lock import LockBusy


@pytest.mark.parametrize(
    ("error", "is_passing"),
    [
        (LockBusy("Held by a build"), True),
        (OSError(5, "Input/output error"), True),
        (OSError(28, "No space left on device"), False),
        (ConnectionResetError(104, "Connection reset by peer"), True),
        (TimeoutError(), True),
        (FileNotFoundError(2, "No such file"), False),
        (PermissionError(13, "Permission denied"), False),
        (BadExportFile(None, "threads.csv", "it is empty"), False),
        (ValueError("a fault of the code"), False),
    ],
)
def test_what_may_pass_is_told_from_what_somebody_has_to_mend(
    error: Exception, is_passing: bool
) -> None:
    assert may_pass(error) is is_passing


def test_a_database_that_another_process_has_open_may_be_free_later(tmp_path: Path) -> None:
    assert may_pass(duckdb.IOException("IO Error: Could not set lock on file x"))
    with pytest.raises(duckdb.IOException) as missing:
        duckdb.connect(str(tmp_path / "nowhere" / "x.duckdb"))
    assert not may_pass(missing.value)


def test_waits_grow() -> None:
    assert [wait_seconds(number) for number in range(MAX_RETRIES)] == [5, 20, 80]


@pytest.mark.parametrize(
    ("error", "attempts"), [(LockBusy("Held by a build"), 3), (ValueError("a fault"), 1)]
)
def test_a_step_is_tried_again_only_where_it_may_help(
    monkeypatch: pytest.MonkeyPatch, error: Exception, attempts: int
) -> None:
    """An asset that fails twice, if it is tried so often."""
    monkeypatch.setattr(retries, "FIRST_WAIT_SECONDS", 0.0)
    tried = []

    @asset
    def wobbling(context: AssetExecutionContext) -> None:
        tried.append(context.retry_number)
        with retried_where_it_may_help(context):
            if len(tried) < 3:
                raise error

    result = materialize([wobbling], raise_on_error=False)
    assert tried == list(range(attempts))
    assert result.success is (attempts == 3)
