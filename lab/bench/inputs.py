"""What the parts measure on: histories, landed and built homes, made once and kept."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from lab.bench.measure import Measurement, measure, measure_command, run
from lab.bench.sizes import TIMEZONE, Size


def landed_home(size: Size) -> Path:
    """The home that holds the size's landed history; generated and landed where it is not there."""
    if not (size.folder / "landed.done").exists():
        size.folder.mkdir(parents=True, exist_ok=True)
        clear(size.landed)
        clear(size.exports)
        say(f"generating and landing {size.messages:,} messages")
        run("lab.bench.warehouse:make_history", size=size.name, exports=str(size.exports))
        run("lab.bench.warehouse:load", home=str(size.landed), exports=str(size.exports))
        (size.folder / "landed.done").touch()
    return size.landed


def home_to_rebuild(size: Size) -> Path:
    """A home with the landed history and a parsed dbt project, and nothing built."""
    home = size.folder / "rebuild"
    if not home.exists():
        home.mkdir(parents=True)
        (home / "raw").symlink_to(landed_home(size) / "raw")
    clear(home / "warehouse")
    clear(home / "published")
    run("lab.bench.warehouse:prepare", home=str(home))
    return home


def built_home(size: Size) -> Path:
    """The home of the history after a whole `inbox run`; the same path and state at each call."""
    home, snapshot = size.folder / "home", size.folder / "snapshot"
    if not (size.folder / "snapshot.done").exists():
        clear(home)
        clear(snapshot)
        home.mkdir(parents=True)
        copy(landed_home(size) / "raw", home / "raw", linked=True)
        say("building, testing and publishing the history")
        inbox_run(home, size.exports)
        copy_home(home, snapshot)
        (size.folder / "snapshot.done").touch()
    else:
        clear(home)
        copy_home(snapshot, home)
    return home


def published_file(size: Size) -> Path:
    """The published database of the history."""
    if not (size.folder / "snapshot.done").exists():
        built_home(size)
    return size.folder / "snapshot" / "published" / "inbox.duckdb"


def exports_with_day(size: Size, messages: int | None = None) -> tuple[Path, str]:
    """The history's exports and one more day; its date. The files of the history are links."""
    landed_home(size)
    exports = size.folder / "exports-and-a-day"
    clear(exports)
    copy(size.exports, exports, linked=True)
    day = run(
        "lab.bench.warehouse:make_day", size=size.name, exports=str(exports), messages=messages
    )
    return exports, str(day)


def inbox_run(home: Path, exports: Path) -> Measurement:
    """The command `inbox run`, measured from start to exit."""
    return measure_command(
        [str(Path(sys.executable).with_name("inbox")), "--quiet", "run"],
        {"INBOX_HOME": str(home), "INBOX_EXPORTS": str(exports), "INBOX_TIMEZONE": TIMEZONE},
    )


def rebuild_of(size: Size, repetitions: int) -> tuple[Path, Measurement]:
    """The warehouse built anew from the landed history, without tests."""
    say("rebuilding the warehouse")
    home = size.folder / "rebuild"
    measured = measure(
        "lab.bench.warehouse:build",
        repetitions,
        before_each=lambda: home_to_rebuild(size),
        home=str(home),
    )
    return home, measured


def copy_home(source: Path, target: Path) -> None:
    """A home's copy; landed and published files, which are never written to, are links."""
    target.mkdir(parents=True)
    for folder in sorted(source.iterdir()):
        copy(folder, target / folder.name, linked=folder.name in ("raw", "published"))


def copy(source: Path, target: Path, *, linked: bool) -> None:
    """A folder's copy, as hard links or as files of their own (shared blocks where it can be)."""
    how = ["--link"] if linked else ["--reflink=auto"]
    subprocess.run(["cp", "--archive", *how, str(source), str(target)], check=True)


def clear(folder: Path) -> None:
    """Removes a folder, if it is there."""
    if folder.is_symlink():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)


def say(what: str) -> None:
    """Progress, for who waits."""
    print(f"  {what}", file=sys.stderr, flush=True)
