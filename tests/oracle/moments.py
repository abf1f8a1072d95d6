"""Functions that look at each event: hours of the week, and durations within a target."""

from datetime import date, timedelta
from typing import Any

import pandas as pd

from tests.oracle.entries import NO_FILTERS, Entry, Filters
from tests.oracle.facts import frame
from tests.oracle.layout import COLUMNS
from tests.oracle.marts import Marts
from tests.oracle.periods import ONE_DAY
from tests.oracle.zones import start_of_day, wall_time

WEEKDAYS = range(1, 8)
HOURS = range(24)
MINUTE = timedelta(minutes=1)


class Moments(Marts):
    """What is told of single events, for any range of days."""

    def cut_periods(self, grain: str, start_date: date, end_date: date) -> list[dict[str, Any]]:
        """The periods that a range touches: whole, and their days in it.

        period_start_date and period_end_date are the whole period's, from_date and to_date its
        days in the range; is_complete is true where the whole period lies in the range and is
        over.
        """
        periods = []
        for start in self.periods(grain, start_date, end_date):
            period = self.period(start, grain)
            end = period["period_end_date"]
            from_date, to_date = max(start, start_date), min(end, end_date)
            period["is_complete"] &= from_date == start and to_date == end
            periods.append({**period, "from_date": from_date, "to_date": to_date})
        return periods

    def inbox_hours(
        self,
        number: str,
        start_date: date,
        end_date: date,
        agent: str | None = None,
        filters: Filters = NO_FILTERS,
    ) -> pd.DataFrame:
        """One row a weekday and hour: how often it happened, and how often that hour came."""
        counts = dict.fromkeys(((day, hour) for day in WEEKDAYS for hour in HOURS), 0)
        for moment in self.moments(number):
            local = wall_time(moment.value, self.zone)
            if (
                start_date <= local.date() <= end_date
                and (agent is None or moment.agent_id == (agent or None))
                and filters.keep(moment.thread)
            ):
                counts[local.isoweekday(), local.hour] += 1
        hours = self.hours_of(start_date, end_date)
        rows = [
            {
                "weekday": weekday,
                "hour": hour,
                "value": count,
                "hours": hours[weekday, hour],
                "per_hour": count / hours[weekday, hour] if hours[weekday, hour] else None,
            }
            for (weekday, hour), count in counts.items()
        ]
        return frame(rows, COLUMNS["inbox_hours"])

    def moments(self, number: str) -> list[Entry]:
        """The instants at which what a number counts happened, with their agents."""
        if number == "waits":
            threads = self.threads_by_id
            return [
                Entry(
                    row["started_date"],
                    row["agent_id"],
                    row["started_at"],
                    threads[row["thread_id"]],
                )
                for row in self.durations
                if row["measure"] == "reply"
            ]
        instants = {thread["thread_id"]: thread["created_at"] for thread in self.threads}
        if number != "new_threads":
            instants = {message["message_id"]: message["sent_at"] for message in self.messages}
        return [
            Entry(entry.day, entry.agent_id, instants[entry.value], entry.thread)
            for entry in self.entries[number]
        ]

    def hours_of(self, start_date: date, end_date: date) -> dict[tuple[int, int], float]:
        """How often each hour of the week came; minute by minute where clocks change."""
        minutes = dict.fromkeys(((day, hour) for day in WEEKDAYS for hour in HOURS), 0)
        day = start_date
        while day <= end_date:
            moment, end = start_of_day(day, self.zone), start_of_day(day + ONE_DAY, self.zone)
            if end - moment == ONE_DAY:
                for hour in HOURS:
                    minutes[day.isoweekday(), hour] += 60
            else:
                while moment < end:
                    minutes[day.isoweekday(), wall_time(moment, self.zone).hour] += 1
                    moment += MINUTE
            day += ONE_DAY
        return {
            place: count // 60 if count % 60 == 0 else count / 60
            for place, count in minutes.items()
        }

    def inbox_within(
        self,
        measure: str,
        seconds: float,
        grain: str,
        start_date: date,
        end_date: date,
        agent: str | None = None,
        filters: Filters = NO_FILTERS,
        day_of: str = "created",
        clock: str = "calendar",
    ) -> pd.DataFrame:
        """One row a period of the range: how many durations ended, and within so many seconds."""
        column = "seconds" if clock == "calendar" else "business_seconds"
        is_ended_day = day_of == "ended" or measure == "reply"
        threads = self.threads_by_id
        ended = [
            (row["ended_date"] if is_ended_day else row["thread_created_date"], row[column])
            for row in self.durations
            if row["measure"] == measure
            and row[column] is not None
            and (agent is None or row["agent_id"] == (agent or None))
            and filters.keep(threads[row["thread_id"]])
        ]
        rows = []
        for period in self.cut_periods(grain, start_date, end_date):
            values = [
                value for day, value in ended if period["from_date"] <= day <= period["to_date"]
            ]
            within = sum(value <= seconds for value in values)
            ratio = within / len(values) if values else None
            rows.append({**period, "ended": len(values), "within": within, "ratio": ratio})
        return frame(rows, COLUMNS["inbox_within"])
