#!/usr/bin/env bash
# dlt: with files as the destination, write_disposition="merge" appends.
#
# Packages: dlt==1.31.0
# Expected: one ticket loaded twice by its primary key is one row, as in a database, or merge is refused for files.
# Seen:     two files with a version of the ticket each; nothing but the load identifier tells which is the later one.
# So:       a landing is a set of versions: the newest is taken by the record, never by the row that is there.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check dlt==1.31.0
cd "$folder"
cat >look.py <<'PYTHON'
import gzip
import json
import os
from pathlib import Path

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
import dlt

files = dlt.destinations.filesystem(f"file://{Path.cwd()}/lake")
pipeline = dlt.pipeline("p", destination=files, dataset_name="desk", pipelines_dir="state")
for status in ("open", "closed"):
    pipeline.run(
        [{"id": 1, "status": status}],
        table_name="tickets",
        primary_key="id",
        write_disposition="merge",
        loader_file_format="jsonl",
    )
for file in sorted(Path("lake/desk/tickets").iterdir()):
    content = file.read_bytes()
    for line in (gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content).splitlines():
        print({key: value for key, value in json.loads(line).items() if not key.startswith("_dlt")})
PYTHON
cat >seen.txt <<'SEEN'
{'id': 1, 'status': 'open'}
{'id': 1, 'status': 'closed'}
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "dlt==1.31.0"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
