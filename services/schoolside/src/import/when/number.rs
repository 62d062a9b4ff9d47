//! Times written as one number: seconds or milliseconds since 1970, days of a spreadsheet.

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime, Time, date},
};

const DAY_SECONDS: f64 = 86_400.0;

/// A number as `whole` and the digits behind the decimal sign.
struct Number<'t> {
    negative: bool,
    whole: i64,
    fraction: &'t str,
}

fn number(text: &str, decimal: u8) -> Option<Number<'_>> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = digits.split_once(char::from(decimal)).unwrap_or((digits, ""));
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let fits = !whole.is_empty()
        && whole.len() <= 15
        && plain(whole)
        && plain(fraction)
        && !digits.ends_with(char::from(decimal));
    fits.then(|| whole.parse().ok()).flatten().map(|whole| Number { negative, whole, fraction })
}

/// Seconds since 1970-01-01 UTC times `per_second`; kept to the microsecond.
pub(super) fn epoch(text: &str, decimal: u8, per_second: i64) -> Option<Timestamp> {
    let number = number(text, decimal)?;
    let digits: String = number.fraction.chars().chain("000000".chars()).take(6).collect();
    let micros =
        number.whole.checked_mul(1_000_000)?.checked_add(digits.parse::<i64>().ok()?)? / per_second;
    Timestamp::from_microsecond(if number.negative { -micros } else { micros }).ok()
}

/// Days of a spreadsheet, with the time of day as fraction, to the second; and whether there was no fraction.
///
/// The 1900 system counts a 29 February 1900 that never was (day 60): it is no date here.
pub(super) fn spreadsheet(text: &str, decimal: u8, since_1904: bool) -> Option<(DateTime, bool)> {
    let number = number(text, decimal)?;
    let zero: Date = match (since_1904, number.whole) {
        (true, _) => date(1904, 1, 1),
        (false, 61..) => date(1899, 12, 30),
        (false, 1..=59) => date(1899, 12, 31),
        (false, _) => return None,
    };
    if number.negative || number.whole > 3_000_000 {
        return None;
    }
    let day = zero.checked_add(SignedDuration::from_hours(24 * number.whole)).ok()?;
    let fraction: f64 = if number.fraction.is_empty() {
        0.0
    } else {
        format!("0.{}", number.fraction).parse().ok()?
    };
    let seconds = SignedDuration::try_from_secs_f64((fraction * DAY_SECONDS).round()).ok()?;
    let at = day.to_datetime(Time::midnight()).checked_add(seconds).ok()?;
    Some((at, fraction == 0.0))
}
