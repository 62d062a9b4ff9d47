//! Business days: the same local time so many open days later.
//!
//! The start is clamped to the next opening if it falls outside open time (the closing instant itself is outside). A
//! business day is a date on which an interval starts and keeps some open time on that very date; an overnight shift
//! belongs to the date on which it starts, and its small hours count on from there (26:00 and so on). The local time is
//! resolved to an instant, then clamped into the target day's hours: before opening → opening; after closing or inside a
//! break → the next opening that day, else its closing.

use super::{
    DAY_MICROS, Hours, Micros,
    chunk::Shift,
    chunk_of_day,
    wall::{self, Day},
};

pub(super) fn add(hours: &Hours, start: Micros, days: u32) -> Option<Micros> {
    let start = hours.next_open(start)?;
    if days == 0 {
        return Some(start);
    }
    let (day, into_day) = belonging(hours, start)?;
    let target = nth_after(hours, day, days)?;
    let wanted = wall::resolve(hours.zone(), target, into_day)?;
    clamp(shifts_of(hours, target), wanted)
}

/// The date an open instant belongs to, and how far into it the instant lies by the wall clock.
fn belonging(hours: &Hours, at: Micros) -> Option<(Day, Micros)> {
    let (date, into_date) = wall::local(hours.zone(), at)?;
    let holds = |day: &Day| shifts_of(hours, *day).iter().any(|one| one.from <= at && at < one.to);
    // The next date comes last: its shift holds the instant only where the clock went back across midnight.
    let day = [date, date - 1, date + 1].into_iter().find(holds).unwrap_or(date);
    Some((day, into_date + Micros::from(date - day) * DAY_MICROS))
}

fn shifts_of(hours: &Hours, day: Day) -> &[Shift] {
    hours.chunk(chunk_of_day(day)).map_or(&[], |chunk| chunk.shifts_of(day))
}

fn nth_after(hours: &Hours, day: Day, nth: u32) -> Option<Day> {
    let mut left = usize::try_from(nth).ok()?;
    let mut index = chunk_of_day(day);
    while let Some(chunk) = hours.chunk(index) {
        let passed = chunk.business_days.partition_point(|one| *one <= day);
        let ahead = &chunk.business_days[passed..];
        if let Some(found) = ahead.get(left - 1) {
            return Some(*found);
        }
        left -= ahead.len();
        index += 1;
    }
    None
}

fn clamp(shifts: &[Shift], wanted: Micros) -> Option<Micros> {
    let next = shifts.iter().find(|shift| wanted < shift.to);
    next.map(|shift| wanted.max(shift.from)).or_else(|| shifts.last().map(|shift| shift.to))
}
