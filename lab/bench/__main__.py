"""`python -m lab.bench`: measure parts at a size, keep the results, write docs/benchmarks.md."""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import UTC, datetime
from typing import Any

from lab.bench.document import DOCUMENT, machine, write_document
from lab.bench.measure import TaskFailed
from lab.bench.parts import PARTS, result_file
from lab.bench.sizes import SIZES


def main() -> int:
    """Measures what was asked for; 1 where a part failed."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="S", help="1, 10 or 100 million messages")
    parser.add_argument(
        "--parts", default=",".join(PARTS), help=f"some of {', '.join(PARTS)}; all unless given"
    )
    parser.add_argument(
        "--repetitions", type=int, help="of each measurement; 3, and 1 at L, unless given"
    )
    parser.add_argument(
        "--no-document", action="store_true", help="leave docs/benchmarks.md as it is"
    )
    asked = parser.parse_args()
    size = SIZES[asked.size]
    parts = [part for part in asked.parts.split(",") if part]
    unknown = [part for part in parts if part not in PARTS]
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    repetitions = asked.repetitions or size.repetitions
    # Settings of the caller's own warehouse must not leak into a measurement.
    for name in [name for name in os.environ if name.startswith("INBOX_")]:
        if name not in ("INBOX_THREADS", "INBOX_MEMORY_LIMIT"):
            del os.environ[name]
    command = f"make bench SIZE={size.name} PARTS={','.join(parts)}"
    failed = []
    for part in parts:
        title, measure_part = PARTS[part]
        print(f"{title}, {size.name}", file=sys.stderr, flush=True)
        try:
            result = measure_part(size, repetitions)
        except TaskFailed as error:
            print(f"{part} at {size.name} failed: {error}", file=sys.stderr)
            failed.append(part)
            continue
        result |= {
            "part": part,
            "size": size.name,
            "repetitions": repetitions,
            "command": command,
            "date": datetime.now(UTC).date().isoformat(),
            "machine": machine(),
        }
        path = result_file(part, size.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(result, indent=2))
        _print(result)
    if not asked.no_document:
        write_document()
        print(f"Written: {DOCUMENT.name}", file=sys.stderr)
    return 1 if failed else 0


def _print(result: dict[str, Any]) -> None:
    rows = [result["columns"], *result["rows"]]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for first, *others in rows:
        cells = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        print("  ".join([first.ljust(widths[0]), *cells]))
    for note in result["notes"]:
        print(f"  {note}")
    print()


if __name__ == "__main__":
    sys.exit(main())
