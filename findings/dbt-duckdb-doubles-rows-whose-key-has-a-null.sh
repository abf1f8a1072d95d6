#!/usr/bin/env bash
# dbt-duckdb: an incremental model doubles the rows whose key has a null, with delete+insert and with merge.
#
# Packages: dbt-core==1.11.16 dbt-duckdb==1.11.1 duckdb==1.5.6
# Expected: a second run over the same rows leaves the table as it is: unique_key names the rows to replace.
# Seen:     the row of nobody (agent null) is there twice after the second run; no warning, no failed test unless one is
#           written.
# So:       our materialization compares keys with "is not distinct from"; nobody is a null key and is never doubled.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check dbt-core==1.11.16 dbt-duckdb==1.11.1 duckdb==1.5.6
cd "$folder"
cat >look.py <<'PYTHON'
import subprocess
import sys
from pathlib import Path


def write(**files):
    for name, text in files.items():
        path = Path(name.replace("__", "/").replace("_dot_", "."))
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


def dbt(*arguments):
    command = [str(Path(sys.executable).with_name("dbt")), "--quiet", *arguments, "--profiles-dir", "."]
    subprocess.run(command, check=True, stdout=sys.stderr)


write(
    dbt_project_dot_yml="name: desk\nprofile: desk\n",
    profiles_dot_yml="desk: {target: here, outputs: {here: {type: duckdb, path: desk.duckdb}}}\n",
)

write(
    models__agent_days_dot_sql="""
        {{ config(materialized="incremental", unique_key=["day", "agent"], incremental_strategy=var("how")) }}
        select date '2024-03-01' as day, cast(null as varchar) as agent, 5 as threads
        union all select date '2024-03-01', 'a1', 7
    """
)
import duckdb

for how in ("delete+insert", "merge"):
    Path("desk.duckdb").unlink(missing_ok=True)
    for _ in range(2):
        dbt("run", "--vars", f"{{how: '{how}'}}")
    with duckdb.connect("desk.duckdb") as connection:
        print(how, connection.execute("select agent, threads from agent_days order by all").fetchall())
PYTHON
cat >seen.txt <<'SEEN'
delete+insert [('a1', 7), (None, 5), (None, 5)]
merge [('a1', 7), (None, 5), (None, 5)]
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "dbt-core==1.11.16 dbt-duckdb==1.11.1 duckdb==1.5.6"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
