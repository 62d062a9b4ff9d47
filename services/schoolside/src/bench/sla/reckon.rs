//! Business time on a calendar of ten years with holidays and clock changes, at instants drawn by chance.

use jiff::SignedDuration;
use kernel::Timestamp;
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use serde_json::{Value, json};
use sla_domain::calendar::{Definition, Hours};

use super::speed;
use crate::failure::Failure;

/// How many instants there are to take turns.
const DRAWN: usize = 1 << 16;
/// How many operations a round has.
const TIMES: usize = 2_000_000;
/// 2020-01-01 and 2030-01-01 in New York.
const YEARS: (i64, i64) = (1_577_854_800, 1_893_474_000);

/// Weekdays with a break, and eleven closed days in each of ten years.
fn office() -> Result<Hours, Failure> {
    let mut file = String::from("zone = \"America/New_York\"\nweekly = {");
    for day in ["mon", "tue", "wed", "thu", "fri"] {
        file += &format!(" {day} = [[\"08:30\", \"12:00\"], [\"13:00\", \"17:00\"]],");
    }
    file = format!("{} }}\n", file.trim_end_matches(','));
    for year in 2020..2030 {
        for day in [
            "01-01", "01-20", "02-17", "04-20", "05-25", "06-19", "07-03", "09-07", "10-12",
            "11-11", "12-25",
        ] {
            file += &format!("[[closures]]\ndate = \"{year}-{day}\"\n");
        }
    }
    Definition::read(&file).map(Hours::new).map_err(Failure::usage)
}

fn instant(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap_or_default()
}

/// Measures each operation.
pub(super) fn measure() -> Result<Value, Failure> {
    let hours = office()?;
    let mut chance = ChaCha8Rng::seed_from_u64(311);
    let starts: Vec<Timestamp> =
        (0..DRAWN).map(|_| instant(chance.random_range(YEARS.0..YEARS.1))).collect();
    let lengths: Vec<SignedDuration> = (0..DRAWN)
        .map(|_| SignedDuration::from_secs(chance.random_range(60..400 * 3600)))
        .collect();
    // The other end lies anywhere in the ten years, before or after.
    let ends: Vec<(Timestamp, Timestamp)> = starts
        .iter()
        .map(|start| {
            let other = instant(chance.random_range(YEARS.0..YEARS.1));
            (other.min(*start), other.max(*start))
        })
        .collect();
    // Compiled before it is measured.
    std::hint::black_box(hours.between(instant(YEARS.0), instant(YEARS.1)));
    let place = |index: usize| index % DRAWN;
    Ok(json!({
        "between": speed(TIMES, |index| {
            let (from, to) = ends[place(index)];
            hours.between(from, to)
        }),
        "advance": speed(TIMES, |index| hours.advance(starts[place(index)], lengths[place(index)])),
        "add_business_days": speed(TIMES / 10, |index| {
            hours.add_business_days(starts[place(index)], u32::try_from(index % 60).unwrap_or_default())
        }),
        "add_calendar_days": speed(TIMES / 10, |index| {
            hours.add_calendar_days(starts[place(index)], u32::try_from(index % 400).unwrap_or_default())
        }),
    }))
}
