from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from orchestration.exports import (
    BadExportFile,
    ExportsNotFound,
    ExportsUnreachable,
    ReadLimits,
    find_export_days,
    find_ignored,
    load_day,
    pending_days,
    validate_files,
)
from orchestration.exports.loading import load_days
from orchestration.exports.remote import ObjectExports
from orchestration.privacy.record import Door
from orchestration.settings import Settings, load_settings
from tests.services.s3 import S3Server
from tests.unit.exports.builders import rating, thread, write_records

DAY = date(2024, 3, 10)


def put(exports: ObjectExports, folder: Path) -> None:
    """Every file of a local exports folder, as objects."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            exports.upload(path, path.relative_to(folder).as_posix())


@pytest.fixture
def exports(s3: S3Server, tmp_path: Path) -> ObjectExports:
    """A day of two files."""
    exports = ObjectExports(f"{s3.new_bucket()}/inbox/exports")
    write_records(tmp_path / "local", "ratings.csv", [rating(), rating(score=9)], day=DAY)
    write_records(tmp_path / "local", "threads.jsonl.gz", [thread()], day=DAY)
    put(exports, tmp_path / "local")
    return exports


def pending(exports: ObjectExports, raw: Path) -> list[date]:
    return [day.export_date for day in pending_days(find_export_days(exports), raw)]


def test_days_and_files_are_listed_as_in_a_folder(exports: ObjectExports) -> None:
    for name in ("README", "2024-02-30/threads.csv", "notes/threads.csv", "2024-03-12"):
        exports.write(name, b"")
    for name in ("README", "old/threads.csv", "threads.csv.bak"):
        exports.write(f"{DAY}/{name}", b"")
    exports.write("2024-03-11/", b"")  # what a console makes of an empty folder
    first, empty = find_export_days(exports)
    assert (first.export_date, empty.export_date) == (DAY, date(2024, 3, 11))
    assert [(file.name, file.entity, file.compression) for file in first.files] == [
        ("ratings.csv", "ratings", None),
        ("threads.jsonl.gz", "threads", "gz"),
    ]
    assert first.ignored == ("README", "old", "threads.csv.bak")
    assert empty.files == ()
    assert find_ignored(exports) == ("2024-02-30", "2024-03-12", "README", "notes")
    assert find_export_days(exports, first=date(2024, 3, 11)) == [empty]
    assert find_export_days(exports, last=DAY) == [first]


def test_a_folder_of_thousands_of_objects_is_listed_whole(
    exports: ObjectExports, s3: S3Server
) -> None:
    """A store lists a thousand objects at a time."""
    days = [date(2020, 1, 1) + timedelta(days=number) for number in range(1100)]
    s3.put_empty([f"{exports.url}/{day}/threads.csv" for day in days])
    assert [day.export_date for day in find_export_days(exports)] == [*days, DAY]


def test_a_day_lands_as_from_a_folder(exports: ObjectExports, tmp_path: Path) -> None:
    (stored,) = find_export_days(exports)
    (local,) = find_export_days(tmp_path / "local")
    from_store = load_day(stored, tmp_path / "raw", Door())
    from_folder = load_day(local, tmp_path / "other", Door())
    assert from_store.landed == from_folder.landed
    assert from_store.quarantine == from_folder.quarantine
    assert from_store.fingerprint == from_folder.fingerprint
    assert not list((tmp_path / "raw" / ".incoming").iterdir())


def test_only_what_has_changed_is_due_and_nothing_is_read_to_know_it(
    exports: ObjectExports, tmp_path: Path, s3: S3Server
) -> None:
    raw = tmp_path / "raw"
    assert pending(exports, raw) == [DAY]
    load_day(find_export_days(exports)[0], raw, Door())
    ratings = exports.read(f"{DAY}/ratings.csv")
    exports.write(f"{DAY}/ratings.csv", ratings)
    days = find_export_days(exports)
    s3.fail_after(0, "GET")
    assert pending_days(days, raw) == [], "the same bytes once more are no change"
    s3.recover()
    exports.write(f"{DAY}/ratings.csv", ratings.replace(b"9", b"8"))
    assert pending(exports, raw) == [DAY]
    load_day(find_export_days(exports)[0], raw, Door())
    assert pending(exports, raw) == []
    exports.write(f"{DAY}/agents.csv", b"")
    assert pending(exports, raw) == [DAY]


def test_what_goes_or_is_too_large_fails_its_day_by_name(
    exports: ObjectExports, tmp_path: Path
) -> None:
    (day,) = find_export_days(exports)
    with pytest.raises(BadExportFile, match=r"2024-03-10/ratings\.csv: it is larger than 10 bytes"):
        load_day(day, tmp_path / "raw", Door(), limits=ReadLimits(max_unpacked_bytes=10))
    exports.remove(f"{DAY}/ratings.csv")
    with pytest.raises(BadExportFile, match=r"2024-03-10/ratings\.csv: it is gone; run again"):
        load_day(day, tmp_path / "raw", Door())
    assert not list((tmp_path / "raw" / ".incoming").iterdir())


def test_an_object_that_is_replaced_while_it_is_copied_fails_its_day(
    exports: ObjectExports, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (day,) = find_export_days(exports)
    download = ObjectExports.download

    def download_an_old_version(self: ObjectExports, name: str, path: Path) -> None:
        download(self, name, path)
        self.write(name, self.read(name) + b"\n")

    monkeypatch.setattr(ObjectExports, "download", download_an_old_version)
    with pytest.raises(BadExportFile, match="it changed while it was read"):
        load_day(day, tmp_path / "raw", Door())


def test_a_store_that_fails_in_the_middle_is_gone_on_with(
    exports: ObjectExports, tmp_path: Path, s3: S3Server
) -> None:
    for number in range(1, 4):
        write_records(
            tmp_path / "more", "threads.csv", [thread()], day=DAY + timedelta(days=number)
        )
    put(exports, tmp_path / "more")
    settings = settings_of(exports, tmp_path)
    # Two listings and the files of two days; the third day's comes, but cannot be confirmed.
    s3.fail_after(6, "GET")
    outcome = load_days(settings, Door())
    assert [manifest.export_date.day for manifest in outcome.loaded] == [10, 11]
    for day, line in zip((12, 13), outcome.failed, strict=True):
        assert line.startswith(f"2024-03-{day}: Exports folder {exports.url} cannot be reached")
        assert "\n" not in line
    s3.recover()
    outcome = load_days(settings, Door())
    assert [manifest.export_date.day for manifest in outcome.loaded] == [12, 13]
    assert outcome.failed == []


def test_a_file_that_is_read_has_no_name_on_this_machine(
    exports: ObjectExports, tmp_path: Path
) -> None:
    """Texts of messages are in it, and a killed process tidies up nothing."""
    (day,) = find_export_days(exports)
    folder = tmp_path / "incoming"
    folder.mkdir()
    for file in day.files:
        with file.on_disk(folder, ReadLimits()) as local:
            assert list(folder.iterdir()) == []
            original = tmp_path / "local" / str(DAY) / file.name
            assert local.path.read_bytes() == original.read_bytes()
            assert local.path.stat().st_mtime_ns == local.modified_ns


def test_a_day_that_the_store_does_not_give_fails_alone(
    exports: ObjectExports, s3: S3Server, tmp_path: Path
) -> None:
    after = DAY + timedelta(days=1)
    write_records(tmp_path / "more", "threads.csv", [thread()], day=after)
    put(exports, tmp_path / "more")
    settings = settings_of(exports, tmp_path)
    s3.fail_at(f"{DAY}/ratings.csv")
    outcome = load_days(settings, Door())
    assert [manifest.export_date for manifest in outcome.loaded] == [after]
    (line,) = outcome.failed
    assert line.startswith(f"{DAY}: Exports folder {exports.url} cannot be reached")
    s3.recover()
    outcome = load_days(settings, Door())
    assert [manifest.export_date for manifest in outcome.loaded] == [DAY]
    assert outcome.failed == []


def test_there_is_no_such_folder_or_no_answer(s3: S3Server, tmp_path: Path) -> None:
    bucket = s3.new_bucket()
    with pytest.raises(ExportsNotFound, match=f"Exports folder {bucket}/exports holds nothing"):
        find_export_days(ObjectExports(f"{bucket}/exports"))
    with pytest.raises(ExportsNotFound, match="does not exist"):
        find_export_days(ObjectExports("s3://no-such-bucket/exports"))
    s3.fail_after(0, "GET")
    with pytest.raises(ExportsUnreachable, match=r"cannot be reached \(ServiceUnavailable\)"):
        find_export_days(ObjectExports(f"{bucket}/exports"))


def test_validation_of_a_folder_a_day_and_a_file(exports: ObjectExports) -> None:
    for url, files in ((exports, 2), (exports / str(DAY), 2), (exports / f"{DAY}/ratings.csv", 1)):
        report = validate_files(ObjectExports(url.url))
        assert [file.export_date for file in report.files] == [DAY] * files
        assert report.rows_rejected == 1
    with pytest.raises(ExportsNotFound, match="is no file of an export day"):
        validate_files(ObjectExports(f"{exports.url}/{DAY}/agents.csv"))


def settings_of(exports: ObjectExports, folder: Path) -> Settings:
    return load_settings(exports=exports.url, home=folder / "home", threads=1)
