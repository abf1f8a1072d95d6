#!/usr/bin/env bash
# recurring-ical-events: asked for a day as a date, the shift that began on the evening before is missing.
#
# Packages: recurring-ical-events==3.8.2 icalendar==7.3.2
# Expected: at() gives "all occurrences within that day", and its documentation gives a tuple of numbers, a date and a text of
#           digits as ways to say one day.
# Seen:     by the tuple and by the text the night shift from 22:00 to 06:00 is on duty, by the date it is not, nor by between()
#           of two dates: the threads of six hours came in while nobody was at work.
# So:       whether a desk was open is asked of instants, as our opening hours do; a date is only the name of a day.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --quiet --disable-pip-version-check recurring-ical-events==3.8.2 icalendar==7.3.2
cd "$folder"
cat >look.py <<'PYTHON'
from datetime import date, datetime

import icalendar
import recurring_ical_events

ROSTER = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//desk//roster//EN
BEGIN:VEVENT
UID:night
SUMMARY:night shift
DTSTART;TZID=Europe/Warsaw:20240318T220000
DTEND;TZID=Europe/Warsaw:20240319T060000
RRULE:FREQ=WEEKLY;BYDAY=MO
END:VEVENT
BEGIN:VEVENT
UID:day
SUMMARY:day shift
DTSTART;TZID=Europe/Warsaw:20240319T080000
DTEND;TZID=Europe/Warsaw:20240319T160000
RRULE:FREQ=WEEKLY;BYDAY=TU
END:VEVENT
END:VCALENDAR
"""
roster = recurring_ical_events.of(icalendar.Calendar.from_ical(ROSTER))


def shifts(events):
    return [f"{event['SUMMARY']} from {event.start:%d %H:%M}" for event in events]


for day in ((2024, 3, 26), "20240326", date(2024, 3, 26)):
    print(repr(day), shifts(roster.at(day)))
print("between two dates", shifts(roster.between(date(2024, 3, 26), date(2024, 3, 27))))
print("at 3 in the night", shifts(roster.at(datetime(2024, 3, 26, 3))))
PYTHON
cat >seen.txt <<'SEEN'
(2024, 3, 26) ['night shift from 25 22:00', 'day shift from 26 08:00']
'20240326' ['night shift from 25 22:00', 'day shift from 26 08:00']
datetime.date(2024, 3, 26) ['day shift from 26 08:00']
between two dates ['day shift from 26 08:00']
at 3 in the night ['night shift from 25 22:00']
SEEN
"$folder/venv/bin/python" look.py >now.txt 2>errors.txt || { cat errors.txt; exit 1; }
echo "recurring-ical-events==3.8.2 icalendar==7.3.2"
cat now.txt
diff seen.txt now.txt >/dev/null || { echo "Changed: this is no longer what was seen:"; cat seen.txt; exit 1; }
