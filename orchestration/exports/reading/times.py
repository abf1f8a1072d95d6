"""Times: read in every form, and checked against what no record can hold.

A time of the future is one of more than a day after the moment of loading; the moment is handed in,
so that nothing here reads the clock. 1970-01-01T00:00:00Z is what programs write for no time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.exports.reading.cells import Checked, Failures, failures_where, series
from orchestration.exports.reading.remarks import Remark, Remarks
from orchestration.exports.reading.schema import Column, Epoch

_UTC = pa.timestamp("us", tz="UTC")
_EARLIEST = int(pd.Timestamp("1900-01-01", tz="UTC").timestamp())
_LATEST = int(pd.Timestamp("2200-01-01", tz="UTC").timestamp())
_UNITS_A_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_TIME = (
    r"^(?P<day>\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))[T ]"
    r"(?P<clock>(?:[01]\d|2[0-3])(?::[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?)?)"
    r"(?P<zone>Z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?$"
)
_BEYOND_MICROSECONDS = r"(\.\d{6})\d{1,3}"
_LATEST_AFTER_LOADING = timedelta(days=1)


def check_timestamp(raw: pa.ChunkedArray, _column: Column) -> Checked:
    """Times of any form as instants in microseconds."""
    failures: Failures = {}
    if pa.types.is_timestamp(raw.type):
        values = raw
    else:
        text = pc.cast(raw, pa.string())
        try:
            values = pc.cast(text, _UTC)
        except pa.ArrowInvalid:
            values, failures = _times_in_other_forms(text)
    units = _UNITS_A_SECOND[values.type.unit]
    earliest, latest = _EARLIEST * units, _LATEST * units
    ticks = pc.cast(values, pa.int64())
    bounds = pc.min_max(ticks).as_py()
    if bounds["min"] is not None and (bounds["min"] < earliest or bounds["max"] > latest):
        implausible = pc.or_(pc.less(ticks, earliest), pc.greater(ticks, latest))
        failures.update(failures_where(implausible, raw, "is not between the years 1900 and 2200"))
        values = pc.if_else(implausible, None, values)
    if values.type != _UTC:
        values = _microseconds(values)
    return values, failures


def _microseconds(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Times of another unit or zone; digits beyond microseconds are cut off, as those of a text."""
    if values.type.unit == "ns":
        values = pc.floor_temporal(values, unit="microsecond")
    return pc.cast(pc.cast(values, pa.timestamp("us", values.type.tz)), _UTC)


def _times_in_other_forms(text: pa.ChunkedArray) -> Checked:
    """Times without an offset, or with more digits than microseconds have."""
    parts = pc.extract_regex(
        pc.replace_substring_regex(text, _BEYOND_MICROSECONDS, r"\1"), pattern=_TIME
    )
    day, clock, zone = (series(pc.struct_field(parts, name)) for name in ("day", "clock", "zone"))
    is_day = pd.to_datetime(day, format="%Y-%m-%d", errors="coerce").notna()  # not February 30
    whole = (day + "T" + clock + zone.where(zone != "", "Z")).where(is_day)
    values = pc.cast(pa.chunked_array(pa.array(whole, pa.string())), _UTC)
    return values, failures_where(series(text).notna() & ~is_day, text, "is no ISO 8601 time")


def check_moments(
    raw: pa.ChunkedArray,
    values: pa.ChunkedArray,
    column: Column,
    earlier: Mapping[str, pa.ChunkedArray],
    loaded_at: datetime | None,
    remarks: Remarks,
) -> Checked:
    """Instants without those that are of the future, or stand for no time.

    earlier: the columns before this one, as they were checked.
    """
    bounds = pc.min_max(values).as_py()
    found: Failures = {}
    if bounds["min"] is None:
        return values, found
    if loaded_at is not None and bounds["max"] > (latest := loaded_at + _LATEST_AFTER_LOADING):
        is_future = pc.greater(values, pa.scalar(latest, values.type))
        found = failures_where(is_future, raw, "is more than a day after the moment of loading")
    epoch = pa.scalar(0, values.type)
    if column.epoch is Epoch.KEPT or bounds["min"].timestamp() > 0:
        return values, found
    is_epoch = pc.fill_null(pc.equal(values, epoch), False)
    if column.epoch is Epoch.NULL:
        remarks[column.name, Remark.EPOCH] += pc.sum(is_epoch).as_py() or 0
        return pc.if_else(is_epoch, None, values), found
    if column.required_when is not None:
        other, wanted = column.required_when
        is_epoch = pc.and_(is_epoch, pc.fill_null(pc.equal(earlier[other], wanted), False))
    found.update(failures_where(is_epoch, raw, "stands for no time; leave it empty instead"))
    return values, found
