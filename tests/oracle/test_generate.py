"""The inboxes that others are tested with: that they hold what they promise, in every format."""

from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.oracle.adding_up import assert_agents_add_up
from tests.oracle.columns import ENTITIES
from tests.oracle.columns import KEYS as RECORD_KEYS
from tests.oracle.compare import assert_tables_equal
from tests.oracle.corrections import corrected, with_bad_rows
from tests.oracle.filing import file_name, has_pipe_label
from tests.oracle.generate import corrections, generate_inbox, inboxes
from tests.oracle.inbox import COMPRESSIONS, FORMATS, STYLES, WEEK_STARTS, ExportFile, Inbox
from tests.oracle.metrics import Report
from tests.oracle.periods import ONE_DAY
from tests.oracle.read import Records, export_days, read_exports
from tests.oracle.writing import write_day, write_inbox


def assert_same_records(actual: Records, expected: Records) -> None:
    """Fail unless the same records stand."""
    for entity in ENTITIES:
        assert_tables_equal(
            getattr(actual, entity), getattr(expected, entity), [RECORD_KEYS[entity]], entity
        )


def in_one_file_each(inbox: Inbox, file_format: str, compression: str, style: int) -> Inbox:
    """The rows of each day and entity in one file, but for those that a CSV cannot tell."""
    days = {}
    for day in inbox.days:
        files = []
        for entity in ENTITIES:
            rows = [row for file in inbox.files(day, entity) for row in file.rows]
            rows = [row for row in rows if not has_pipe_label([row])]
            name = file_name(entity, "", file_format, compression)
            files.append(ExportFile(name, entity, file_format, tuple(rows), style, style % 2 == 1))
        days[day] = tuple(files)
    return Inbox(inbox.zone, days)


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("file_format", FORMATS)
def test_every_format_tells_the_same(tmp_path: Path, file_format: str, compression: str) -> None:
    inbox = generate_inbox(3, days=3, threads_per_day=8, zone="Asia/Kathmandu")
    write_inbox(in_one_file_each(inbox, "csv", "", 0), tmp_path / "expected")
    expected = read_exports(tmp_path / "expected")
    for style in range(STYLES):
        folder = tmp_path / str(style)
        write_inbox(in_one_file_each(inbox, file_format, compression, style), folder)
        records = read_exports(folder)
        assert records.rejected.empty
        assert_same_records(records, expected)


def test_a_seed_makes_one_inbox() -> None:
    assert generate_inbox(5, days=4) == generate_inbox(5, days=4)
    assert generate_inbox(5, days=4) != generate_inbox(6, days=4)


def test_a_pause_leaves_days_out() -> None:
    days = list(generate_inbox(1, days=6, threads_per_day=1, pause=400).days)
    assert len(days) == 6
    assert max(later - earlier for earlier, later in pairwise(days)) == 401 * ONE_DAY


def test_clutter_is_passed_over(tmp_path: Path) -> None:
    inbox = generate_inbox(2, days=2, threads_per_day=2)
    write_inbox(inbox, tmp_path / "plain")
    write_inbox(inbox, tmp_path / "cluttered", clutter=True)
    assert_same_records(read_exports(tmp_path / "cluttered"), read_exports(tmp_path / "plain"))
    assert export_days(tmp_path / "cluttered") == list(inbox.days)


def test_every_bad_row_is_left_out(tmp_path: Path) -> None:
    inbox = generate_inbox(4, days=20, threads_per_day=4)
    spoiled, count = with_bad_rows(inbox, 1)
    assert count > 20
    write_inbox(inbox, tmp_path / "good")
    write_inbox(spoiled, tmp_path / "spoiled")
    records = read_exports(tmp_path / "spoiled")
    assert len(records.rejected) == count
    assert_same_records(records, read_exports(tmp_path / "good"))


def test_a_correction_rewrites_one_day(tmp_path: Path) -> None:
    inbox = generate_inbox(4, days=5, threads_per_day=4)
    day = list(inbox.days)[2]
    mended = corrected(inbox, day, 1)
    assert {other for other in inbox.days if mended.days[other] != inbox.days[other]} == {day}
    write_inbox(inbox, tmp_path / "mended")
    write_day(mended, day, tmp_path / "mended")
    write_inbox(mended, tmp_path / "fresh")
    records = read_exports(tmp_path / "mended")
    assert_same_records(records, read_exports(tmp_path / "fresh"))
    assert f"added on {day}" in set(records.threads.thread_id) or records.rejected.empty


@settings(max_examples=15, deadline=None, phases=[Phase.generate])
@given(inbox=inboxes(), data=st.data())
def test_drawn_inboxes_hold_together(inbox: Inbox, data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        write_inbox(inbox, Path(folder))
        records = read_exports(Path(folder))
        assert records.rejected.empty
        assert records.as_of_date == max(inbox.days)
        assert_agents_add_up(Report(records, inbox.zone, data.draw(st.sampled_from(WEEK_STARTS))))
        day, mended = data.draw(corrections(inbox))
        write_day(mended, day, Path(folder))
        read_exports(Path(folder))
