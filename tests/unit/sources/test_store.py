"""Records in an object store, as a connector has filled it."""

from __future__ import annotations

import codecs
import gzip
from pathlib import Path
from typing import Any

import pytest

from orchestration.machine.stores import ObjectFolder
from orchestration.sources.errors import SourceUnreachable, WrongSource
from tests.services.folder_store import FolderStore
from tests.services.s3 import S3Server
from tests.unit.sources import layouts
from tests.unit.sources.desk import Desk
from tests.unit.sources.test_landings import NO_PRIVACY, streams
from tests.unit.sources.zendesk_records import ticket


def upload(folder: Path, url: str) -> None:
    store = ObjectFolder(url)
    for path in folder.rglob("*"):
        if path.is_file():
            store.upload(path, str(path.relative_to(folder)))


@pytest.fixture
def desk(tmp_path: Path, s3: S3Server) -> Desk:
    desk = Desk(tmp_path, "zendesk")
    desk.change(where=f"{s3.new_bucket()}/lake/zendesk")
    return desk


@pytest.mark.parametrize(
    ("layout", "landing"),
    [
        (layouts.airbyte_data, "airbyte"),
        (layouts.airbyte_protocol, "airbyte"),
        (layouts.dlt_files, "dlt"),
        (layouts.answers, "files"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_the_same_as_from_a_folder(tmp_path: Path, desk: Desk, layout: Any, landing: str) -> None:
    layout(tmp_path / "there", streams(NO_PRIVACY))
    upload(tmp_path / "there", desk.source.where)
    assert desk.bring().landing == landing
    local = Desk(tmp_path / "local", "zendesk")
    local.look_elsewhere(tmp_path / "there")
    local.bring()
    assert desk.everything() == local.everything()
    assert not list(desk.sources.rglob("*.unfinished"))


def test_a_byte_order_mark_takes_no_record_away(tmp_path: Path, desk: Desk) -> None:
    layouts.airbyte_data(tmp_path / "there", streams(NO_PRIVACY))
    local = Desk(tmp_path / "local", "zendesk")
    local.look_elsewhere(tmp_path / "there")
    local.bring()
    for file in (tmp_path / "there").iterdir():
        file.write_bytes(gzip.compress(codecs.BOM_UTF8 + gzip.decompress(file.read_bytes())))
    upload(tmp_path / "there", desk.source.where)
    desk.bring()
    assert desk.everything() == local.everything()
    assert not desk.count("unreadable records")


def test_only_new_objects_are_read(tmp_path: Path, desk: Desk) -> None:
    layouts.airbyte_data(tmp_path / "there", streams(NO_PRIVACY))
    upload(tmp_path / "there", desk.source.where)
    desk.bring()
    layouts.lines(tmp_path / "more" / "tickets_2.jsonl", [ticket(9)])
    upload(tmp_path / "more", desk.source.where)
    assert desk.bring().records == {"tickets": 1}


def test_a_store_that_does_not_answer(desk: Desk, s3: S3Server) -> None:
    desk.change(where="s3://nowhere-at-all/lake")
    with pytest.raises(SourceUnreachable, match="s3://nowhere-at-all/lake"):
        desk.bring()


def test_an_address_with_credentials_is_refused(desk: Desk) -> None:
    desk.change(where="s3://key:hunter2@bucket/lake")  # pragma: allowlist secret
    with pytest.raises(WrongSource, match="credentials") as raised:
        desk.bring()
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize("scheme", ["gs", "az"])
def test_stores_of_other_makers(
    tmp_path: Path, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    FolderStore.stand_in(monkeypatch, scheme, tmp_path / "cloud")
    layouts.airbyte_data(tmp_path / "there", streams(NO_PRIVACY))
    desk = Desk(tmp_path, "zendesk", where=f"{scheme}://bucket/lake/zendesk")
    upload(tmp_path / "there", desk.source.where)
    assert desk.bring().landing == "airbyte"
    assert set(desk.live("threads")) == {"1"}
    layouts.lines(tmp_path / "more" / "tickets_2.jsonl", [ticket(9)])
    upload(tmp_path / "more", desk.source.where)
    assert desk.bring().records == {"tickets": 1}
    desk.change(where=f"{scheme}://bucket/nothing")
    with pytest.raises(WrongSource, match=f"{scheme}://bucket/nothing holds no file"):
        desk.bring()
