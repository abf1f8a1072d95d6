"""The catalog of landed files goes with its home; nothing is removed for what is not there."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from orchestration.exports import read_manifests
from orchestration.exports.loading import load_days
from orchestration.privacy.record import Door
from orchestration.settings import Settings, load_settings
from orchestration.warehouse.build import LandedFilesUnreadable, build_warehouse
from orchestration.warehouse.catalog import next_catalog, read_catalog, write_catalog
from tests.homes import parsed_dbt_folder
from tests.unit.exports.builders import rating, write_records


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home with a loaded day."""
    settings = load_settings(exports=tmp_path / "exports", home=tmp_path / "home")
    write_records(tmp_path / "exports", "ratings.csv", [rating()])
    load_days(settings, Door())
    return settings


def test_its_paths_follow_a_home_that_is_moved(settings: Settings, tmp_path: Path) -> None:
    raw = settings.raw_folder
    catalog = next_catalog(None, read_manifests(raw), raw)
    write_catalog(catalog, settings.raw_catalog)
    (landed,) = json.loads(settings.raw_catalog.read_text())["landed_files"]
    assert landed["path"].startswith("ratings/export_date=2024-03-01/")
    assert read_catalog(settings.raw_catalog) == catalog
    shutil.move(settings.home, tmp_path / "elsewhere")
    moved = load_settings(home=tmp_path / "elsewhere")
    found = read_catalog(moved.raw_catalog)
    assert found is not None
    assert found.is_readable
    following = next_catalog(found, read_manifests(moved.raw_folder), moved.raw_folder)
    assert (following.incoming_files, following.replaced_files) == ((), ())


def test_a_catalog_of_an_earlier_version_is_read(settings: Settings) -> None:
    raw = settings.raw_folder
    catalog = next_catalog(None, read_manifests(raw), raw)
    write_catalog(catalog, settings.raw_catalog)
    content = json.loads(settings.raw_catalog.read_text())
    for kind in ("landed_files", "incoming_files"):
        for file in content[kind]:
            file["path"] = f"/srv/old home/raw/{file['path']}"
    settings.raw_catalog.write_text(json.dumps(content))
    assert read_catalog(settings.raw_catalog) == catalog


def test_what_stands_is_not_removed_for_files_that_cannot_be_read(settings: Settings) -> None:
    shutil.copytree(parsed_dbt_folder(), settings.dbt_folder)
    settings.warehouse_folder.mkdir()
    with duckdb.connect(str(settings.warehouse_database)) as warehouse:
        warehouse.execute("create table stands as select 1 as one")
    (landed,) = settings.raw_folder.glob("ratings/*/*.parquet")
    landed.write_bytes(b"no Parquet")
    with pytest.raises(LandedFilesUnreadable, match="cannot be read; the warehouse stays") as told:
        build_warehouse(settings)
    assert "restore it from a backup" in str(told.value)
    with duckdb.connect(str(settings.warehouse_database)) as warehouse:
        assert warehouse.execute("from stands").fetchall() == [(1,)]
