"""One account through every landing gives the same threads and messages."""

from __future__ import annotations

import codecs
import gzip
import json
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from orchestration.sources.errors import LandingIncomplete
from orchestration.sources.landings.folder import list_files
from orchestration.sources.staff_file import read_staff
from tests.unit.sources import layouts
from tests.unit.sources.desk import Desk
from tests.unit.sources.test_any_order import WORLD
from tests.unit.sources.zendesk_records import records, ticket


def streams(world: list[tuple[str, dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for stream, record in world:
        found.setdefault(stream, []).append(record)
    return found


# What all landings can know: Fivetran's tables hold the newest state and no privacy changes.
NO_PRIVACY = [
    (stream, record)
    for stream, record in WORLD
    if not any(e["type"] == "CommentPrivacyChange" for e in record.get("events", ()))
]


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    desk = Desk(tmp_path_factory.mktemp("airbyte"), "zendesk")
    desk.bring(streams(NO_PRIVACY))
    return desk.everything()


@pytest.mark.parametrize(
    ("layout", "landing"),
    [
        (layouts.airbyte_protocol, "airbyte"),
        (layouts.airbyte_messages, "airbyte"),
        (layouts.airbyte_data, "airbyte"),
        (layouts.airbyte_csv, "airbyte"),
        (layouts.airbyte_parquet, "airbyte"),
        (layouts.airbyte_database, "airbyte"),
        (layouts.singer, "singer"),
        (layouts.singer_files, "singer"),
        (layouts.dlt_files, "dlt"),
        (layouts.dlt_database, "dlt"),
        (layouts.answers, "files"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
@pytest.mark.parametrize("told", [True, False])
def test_a_landing(
    tmp_path: Path,
    expected: dict[str, Any],
    layout: Callable[[Path, layouts.Streams], Path | None],
    landing: str,
    told: bool,
) -> None:
    if not told and layout is layouts.airbyte_parquet:
        pytest.skip("a plain Parquet file does not say whose it is")
    where = layout(tmp_path / "there", streams(NO_PRIVACY)) or tmp_path / "there"
    desk = Desk(tmp_path, "zendesk", landing=landing if told else None)
    desk.look_elsewhere(where)
    done = desk.bring()
    assert done.landing == landing
    assert desk.everything() == expected


@pytest.mark.parametrize("layout", [layouts.airbyte_data, layouts.answers])
def test_a_byte_order_mark_takes_no_record_away(
    tmp_path: Path, expected: dict[str, Any], layout: Callable[[Path, layouts.Streams], None]
) -> None:
    layout(tmp_path / "there", streams(NO_PRIVACY))
    for file in (tmp_path / "there").iterdir():
        is_packed = file.suffix == ".gz"
        text = gzip.decompress(file.read_bytes()) if is_packed else file.read_bytes()
        marked = codecs.BOM_UTF8 + text
        file.write_bytes(gzip.compress(marked) if is_packed else marked)
    desk = Desk(tmp_path, "zendesk")
    desk.look_elsewhere(tmp_path / "there")
    desk.bring()
    assert desk.everything() == expected
    assert not desk.count("unreadable records")


@pytest.mark.parametrize("mark", [codecs.BOM_UTF8, b""])
def test_zstd_takes_no_record_away(tmp_path: Path, expected: dict[str, Any], mark: bytes) -> None:
    layouts.airbyte_data(tmp_path / "there", streams(NO_PRIVACY))
    for file in (tmp_path / "there").iterdir():
        with pa.output_stream(file.with_suffix(".zst")) as packed:
            packed.write(mark + gzip.decompress(file.read_bytes()))
        file.unlink()
    desk = Desk(tmp_path, "zendesk")
    desk.look_elsewhere(tmp_path / "there")
    desk.bring()
    assert desk.everything() == expected


def test_a_marked_file_that_is_cut_off_is_told(tmp_path: Path) -> None:
    layouts.airbyte_data(tmp_path / "there", streams(NO_PRIVACY))
    [file] = (tmp_path / "there").glob("tickets_2024*")
    marked = codecs.BOM_UTF8 + gzip.decompress(file.read_bytes())
    file.write_bytes(gzip.compress(marked)[:-12])
    desk = Desk(tmp_path, "zendesk")
    desk.look_elsewhere(tmp_path / "there")
    with pytest.raises(LandingIncomplete, match="is cut off in its last line"):
        desk.bring()


def test_there_may_be_more_marked_files_than_a_shell_lets_one_open(tmp_path: Path) -> None:
    for number in range(40):
        (tmp_path / f"tickets_{number}.jsonl").write_bytes(codecs.BOM_UTF8 + b"{}")
    (tmp_path / "links").mkdir()
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    are_open = max(int(path.name) for path in Path("/proc/self/fd").iterdir())
    resource.setrlimit(resource.RLIMIT_NOFILE, (are_open + 20, limits[1]))
    try:
        files = list_files(tmp_path, tmp_path / "links")
        assert [file.path.read_bytes() for file in files] == [b"{}"] * 40
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def test_a_list_of_staff_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    listed = tmp_path / "staff.txt"
    listed.write_text("ann@shop.example\n# none\n", encoding="utf-8-sig")
    assert read_staff(listed) == ("ann@shop.example",)


def test_fivetran_gives_the_same_threads_and_messages(
    tmp_path: Path, expected: dict[str, Any]
) -> None:
    layouts.fivetran(tmp_path / "there", streams(NO_PRIVACY))
    desk = Desk(tmp_path, "zendesk")
    desk.look_elsewhere(tmp_path / "there")
    done = desk.bring()
    assert done.landing == "fivetran"
    for entity in ("threads", "messages", "ratings", "agents", "teams"):
        assert desk.live(entity) == expected[entity], entity


def test_a_source_may_change_its_landing(tmp_path: Path, expected: dict[str, Any]) -> None:
    desk = Desk(tmp_path, "zendesk")
    desk.bring(streams(NO_PRIVACY))
    layouts.singer(tmp_path / "there", streams(NO_PRIVACY))
    desk.look_elsewhere(tmp_path / "there")
    desk.bring()
    assert desk.everything() == expected


def test_only_new_parts_are_read(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "zendesk")
    desk.bring(records())
    done = desk.bring({"tickets": [ticket(2)]})
    assert done.records == {"tickets": 1}


def test_of_a_file_that_has_grown_only_what_is_new_is_kept(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "zendesk")
    desk.bring(records())
    path = desk.landing / "tickets" / "2024_03_01.jsonl"
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(ticket(2)) + "\n")
    done = desk.bring()
    assert done.records == {"tickets": 1}
    assert done.rows["threads"] == 1


def test_of_a_database_only_what_was_taken_since_is_read(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "zendesk")
    path = layouts.airbyte_database(tmp_path / "there", records())
    desk.look_elsewhere(path)
    desk.bring()
    path.unlink()
    layouts.airbyte_database(tmp_path / "there", records(tickets=[ticket(), ticket(2)]))
    done = desk.bring()
    assert done.records["tickets"] == 1
    assert set(desk.live("threads")) == {"1", "2"}


def test_deleted_rows_of_fivetran_are_gone(tmp_path: Path) -> None:
    there = tmp_path / "there"
    layouts.fivetran(there, {**records(), "ticket_comments": []})
    path = there / "ticket.csv"
    header, row = path.read_text().splitlines()
    path.write_text(f"{header},_fivetran_deleted\n{row},TRUE\n")
    desk = Desk(tmp_path, "zendesk")
    desk.look_elsewhere(there)
    desk.bring()
    assert desk.thread("1")["deleted_at"] is not None


def test_fivetran_tells_which_tickets_were_merged_into_which(tmp_path: Path) -> None:
    there = tmp_path / "there"
    layouts.fivetran(
        there,
        records(tickets=[ticket(1), ticket(2, merged_ticket_ids="[1]", updated="03 09:00")]),
    )
    desk = Desk(tmp_path, "zendesk")
    desk.look_elsewhere(there)
    desk.bring()
    assert desk.thread("1")["merged_into_thread_id"] == "2"
    assert desk.thread("1")["deleted_at"] == desk.thread("2")["updated_at"]
    assert desk.thread("2")["deleted_at"] is None
