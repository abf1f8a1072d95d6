"""Backup and restore as docs/deployment.md describes them: what comes back, and from what."""

from __future__ import annotations

import shutil
import stat
import subprocess
from contextlib import closing
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest

from orchestration import pipeline
from orchestration.exports import find_export_days, load_day
from orchestration.machine.lock import hold_lock
from orchestration.privacy.record import Door, begin_erasure, read_user_record
from orchestration.privacy.users import UserIdentifiers
from orchestration.settings import PROJECT_ROOT, Settings
from tests.homes import copy_home, parsed_dbt_folder, published_days
from tests.unit.exports.builders import thread, write_records

ZONE = "Europe/Warsaw"
BACKUP = str(PROJECT_ROOT / "deploy" / "backup")


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Four days, loaded and published."""
    return copy_home(published_days(), tmp_path_factory.mktemp("backup"))


def published(settings: Settings) -> dict[str, pd.DataFrame]:
    with closing(duckdb.connect(str(settings.published_database), read_only=True)) as connection:
        names = connection.execute("select table_name from duckdb_tables() order by 1").fetchall()
        return {name: connection.execute(f"from {name} order by all").df() for (name,) in names}


def test_a_restored_home_needs_no_exports(inbox: Settings, tmp_path: Path) -> None:
    """First readers have what they had; then, from the landed days alone, the same is built."""
    done = subprocess.run(
        [BACKUP, str(inbox.home), str(tmp_path / "backup")], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "Copied 4 export days" in done.stdout
    assert stat.S_IMODE((tmp_path / "backup").stat().st_mode) == 0o700

    (tmp_path / "exports").mkdir()
    restored = inbox.model_copy(
        update={"home": tmp_path / "restored", "exports": tmp_path / "exports"}
    )
    shutil.copytree(tmp_path / "backup", restored.home, symlinks=True)
    outcome = pipeline.run(restored)
    assert (outcome.days, outcome.failures, outcome.is_changed) == ([], [], False)
    before = published(inbox)
    for name, table in published(restored).items():
        pd.testing.assert_frame_equal(table, before[name], obj=name)

    shutil.rmtree(restored.published_folder)
    shutil.copytree(parsed_dbt_folder(), restored.dbt_folder, dirs_exist_ok=True)
    outcome = pipeline.run(restored)
    assert (outcome.days, outcome.failures, outcome.is_changed) == ([], [], True)
    assert published(restored).keys() == before.keys()
    for name, table in published(restored).items():
        pd.testing.assert_frame_equal(table, before[name], obj=name)


@pytest.mark.parametrize("key", [None, b"k" * 32])
def test_a_restored_home_knows_its_key_and_who_was_erased(
    tmp_path: Path, key: bytes | None
) -> None:
    exports, raw = tmp_path / "exports", tmp_path / "home" / "raw"
    write_records(exports, "threads.csv", [thread(user_id="customer-007")])
    (tmp_path / "home" / "warehouse").mkdir(parents=True)
    (day,) = find_export_days(exports)
    load_day(day, raw, Door(key))
    begin_erasure(raw, UserIdentifiers(key).pseudonym("customer-007"))
    subprocess.run([BACKUP, str(tmp_path / "home"), str(tmp_path / "restored")], check=True)

    restored = tmp_path / "restored" / "raw"
    manifest = load_day(day, restored, Door(key))
    landed = pq.ParquetFile(restored / manifest.landed["threads"]).read()
    assert landed["user_id"].to_pylist() == [None]
    assert not read_user_record(restored).is_finished


def test_a_backup_waits_for_a_build_and_is_whole_or_not_there(
    inbox: Settings, tmp_path: Path
) -> None:
    with hold_lock(inbox.warehouse_lock, "a build"):
        backup = subprocess.Popen([BACKUP, str(inbox.home), str(tmp_path / "backup")])
        with pytest.raises(subprocess.TimeoutExpired):
            backup.wait(1)
        assert not (tmp_path / "backup").exists()
    assert backup.wait(60) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["backup"]


def test_a_backup_never_goes_over_another(inbox: Settings, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    for home, destination in ((inbox.home, tmp_path / "kept"), (tmp_path, tmp_path / "new")):
        done = subprocess.run([BACKUP, str(home), str(destination)], capture_output=True, text=True)
        assert done.returncode == 2
        assert "Usage:" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
