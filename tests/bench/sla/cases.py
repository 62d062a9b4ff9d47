#!/usr/bin/env python3
"""Writes cases.json: open time between instants, where so much of it ends, and business days, with what is right.

What is right is counted, not computed: every second of two years is marked open or closed by its wall time (zoneinfo), and
the marks are counted. It shares no code with the product. A few cases were also reckoned by hand, and must come out the same.
Needs numpy; only whoever changes the cases runs it.
"""

import datetime as dt
import json
import os
import random
from zoneinfo import ZoneInfo

import numpy as np

BEGIN = int(dt.datetime(2025, 10, 1, tzinfo=dt.timezone.utc).timestamp())
END = int(dt.datetime(2027, 10, 1, tzinfo=dt.timezone.utc).timestamp())
DAY = dt.timedelta(days=1)
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def week(days, *spans):
    return {day: [list(span) for span in spans] for day in WEEKDAYS[:days]}


def closures(*dates):
    return [{"date": date} for date in dates]


US = ["2025-11-27", "2025-12-25", "2026-01-01", "2026-01-19", "2026-02-16", "2026-05-25", "2026-07-03", "2026-09-07",
      "2026-11-11", "2026-11-26", "2026-12-25", "2027-01-01", "2027-01-18", "2027-05-31"]
CALENDARS = {
    "office": {"zone": "America/New_York", "weekly": week(5, ("08:30", "17:00")), "closures": closures(*US)},
    "lunch": {"zone": "Europe/London", "weekly": week(5, ("09:00", "12:00"), ("13:00", "17:30")),
              "closures": closures("2025-12-25", "2025-12-26", "2026-01-01", "2026-04-03", "2026-04-06", "2026-12-25")},
    "night": {"zone": "America/Chicago", "weekly": week(7, ("22:00", "06:00"))},
    "always": {"zone": "Australia/Sydney", "weekly": week(7, ("00:00", "24:00"))},
    "early": {"zone": "America/New_York", "weekly": week(7, ("01:30", "05:00"))},
    "half": {"zone": "America/New_York", "weekly": week(5, ("08:30", "17:00")),
             "closures": [{"date": "2026-11-25", "from": "12:00", "to": "24:00"},
                          {"date": "2026-12-24", "from": "13:00", "to": "24:00"},
                          {"date": "2026-01-27", "from": "00:00", "to": "10:00"}]},
}


def seconds(text):
    hour, minute = text.split(":")
    return int(hour) * 3600 + int(minute) * 60


class Marks:
    """A mark for every second: open or closed."""

    def __init__(self, calendar):
        self.zone = ZoneInfo(calendar["zone"])
        quarters = np.arange(BEGIN, END, 900)
        offsets = [dt.datetime.fromtimestamp(int(at), self.zone).utcoffset().total_seconds() for at in quarters]
        # The wall time of every second, as seconds since 1970 of the wall clock: it jumps where clocks change.
        self.wall = np.arange(BEGIN, END) + np.repeat(np.array(offsets, dtype=np.int64), 900)
        self.open = np.zeros(END - BEGIN, dtype=bool)
        self.days = {}
        closed = {}
        for one in calendar.get("closures", []):
            closed.setdefault(dt.date.fromisoformat(one["date"]), []).append(
                (seconds(one.get("from", "00:00")), seconds(one.get("to", "24:00"))))
        first, last = dt.date(2025, 10, 3), dt.date(2027, 9, 28)
        day = first
        while day <= last:
            for begin, end in calendar["weekly"].get(WEEKDAYS[day.weekday()], []):
                begin, end = seconds(begin), seconds(end)
                found = self.span(day, begin, end if end > begin else end + 86_400)
                self.open[found[0]:found[1]] = True
                self.days.setdefault(day, []).append(found)
            day += DAY
        for day, parts in closed.items():
            for begin, end in parts:
                found = self.span(day, begin, end)
                self.open[found[0]:found[1]] = False
        self.before = np.concatenate([[0], np.cumsum(self.open, dtype=np.int64)])

    def span(self, day, begin, end):
        """From the first second whose wall time is at or after the beginning, to behind the last that is before the end."""
        midnight = int(dt.datetime.combine(day, dt.time(), dt.timezone.utc).timestamp())
        around = slice(midnight - BEGIN - 86_400, midnight - BEGIN + 3 * 86_400)
        near = self.wall[around]
        start = int(np.nonzero(near >= midnight + begin)[0][0]) + around.start
        # Midnight is the first instant of its date; other ends are the last occurrence.
        if end % 86_400 == 0:
            stop = int(np.nonzero(near >= midnight + end)[0][0]) + around.start
        else:
            stop = int(np.nonzero(near < midnight + end)[0][-1]) + 1 + around.start
        return start, stop

    def between(self, start, stop):
        return int(self.before[stop - BEGIN] - self.before[start - BEGIN])

    def advance(self, start, length):
        if length == 0:
            return start
        wanted = self.before[start - BEGIN] + length
        return BEGIN + int(np.searchsorted(self.before, wanted, side="left"))

    def business_days(self, start, count):
        """The same local time so many open days later: for days that are all equally long."""
        at = BEGIN + start - BEGIN + int(np.nonzero(self.open[start - BEGIN:])[0][0])
        local = dt.datetime.fromtimestamp(at, self.zone)
        day = local.date()
        for _ in range(count):
            day += DAY
            while not any(self.open[begin:end].any() for begin, end in self.days.get(day, [])):
                day += DAY
        return int(dt.datetime.combine(day, local.time(), self.zone).timestamp())


def utc(at):
    return dt.datetime.fromtimestamp(at, dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def at(text):
    return int(dt.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


# Group, calendar, and the stretch of local time its instants are drawn from.
GROUPS = [
    ("plain", "office", "2026-03-10", "2026-05-20", 12),
    ("holidays", "office", "2025-12-18", "2026-02-20", 14),
    ("spring forward", "office", "2026-03-03", "2026-03-14", 10),
    ("fall back", "office", "2026-10-28", "2026-11-06", 10),
    ("several intervals", "lunch", "2026-01-05", "2026-06-01", 14),
    ("overnight", "night", "2026-04-01", "2026-05-01", 8),
    ("overnight, spring forward", "night", "2026-03-06", "2026-03-10", 8),
    ("overnight, fall back", "night", "2026-10-30", "2026-11-03", 8),
    ("always open, clocks change", "always", "2026-03-28", "2026-04-12", 8),
    ("hours that the clocks change in", "early", "2026-03-06", "2026-03-11", 8),
    ("hours that the clocks repeat", "early", "2026-10-30", "2026-11-03", 8),
    ("half days", "half", "2026-11-23", "2026-12-29", 10),
]

# Reckoned by hand.
BY_HAND = [
    # Friday 15:00 to Monday 10:00: two hours, and an hour and a half.
    ("plain", "office", "between", "2026-04-17T19:00:00Z", "2026-04-20T14:00:00Z", 12_600),
    # Friday 15:00, two hours are left: due at closing.
    ("exact edges", "office", "advance", "2026-04-17T19:00:00Z", 7_200, "2026-04-17T21:00:00Z"),
    # One second more: Monday 08:30:01.
    ("exact edges", "office", "advance", "2026-04-17T19:00:00Z", 7_201, "2026-04-20T12:30:01Z"),
    # From closing to opening there is nothing.
    ("exact edges", "office", "between", "2026-04-17T21:00:00Z", "2026-04-20T12:30:00Z", 0),
    # The weekend on which clocks go forward: Friday 16:00 (EST) and two hours are Monday 09:30 (EDT).
    ("spring forward", "office", "advance", "2026-03-06T21:00:00Z", 7_200, "2026-03-09T13:30:00Z"),
    # The weekend on which they go back: Friday 16:00 (EDT) and two hours are Monday 09:30 (EST).
    ("fall back", "office", "advance", "2026-10-30T20:00:00Z", 7_200, "2026-11-02T14:30:00Z"),
    # Thanksgiving: Wednesday 16:00 and two hours are Friday 09:30.
    ("holidays", "office", "advance", "2026-11-25T21:00:00Z", 7_200, "2026-11-27T14:30:00Z"),
    # The night on which clocks go forward has seven hours of 22:00 to 06:00, the one on which they go back nine.
    ("overnight, spring forward", "night", "between", "2026-03-08T02:00:00Z", "2026-03-08T18:00:00Z", 7 * 3600),
    ("overnight, fall back", "night", "between", "2026-11-01T01:00:00Z", "2026-11-01T18:00:00Z", 9 * 3600),
    # A day of 25 hours in Sydney, 5 April 2026.
    ("always open, clocks change", "always", "between", "2026-04-04T13:00:00Z", "2026-04-05T14:00:00Z", 25 * 3600),
    # 11:30 and an hour: half an hour before lunch, half after.
    ("several intervals", "lunch", "advance", "2026-01-07T11:30:00Z", 3_600, "2026-01-07T13:30:00Z"),
    # Exactly until lunch.
    ("exact edges", "lunch", "advance", "2026-01-07T11:30:00Z", 1_800, "2026-01-07T12:00:00Z"),
    # Wednesday before Thanksgiving, noon on: half a day of 3.5 hours.
    ("half days", "half", "between", "2026-11-25T05:00:00Z", "2026-11-26T05:00:00Z", 12_600),
    # Wednesday 15:00, Thursday is closed: Friday 15:00.
    ("business days", "office", "business_days", "2026-11-25T20:00:00Z", 1, "2026-11-27T20:00:00Z"),
    # Friday 17:00 itself is after hours: from Monday 08:30, one day later.
    ("business days", "office", "business_days", "2026-04-17T21:00:00Z", 1, "2026-04-21T12:30:00Z"),
]


def instant(chance, zone, first, last):
    """A local time to the minute, now and then an edge of a day."""
    days = (dt.date.fromisoformat(last) - dt.date.fromisoformat(first)).days
    day = dt.date.fromisoformat(first) + chance.randrange(days) * DAY
    clock = chance.choice([dt.time(8, 30), dt.time(17, 0), dt.time(0, 0), dt.time(12, 0)]) if chance.random() < 0.15 \
        else dt.time(chance.randrange(24), chance.randrange(60))
    return int(dt.datetime.combine(day, clock, zone).timestamp())


def drawn(chance, marks):
    for group, calendar, first, last, count in GROUPS:
        zone = marks[calendar].zone
        for _ in range(count):
            start, stop = sorted(instant(chance, zone, first, last) for _ in range(2))
            yield group, calendar, "between", start, stop
        for _ in range(count):
            length = chance.choice([1, 15, 30, 60, 90, 240, 600, 1_530]) * 60
            yield group, calendar, "advance", instant(chance, zone, first, last), length
    for calendar, length in (("office", 300 * 3600), ("lunch", 700 * 3600), ("always", 4_000 * 3600), ("night", 900 * 3600)):
        zone = marks[calendar].zone
        for _ in range(4):
            start = instant(chance, zone, "2025-11-01", "2026-01-10")
            yield "long spans", calendar, "between", start, start + chance.randrange(300, 400) * 86_400
            yield "long spans", calendar, "advance", start, length + chance.randrange(600) * 60
    for calendar, first, last in (("office", "2025-12-15", "2026-11-20"), ("lunch", "2025-12-15", "2026-11-20")):
        for _ in range(24):
            start = instant(chance, marks[calendar].zone, first, last)
            yield "business days", calendar, "business_days", start, chance.choice([0, 1, 2, 3, 5, 10, 30])


def case(marks, number, group, calendar, operation, start, argument, by="count"):
    found = getattr(marks[calendar], operation)(start, argument)
    one = {"id": f"{number:03}", "group": group, "calendar": calendar, "op": operation, "from": utc(start)}
    one["to" if operation == "between" else "days" if operation == "business_days" else "seconds"] = \
        utc(argument) if operation == "between" else argument
    one["expected"] = found if operation == "between" else utc(found)
    one["by"] = by
    return one


def main():
    chance = random.Random(311)
    marks = {name: Marks(calendar) for name, calendar in CALENDARS.items()}
    cases = []
    for group, calendar, operation, start, argument, expected in BY_HAND:
        argument = at(argument) if isinstance(argument, str) else argument
        one = case(marks, len(cases) + 1, group, calendar, operation, at(start), argument, "hand")
        assert one["expected"] == expected, (one, expected)
        cases.append(one)
    for one in drawn(chance, marks):
        cases.append(case(marks, len(cases) + 1, *one))
    lines = ",\n".join("    " + json.dumps(one) for one in cases)
    calendars = ",\n".join(f"    {json.dumps(name)}: {json.dumps(one)}" for name, one in CALENDARS.items())
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "cases.json"), "w") as out:
        out.write(f'{{\n  "calendars": {{\n{calendars}\n  }},\n  "cases": [\n{lines}\n  ]\n}}\n')
    print(len(cases), "cases")


if __name__ == "__main__":
    main()
