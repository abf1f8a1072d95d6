"""The copy of the landed files that a cluster reads, in a real S3 server."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from orchestration.engines.spark.raw_copy import CATALOG, remove_unnamed, upload_catalog
from orchestration.machine.stores import ObjectFolder, StoreUnavailable
from orchestration.settings import SettingsError, load_settings
from orchestration.warehouse.catalog import Catalog, LandedFile
from tests.services.s3 import S3Server


def landed(raw: Path, name: str) -> LandedFile:
    path = raw / "threads" / "export_date=2024-03-01" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(name.encode())
    return LandedFile("threads", "2024-03-01", str(path))


def names(store: ObjectFolder) -> list[str]:
    return [found.name for found in store.listing().objects]


def test_it_follows_the_catalog_and_sends_no_file_twice(s3: S3Server, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    first, second = landed(raw, "1.parquet"), landed(raw, "2.parquet")
    store = ObjectFolder(f"{s3.new_bucket()}/raw")
    catalog = Catalog(1, ("2024-03-01",), (), (first,), (first,), ())
    upload_catalog(store, raw, catalog)
    folder = "threads/export_date=2024-03-01"
    assert names(store) == [CATALOG, f"{folder}/1.parquet"]

    # A correction: what it replaces is read once more, so it stays until the build has ended.
    catalog = replace(
        catalog, landed_files=(second,), incoming_files=(second,), replaced_files=(first,)
    )
    sent = store.info(f"{folder}/1.parquet")
    upload_catalog(store, raw, catalog)
    remove_unnamed(store, raw, catalog)
    assert names(store) == [CATALOG, f"{folder}/1.parquet", f"{folder}/2.parquet"]
    assert store.info(f"{folder}/1.parquet") == sent
    content = json.loads(store.read(CATALOG))
    assert content["landed_files"] == [
        {
            "entity": "threads",
            "export_date": "2024-03-01",
            "path": f"{folder}/2.parquet",
            "format_version": 1,
        }
    ]
    assert content["replaced_files"][0]["path"].endswith("/1.parquet")

    catalog = replace(catalog, incoming_files=(), replaced_files=())
    upload_catalog(store, raw, catalog)
    remove_unnamed(store, raw, catalog)
    assert names(store) == [CATALOG, f"{folder}/2.parquet"]


def test_the_catalog_comes_last(s3: S3Server, tmp_path: Path) -> None:
    """So that a cluster never reads one that names files which are not there."""
    raw = tmp_path / "raw"
    file = landed(raw, "1.parquet")
    store = ObjectFolder(f"{s3.new_bucket()}/raw")
    s3.fail_at("1.parquet")
    with pytest.raises(StoreUnavailable):
        upload_catalog(store, raw, Catalog(1, (), (), (file,), (file,), ()))
    s3.recover()
    assert names(store) == []


def test_only_stores_that_clusters_know_are_taken(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"INBOX_SPARK_RAW: .*give it as s3://"):
        load_settings(home=tmp_path, spark_raw="az://container/raw")
