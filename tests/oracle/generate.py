"""Inboxes to try the pipeline on: seeded, drawn by Hypothesis, or with every corner case at once.

An `Inbox` is a value: for each export day its files, each with a name and rows. Rows hold plain
values (aware datetimes, texts, whole numbers, booleans, tuples of labels, None); how they are
written down (time offsets, fractional digits, quoting, line ends, types) follows from the format
and the `style` of their file. `write_inbox` writes it all as a folder of exports.

Only the making of exports belongs here; what they mean is told by `read` and `metrics`.
"""

import csv
import gzip
import io
import json
import random
import re
import shutil
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st

from tests.oracle.columns import COLUMNS, ENTITIES

# Few exports have them; where there are no rows, there is no file either.
OPTIONAL_ENTITIES = ("thread_events", "teams")

Row = dict[str, Any]
Value = TypeVar("Value")

ZONES = (
    "UTC",
    "Europe/Warsaw",
    "America/New_York",
    "Pacific/Kiritimati",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/Sao_Paulo",
)
WEEK_STARTS = ("monday", "sunday")
FORMATS = ("csv", "jsonl", "parquet")
COMPRESSIONS = ("", ".gz", ".zst")
STYLES = 12
LAYOUTS = 999
ONE_DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)
WHOLE_NUMBER_ID = re.compile(r"[1-9]\d*")

# Identifiers that tempt a reader: to a number, a date, a null, a boolean, or to a trimmed text.
USERS = (
    "u1",
    "u2",
    "u3",
    "007",
    "7",
    "12345678901234567890",
    "12345678901234567891",
    "user with spaces",
    "null",
    "2024-01-01",
    "użytkownik 🙂",
    "a1",
)
AGENTS = ("a1", "a2", "a3", "007", "98765432109876543210", "agent with spaces", "NaN", "وكيل")
LABELS = (
    "billing",
    "refund",
    "a,b",
    'say "hi"',
    "two words",
    " edges ",
    "🙂 thanks",
    "\uff5ewave",
    "تسجيل الدخول",
    "null",
    "NA",
    "007",
    "Billing",
    "é",
    "e\u0301",
    "two\nlines",
)
PIPE_LABELS = ("a|b", "|")
CHANNELS = ("chat", "email", None, "forum/en-US")
TEAMS = ("first line", None, "second, line")
NAMES = ("Ada", 'Grace "Amazing" Hopper', "Łukasz 🙂", "שרה", "null", "O'Neil, Jr.")
BODIES = (
    "hello",
    "",
    "two\nlines",
    "Windows\r\nlines",
    'a "quoted" word, and a comma',
    "🙂👩‍👩‍👧",
    "שלום עולם",
    "a line\u2028separator",
    "x" * 3000,
)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
GAPS = (
    MINUTE,
    timedelta(0),
    MICROSECOND,
    timedelta(seconds=1),
    timedelta(seconds=59, microseconds=999_999),
    timedelta(milliseconds=500),
    HOUR,
    timedelta(hours=7, minutes=30),
    timedelta(hours=26),
    timedelta(days=3),
    -HOUR,
)
# Microseconds into a day; -1 is its last one. Clocks change within the first hours.
PLACES_IN_DAY = tuple(
    int(place / MICROSECOND)
    for place in (
        12 * HOUR,
        0 * HOUR,
        -MICROSECOND,
        0.5 * HOUR,
        1 * HOUR,
        1.5 * HOUR,
        2 * HOUR,
        2.5 * HOUR,
        3 * HOUR,
        9 * HOUR + timedelta(microseconds=123_456),
        17 * HOUR + timedelta(milliseconds=900),
        22.5 * HOUR,
        23.5 * HOUR,
    )
)


# The value and its files.


@dataclass(frozen=True)
class ExportFile:
    """One file of one export day.

    name is `<entity>[.<part>].<format>[.gz|.zst]`; style (0 to 11, 0 the plainest) is how values
    are written; a bare file has no rows and not even a header.
    """

    name: str
    entity: str
    format: str
    rows: tuple[Row, ...]
    style: int = 0
    has_byte_order_mark: bool = False
    is_bare: bool = False


@dataclass(frozen=True)
class Inbox:
    """The exports of an inbox: its zone and, by export day, its files (a day may have none)."""

    zone: str
    days: dict[date, tuple[ExportFile, ...]]

    def files(self, day: date, entity: str) -> list[ExportFile]:
        """The files of one entity on one day."""
        return [file for file in self.days[day] if file.entity == entity]

    def with_day(self, day: date, files: Iterable[ExportFile]) -> "Inbox":
        """A copy in which one day has other files."""
        return replace(self, days=dict(sorted({**self.days, day: tuple(files)}.items())))

    def rows(self, entity: str) -> list[Row]:
        """Every row of an entity, in the order of days and files."""
        files = [file for day in self.days for file in self.files(day, entity)]
        return [row for file in files for row in file.rows]


def write_inbox(inbox: Inbox, folder: Path, *, clutter: bool = False) -> None:
    """Write every day; with clutter, also files that a reader has to pass over."""
    folder.mkdir(parents=True, exist_ok=True)
    if clutter:
        (folder / "README").write_text("Exports by day.\n", encoding="utf-8")
        (folder / "not-a-day").mkdir(exist_ok=True)
    for day in inbox.days:
        write_day(inbox, day, folder, clutter=clutter)


def write_day(inbox: Inbox, day: date, folder: Path, *, clutter: bool = False) -> None:
    """Write one day afresh: what its folder held before is gone."""
    day_folder = folder / day.isoformat()
    shutil.rmtree(day_folder, ignore_errors=True)
    day_folder.mkdir(parents=True)
    for file in inbox.days[day]:
        (day_folder / file.name).write_bytes(file_content(file, inbox.zone))
    if clutter:
        # A day of lookalikes alone is no empty day: it fails.
        lookalikes = ("threads.txt",) if inbox.days[day] else ()
        for name in ("README", "_SUCCESS", ".threads.csv", *lookalikes):
            (day_folder / name).write_text("thread_id\nclutter\n", encoding="utf-8")


def file_content(file: ExportFile, zone: str) -> bytes:
    """The bytes of a file, packed as its name says."""
    if file.is_bare:
        content = b""
    elif file.format == "csv":
        content = csv_content(file, zone).encode("utf-8")
    elif file.format == "jsonl":
        content = jsonl_content(file, zone).encode("utf-8")
    else:
        content = parquet_content(file, zone)
    if file.has_byte_order_mark and file.format != "parquet":
        content = b"\xef\xbb\xbf" + content
    if file.name.endswith(".gz"):
        return gzip.compress(content, mtime=0)
    if file.name.endswith(".zst"):
        packed = pa.BufferOutputStream()
        with pa.CompressedOutputStream(packed, "zstd") as stream:
            stream.write(content)
        return bytes(packed.getvalue())
    return content


def file_columns(file: ExportFile) -> list[str]:
    """The columns of a file: those that are required and those that a row has."""
    columns = [
        column
        for column, (_, required) in COLUMNS[file.entity].items()
        if required or not file.rows or any(column in row for row in file.rows)
    ]
    if file.style % 2 == 1:
        columns.reverse()
    if file.style % 5 == 4:
        columns.insert(1, "custom_field")
    return columns


def csv_content(file: ExportFile, zone: str) -> str:
    """A file as CSV: an empty cell for null, labels parted by `|`."""
    written = io.StringIO()
    writer = csv.writer(
        written,
        lineterminator="\r\n" if file.style % 3 == 1 else "\n",
        quoting=csv.QUOTE_ALL if file.style % 4 == 2 else csv.QUOTE_MINIMAL,
    )
    columns = file_columns(file)
    writer.writerow(columns)
    for number, row in enumerate(file.rows):
        writer.writerow(
            [
                csv_cell(row.get(column), file.style and file.style + number + place, zone)
                for place, column in enumerate(columns)
            ]
        )
    text = written.getvalue()
    return text.rstrip("\r\n") if file.style % 7 == 3 else text


def csv_cell(value: Any, variant: int, zone: str) -> str:
    """One value as the text of a CSV cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        texts = ("true", "True", "TRUE", "1", "t") if value else ("false", "False", "FALSE", "0")
        return texts[variant % len(texts)]
    if isinstance(value, datetime):
        return time_text(value, variant, zone)
    if isinstance(value, tuple):
        if any("|" in label for label in value):
            raise ValueError("a label with a pipe cannot be told in a CSV")
        return "|".join(value)
    return str(value)


def jsonl_content(file: ExportFile, zone: str) -> str:
    """A file as JSONL: a null is null, NaN or left out; a whole-number id may be a number."""
    lines = []
    for number, row in enumerate(file.rows):
        written: dict[str, Any] = {}
        for place, column in enumerate(file_columns(file)):
            value = row.get(column)
            if value is None:
                if file.style % 3 == 1:
                    written[column] = None
                elif file.style % 3 == 2:
                    written[column] = float("nan")
            elif isinstance(value, datetime):
                variant = file.style and file.style + number + place
                written[column] = time_text(value, variant, zone)
            elif is_whole_number_id(file.entity, column, value) and file.style % 4 == 3:
                written[column] = int(value)
            else:
                written[column] = list(value) if isinstance(value, tuple) else value
        lines.append(json.dumps(written, ensure_ascii=file.style % 2 == 1))
    text = "".join(line + "\n" for line in lines)
    return text.rstrip("\n") if file.style % 7 == 3 else text


def parquet_content(file: ExportFile, zone: str) -> bytes:
    """A file as Parquet, its columns typed in one of the ways that other tools type them."""
    arrays = {}
    for column in file_columns(file):
        kind = COLUMNS[file.entity].get(column, ("text", False))[0]
        values = [row.get(column) for row in file.rows]
        arrays[column] = parquet_column(file, column, kind, values, zone)
    written = io.BytesIO()
    pq.write_table(pa.table(arrays), written)
    return written.getvalue()


def parquet_column(
    file: ExportFile, column: str, kind: str, values: list[Any], zone: str
) -> pa.Array:
    """One column: typed by its kind where every value allows it, else as text."""
    told = [value for value in values if value is not None]
    style = file.style % 4
    if file.rows and not told and style == 1:
        return pa.nulls(len(values))
    if kind == "labels":
        lists = [None if value is None else list(value) for value in values]
        return pa.array(lists, pa.list_(pa.string()))
    if kind == "time" and style != 2 and all(isinstance(value, datetime) for value in told):
        if style == 1:
            naive = [None if value is None else value.replace(tzinfo=None) for value in values]
            return pa.array(naive, pa.timestamp("us"))
        return pa.array(values, pa.timestamp("us", tz=zone if style == 3 else "UTC"))
    if kind in ("count", "score") and all(isinstance(value, int) for value in told):
        return pa.array(values, pa.int64())
    if kind == "boolean" and all(isinstance(value, bool) for value in told):
        return pa.array(values, pa.bool_())
    if (
        kind == "identifier"
        and style == 3
        and told
        and all(
            is_whole_number_id(file.entity, column, value) and int(value) < 2**63 for value in told
        )
    ):
        return pa.array([None if value is None else int(value) for value in values], pa.int64())
    texts = [
        None if value is None else csv_cell(value, file.style and file.style + place, zone)
        for place, value in enumerate(values)
    ]
    return pa.array(texts, pa.large_string() if style == 1 else pa.string())


def is_whole_number_id(entity: str, column: str, value: Any) -> bool:
    """Whether a value is an identifier that a number can hold without a change."""
    kind = COLUMNS[entity].get(column, ("text", False))[0]
    return kind == "identifier" and WHOLE_NUMBER_ID.fullmatch(str(value)) is not None


def time_text(instant: datetime, variant: int, zone: str) -> str:
    """An instant as ISO 8601; variant 0 is the shortest form in UTC, with a Z."""
    offsets = (
        UTC,
        None,
        UTC,
        ZoneInfo(zone),
        timezone(-timedelta(hours=3, minutes=30)),
        None,
        timezone(timedelta(hours=5, minutes=45)),
    )
    offset = offsets[variant % len(offsets)]
    local = instant.astimezone(offset or UTC)
    digits = f"{local.microsecond:06d}"
    needed = len(digits.rstrip("0"))
    kept = needed if variant == 0 else needed + variant % (7 - needed)
    fraction = f".{digits[:kept]}" if kept else ""
    suffix = "" if offset is None else local.isoformat()[-6:]
    if offset is UTC and variant % len(offsets) == 0:
        suffix = "Z"
    separator = " " if variant % 5 == 4 else "T"
    return f"{local:%Y-%m-%d}{separator}{local:%H:%M:%S}{fraction}{suffix}"


# Days of a zone.


def first_instant(day: date, zone: str) -> datetime:
    """The first instant of a day in a zone, in UTC."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def local_day(instant: datetime, zone: str) -> date:
    """The day of an instant in a zone."""
    return instant.astimezone(ZoneInfo(zone)).date()


def instant_in_day(day: date, place: int, zone: str) -> datetime:
    """An instant so many microseconds into a day (kept within it); -1 is the day's last."""
    start = first_instant(day, zone)
    length = first_instant(day + ONE_DAY, zone) - start
    offset = length + place * MICROSECOND if place < 0 else place * MICROSECOND
    return start + min(offset, length - MICROSECOND)


@cache
def clock_change_days(zone: str, first_day: date, days: int) -> tuple[date, ...]:
    """The days of a stretch that do not have 24 hours in a zone."""
    stretch = (first_day + number * ONE_DAY for number in range(days))
    return tuple(
        day
        for day in stretch
        if first_instant(day + ONE_DAY, zone) - first_instant(day, zone) != ONE_DAY
    )


@cache
def telling_first_days(zone: str) -> tuple[date, ...]:
    """Days just before something happens: a leap day, a New Year, a clock change."""
    before_changes = tuple(
        day - ONE_DAY
        for year in (2018, 2024)
        for day in clock_change_days(zone, date(year, 1, 1), 366)
    )
    return (date(2024, 1, 10), date(2024, 2, 28), date(2023, 12, 30), *before_changes)


# Choices: at random or drawn by Hypothesis.


class Chooser(ABC):
    """Where the choices of an inbox come from; the first option is the plainest."""

    @abstractmethod
    def number(self, low: int, high: int) -> int:
        """A whole number, both ends included."""

    @abstractmethod
    def pick(self, options: Sequence[Value]) -> Value:
        """One of some options."""

    @abstractmethod
    def chance(self, percent: int) -> bool:
        """True so many times in a hundred."""

    @abstractmethod
    def place_in_day(self) -> int:
        """Microseconds into a day, or -1 for its last one."""

    @abstractmethod
    def several(self, make: Callable[["Chooser"], Value], most: int, least: int = 0) -> list[Value]:
        """A list of things made one after the other."""


class RandomChooser(Chooser):
    """Choices that follow from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def number(self, low: int, high: int) -> int:
        """Pick a whole number, each as likely as the other."""
        return self.random.randint(low, high)

    def pick(self, options: Sequence[Value]) -> Value:
        """Pick an option, each as likely as the other."""
        return self.random.choice(options)

    def chance(self, percent: int) -> bool:
        """Be true so many times in a hundred."""
        return self.random.randrange(100) < percent

    def place_in_day(self) -> int:
        """Pick a telling place half of the time, else any."""
        return self.pick(PLACES_IN_DAY) if self.chance(50) else self.number(0, 86_399_999_999)

    def several(self, make: Callable[[Chooser], Value], most: int, least: int = 0) -> list[Value]:
        """Make a list, short ones likelier than long ones."""
        extra = int(self.random.expovariate(3 / (most - least))) if most > least else 0
        return [make(self) for _ in range(min(most, least + extra))]


class DrawnChooser(Chooser):
    """Choices that Hypothesis draws, and shrinks towards the plainest.

    Strategies are kept: to make and check one anew costs more than to draw from it.
    """

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self.draw = draw

    def number(self, low: int, high: int) -> int:
        """Draw a whole number."""
        return int(self.draw(_numbers(low, high)))

    def pick(self, options: Sequence[Value]) -> Value:
        """Draw an option; the first is the plainest."""
        return options[self.number(0, len(options) - 1)]

    def chance(self, percent: int) -> bool:
        """Draw a boolean; false is the plainest."""
        return self.number(0, 99) >= 100 - percent

    def place_in_day(self) -> int:
        """Draw a telling place; noon is the plainest."""
        return self.pick(PLACES_IN_DAY)

    def several(self, make: Callable[[Chooser], Value], most: int, least: int = 0) -> list[Value]:
        """Draw what fills each of so many places, or that it is empty.

        Any place can be emptied in one step of shrinking, which is not so for the parts of a list
        of large things.
        """
        filled = [make(self) for _ in range(least)]
        places = [self.draw(_place(make)) for _ in range(most - least)]
        return filled + [value for (value,) in filter(None, places)]


@cache
def _numbers(low: int, high: int) -> st.SearchStrategy[int]:
    return st.integers(low, high)


@cache
def _place(make: Callable[[Chooser], Value]) -> st.SearchStrategy[tuple[Value] | None]:
    @st.composite
    def place(draw: Callable[[st.SearchStrategy[Any]], Any]) -> tuple[Value] | None:
        chooser = DrawnChooser(draw)
        return (make(chooser),) if chooser.chance(45) else None

    return place()


# Plans: what happens to one thread, before it has an identifier.


@dataclass(frozen=True)
class Change:
    """A further version of a record: what changes (to what), how long after the last version, and
    how many days after it happened it is exported.
    """

    kind: str
    gap: timedelta
    value: Any
    delay: int


@dataclass(frozen=True)
class MessagePlan:
    """One message: since the message before it, by whom, and its later versions.

    The author OWN is the thread's user; a body that is a number is a length alone.
    """

    gap: timedelta
    author_type: str
    author: str | None
    is_private: bool | None
    body: str | int | None = 5
    tells_version: bool = False
    delay: int = 0
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class RatingPlan:
    """One rating: since the thread was created, and its later versions."""

    gap: timedelta
    score: int
    agent: str | None
    delay: int
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class ThreadPlan:
    """One thread and all that belongs to it; never_arrives keeps its own rows back."""

    day: int
    place: int
    id_style: int
    user: str | None
    agent: str | None
    labels: tuple[str, ...] | None
    messages: tuple[MessagePlan, ...]
    ratings: tuple[RatingPlan, ...]
    changes: tuple[Change, ...]
    channel: str | None = "chat"
    delay: int = 0
    is_repeated: bool = False
    never_arrives: bool = False


@dataclass(frozen=True)
class AgentPlan:
    """One version of an agent's record."""

    agent: str
    name: str
    team: str | None
    is_active: bool | None
    day: int
    place: int


THREAD_CHANGES = (
    "close",
    "reopen",
    "assign",
    "label",
    "delete",
    "restore",
    "pending",
    "snooze",
    "user",
    "close before created",
    "reopen with closed_at",
)
MESSAGE_CHANGES = ("edit", "delete", "restore", "private", "author")
RATING_CHANGES = ("score", "delete", "restore", "agent")
OWN = "the thread's user"
# Who writes, and whether it is a note.
AUTHOR_TYPES = (
    ("user", None),
    ("agent", None),
    ("user", False),
    ("agent", False),
    ("user", None),
    ("agent", None),
    ("agent", True),
    ("bot", None),
    ("system", None),
)
DELAYS = (0, 0, 0, 0, 0, 0, 0, 1, 1, 2)


def pick_label(chooser: Chooser) -> str:
    """One label."""
    return chooser.pick(LABELS)


def make_labels(chooser: Chooser) -> tuple[str, ...] | None:
    """Labels of a thread; at times one is empty, or has a pipe."""
    if chooser.chance(4):
        return (chooser.pick(PIPE_LABELS), "", chooser.pick(LABELS))
    return tuple(chooser.several(pick_label, 3)) or None


def make_change(chooser: Chooser, kinds: Sequence[str]) -> Change:
    """A further version of a record."""
    kind = chooser.pick(kinds)
    value: Any = None
    if kind in ("close", "close before created", "assign", "author", "agent"):
        value = chooser.pick((*AGENTS, None, None))
    elif kind == "label":
        value = make_labels(chooser)
    elif kind == "user":
        value = chooser.pick((*USERS, None))
    elif kind in ("score", "edit"):
        value = chooser.number(1, 5)
    return Change(kind, chooser.pick(GAPS), value, chooser.pick(DELAYS))


make_thread_change = partial(make_change, kinds=THREAD_CHANGES)
make_message_change = partial(make_change, kinds=MESSAGE_CHANGES)
make_rating_change = partial(make_change, kinds=RATING_CHANGES)


def make_message(chooser: Chooser) -> MessagePlan:
    """A message; one in four with a text, a delay or later versions."""
    author_type, is_private = chooser.pick(AUTHOR_TYPES)
    if author_type == "user":
        author = chooser.pick((OWN, OWN, OWN, OWN, OWN, None, *USERS[:4]))
    else:
        author = chooser.pick((*AGENTS, None))
    plan = MessagePlan(chooser.pick(GAPS), author_type, author, is_private)
    if not chooser.chance(25):
        return plan
    return replace(
        plan,
        body=chooser.pick((*BODIES, 0, None)),
        tells_version=chooser.chance(50),
        delay=chooser.pick(DELAYS),
        changes=tuple(chooser.several(make_message_change, 2)),
    )


def make_rating(chooser: Chooser) -> RatingPlan:
    """A rating and its later versions."""
    return RatingPlan(
        gap=chooser.pick(GAPS),
        score=chooser.number(1, 5),
        agent=chooser.pick((None, *AGENTS[:4])),
        delay=chooser.pick(DELAYS),
        changes=tuple(chooser.several(make_rating_change, 2)),
    )


def make_thread(
    chooser: Chooser, first_day: int, last_day: int, most_messages: int = 6
) -> ThreadPlan:
    """A thread that is created between two days (numbers within the export days)."""
    plan = ThreadPlan(
        day=chooser.number(first_day, last_day),
        place=chooser.place_in_day(),
        id_style=chooser.number(0, 6),
        user=chooser.pick((*USERS, None)),
        agent=chooser.pick((*AGENTS, None, None)),
        labels=make_labels(chooser),
        messages=tuple(chooser.several(make_message, most_messages)),
        ratings=tuple(chooser.several(make_rating, 2)),
        changes=tuple(chooser.several(make_thread_change, 4)),
    )
    if not chooser.chance(25):
        return plan
    return replace(
        plan,
        channel=chooser.pick(CHANNELS),
        delay=chooser.pick(DELAYS),
        is_repeated=chooser.chance(30),
        never_arrives=chooser.chance(20),
    )


def make_agent(chooser: Chooser, last_day: int) -> AgentPlan:
    """A version of an agent's record; versions of one agent tie at the same place of a day."""
    return AgentPlan(
        agent=chooser.pick(AGENTS),
        name=chooser.pick(NAMES),
        team=chooser.pick(TEAMS),
        is_active=chooser.pick((None, True, False)),
        day=chooser.number(0, last_day),
        place=chooser.pick(PLACES_IN_DAY[:3]),
    )


# Plans to rows.


@dataclass(frozen=True)
class Delivery:
    """A row, and the earliest day on which it is exported."""

    entity: str
    day: date
    row: Row


def record_id(style: int, prefix: str, number: int) -> str:
    """An identifier that no other number has within its entity, in one of seven styles."""
    return (
        f"{prefix}{number}",
        f"{number:03d}",
        str(10**19 + number),
        f"{prefix} {number} with spaces",
        str(number),
        f"{prefix}{10**9 - number}",
        f"{prefix}🙂{number} ",
    )[style]


def thread_deliveries(plan: ThreadPlan, number: int, zone: str, first_day: date) -> list[Delivery]:
    """Every row of a thread, its messages and its ratings; the number gives it its ids."""
    thread_id = record_id(plan.id_style, "t", number)
    created_at = instant_in_day(first_day, plan.place, zone)
    row: Row = {
        "thread_id": thread_id,
        "created_at": created_at,
        "updated_at": created_at,
        "status": "open",
        "user_id": plan.user,
        "channel": plan.channel,
        "assigned_agent_id": plan.agent,
        "labels": plan.labels,
    }
    deliveries = []

    def deliver(entity: str, written: Row, instant: datetime, delay: int) -> None:
        day = local_day(instant, zone) + delay * ONE_DAY
        deliveries.append(Delivery(entity, day, written))

    if not plan.never_arrives:
        deliver("threads", row, created_at, plan.delay)
        if plan.is_repeated:
            deliver("threads", row, created_at, plan.delay + 1)
        for change in plan.changes:
            row = changed_thread(row, change)
            deliver("threads", row, row["updated_at"], change.delay)

    sent_at = created_at
    for place, message in enumerate(plan.messages):
        sent_at += message.gap
        row = {
            "message_id": record_id(plan.id_style, "m", number * 1000 + place),
            "thread_id": thread_id,
            "sent_at": sent_at,
            "author_type": message.author_type,
            "author_id": plan.user if message.author == OWN else message.author,
            "is_private": message.is_private,
        }
        row["body" if isinstance(message.body, str) else "body_length"] = message.body
        if message.tells_version:
            row["updated_at"] = sent_at
        deliver("messages", row, sent_at, message.delay)
        for change in message.changes:
            row = changed_message(row, change)
            deliver("messages", row, row["updated_at"], change.delay)

    for place, rating in enumerate(plan.ratings):
        row = {
            "rating_id": record_id(plan.id_style, "r", number * 1000 + place),
            "thread_id": thread_id,
            "rated_at": created_at + rating.gap,
            "score": rating.score,
            "agent_id": rating.agent,
        }
        deliver("ratings", row, row["rated_at"], rating.delay)
        for change in rating.changes:
            row = changed_rating(row, change)
            deliver("ratings", row, row["updated_at"], change.delay)
    return deliveries


def changed_thread(row: Row, change: Change) -> Row:
    """The next version of a thread."""
    updated_at = row["updated_at"] + change.gap
    row = {**row, "updated_at": updated_at}
    if change.kind in ("close", "close before created"):
        is_early = change.kind == "close before created"
        row["status"] = "closed"
        row["closed_at"] = row["created_at"] - HOUR if is_early else updated_at
        row["first_closed_at"] = row.get("first_closed_at") or row["closed_at"]
        row["closed_by_agent_id"] = change.value
    elif change.kind in ("reopen", "reopen with closed_at"):
        row["status"] = "open"
        row["reopen_count"] = (row.get("reopen_count") or 0) + 1
        if change.kind == "reopen":
            row["closed_at"] = None
    elif change.kind in ("pending", "snooze"):
        row["status"] = "pending" if change.kind == "pending" else "snoozed"
    elif change.kind == "assign":
        row["assigned_agent_id"] = change.value
    elif change.kind == "label":
        row["labels"] = change.value
    elif change.kind == "user":
        row["user_id"] = change.value
    else:
        row["deleted_at"] = updated_at if change.kind == "delete" else None
    return row


def changed_message(row: Row, change: Change) -> Row:
    """The next version of a message."""
    updated_at = (row.get("updated_at") or row["sent_at"]) + change.gap
    row = {**row, "updated_at": updated_at}
    if change.kind == "edit":
        row = {column: value for column, value in row.items() if column != "body"}
        row["body_length"] = change.value
    elif change.kind == "private":
        row["is_private"] = not row["is_private"]
    elif change.kind == "author":
        row["author_type"] = "agent"
        row["author_id"] = change.value
    else:
        row["deleted_at"] = updated_at if change.kind == "delete" else None
    return row


def changed_rating(row: Row, change: Change) -> Row:
    """The next version of a rating."""
    updated_at = (row.get("updated_at") or row["rated_at"]) + change.gap
    row = {**row, "updated_at": updated_at}
    if change.kind == "score":
        row["score"] = change.value
    elif change.kind == "agent":
        row["agent_id"] = change.value
    else:
        row["deleted_at"] = updated_at if change.kind == "delete" else None
    return row


def agent_delivery(plan: AgentPlan, zone: str, day: date) -> Delivery:
    """The row of an agent's record."""
    row = {
        "agent_id": plan.agent,
        "name": plan.name,
        "team": plan.team,
        "is_active": plan.is_active,
        "updated_at": instant_in_day(day, plan.place, zone),
    }
    return Delivery("agents", day, row)


# Rows to files.


def laid_out_day(layout: int, rows: dict[str, list[Row]]) -> tuple[ExportFile, ...]:
    """The files of a day; layout 0 is one plain CSV (if it can be) an entity with rows."""
    chooser = RandomChooser(layout)
    files: list[ExportFile] = []
    for entity in ENTITIES:
        entity_rows = rows.get(entity, [])
        if entity in OPTIONAL_ENTITIES and not entity_rows:
            continue
        if layout > 0:
            files += laid_out(chooser, entity, entity_rows)
        elif entity_rows:
            plain = "jsonl" if has_pipe_label(entity_rows) else "csv"
            name = file_name(entity, "", plain, "")
            files.append(ExportFile(name, entity, plain, tuple(entity_rows)))
    return tuple(files)


def laid_out(chooser: Chooser, entity: str, rows: list[Row]) -> list[ExportFile]:
    """The files of an entity on a day: parts, formats, packing and style are chosen."""
    if not rows:
        return empty_files(chooser, entity)
    if chooser.chance(30):
        rows = rows[::-1]
    part_count = min(len(rows), chooser.pick((1, 1, 1, 2, 3)))
    # As texts, "10" comes before "2".
    parts = ("2", "10", "late") if part_count > 1 else (chooser.pick(("", "", "0001")),)
    files = []
    for number in range(part_count):
        part_rows = tuple(rows[number::part_count])
        formats = FORMATS[1:] if has_pipe_label(part_rows) else FORMATS
        files.append(laid_out_file(chooser, entity, parts[number], part_rows, formats))
    return files


def laid_out_file(
    chooser: Chooser, entity: str, part: str, rows: tuple[Row, ...], formats: Sequence[str]
) -> ExportFile:
    """One file, its format, packing and style chosen."""
    file_format = chooser.pick(formats)
    compression = chooser.pick(COMPRESSIONS)
    if file_format == "parquet" and not chooser.chance(20):
        compression = ""
    return ExportFile(
        name=file_name(entity, part, file_format, compression),
        entity=entity,
        format=file_format,
        rows=rows,
        style=chooser.number(0, STYLES - 1),
        has_byte_order_mark=chooser.chance(10),
    )


def empty_files(chooser: Chooser, entity: str) -> list[ExportFile]:
    """What an entity with nothing new gets: nothing, no bytes, or a header alone."""
    if not chooser.chance(25):
        return []
    file = laid_out_file(chooser, entity, "", (), FORMATS)
    return [replace(file, is_bare=file.format == "csv" and chooser.chance(50))]


def file_name(entity: str, part: str, file_format: str, compression: str) -> str:
    """The name of a file."""
    return f"{entity}{'.' if part else ''}{part}.{file_format}{compression}"


def has_pipe_label(rows: Iterable[Row]) -> bool:
    """Whether a row has a label that a CSV cannot tell."""
    return any("|" in label for row in rows for label in row.get("labels") or ())


def assembled(
    chooser: Chooser, zone: str, days: list[date], deliveries: list[Delivery], *, keeps_later: bool
) -> Inbox:
    """Rows on the first export day that is not before theirs.

    What would come after the last day is left out, or (keeps_later) comes on the last day, so that
    the inbox holds activity after its last export day.
    """
    rows: dict[date, dict[str, list[Row]]] = {day: defaultdict(list) for day in days}
    for delivery in deliveries:
        day = next((day for day in days if day >= delivery.day), None)
        if day is None and keeps_later:
            day = days[-1]
        if day is not None:
            rows[day][delivery.entity].append(delivery.row)
    files = {day: laid_out_day(chooser.number(0, LAYOUTS), rows[day]) for day in days}
    return Inbox(zone, files)


def consecutive_days(first_day: date, days: int, pause: int = 0) -> list[date]:
    """Days one after the other; before the last third (at least one) so many are left out."""
    before_pause = days - max(1, days // 3)
    return [
        first_day + (number + (pause if number >= before_pause else 0)) * ONE_DAY
        for number in range(days)
    ]


def generate_inbox(
    seed: int,
    first_day: date = date(2024, 1, 1),
    days: int = 30,
    threads_per_day: int = 10,
    zone: str = "UTC",
    *,
    pause: int = 0,
    keeps_later: bool = False,
    bad_rows: bool = False,
) -> Inbox:
    """An inbox that follows from its seed, with every kind of trouble at some rate.

    pause leaves out so many days (no folder, no activity) before the last third of the days;
    keeps_later brings activity after the last export day; bad_rows adds rows for the quarantine.
    """
    chooser = RandomChooser(seed)
    export_days = consecutive_days(first_day, days, pause)
    deliveries = [
        agent_delivery(plan, zone, export_days[plan.day])
        for plan in (make_agent(chooser, days - 1) for _ in range(len(AGENTS)))
    ]
    number = 0
    for place, day in enumerate(export_days):
        is_quiet = chooser.chance(5)
        for _ in range(0 if is_quiet else chooser.number(0, 2 * threads_per_day)):
            number += 1
            plan = make_thread(chooser, place, place, most_messages=12)
            deliveries += thread_deliveries(plan, number, zone, day)
    inbox = assembled(chooser, zone, export_days, deliveries, keeps_later=keeps_later)
    return with_bad_rows(inbox, seed)[0] if bad_rows else inbox


# Corrections and bad rows.


def corrected(inbox: Inbox, day: date, seed: int) -> Inbox:
    """A copy in which one day was rewritten: rows changed, left out or added, in other files.

    Versions stay as they were, as an exporter that mends a day would leave them.
    """
    chooser = RandomChooser(seed)
    rows: dict[str, list[Row]] = defaultdict(list)
    for file in inbox.days[day]:
        for row in file.rows:
            action = chooser.pick(("change", "keep", "keep", "leave out"))
            if action == "change" and has_its_times(file.entity, row):
                rows[file.entity].append(corrected_row(chooser, file.entity, row))
            elif action != "leave out":
                rows[file.entity].append(row)
    if chooser.chance(50):
        created_at = instant_in_day(day, chooser.place_in_day(), inbox.zone)
        rows["threads"].append(
            {
                "thread_id": f"added on {day}",
                "created_at": created_at,
                "updated_at": created_at,
                "status": "open",
                "user_id": chooser.pick(USERS),
            }
        )
    return inbox.with_day(day, laid_out_day(chooser.number(0, LAYOUTS), rows))


def has_its_times(entity: str, row: Row) -> bool:
    """Whether every time that a row needs is one (it is not in some bad rows)."""
    return all(
        isinstance(row.get(column), datetime)
        for column, (kind, required) in COLUMNS[entity].items()
        if kind == "time" and required
    )


def corrected_row(chooser: Chooser, entity: str, row: Row) -> Row:
    """A row with one value told otherwise, its key and version kept."""
    if entity == "threads":
        return {
            **row,
            **chooser.pick(
                (
                    {"labels": ("corrected",)},
                    {"labels": None},
                    {"assigned_agent_id": chooser.pick(AGENTS)},
                    {"user_id": chooser.pick(USERS)},
                    {"status": "closed", "closed_at": row["updated_at"]},
                    {"status": "open"},
                    {"deleted_at": row["updated_at"]},
                    {"created_at": row["created_at"] - ONE_DAY},
                )
            ),
        }
    if entity == "messages":
        version = row.get("updated_at") or row["sent_at"]
        return {
            **row,
            "updated_at": version,
            **chooser.pick(
                (
                    {"is_private": not row.get("is_private")},
                    {"author_type": "user", "author_id": chooser.pick(USERS)},
                    {"author_type": "agent", "author_id": chooser.pick(AGENTS)},
                    {"sent_at": row["sent_at"] - HOUR},
                    {"deleted_at": version},
                )
            ),
        }
    if entity == "ratings":
        return {**row, "score": 6 - row["score"]}
    if entity == "thread_events":
        version = row.get("updated_at") or row["occurred_at"]
        change = chooser.pick(
            (
                {"occurred_at": row["occurred_at"] - HOUR},
                {"actor_type": "agent", "actor_id": chooser.pick(AGENTS)},
                {"type": "status", "value": "closed"},
                {"deleted_at": version},
            )
        )
        return {**row, "updated_at": version, **change}
    return {**row, "name": "Corrected"}


# For each entity: a column and a value that makes a row bad.
BAD_VALUES: dict[str, tuple[tuple[str, Any], ...]] = {
    "threads": (
        ("thread_id", None),
        ("created_at", "yesterday"),
        ("updated_at", None),
        ("status", "solved"),
        ("reopen_count", -1),
        ("user_id", "u" * 513),
        ("closed_at", "2024-13-01T00:00:00Z"),
    ),
    "messages": (
        ("message_id", None),
        ("thread_id", None),
        ("sent_at", "2024-02-30T12:00:00Z"),
        ("author_type", "robot"),
        ("body_length", -5),
        ("author_id", "🙂" * 513),
    ),
    "ratings": (("score", 0), ("score", 7), ("rated_at", None), ("rating_id", None)),
    "agents": (("name", None), ("agent_id", None), ("updated_at", "soon")),
    "thread_events": (
        ("event_id", None),
        ("thread_id", None),
        ("occurred_at", "2024-02-30T12:00:00Z"),
        ("type", "colour"),
        ("actor_type", "robot"),
    ),
    "teams": (("name", None), ("team_id", None), ("updated_at", "soon")),
}
VERSION_COLUMNS = ("updated_at", "sent_at", "rated_at", "occurred_at")


def with_bad_rows(inbox: Inbox, seed: int) -> tuple[Inbox, int]:
    """A copy with a bad row in some of its files, and how many they are.

    A bad row is a later version of a good one with one value spoiled, so it shows if it is let in.
    """
    chooser = RandomChooser(seed)
    count = 0
    for day, files in inbox.days.items():
        spoiled = []
        for file in files:
            if file.rows and chooser.chance(30):
                row = chooser.pick(file.rows)
                version = next(row[name] for name in VERSION_COLUMNS if row.get(name))
                column, value = chooser.pick(BAD_VALUES[file.entity])
                bad = {**row, "updated_at": version + ONE_DAY, column: value}
                place = chooser.number(0, len(file.rows))
                file = replace(file, rows=(*file.rows[:place], bad, *file.rows[place:]))
                count += 1
            spoiled.append(file)
        inbox = inbox.with_day(day, spoiled)
    return inbox, count


# Hypothesis.


@cache
def _small_thread_maker(days: int) -> Callable[[Chooser], ThreadPlan]:
    return partial(make_thread, first_day=0, last_day=days - 1, most_messages=5)


@cache
def _agent_maker(days: int) -> Callable[[Chooser], AgentPlan]:
    return partial(make_agent, last_day=days - 1)


@st.composite
def inboxes(
    draw: Callable[[st.SearchStrategy[Any]], Any],
    zones: Sequence[str] = ZONES,
    most_days: int = 4,
    most_threads: int = 12,
    *,
    pauses: bool = True,
    bad_rows: bool = False,
) -> Inbox:
    """Small inboxes of a zone among some: a few days, a few threads; they shrink to a bare day.

    pauses lets a year pass before the last day now and then.
    """
    chooser = DrawnChooser(draw)
    zone = chooser.pick(zones)
    first_day = chooser.pick(telling_first_days(zone))
    day_count = chooser.number(1, most_days)
    pause = 400 if pauses and day_count > 1 and chooser.chance(5) else 0
    days = consecutive_days(first_day, day_count, pause)
    make = _small_thread_maker(day_count)
    deliveries = []
    for number, plan in enumerate(chooser.several(make, most_threads), start=1):
        deliveries += thread_deliveries(plan, number, zone, days[plan.day])
    for agent_plan in chooser.several(_agent_maker(day_count), 3):
        deliveries.append(agent_delivery(agent_plan, zone, days[agent_plan.day]))
    keeps_later = chooser.chance(25)
    inbox = assembled(chooser, zone, days, deliveries, keeps_later=keeps_later)
    return with_bad_rows(inbox, chooser.number(0, LAYOUTS))[0] if bad_rows else inbox


@st.composite
def corrections(draw: Callable[[st.SearchStrategy[Any]], Any], inbox: Inbox) -> tuple[date, Inbox]:
    """A day of an inbox, and the inbox with that day rewritten."""
    chooser = DrawnChooser(draw)
    day = chooser.pick(list(inbox.days))
    return day, corrected(inbox, day, chooser.number(0, LAYOUTS))
