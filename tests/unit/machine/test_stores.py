from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.machine.stores import ObjectFolder, StoreUnavailable
from orchestration.settings import SettingsError, load_settings
from orchestration.settings.addresses import object_address
from tests.services.s3 import S3Server


@pytest.fixture
def folder(s3: S3Server) -> ObjectFolder:
    return ObjectFolder(f"{s3.new_bucket()}/inbox")


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("s3://bucket", "s3://bucket"),
        ("s3://bucket/inbox/exports/", "s3://bucket/inbox/exports"),
        ("GS://bucket/a", "gs://bucket/a"),
        ("az://container/a b", "az://container/a b"),
    ],
)
def test_addresses_that_are_understood(text: str, url: str) -> None:
    assert object_address(text) == url


@pytest.mark.parametrize(
    "text",
    [
        "ftp://host/folder",
        "/srv/exports",
        "s3://",
        "s3:///folder",
        "s3://bucket//folder",
        "s3://bucket/../other",
        "s3://key:hunter2@bucket/folder",  # pragma: allowlist secret
        "az://container/folder?sig=hunter2",
    ],
)
@pytest.mark.parametrize("setting", ["exports", "publish_store"])
def test_a_wrong_address_is_refused_without_being_quoted(text: str, setting: str) -> None:
    if (text, setting) == ("/srv/exports", "exports"):
        return
    with pytest.raises(SettingsError) as refused:
        load_settings(**{setting: text})
    assert str(refused.value).startswith(f"INBOX_{setting.upper()}: ")
    assert "hunter2" not in str(refused.value)


def test_objects_come_and_go(folder: ObjectFolder, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    folder.write("a/one.json", b"{}")
    folder.upload(tmp_path / "file", "a/b/two.bin")
    assert [(item.name, item.size_bytes) for item in folder.listing().objects] == [
        ("a/b/two.bin", 5),
        ("a/one.json", 2),
    ]
    assert [item.name for item in (folder / "a").listing("b").objects] == ["two.bin"]
    assert folder.read("a/one.json") == b"{}"
    folder.download("a/b/two.bin", tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"12345"
    folder.remove("a/b")
    assert [item.name for item in folder.listing().objects] == ["a/one.json"]


def test_a_version_follows_the_bytes(folder: ObjectFolder) -> None:
    folder.write("object", b"one")
    first = folder.info("object")
    assert first == folder.listing().objects[0]
    folder.write("object", b"two")
    assert folder.info("object").version != first.version
    folder.write("object", b"one")
    assert folder.info("object").version == first.version


def test_what_is_not_there_is_told_apart_from_a_store_that_fails(
    folder: ObjectFolder, s3: S3Server
) -> None:
    with pytest.raises(StoreUnavailable) as missing:
        folder.read("nothing")
    assert missing.value.is_missing
    s3.fail_after(0, "GET")
    with pytest.raises(StoreUnavailable, match=r"cannot be reached \(\w+\); run again") as down:
        folder.read("nothing")
    assert not down.value.is_missing


def test_a_store_that_nobody_serves_is_one_line(
    folder: ObjectFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(StoreUnavailable, match="EndpointConnectionError") as down:
        ObjectFolder(folder.url).listing()
    assert "\n" not in str(down.value)
    assert "inbox-test" not in str(down.value)


def test_without_credentials_the_line_says_so(
    folder: ObjectFolder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(StoreUnavailable, match="NoCredentialsError"):
        ObjectFolder(folder.url).listing()
