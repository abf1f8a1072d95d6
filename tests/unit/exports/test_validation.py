from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.exports import ExportsNotFound, validate_files, validation

from .builders import DAY, rating, thread, write_file, write_records


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    folder = tmp_path / "exports"
    write_records(folder, "ratings.csv", [rating(), rating(score=9), rating(rated_at="soon")])
    write_records(folder, "threads.jsonl", [thread(extra=1)])
    write_file(folder, "agents.csv", b"agent_id\na\n")
    write_file(folder, "README", b"")
    (folder / "notes").write_bytes(b"")
    return folder


def test_an_exports_folder(exports: Path) -> None:
    report = validate_files(exports)
    assert report.ignored == ["notes", f"{DAY}/README"]
    assert [(file.file_name, file.rows_read, file.rows_rejected) for file in report.files] == [
        ("agents.csv", 0, 0),
        ("ratings.csv", 3, 2),
        ("threads.jsonl", 1, 0),
    ]
    (bad,) = report.bad_files
    assert bad.file_name == "agents.csv"
    assert bad.bad_reason == "it has no column name, updated_at"
    assert report.files[2].unknown_columns == ("extra",)
    assert (report.rows_read, report.rows_rejected) == (4, 2)
    assert [
        (record["file_name"], record["row_number"], record["line_number"], record["column_name"])
        for record in report.rejected
    ] == [("ratings.csv", 2, 3, "score"), ("ratings.csv", 3, 4, "rated_at")]
    assert not report.is_clean
    assert sorted(path.name for path in exports.parent.iterdir()) == ["exports"]


def test_a_day_folder(exports: Path) -> None:
    report = validate_files(exports / str(DAY))
    assert {file.export_date for file in report.files} == {DAY}
    assert report.ignored == [f"{DAY}/README"]


def test_a_file(exports: Path, tmp_path: Path) -> None:
    (file,) = validate_files(exports / str(DAY) / "threads.jsonl").files
    assert (file.export_date, file.rows_loaded) == (DAY, 1)
    alone = tmp_path / "ratings.csv"
    alone.write_bytes((exports / str(DAY) / "ratings.csv").read_bytes())
    report = validate_files(alone)
    assert report.files[0].export_date is None
    assert report.rejected[0]["export_date"] is None


def test_a_file_of_another_name(exports: Path) -> None:
    report = validate_files(exports / "notes")
    assert (report.files, report.ignored) == ([], ["notes"])


def test_a_clean_file(exports: Path) -> None:
    assert validate_files(exports / str(DAY) / "threads.jsonl").is_clean


def test_records_are_bounded_and_counts_are_not(
    exports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validation, "MAX_REJECTED_RECORDS", 1)
    report = validate_files(exports)
    assert (len(report.rejected), report.rows_rejected) == (1, 2)


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(ExportsNotFound):
        validate_files(tmp_path / "nowhere")
