"""Audits the locked dependencies: pinned, hashed, from no named host, and with no known advisory.

It reads the lock files and advisories.csv beside it and needs no network. `make audit-online`
asks the public database too, and whatever it finds belongs into that file.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from packaging.version import Version

ROOT = Path(__file__).parents[1]
ADVISORIES = ROOT / ".ci" / "advisories.csv"
OLDEST_DAYS = 45
# Old on purpose: what tests read a publication with. Pinned and hashed, and never run elsewhere.
CLIENTS = ("locks/oldest-client.lock",)
PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(?P<version>[^\s;\\]+)")
COMPARED = re.compile(r"^# .*Compared on (?P<day>\d{4}-\d\d-\d\d)", re.MULTILINE)
NOT_COVERED = (
    "packages without a row in advisories.csv, which is not that nothing is known of them",
    "advisories since the day of the comparison; make audit-online asks for them",
    "what wheels bring inside: C and C++ libraries, the JavaScript of Dagster, Streamlit, Superset",
    "Python itself, pip in the environment, the jars of Spark and of the JDBC driver",
    "Debian's packages (make debian-packages), which Debian's own updates mend",
)


def main(today: date | None = None) -> int:
    """Prints what is wrong, and what was not looked at; 1 where anything is wrong."""
    locked: dict[str, set[str]] = {}
    problems: list[str] = []
    for path in lock_files():
        name = str(path.relative_to(ROOT))
        text = path.read_text(encoding="utf-8")
        problems += wrong_in_lock(name, text)
        if name not in CLIENTS:
            for package, version in pinned(text):
                locked.setdefault(package, set()).add(version)
    text = ADVISORIES.read_text(encoding="utf-8")
    advisories = list(
        csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    )
    problems += too_old(text, today or datetime.now(UTC).date())
    problems += advised_against(locked, advisories)
    for problem in problems:
        print(problem)
    print(f"{len(locked)} packages against {len(advisories)} advisories: {len(problems)} problems")
    print("Not covered:", *NOT_COVERED, sep="\n  ")
    return 1 if problems else 0


def lock_files() -> list[Path]:
    """Every lock file of the project."""
    return [
        ROOT / "requirements.lock",
        *sorted((ROOT / "locks").glob("*.lock")),
        ROOT / "bi" / "superset" / "requirements.lock",
    ]


def requirements(lock: str) -> list[str]:
    """The requirements of a lock file, each with the lines of its hashes."""
    return re.split(r"\n(?=[^\s#])", re.sub(r"(?m)^\s*#.*\n?", "", lock).strip())


def pinned(lock: str) -> Iterator[tuple[str, str]]:
    """The packages of a lock file, by their normal names, with their versions."""
    for requirement in requirements(lock):
        match = PINNED.match(requirement)
        if match is not None:
            yield re.sub(r"[-_.]+", "-", match["name"]).lower(), match["version"]


def wrong_in_lock(name: str, lock: str) -> Iterator[str]:
    """What of a lock file would let another package in than the one that was looked at."""
    if "://" in lock:
        yield f"{name} names a host"
    for requirement in requirements(lock):
        first_line = requirement.splitlines()[0]
        if PINNED.match(requirement) is None:
            yield f"not pinned in {name}: {first_line}"
        elif "--hash=sha256:" not in requirement:
            yield f"no hash in {name}: {first_line}"


def too_old(advisories: str, today: date) -> Iterator[str]:
    """Whether the comparison is so long ago that much may have become known since."""
    match = COMPARED.search(advisories)
    if match is None:
        yield "advisories.csv does not say when it was compared: '# Compared on YYYY-MM-DD ...'"
        return
    days = (today - date.fromisoformat(match["day"])).days
    if days > OLDEST_DAYS:
        yield (
            f"advisories.csv was compared {days} days ago, more than {OLDEST_DAYS}: run make "
            "audit-online, add what it finds, and write the day into its head"
        )


def advised_against(
    locked: dict[str, set[str]], advisories: Iterable[dict[str, str]]
) -> Iterator[str]:
    """Locked versions that an advisory is about, and advisories of what is not locked."""
    for advisory in advisories:
        package, fixed_in = advisory["package"], advisory["fixed_in"]
        if package not in locked:
            yield f"advisories.csv: {package} is not locked; take it out"
        for version in sorted(locked.get(package, ())):
            if Version(version) < Version(fixed_in):
                yield f"{package} {version}: {advisory['advisory']}; fixed in {fixed_in}"


if __name__ == "__main__":
    sys.exit(main())
