"""Sample exports: deterministic, accepted, of the promised shape, with late changes."""

import hashlib
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from lab.sampling import FORMATS, Shape, write_history, write_one_more_day
from orchestration.cli import main
from orchestration.exports import validate_files
from orchestration.settings import PROJECT_ROOT

SHAPE = Shape(messages=40_000, days=120, seed=3)


def read(exports: Path, entity: str) -> pd.DataFrame:
    files = sorted(exports.glob(f"*/{entity}.parquet"))
    tables = [
        pq.ParquetFile(file).read().to_pandas().assign(export_date=file.parent.name)
        for file in files
    ]
    return pd.concat(tables, ignore_index=True)


def latest(records: pd.DataFrame, key: str) -> pd.DataFrame:
    return records.sort_values("updated_at").drop_duplicates(key, keep="last")


def hashes(exports: Path) -> dict[str, str]:
    return {
        str(file.relative_to(exports)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(exports.rglob("*.*"))
        if file.is_file()
    }


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    exports = tmp_path_factory.mktemp("sample") / "exports"
    write_history(exports, SHAPE)
    return exports


@pytest.mark.parametrize("form", ["parquet", "mixed"])
def test_the_same_arguments_give_the_same_bytes(form: str, tmp_path: Path) -> None:
    shape = Shape(messages=2_000, days=12, seed=5)
    for folder in ("one", "two"):
        write_history(tmp_path / folder, shape, form)
        write_one_more_day(tmp_path / folder, shape, form)
    assert hashes(tmp_path / "one") == hashes(tmp_path / "two")
    write_history(tmp_path / "other", Shape(messages=2_000, days=12, seed=6), form)
    one, other = hashes(tmp_path / "one"), hashes(tmp_path / "other")
    assert other.keys() <= one.keys()
    assert not [name for name in other if "messages" in name and one[name] == other[name]]


@pytest.mark.parametrize(("form", "ids"), [("parquet", "random"), ("mixed", "timed")])
def test_every_row_is_accepted(form: str, ids: str, tmp_path: Path) -> None:
    shape = Shape(messages=2_000, days=12, ids=ids)  # type: ignore[arg-type]
    written = write_history(tmp_path, shape, form)
    more = write_one_more_day(tmp_path, shape, form, messages=300)
    found = validate_files(tmp_path)
    assert found.is_clean
    assert found.rows_read == sum(written.rows.values()) + sum(more.rows.values())
    assert not found.ignored
    assert not any(file.unknown_columns for file in found.files)


def test_all_formats_hold_the_same_rows(tmp_path: Path) -> None:
    shape = Shape(messages=2_000, days=12)
    rows = [write_history(tmp_path / form, shape, form).rows for form in FORMATS]
    assert all(of_form == rows[0] for of_form in rows)


def test_the_shape_is_as_promised(history: Path) -> None:
    threads, messages = read(history, "threads"), read(history, "messages")
    ratings, agents = read(history, "ratings"), read(history, "agents")
    conversations = latest(threads, "thread_id")
    assert len(conversations) == pytest.approx(SHAPE.messages / 8, rel=0.01)
    assert messages["message_id"].nunique() == pytest.approx(SHAPE.messages, rel=0.05)
    assert ratings["rating_id"].nunique() == pytest.approx(0.25 * len(conversations), rel=0.1)
    labels = conversations["labels"].str.len().fillna(0)
    assert labels.mean() == pytest.approx(0.6, rel=0.1)
    users = conversations["user_id"].nunique()
    assert users == pytest.approx(len(conversations) / 2.5, rel=0.1)
    assert agents["agent_id"].nunique() == SHAPE.agents - SHAPE.agents // 10
    assert {file.name for file in history.iterdir()} == {
        SHAPE.day(day).isoformat() for day in range(SHAPE.days)
    }


def test_records_behave_as_a_help_desks_do(history: Path) -> None:
    threads, messages = read(history, "threads"), read(history, "messages")
    ratings = read(history, "ratings")
    assert set(threads["status"]) == {"open", "pending", "snoozed", "closed"}
    assert set(messages["author_type"]) == {"user", "agent", "bot", "system"}
    assert messages["is_private"].any()
    assert (threads["reopen_count"] > 0).any()
    for records in (threads, messages, ratings):
        assert records["deleted_at"].notna().any()
    assert threads["user_id"].isna().any()
    assert threads["assigned_agent_id"].isna().any()
    assert ratings["agent_id"].isna().any()
    assert messages.duplicated("message_id").any()
    assert not messages["thread_id"].isin(threads["thread_id"]).all()
    labels = threads.assign(labels=threads["labels"].map(str)).groupby("thread_id")["labels"]
    assert (labels.nunique() > 1).any()


def test_a_thread_comes_again_when_it_changes_some_months_later(history: Path) -> None:
    threads = read(history, "threads")
    age = threads["updated_at"] - threads["created_at"]
    assert (age > pd.Timedelta(days=60)).any()
    assert threads.groupby("thread_id").size().mean() > 1.5
    by_day = threads.groupby("thread_id")["export_date"]
    assert (by_day.nunique() == by_day.size()).all()


def test_nothing_is_exported_before_it_happened(history: Path) -> None:
    for entity, version in (("threads", "updated_at"), ("messages", "sent_at")):
        records = read(history, entity)
        happened = records[version].dt.strftime("%Y-%m-%d")
        assert (happened <= records["export_date"]).all()


@pytest.fixture(scope="module")
def long_history(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Shape]:
    folder = tmp_path_factory.mktemp("long")
    shape = Shape(messages=30_000, days=800)
    write_history(folder / "exports", shape)
    write_one_more_day(folder / "more", shape, messages=3_000)
    return folder / "exports", folder / "more", shape


def test_one_more_day_is_made_without_its_history(
    long_history: tuple[Path, Path, Shape], tmp_path: Path
) -> None:
    _, more, shape = long_history
    assert [folder.name for folder in more.iterdir()] == [shape.day(shape.days).isoformat()]
    write_one_more_day(tmp_path, shape, messages=3_000)
    assert hashes(more) == hashes(tmp_path)


def test_one_more_day_changes_threads_of_up_to_22_months_ago(
    long_history: tuple[Path, Path, Shape],
) -> None:
    exports, more, shape = long_history
    threads = read(more, "threads")
    known = latest(read(exports, "threads"), "thread_id").set_index("thread_id")
    day = pd.Timestamp(shape.day(shape.days), tz="UTC")
    is_old = threads["created_at"] < day
    assert not threads.loc[~is_old, "thread_id"].isin(known.index).any()
    old = threads[is_old].set_index("thread_id")
    assert old.index.isin(known.index).mean() > 0.95
    old = old[old.index.isin(known.index)]
    before = known.loc[old.index]
    assert (old["created_at"] == before["created_at"]).all()
    is_same_user = old["user_id"].eq(before["user_id"])
    assert (is_same_user | (old["user_id"].isna() & before["user_id"].isna())).all()
    assert (old["updated_at"] > before["updated_at"]).all()
    ages = day - old["created_at"]
    assert ages.max() > pd.Timedelta(days=500)
    assert ages.max() <= pd.Timedelta(days=671)
    assert old["deleted_at"].notna().any()
    assert read(more, "messages")["message_id"].isin(read(exports, "messages")["message_id"]).any()


def test_a_days_batch_can_be_of_another_size(tmp_path: Path) -> None:
    shape = Shape(messages=30_000, days=100)
    small = write_one_more_day(tmp_path / "small", shape, messages=100)
    large = write_one_more_day(tmp_path / "large", shape, messages=2_000)
    assert 60 <= small.rows["messages"] <= 160
    assert 1_400 <= large.rows["messages"] <= 2_600


def test_timed_ids_are_ordered_by_time_and_random_ones_are_not(tmp_path: Path) -> None:
    for ids, is_ordered in (("timed", True), ("random", False)):
        shape = Shape(messages=2_000, days=12, ids=ids)  # type: ignore[arg-type]
        write_history(tmp_path / ids, shape)
        messages = read(tmp_path / ids, "messages").sort_values("sent_at")
        seconds = messages.drop_duplicates("message_id")
        order = seconds["message_id"].str[:8] if ids == "timed" else seconds["message_id"]
        assert order.is_monotonic_increasing is is_ordered


def test_an_inbox_of_one_message_has_a_thread(tmp_path: Path) -> None:
    shape = Shape(messages=1, days=1)
    assert shape.threads == 1
    write_history(tmp_path, shape)
    write_one_more_day(tmp_path, shape)
    assert validate_files(tmp_path).is_clean
    assert shape.day(1) - shape.day(0) == timedelta(days=1)


def test_the_command_writes_a_history_and_the_day_after_it(tmp_path: Path) -> None:
    flags = [str(tmp_path / "exports"), "--messages", "1000", "--days", "5", "--format", "mixed"]
    runner = CliRunner()
    told = runner.invoke(main, ["sample", *flags])
    assert told.exit_code == 0
    assert "5 days from 2022-01-01" in told.output
    assert runner.invoke(main, ["sample", *flags, "--one-more-day"]).exit_code == 0
    assert len(list((tmp_path / "exports").iterdir())) == 6
    assert runner.invoke(main, ["sample", *flags, "--day-messages", "9"]).exit_code == 2


LEFT_THREADS = """
import os, sys
from datetime import date
from pathlib import Path
from lab.sampling import Shape, write_history
before = len(os.listdir("/proc/self/task"))
write_history(Path(sys.argv[1]), Shape(300, 5, 1, date(2024, 1, 1), "timed"), "mixed")
print(len(os.listdir("/proc/self/task")) - before)
"""


def test_writing_leaves_no_thread_that_could_outlive_python(tmp_path: Path) -> None:
    """One that lets go of Python's memory after Python has ended aborts the process."""
    done = subprocess.run(
        [sys.executable, "-c", LEFT_THREADS, str(tmp_path / "exports")],
        env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stdout == "0\n"
