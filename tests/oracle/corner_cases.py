"""One inbox that surely holds every corner case, told case by case.

`all_corner_cases` is made by hand and has no chance in it, so that a failure names its case by the
identifiers of its rows. Chance inboxes are made in `generate`.
"""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.oracle.choosing import HOUR, MINUTE
from tests.oracle.columns import ENTITIES
from tests.oracle.filing import file_name, has_pipe_label
from tests.oracle.inbox import (
    COMPRESSIONS,
    FORMATS,
    MICROSECOND,
    ONE_DAY,
    STYLES,
    ExportFile,
    Inbox,
    Row,
    clock_change_days,
    first_instant,
    local_day,
)
from tests.oracle.plans import LABELS

BIG = "12345678901234567890"
BIG_TOO = "12345678901234567891"
# Parts whose format is fixed.
AS_FORMAT = {"as-csv": "csv", "as-jsonl": "jsonl", "as-parquet": "parquet"}


class Story:
    """Rows of an inbox as they are told, each on its export day and in its part."""

    def __init__(self, zone: str, first_day: date) -> None:
        self.zone = zone
        self.first_day = first_day
        self.rows: dict[tuple[date, str, str], list[Row]] = defaultdict(list)
        self.empty_files: dict[date, list[ExportFile]] = {}

    def at(self, day: int | date, hour: int = 12, minute: int = 0, second: float = 0) -> datetime:
        """A local time of a day (a date, or a number from the first day) as an instant."""
        told = self.first_day + day * ONE_DAY if isinstance(day, int) else day
        local = datetime.combine(told, time(hour, minute), ZoneInfo(self.zone))
        return local.astimezone(UTC) + timedelta(seconds=second)

    def add(self, entity: str, row: Row, version: datetime, day: date | None, part: str) -> Row:
        """Export a row on the day of its version unless another is told."""
        self.rows[day or local_day(version, self.zone), entity, part].append(row)
        return row

    def thread(
        self,
        thread_id: str,
        created_at: datetime,
        *,
        day: date | None = None,
        part: str = "",
        **values: Any,
    ) -> Row:
        """A thread, open and of user u1 unless told otherwise."""
        row = {
            "thread_id": thread_id,
            "created_at": created_at,
            "updated_at": created_at,
            "status": "open",
            "user_id": "u1",
            **values,
        }
        return self.add("threads", row, row["updated_at"], day, part)

    def again(
        self,
        row: Row,
        updated_at: datetime,
        *,
        day: date | None = None,
        part: str = "",
        **values: Any,
    ) -> Row:
        """A further version of a row."""
        keys = {"message_id": "messages", "rating_id": "ratings"}
        entity = next((keys[key] for key in keys if key in row), "threads")
        row = {**row, "updated_at": updated_at, **values}
        return self.add(entity, row, updated_at, day, part)

    def close(self, row: Row, closed_at: datetime, agent: str | None = "a1", **values: Any) -> Row:
        """A version in which a thread is closed."""
        return self.again(
            row,
            max(closed_at, row["updated_at"]) + MICROSECOND,
            status="closed",
            closed_at=closed_at,
            first_closed_at=row.get("first_closed_at") or closed_at,
            closed_by_agent_id=agent,
            **values,
        )

    def message(
        self,
        message_id: str,
        thread_id: str,
        sent_at: datetime,
        author_type: str = "user",
        author_id: str | None = "u1",
        *,
        day: date | None = None,
        part: str = "",
        **values: Any,
    ) -> Row:
        """A message, a user's unless told otherwise."""
        row = {
            "message_id": message_id,
            "thread_id": thread_id,
            "sent_at": sent_at,
            "author_type": author_type,
            "author_id": author_id,
            **values,
        }
        return self.add("messages", row, sent_at, day, part)

    def rating(
        self,
        rating_id: str,
        thread_id: str,
        rated_at: datetime,
        score: int = 5,
        *,
        day: date | None = None,
        **values: Any,
    ) -> Row:
        """A rating."""
        row = {
            "rating_id": rating_id,
            "thread_id": thread_id,
            "rated_at": rated_at,
            "score": score,
            **values,
        }
        return self.add("ratings", row, rated_at, day, "")

    def agent(
        self, agent_id: str, name: str, updated_at: datetime, *, part: str = "", **values: Any
    ) -> None:
        """An agent's record."""
        row = {"agent_id": agent_id, "name": name, "updated_at": updated_at, **values}
        self.add("agents", row, updated_at, None, part)

    def inbox(self) -> Inbox:
        """The rows as files: every format, packing and style in turn."""
        busy_days = {day for day, _, _ in self.rows}
        days: dict[date, list[ExportFile]] = {
            day: list(files) for day, files in self.empty_files.items() if day not in busy_days
        }
        counts: Counter[str] = Counter()
        for day, entity, part in sorted(
            self.rows, key=lambda place: (place[0], ENTITIES.index(place[1]), place[2])
        ):
            rows = tuple(self.rows[day, entity, part])
            file_format = AS_FORMAT.get(part, FORMATS[counts.total() % 3])
            if file_format == "csv" and has_pipe_label(rows):
                file_format = "jsonl"
            number = counts[file_format]
            counts[file_format] += 1
            compression = COMPRESSIONS[(number + number // STYLES) % 3]
            file = ExportFile(
                name=file_name(entity, part, file_format, compression),
                entity=entity,
                format=file_format,
                rows=rows,
                style=number % STYLES,
                has_byte_order_mark=number % 4 == 1,
            )
            days.setdefault(day, []).append(file)
        return Inbox(self.zone, {day: tuple(days[day]) for day in sorted(days)})


def all_corner_cases(first_day: date = date(2019, 12, 25), zone: str = "Europe/Warsaw") -> Inbox:
    """Every corner case, from a first day on.

    The cases of single threads lie in the first weeks; then come a New Year within a week, the
    clock changes of the next 400 days (where the zone has them), the next leap day, and, after a
    calendar year with no folder and no activity, a last week. One rating is dated after the last
    export day. It is shortest from a late December just before a leap year; for Sao Paulo, where
    clocks changed until 2019, that is 2015-12-25.
    """
    story = Story(zone, first_day)
    tell_agents(story)
    tell_answers(story)
    tell_nobody(story)
    tell_deletions(story)
    tell_changes(story)
    tell_versions(story)
    tell_strange_texts(story)
    tell_late_arrivals(story)
    tell_empty_days(story)
    tell_calendar(story)
    return story.inbox()


def tell_agents(story: Story) -> None:
    """Agents renamed, tied, inactive, without a team, and those that only others name."""
    story.agent("a1", "Ada", story.at(0, 8), team="first line", is_active=True)
    story.agent("a1", "Ada L.", story.at(0, 8), part="b", team="first line")
    story.agent("a2", 'Grace "Amazing" Hopper, PhD', story.at(0, 8), is_active=None)
    story.agent("007", "Łukasz 🙂", story.at(1, 8), team="second, line", is_active=False)
    story.agent("idle", "שרה", story.at(1, 8), team="none of the threads' agents")
    story.agent("a2", "Grace", story.at(3, 8), team="second, line")


def tell_answers(story: Story) -> None:
    """Who answers whom first."""
    story.thread("plain", story.at(0, 9), assigned_agent_id="a1", channel="chat")
    story.message("plain 1", "plain", story.at(0, 9), body="hello")
    story.message("plain 2", "plain", story.at(0, 9, 30, 0.5), "agent", "a1", is_private=False)
    story.message("plain 3", "plain", story.at(1, 9), "user", "u1", body="two\nlines")
    story.message("plain 4", "plain", story.at(1, 10), "agent", "a2", body="")

    # The user's message comes before the agent's of the same microsecond, whatever their ids.
    tied_at = story.at(0, 10, 0, 0.123456)
    story.thread("tied", tied_at, user_id="u2", assigned_agent_id="a2")
    story.message("tied 2 user", "tied", tied_at, "user", "u2")
    story.message("tied 1 agent", "tied", tied_at, "agent", "a2")
    story.message("tied 0 agent", "tied", tied_at, "agent", "a1")

    # One microsecond makes it agent-started.
    started_at = story.at(0, 11)
    story.thread("agent first", started_at, user_id="u3", assigned_agent_id="a1")
    story.message("agent first 1", "agent first", started_at, "agent", "a1")
    story.message("agent first 2", "agent first", started_at + MICROSECOND, "user", "u3")
    story.message("agent first 3", "agent first", started_at + HOUR, "agent", "a1")
    story.thread("agent alone", started_at, user_id="only in an agent's thread")
    story.message("agent alone 1", "agent alone", started_at, "agent", "a2")

    story.thread("bot first", story.at(1, 9), assigned_agent_id="007")
    story.message("bot first 1", "bot first", story.at(1, 9), "bot", "robot")
    story.message("bot first 2", "bot first", story.at(1, 9, 1), "agent", "a2", is_private=True)
    story.message("bot first 3", "bot first", story.at(1, 9, 2), "user", "u1")
    story.message("bot first 4", "bot first", story.at(1, 9, 3), "bot", None, body="🙂👩‍👩‍👧")
    story.message("bot first 5", "bot first", story.at(1, 9, 4), "agent", "a1", is_private=True)
    story.message("bot first 6", "bot first", story.at(1, 9, 5), "system", None)
    story.message("bot first 7", "bot first", story.at(4, 9), "agent", "007")

    story.thread("unanswered", story.at(1, 10), user_id="u4")
    story.message("unanswered 1", "unanswered", story.at(1, 10), "user", "u4")
    story.message("unanswered 2", "unanswered", story.at(1, 11), "agent", "a1", is_private=True)

    story.thread("only notes", story.at(1, 12), assigned_agent_id="a2")
    story.message("only notes 1", "only notes", story.at(1, 12), "agent", "a2", is_private=True)
    story.thread("no messages", story.at(1, 13), assigned_agent_id="a2", user_id="silent")

    # Sent before its thread was created, by the clock of the sender.
    story.thread("early message", story.at(2, 0), assigned_agent_id="a1", user_id="u5")
    story.message("early message 1", "early message", story.at(1, 23, 59), "user", "u5")
    story.message("early message 2", "early message", story.at(2, 1), "agent", "helper")


def tell_nobody(story: Story) -> None:
    """Anonymous users, agents who are not told, and what then stands for them."""
    story.thread("anonymous", story.at(2, 9), user_id=None, assigned_agent_id=None)
    story.message("anonymous 1", "anonymous", story.at(2, 9), "user", None)
    story.message("anonymous 2", "anonymous", story.at(2, 10), "agent", None)
    story.rating("anonymous 3", "anonymous", story.at(2, 11), 1)

    row = story.thread("closer not told", story.at(2, 9), assigned_agent_id="a2")
    story.message("closer not told 1", "closer not told", story.at(2, 9), "user", "u1")
    story.close(row, story.at(3, 9), agent=None)
    story.rating("closer not told 2", "closer not told", story.at(3, 10), 4)

    row = story.thread("closed by another", story.at(2, 9), assigned_agent_id="a2")
    story.message("closed by another 1", "closed by another", story.at(2, 9), "user", "u1")
    story.message("closed by another 2", "closed by another", story.at(2, 9, 7), "agent", "a1")
    story.close(row, story.at(2, 15), agent="closer without a record")
    story.rating("closed by another 3", "closed by another", story.at(3, 10), 2)
    story.rating("closed by another 4", "closed by another", story.at(3, 11), 5, agent_id="a1")

    row = story.thread("nobody's", story.at(2, 9), user_id="a1")
    story.message("nobody's 1", "nobody's", story.at(2, 9), "user", "a1")
    story.close(row, story.at(2, 20), agent=None)

    # Answered by one who is not told, closed by nobody: one row of timings for both.
    row = story.thread("twice nobody", story.at(2, 9), user_id="u2")
    story.message("twice nobody 1", "twice nobody", story.at(2, 9), "user", "u2")
    story.message("twice nobody 2", "twice nobody", story.at(2, 9, 30), "agent", None)
    story.close(row, story.at(2, 20), agent=None)


def tell_deletions(story: Story) -> None:
    """Tombstones, and what comes back after one."""
    row = story.thread("deleted", story.at(3, 9), user_id="only in a deleted thread")
    story.message("deleted 1", "deleted", story.at(3, 9), "user", "only in a deleted thread")
    story.rating("deleted 2", "deleted", story.at(3, 10), 1, agent_id="a1")
    story.rating("deleted 3", "deleted", story.at(3, 10), 2)
    story.again(row, story.at(4, 9), deleted_at=story.at(4, 9))

    row = story.thread("deleted and back", story.at(3, 9), assigned_agent_id="a1")
    story.message("deleted and back 1", "deleted and back", story.at(3, 9), "user", "u3")
    row = story.again(row, story.at(4, 9), deleted_at=story.at(4, 9))
    story.again(row, story.at(5, 9), deleted_at=None)

    story.thread("keeps", story.at(3, 12), assigned_agent_id="a2")
    story.message("keeps 1", "keeps", story.at(3, 12), "user", "u1")
    row = story.message("keeps 2", "keeps", story.at(3, 12, 5), "agent", "a1")
    story.again(row, story.at(4, 12), deleted_at=story.at(4, 12))
    row = story.message("keeps 3", "keeps", story.at(3, 12, 10), "agent", "a2")
    row = story.again(row, story.at(4, 12), deleted_at=story.at(4, 12))
    story.again(row, story.at(5, 12), deleted_at=None, body="back")
    row = story.rating("keeps 4", "keeps", story.at(3, 13), 1)
    story.again(row, story.at(4, 13), deleted_at=story.at(4, 13))
    row = story.rating("keeps 5", "keeps", story.at(3, 13), 2)
    row = story.again(row, story.at(4, 13), deleted_at=story.at(4, 13))
    story.again(row, story.at(5, 13), deleted_at=None, score=4)


def tell_changes(story: Story) -> None:
    """Reopened, reassigned, labels put on and off, statuses and impossible times."""
    row = story.thread("reopened", story.at(5, 9), assigned_agent_id="a1")
    story.message("reopened 1", "reopened", story.at(5, 9))
    row = story.close(row, story.at(5, 12))
    row = story.again(row, story.at(6, 12), status="open", closed_at=None, reopen_count=1)
    story.rating("reopened 2", "reopened", story.at(6, 13), 3)

    # The exporter leaves closed_at in place; it is read as null.
    row = story.thread("reopened, stale", story.at(5, 9), assigned_agent_id="a2")
    row = story.close(row, story.at(5, 12))
    story.again(row, story.at(6, 12), status="pending", reopen_count=1)

    row = story.thread("closed again", story.at(5, 9), assigned_agent_id="a2")
    row = story.close(row, story.at(5, 12))
    row = story.again(row, story.at(6, 12), status="open", closed_at=None, reopen_count=1)
    story.close(row, story.at(8, 9), agent="007")

    row = story.thread("reassigned", story.at(5, 10), assigned_agent_id="a1", status="snoozed")
    story.message("reassigned 1", "reassigned", story.at(5, 10), "user", "u6")
    story.message("reassigned 2", "reassigned", story.at(5, 11), "agent", "a1")
    story.again(row, story.at(7, 9), assigned_agent_id="a2", status="pending")

    row = story.thread("unlabeled", story.at(5, 10), labels=("billing", "refund"))
    row = story.again(row, story.at(6, 10), labels=("billing",))
    story.again(row, story.at(7, 10), labels=())

    row = story.thread("closed too early", story.at(6, 10), assigned_agent_id="a1")
    story.close(row, story.at(4, 10), agent="a2")
    row = story.thread("closed at once", story.at(6, 10), assigned_agent_id="a1")
    story.close(row, story.at(6, 10), agent="a2")

    # Merged: a message moves to another thread.
    story.thread("merged into", story.at(6, 11), assigned_agent_id="a1")
    row = story.message("moved", "plain", story.at(6, 11), "user", "u7")
    story.again(row, story.at(7, 11), thread_id="merged into")


def tell_versions(story: Story) -> None:
    """Versions late, repeated, and equal on other days, in other files and in other rows."""
    at = story.at(8, 9)
    row = story.thread("late version", at, assigned_agent_id="a1")
    story.again(row, at + 2 * HOUR, assigned_agent_id="a2")
    story.again(row, at + HOUR, assigned_agent_id="007", day=story.first_day + 10 * ONE_DAY)

    story.thread("tie of days", at, assigned_agent_id="a1")
    story.thread("tie of days", at, assigned_agent_id="a2", day=story.first_day + 9 * ONE_DAY)
    # As texts, part 10 comes before part 2.
    story.thread("tie of files", at, assigned_agent_id="a2", part="2")
    story.thread("tie of files", at, assigned_agent_id="a1", part="10")
    story.thread("tie of rows", at, assigned_agent_id="a1")
    story.thread("tie of rows", at, assigned_agent_id="a2")
    story.thread("tie with its tombstone", at, assigned_agent_id="a1")
    story.thread("tie with its tombstone", at, assigned_agent_id="a1", deleted_at=at)
    story.thread("sent twice", at, assigned_agent_id="a1")
    story.thread("sent twice", at, assigned_agent_id="a1", day=story.first_day + 9 * ONE_DAY)

    # A message's version that is null is the time it was sent.
    story.message("tie of messages", "tie of rows", at, "user", "u1", part="2")
    row = story.message("tie of messages", "tie of rows", at, "agent", "a1", part="10")
    story.again(row, at - MICROSECOND, author_id="a2", part="late")
    story.rating("tie of ratings", "tie of rows", at, 1)
    story.rating("tie of ratings", "tie of rows", at, 5, updated_at=at)


def tell_strange_texts(story: Story) -> None:
    """Identifiers, labels and texts that tempt a reader to trim, split or convert them."""
    at = story.at(11, 9)
    identifiers = ("007", "7", BIG, BIG_TOO, "1e5", "1.0", "NaN", "null", "true", "2024-01-01")
    for number, identifier in enumerate((*identifiers, " edges ", "id 🙂 نص", "i" * 512)):
        sent_at = at + number * MINUTE
        story.thread(identifier, sent_at, user_id=identifier, assigned_agent_id=identifier)
        story.message(identifier, identifier, sent_at, "user", identifier, body="שלום")
        story.message(
            f"{number} {identifier[:9]}", identifier, sent_at + MINUTE, "agent", identifier
        )
        story.rating(identifier, identifier, sent_at, 1 + number % 5, agent_id=identifier)
    # On a day of their own, so that a format may write whole columns as numbers.
    for day, part in ((12, ""), (12, "b"), (13, ""), (13, "b"), (14, ""), (14, "b")):
        numbered = f"{day}{part.replace('b', '1')}0012345678901234"
        story.thread(numbered, story.at(day), user_id="42", assigned_agent_id="77", part=part)
        story.message(numbered, numbered, story.at(day), "user", "42", part=part)

    for number, label in enumerate(LABELS):
        story.thread(f"label {number}", story.at(12, 9, number), labels=(label, "of all"))
    story.thread("labels", story.at(12, 10), labels=tuple(LABELS), assigned_agent_id="a1")
    story.thread("label twice", story.at(12, 10), labels=("twice", "", "twice"))
    story.thread("label empty", story.at(12, 10), labels=("",))
    for part in ("as-jsonl", "as-parquet"):
        story.thread(f"label with a pipe {part}", story.at(13, 10), labels=("a|b",), part=part)
        story.thread(f"labels of it {part}", story.at(13, 10), labels=("a", "b"), part=part)

    story.thread("texts", story.at(13, 11), channel='a "channel", of sorts', user_id="u8")
    bodies = (
        "two\nlines",
        "Windows\r\nlines",
        'a "quoted" word, and a comma',
        "a line\u2028separator",
        "x" * 9999,
    )
    for part in AS_FORMAT:
        for number, body in enumerate(bodies):
            message_id = f"texts {part} {number}"
            story.message(message_id, "texts", story.at(13, 11, number), part=part, body=body)
        story.thread(f"labels {part}", story.at(13, 12), labels=tuple(LABELS), part=part)
    story.message("texts length", "texts", story.at(13, 11, 30), body_length=123_456)

    # Every count of fractional digits.
    for digits in range(7):
        fraction = timedelta(microseconds=int("123456"[:digits].ljust(6, "0")))
        sent_at = story.at(14, 9, digits) + fraction
        story.thread(f"digits {digits}", sent_at, user_id=f"digits {digits}")
        story.message(f"digits {digits} 1", f"digits {digits}", sent_at, "user", "u1")
        story.message(f"digits {digits} 2", f"digits {digits}", sent_at + HOUR, "agent", "a1")


def tell_late_arrivals(story: Story) -> None:
    """Messages and ratings before their thread, or without one for good."""
    late_day = story.first_day + 16 * ONE_DAY
    story.thread("late", story.at(15, 9), day=late_day, user_id="u9", assigned_agent_id="a2")
    story.message("late 1", "late", story.at(15, 9), "user", "u9")
    story.message("late 2", "late", story.at(15, 10), "agent", "a2")
    story.rating("late 3", "late", story.at(15, 11), 4)
    story.message("late 4", "late", story.at(15, 12), "user", "u9", day=late_day + ONE_DAY)
    story.message("orphan 1", "never", story.at(15, 9), "user", "only in an orphan")
    story.message("orphan 2", "never", story.at(15, 9, 1), "agent", "agent of an orphan")
    story.rating("orphan 3", "never", story.at(15, 11), 2, agent_id="a1")
    story.rating("orphan 4", "never", story.at(15, 11), 3)


def tell_empty_days(story: Story) -> None:
    """Days with a folder and nothing new: no files, no bytes, a header alone."""
    forms = {
        18: [],
        19: [("threads", "csv", "", True), ("messages", "jsonl", "", True)],
        20: [("threads", "csv", "", False), ("messages", "csv", ".gz", False)],
        21: [("threads", "parquet", "", False), ("ratings", "jsonl", ".zst", True)],
        22: [("threads", "csv", ".gz", True), ("agents", "csv", "", False)],
    }
    for number, files in forms.items():
        story.empty_files[story.first_day + number * ONE_DAY] = [
            ExportFile(
                name=file_name(entity, "", file_format, compression),
                entity=entity,
                format=file_format,
                rows=(),
                has_byte_order_mark=number == 20,
                is_bare=is_bare,
            )
            for entity, file_format, compression, is_bare in files
        ]


def tell_calendar(story: Story) -> None:
    """New Year's week, clock changes, a leap day, and a year of nothing before a last week."""
    # Neither kind of week starts on it.
    new_year = next(
        new_year
        for new_year in (date(story.first_day.year + number, 1, 1) for number in range(1, 9))
        if new_year - story.first_day >= 5 * ONE_DAY and 0 < new_year.weekday() < 6
    )
    for number in range(-4, 7):
        around_midnight(story, new_year + number * ONE_DAY, "new year")

    for day in clock_change_days(story.zone, story.first_day, 400):
        around_midnight(story, day, "clock change")
        around_midnight(story, day + ONE_DAY, "clock change")
        start = first_instant(day, story.zone)
        length = first_instant(day + ONE_DAY, story.zone) - start
        for number in range(int(length / (HOUR / 2))):
            thread_id = f"clock change {day} {number}"
            sent_at = start + number * HOUR / 2
            row = story.thread(thread_id, sent_at, user_id=thread_id, assigned_agent_id="a1")
            story.message(thread_id, thread_id, sent_at, "user", thread_id)
            story.message(f"{thread_id} -", thread_id, sent_at + 1.5 * HOUR, "agent", "a1")
            if number % 3 == 0:
                story.close(row, sent_at + 4 * HOUR)

    leap_day = next(
        day
        for day in (story.first_day + number * ONE_DAY for number in range(3000))
        if (day.month, day.day) == (2, 29)
    )
    for number in (-1, 0, 1):
        around_midnight(story, leap_day + number * ONE_DAY, "leap day")

    # A thread that stays open through all of it, then a calendar year without anything.
    story.thread("open for long", story.at(0, 8), assigned_agent_id="a2", user_id="u10")
    last_day = max(day for day, _, _ in story.rows)
    back = date(last_day.year + 2, 1, 14)
    story.message("back 1", "open for long", story.at(back, 9), "agent", "a2")
    story.thread("back", story.at(back, 9), assigned_agent_id="a1", labels=("refund",))
    story.message("back 2", "back", story.at(back, 9), "user", "u10")
    story.message("back 3", "back", story.at(back + ONE_DAY, 9), "agent", "a1")
    # By a clock that is ahead: activity after the last export day.
    ahead = story.at(back + 3 * ONE_DAY, 9)
    story.rating("ahead", "back", ahead, 5, day=back + ONE_DAY)


def around_midnight(story: Story, day: date, name: str) -> None:
    """Threads at the first instant of a day, one microsecond before it, and at its noon."""
    midnight = first_instant(day, story.zone)
    for place, created_at in (
        ("before", midnight - MICROSECOND),
        ("at", midnight),
        ("noon", story.at(day)),
    ):
        thread_id = f"{name} {day} {place}"
        row = story.thread(thread_id, created_at, user_id=f"{name} {place}", labels=(name,))
        story.message(thread_id, thread_id, created_at, "user", f"{name} {place}")
        story.message(f"{thread_id} -", thread_id, created_at + MICROSECOND, "agent", "a1")
        story.rating(thread_id, thread_id, created_at + HOUR, 4)
        if place != "noon":
            story.close(row, midnight + ONE_DAY - MICROSECOND)
