//! The engine against a slow oracle: random calendars, moments and pauses around every clock change from 2007 to 2037 of
//! zones with all kinds of rules. The oracle looks at every second, and shares no line with the engine.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod laws;
mod line;
mod random;
mod slow;
mod waits;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use rstest::rstest;
use sla_domain::{
    calendar::{Hours, Timetable},
    clock::{Length, Pause, Run},
};

use line::{DAY, Line};
use random::{Change, Random, pauses};
use slow::{Slow, advance, count};
use waits::{Asked, stand, unpaused};

/// The clock changes of a zone from 2007 to 2037.
fn changes(tz: &TimeZone) -> Vec<Change> {
    let first: Timestamp = "2007-01-01T00:00:00Z".parse().unwrap();
    let last: Timestamp = "2038-01-01T00:00:00Z".parse().unwrap();
    let mut offset = i64::from(tz.to_offset(first).seconds());
    let mut changes = Vec::new();
    for change in tz.following(first).take_while(|change| change.timestamp() < last) {
        let (at, after) = (change.timestamp(), i64::from(change.offset().seconds()));
        if after != offset {
            changes.push(Change {
                at,
                before: at.as_second() + offset,
                after: at.as_second() + after,
            });
        }
        offset = after;
    }
    changes
}

/// A zone, and how many clock changes it has at least: two a year where they were never given up.
#[rstest]
#[case::new_york("America/New_York", 62)]
#[case::los_angeles("America/Los_Angeles", 62)]
#[case::london("Europe/London", 62)]
#[case::dublin("Europe/Dublin", 62)]
#[case::lisbon("Europe/Lisbon", 62)]
#[case::azores("Atlantic/Azores", 62)] // midnight is repeated
#[case::lord_howe("Australia/Lord_Howe", 62)] // half an hour
#[case::sydney("Australia/Sydney", 62)]
#[case::chatham("Pacific/Chatham", 62)] // at 02:45
#[case::havana("America/Havana", 62)] // midnight is skipped, and repeated
#[case::st_johns("America/St_Johns", 62)] // until 2011 at 00:01
#[case::troll("Antarctica/Troll", 60)] // two hours
#[case::nuuk("America/Nuuk", 60)] // the evening before, and a zone that moved
#[case::casablanca("Africa/Casablanca", 60)] // four a year
#[case::gaza("Asia/Gaza", 60)] // by the lunar year
#[case::cairo("Africa/Cairo", 30)] // midnight; given up, and taken up again
#[case::beirut("Asia/Beirut", 60)] // midnight
#[case::santiago("America/Santiago", 60)] // midnight
#[case::tehran("Asia/Tehran", 30)] // midnight; given up in 2022
#[case::asuncion("America/Asuncion", 30)] // midnight; given up in 2024
#[case::sao_paulo("America/Sao_Paulo", 24)] // midnight is skipped, or followed by 23:00; given up in 2019
#[case::apia("Pacific/Apia", 20)] // 30 December 2011 does not exist
#[case::few("Pacific/Fakaofo", 1)] // nor there
#[case::caracas("America/Caracas", 2)] // half an hour, for good
#[case::casey("Antarctica/Casey", 10)] // hours at a time
#[case::kathmandu("Asia/Kathmandu", 0)] // a quarter of an hour off, no change
fn every_clock_change_agrees_with_every_second(#[case] zone: &str, #[case] at_least: usize) {
    let tz = TimeZone::get(zone).unwrap();
    let changes = changes(&tz);
    assert!(changes.len() >= at_least, "{} changes in {zone}", changes.len());
    let mut asked = 0;
    for change in changes.iter().chain(&no_change(&tz)) {
        let midnight = (change.at.as_second() - 3 * DAY).div_euclid(60) * 60;
        let line = Line::new(&tz, midnight, midnight + 7 * DAY);
        let mut random = Random(u64::try_from(change.at.as_second()).unwrap());
        for _ in 0..2 {
            asked += compare(&line, zone, change, &mut random);
        }
    }
    assert!(asked >= 10 * changes.len(), "{asked} comparisons came out in {zone}");
}

/// A day like any other, so that zones without changes are looked at too.
fn no_change(tz: &TimeZone) -> [Change; 1] {
    let at: Timestamp = "2026-06-10T08:00:00Z".parse().unwrap();
    let local = at.as_second() + i64::from(tz.to_offset(at).seconds());
    [Change { at, before: local, after: local }]
}

/// Compares all answers for one random calendar; how many could be compared.
fn compare(line: &Line, zone: &str, change: &Change, random: &mut Random) -> usize {
    let definition = change.calendar(zone, random);
    let known = random.one_in(2).then(|| change.moment(random));
    let slow = Slow::new(line, definition.clone(), known);
    let timetable = Timetable::new(definition);
    let hours = known.map_or_else(|| timetable.known_at_last(), |known| timetable.known_at(known));
    let mut compared = 0;
    for _ in 0..3 {
        let start = change.moment(random);
        open_time(&slow, hours, start, random);
        let index = line.index(start).unwrap();
        let lengths = [
            Length::Open(u64::try_from(random.within(0, 8 * 3600)).unwrap()),
            Length::BusinessDays(u32::try_from(random.within(0, 3)).unwrap()),
            Length::CalendarDays(u32::try_from(random.within(0, 3)).unwrap()),
        ];
        for length in lengths {
            let expected = unpaused(&slow, index, length);
            let run = Run { start, length, hours, pauses: &[], stopped: None, now: None };
            if let Some(due) = expected {
                let told = (start, length, timetable.definition());
                assert_eq!(run.reckon().due, Some(line.instant(due)), "{told:?}");
                compared += 1 + waiting(&slow, run, line.instant(due), random);
            }
        }
    }
    laws::hold(hours, change, random);
    compared
}

fn open_time(slow: &Slow<'_>, hours: &Hours, start: Timestamp, random: &mut Random) {
    let line = slow.line;
    let to = start.checked_add(SignedDuration::from_secs(random.within(0, DAY))).unwrap();
    let (from, until) = (line.index(start).unwrap(), line.index(to).unwrap());
    assert_eq!(hours.between(start, to).as_secs(), count(&slow.open, from, until), "{start} {to}");
    assert_eq!(hours.is_open(start), slow.open[from] == 1, "{start}");
    let next = advance(&slow.open, from, 1).map(|next| line.instant(next - 1));
    assert!(next.is_none() || hours.next_opening(start) == next, "{start}");
}

/// The same with random pauses, done or not, as of an instant or not; whether it could be compared.
fn waiting(slow: &Slow<'_>, run: Run<'_>, due: Timestamp, random: &mut Random) -> usize {
    let near = |random: &mut Random| {
        let off = SignedDuration::from_secs(random.within(-9_000, 9_000));
        let instant = random.one_of(&[run.start, due]);
        if random.one_in(3) { instant } else { instant.checked_add(off).unwrap() }
    };
    let stopped = random.one_in(2).then(|| near(random));
    let now = random.one_in(2).then(|| near(random));
    let mut instants = vec![run.start, due, near(random), near(random)];
    instants.extend(stopped.into_iter().chain(now));
    let many = random.within(0, 6);
    let pauses: Vec<Pause> = pauses(random, &instants, many);
    let asked = Asked {
        start: run.start,
        length: run.length,
        unpaused: due,
        pauses: &pauses,
        stopped,
        now,
    };
    let inside = instants.iter().all(|at| slow.line.index(*at).is_some());
    let Some(expected) = Some(asked).filter(|_| inside).and_then(|asked| stand(slow, asked)) else {
        return 0;
    };
    let found = Run { pauses: &pauses, stopped, now, ..run }.reckon();
    let found = waits::Answer {
        due: found.due,
        due_if_resumed_now: found.due_if_resumed_now,
        in_time: found.in_time,
        elapsed: found.elapsed.as_secs(),
    };
    assert_eq!(found, expected, "{asked:#?}");
    1
}
