#!/usr/bin/env python3
"""Reckons Boston's published due dates in all the ways that data can tell apart, and in some that it cannot.

Written separately from the product, date by date with Python's zoneinfo: what the tests of services/sla/domain expect of
the sample comes from here, and on the whole file it gives the figures that were published with the data.

    python3 tests/data/boston_variants.py tests/data/boston-311-2015-sample.csv
"""

import csv
import datetime as dt
import gzip
import os
import sys
from zoneinfo import ZoneInfo

HERE = os.path.dirname(os.path.abspath(__file__))
ZONE = ZoneInfo("America/New_York")
DAY = dt.timedelta(days=1)


def rows(path):
    opened = gzip.open(path, "rt", newline="") if path.endswith(".gz") else open(path, newline="")
    with opened as lines:
        return list(csv.DictReader(lines))


def wall(text):
    return dt.datetime.fromisoformat(text) if text else None


def utc(at):
    """Seconds since 1970 of a wall time; in the repeated hour the first, a skipped time later by the gap."""
    return int(at.replace(tzinfo=ZONE, fold=0).timestamp())


def local(seconds):
    return dt.datetime.fromtimestamp(seconds, ZONE).replace(tzinfo=None)


def policies(name):
    found = {}
    for row in rows(os.path.join(HERE, name)):
        if row["unit"]:
            since = wall(row.get("valid_from", "")) or dt.datetime.min
            found.setdefault(row["type"], []).append((since, row["unit"], int(row["n"])))
    return {kind: sorted(versions, reverse=True) for kind, versions in found.items()}


HOLIDAYS = [
    (dt.date.fromisoformat(row["date"]), wall(row["known_from"]))
    for row in rows(os.path.join(HERE, "boston-2015-holidays.csv"))
]


class Office:
    """Open on weekdays between two times of day, but on the holidays known at the opening of a request."""

    def __init__(self, opens="08:30", closes="17:00", keep=lambda day: True, extra=(), at_once=False):
        self.opens, self.closes = dt.time.fromisoformat(opens), dt.time.fromisoformat(closes)
        kept = [(day, known) for day, known in HOLIDAYS if keep(day)]
        self.always = {day for day, known in kept if at_once or not known}
        self.always |= {dt.date.fromisoformat(day) for day in extra}
        self.later = {day for day, _ in kept}
        self.learns = dt.datetime.max if at_once else min(
            (known for _, known in kept if known), default=dt.datetime.max)

    def is_open_day(self, day, opened):
        closed = self.always | self.later if opened >= self.learns else self.always
        return day.weekday() < 5 and day not in closed

    def next_open_day(self, day, opened):
        while not self.is_open_day(day, opened):
            day += DAY
        return day

    def nth_open_day(self, day, n, opened):
        for _ in range(n):
            day = self.next_open_day(day + DAY, opened)
        return day

    def clamped(self, at, opened):
        day = at.date()
        if self.is_open_day(day, opened) and at.time() < self.closes:
            return max(at, dt.datetime.combine(day, self.opens))
        return dt.datetime.combine(self.next_open_day(day + DAY, opened), self.opens)


def business_days(office, opened, n):
    start = office.clamped(opened, opened)
    return utc(dt.datetime.combine(office.nth_open_day(start.date(), n, opened), start.time()))


def unclamped(office, opened, n):
    first = office.next_open_day(opened.date(), opened)
    return utc(dt.datetime.combine(office.nth_open_day(first, n, opened), opened.time()))


def hours(office, opened, n, rolls):
    """n times the length of a day of open time: day by day, as one would count on a wall calendar."""
    length = dt.datetime.combine(dt.date.min, office.closes) - dt.datetime.combine(dt.date.min, office.opens)
    at, left = office.clamped(opened, opened), n * length
    while True:
        rest = dt.datetime.combine(at.date(), office.closes) - at
        if left < rest or (left == rest and not rolls):
            return utc(at + left)
        left -= rest
        at = dt.datetime.combine(office.next_open_day(at.date() + DAY, opened), office.opens)
        if left == dt.timedelta(0):
            return utc(at)


def calendar_days(office, opened, n):
    return utc(opened + n * DAY)


def elapsed_days(office, opened, n):
    return utc(opened) + n * 86_400


def from_clamped(office, opened, n):
    return utc(office.clamped(opened, opened) + n * DAY)


def computed(data, table, office, bd=business_days, cd=calendar_days):
    """Per row with a target: its distance from the computed one, in seconds; None without a policy."""
    rule = {"business_days": bd, "calendar_days": cd}
    for opened, target, kind in data:
        found = next((one for one in table.get(kind, ()) if one[0] <= opened), None)
        yield None if found is None else abs(rule[found[1]](office, opened, found[2]) - target)


def reproduced(distances, tolerance=300):
    return sum(1 for far in distances if far is not None and far <= tolerance)


def across_changes(data, table, office):
    """Calendar-day rows whose offset differs between start and computed target: how many, and who reproduces them."""
    count, by_wall, by_elapsed = 0, 0, 0
    for opened, target, kind in data:
        found = table.get(kind, [(None, None, 0)])[0]
        if found[1] == "calendar_days":
            due = calendar_days(office, opened, found[2])
            before, after = (local(at).replace(tzinfo=ZONE).utcoffset() for at in (utc(opened), due))
            if before != after:
                count += 1
                by_wall += abs(due - target) <= 300
                by_elapsed += abs(elapsed_days(office, opened, found[2]) - target) <= 300
    return count, by_wall, by_elapsed


def main(path):
    data = [(wall(row["opened"]), utc(wall(row["target"])), row["type"]) for row in rows(path) if row["target"]]
    one, versions = policies("boston-311-2015-policies.csv"), policies("boston-311-2015-policy-versions.csv")
    office = Office()
    for name, table in (("one policy", one), ("versions", versions)):
        distances = list(computed(data, table, office))
        print(f"{name}: of {len(distances)}")
        for tolerance in (600, 300, 120, 60, 0):
            print(f"  within {tolerance} s: {reproduced(distances, tolerance)}")
        none = Office(keep=lambda day: False)
        print(f"  without holidays: {reproduced(computed(data, table, none))}")
    others = {
        "holidays of 2015 only": Office(keep=lambda day: day.year == 2015),
        "2016 dates known all year": Office(at_once=True),
        **{f"closing {at}": Office(closes=at) for at in ("16:00", "16:30", "17:30", "18:00")},
        **{f"opening {at}": Office(opens=at) for at in ("08:00", "09:00")},
        **{f"also closed {day}": Office(extra=[day]) for day in ("2015-07-03", "2015-03-17", "2015-06-17")},
    }
    for name, other in others.items():
        print(f"{name}: {reproduced(computed(data, one, other))}")
    print("n x 8.5 h, rolls:", reproduced(computed(data, one, office, bd=lambda *a: hours(*a, True))))
    print("n x 8.5 h, stops:", reproduced(computed(data, one, office, bd=lambda *a: hours(*a, False))))
    print("no clamping:", reproduced(computed(data, one, office, bd=unclamped)))
    print("calendar days from clamped start:", reproduced(computed(data, one, office, cd=from_clamped)))
    print("calendar days as n x 24 h:", reproduced(computed(data, one, office, cd=elapsed_days)))
    print("across a change, by wall time, by n x 24 h:", *across_changes(data, one, office))


if __name__ == "__main__":
    main(sys.argv[1])
