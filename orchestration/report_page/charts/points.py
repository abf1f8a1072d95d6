"""The points of charts over periods: what is drawn of each measure, and of the days compared with.

Belongs here: points as rows, and how they are sent. Does not: marks and axes.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pyarrow as pa

from orchestration.report_page.charts.axes import MOST_POINTS
from orchestration.report_page.charts.columns import FLAG, NUMBER, TEXT, Columns, is_known
from orchestration.report_page.charts.described import FEW, PART, compared_measures, measured
from orchestration.report_page.charts.registry import PeriodChart

POINTS = pa.schema(
    {
        **dict.fromkeys(("period", "measure", "state", "line", "stretch"), TEXT),
        **dict.fromkeys(("value", "behind"), NUMBER),
        **dict.fromkeys(("is_point", "is_marked"), FLAG),
    }
)
BEFORE = pa.schema({"period": TEXT, "measure": TEXT, "value": NUMBER, "stretch": NUMBER})


def points_of(periods: Columns, chart: PeriodChart) -> list[dict[str, Any]]:
    """The points of all measures, and whether each is marked, or only passed by a line."""
    points = [
        point
        for measure, title in chart.names().items()
        for point in measured(periods, measure, title, is_part_joined=chart.kind != "count")
    ]
    lengths = Counter(point["stretch"] for point in points)
    is_wide = len(periods["period"]) <= MOST_POINTS
    for point in points:
        is_alone = lengths[point["stretch"]] == 1 and point["state"] != FEW
        # Among very many, those of few would hide the others.
        is_seen = is_wide or is_alone or point["state"] == PART
        point["is_marked"] = point["is_point"] and is_seen
    return points


def compared_points(periods: Columns, chart: PeriodChart) -> list[dict[str, Any]]:
    """The points of the days compared with; without any, none. A period without one parts them."""
    points = []
    for measure in compared_measures(chart):
        stretch = 0
        for period, value in zip(
            periods["period"], periods.get(f"{measure}_compared", []), strict=False
        ):
            stretch += not is_known(value)
            if is_known(value):
                name = chart.names()[measure]
                point = {"period": period, "measure": name, "value": value, "stretch": stretch}
                points.append(point)
    return points
