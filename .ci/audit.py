"""Audits the locked dependencies: pinned, hashed, from no named host, and with no known advisory.

It reads the lock files and advisories.csv beside it and needs no network. `make audit-online`
asks the public database too, and whatever it finds belongs into that file.
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path

from packaging.version import Version

ROOT = Path(__file__).parents[1]
LOCK_FILES = ("requirements.lock", "bi/superset/requirements.lock")
PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(?P<version>[^\s;\\]+)")


def main() -> int:
    """Prints what is wrong; 1 where anything is."""
    problems: list[str] = []
    locked: dict[str, set[str]] = {}
    for lock_file in LOCK_FILES:
        text = (ROOT / lock_file).read_text(encoding="utf-8")
        if "://" in text:
            problems.append(f"{lock_file} names a host")
        # A requirement goes on over lines that are indented; its hashes are there.
        for requirement in re.split(r"\n(?=[^\s#])", re.sub(r"(?m)^\s*#.*\n?", "", text).strip()):
            match = PINNED.match(requirement)
            if match is None:
                problems.append(f"not pinned in {lock_file}: {requirement.splitlines()[0]}")
                continue
            name = re.sub(r"[-_.]+", "-", match["name"]).lower()
            locked.setdefault(name, set()).add(match["version"])
            if "--hash=sha256:" not in requirement:
                problems.append(f"{name}: has no hash in {lock_file}")
    with (ROOT / ".ci" / "advisories.csv").open(encoding="utf-8", newline="") as file:
        advisories = list(csv.DictReader(line for line in file if not line.startswith("#")))
    for advisory in advisories:
        if advisory["package"] not in locked:
            problems.append(f"advisories.csv: {advisory['package']} is not locked; take it out")
        for version in sorted(locked.get(advisory["package"], ())):
            if Version(version) < Version(advisory["fixed_in"]):
                problems.append(
                    f"{advisory['package']} {version}: {advisory['advisory']}; "
                    f"fixed in {advisory['fixed_in']}"
                )
    for problem in problems:
        print(problem)
    print(f"{len(locked)} packages against {len(advisories)} advisories: {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
