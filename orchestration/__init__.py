"""The inbox warehouse: daily inbox exports in, published report tables out.

Zone rules are those of the pinned package tzdata in every process, and never the machine's, which
may be older than DuckDB's: a day would begin at another hour for partitions than in the tables.
"""

import os
import zoneinfo

os.environ["PYTHONTZPATH"] = ""  # for the processes that this one starts
zoneinfo.reset_tzpath(to=())
