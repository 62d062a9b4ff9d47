"""Answers the cases with a library of PyPI: python adapter.py LIBRARY CASES."""

import datetime as dt
import importlib.metadata
import json
import signal
import sys
import time
from zoneinfo import ZoneInfo

UTC = dt.timezone.utc
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def instant(text):
    return dt.datetime.fromisoformat(text.replace("Z", "+00:00"))


def iso(at):
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def clock(text):
    return dt.time.fromisoformat(text) if text != "24:00" else dt.time(0)


def spans(calendar):
    return [span for day in calendar["weekly"].values() for span in day]


def single(calendar):
    """Whether every open day has the same one interval, within the day."""
    every = spans(calendar)
    return len({tuple(span) for span in every}) == 1 and len(every) == len(calendar["weekly"]) and every[0][0] < every[0][1]


def partial(calendar):
    return any("from" in one or "to" in one for one in calendar.get("closures", []))


def dates(calendar):
    return [dt.date.fromisoformat(one["date"]) for one in calendar.get("closures", [])]


def days(calendar):
    return [WEEKDAYS.index(day) for day in calendar["weekly"]]


class BusinessTimeDelta:
    """Rules per span of the week, holidays as time off."""

    package = "businesstimedelta"

    def __init__(self, calendar):
        import businesstimedelta as library
        import pytz

        self.library, zone = library, pytz.timezone(calendar["zone"])
        rules = [
            library.WorkDayRule(start_time=clock(begin), end_time=clock(end), working_days=[WEEKDAYS.index(day)], tz=zone)
            for day, every in calendar["weekly"].items() for begin, end in every
        ]
        # It looks five years ahead for a next holiday and fails when there is none: one beyond all cases.
        closed = {day: "closed" for day in [*dates(calendar), dt.date(2028, 1, 1)]}
        rules.append(library.HolidayRule(closed, tz=zone))
        self.rules = library.Rules(rules)

    @staticmethod
    def fits(one, calendar):
        return one["op"] != "business_days" and not partial(calendar) and ["00:00", "24:00"] not in spans(calendar)

    def answer(self, one):
        start = instant(one["from"])
        if one["op"] == "between":
            found = self.rules.difference(start, instant(one["to"]))
            return found.timedelta.total_seconds()
        return iso(start + self.library.BusinessTimeDelta(self.rules, timedelta=dt.timedelta(seconds=one["seconds"])))


class BusinessDuration:
    """Counts on wall times without a zone, so it is given the local ones."""

    package = "business_duration"

    def __init__(self, calendar):
        from business_duration import businessDuration
        import pandas

        self.count, self.pandas, self.zone = businessDuration, pandas, ZoneInfo(calendar["zone"])
        (self.begin, self.end), self.closed = spans(calendar)[0], {day: "closed" for day in dates(calendar)}
        self.weekend = [day for day in range(7) if day not in days(calendar)]

    @staticmethod
    def fits(one, calendar):
        return one["op"] == "between" and single(calendar) and not partial(calendar) and ["00:00", "24:00"] not in spans(calendar)

    def answer(self, one):
        local = [instant(one[key]).astimezone(self.zone).replace(tzinfo=None) for key in ("from", "to")]
        found = self.count(*map(self.pandas.to_datetime, local), clock(self.begin), clock(self.end),
                           weekendlist=self.weekend, holidaylist=self.closed, unit="sec")
        return float(found)


class CustomBusinessHour:
    """Whole hours and minutes that are added as an offset."""

    package = "pandas"

    def __init__(self, calendar):
        import pandas

        self.pandas, self.zone = pandas, calendar["zone"]
        every = {tuple(span) for span in spans(calendar)}
        first = sorted(every)
        mask = "".join("1" if day in days(calendar) else "0" for day in range(7))
        self.offset = lambda hours, rest: pandas.offsets.CustomBusinessHour(
            n=hours, start=[span[0] for span in first], end=[span[1] for span in first], weekmask=mask_words(mask),
            holidays=[day.isoformat() for day in dates(calendar)], offset=dt.timedelta(seconds=rest))
        self.day = pandas.offsets.CustomBusinessDay

    @staticmethod
    def fits(one, calendar):
        same = len({json.dumps(day) for day in calendar["weekly"].values()}) == 1
        whole = one["op"] == "advance" and one["seconds"] % 3600 == 0
        return whole and same and not partial(calendar) and ["00:00", "24:00"] not in spans(calendar)

    def answer(self, one):
        start = self.pandas.Timestamp(one["from"]).tz_convert(self.zone)
        return iso((start + self.offset(one["seconds"] // 3600, 0)).to_pydatetime())


def mask_words(mask):
    return " ".join(day.title() for day, on in zip(WEEKDAYS, mask) if on == "1")


class WorkalendarDays:
    """Days on dates; the wall time is kept."""

    package = "workalendar"

    def __init__(self, calendar):
        from workalendar.core import Calendar

        closed, open_days = set(dates(calendar)), set(days(calendar))

        class Office(Calendar):
            def get_weekend_days(self):
                return tuple(day for day in range(7) if day not in open_days)

            def holidays(self, year=None):
                return [(day, "closed") for day in sorted(closed) if day.year == year]

        self.office, self.zone = Office(), ZoneInfo(calendar["zone"])

    @staticmethod
    def fits(one, calendar):
        return one["op"] == "business_days"

    def answer(self, one):
        local = instant(one["from"]).astimezone(self.zone)
        return iso(self.office.add_working_days(local, one["days"], keep_datetime=True))


LIBRARIES = {
    "businesstimedelta": BusinessTimeDelta,
    "business_duration": BusinessDuration,
    "pandas-CustomBusinessHour": CustomBusinessHour,
    "workalendar": WorkalendarDays,
}


class DoesNotEnd(BaseException):
    """Some loop for ever: whoever has not answered after some seconds is stopped."""


def stop(*_):
    raise DoesNotEnd


def tried(asked, one):
    signal.setitimer(signal.ITIMER_REAL, 3)
    try:
        return asked.answer(one)
    except DoesNotEnd:
        return "fails: does not end"
    except Exception as error:  # Whatever a library throws is its answer.
        return f"fails: {type(error).__name__}: {error}"[:120]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def per_second(asked, cases, answers, op):
    of_kind = [one for one in cases if one["op"] == op and one["calendar"] == "office"]
    some = [one for one in of_kind if not str(answers.get(one["id"], "fails")).startswith("fails")]
    if not some:
        return None
    count, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < 1:
        asked.answer(some[count % len(some)])
        count += 1
    return round(count / (time.perf_counter() - begun), 1)


def main(name, path):
    with open(path) as text:
        document = json.load(text)
    kind, answers, rates = LIBRARIES[name], {}, {}
    signal.signal(signal.SIGALRM, stop)
    for calendar_name, calendar in document["calendars"].items():
        mine = [one for one in document["cases"] if one["calendar"] == calendar_name and kind.fits(one, calendar)]
        if mine:
            asked = kind(calendar)
            answers.update({one["id"]: tried(asked, one) for one in mine})
    office = document["calendars"]["office"]
    asked = kind(office)
    for op in ("between", "advance", "business_days"):
        rate = per_second(asked, document["cases"], answers, op)
        if rate:
            rates[op] = rate
    json.dump({"library": name, "version": importlib.metadata.version(kind.package), "answers": answers,
               "per_second": rates}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:3])
