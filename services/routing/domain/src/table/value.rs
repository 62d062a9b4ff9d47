//! Values that can be compared: tiers and priorities by rank, attributes as exact decimals or as dates.

use jiff::civil::Date;
use kernel::{Priority, Tier};

use super::Field;

/// Digits kept behind the point.
const PLACES: usize = 6;
const SCALE: i128 = 1_000_000;

/// A value with its place in an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparable {
    /// A number, in millionths.
    Number(i128),
    /// A date.
    Date(Date),
}

impl Comparable {
    /// Reads a field's value; `None` if the value, or the field, has no order.
    pub(super) fn parse(field: &Field, text: &str) -> Option<Self> {
        match field {
            Field::Tier => text.parse::<Tier>().ok().map(|tier| Self::Number(tier as i128)),
            // P1 is the most pressing: `at_least P2` is P1 and P2.
            Field::Priority => text.parse::<Priority>().ok().map(|p| Self::Number(-(p as i128))),
            Field::Attribute(_) => decimal(text)
                .map(Self::Number)
                .or_else(|| wire::time::parse_date(text).map(Self::Date)),
            Field::RequestType
            | Field::Category
            | Field::School
            | Field::Network
            | Field::SchoolLevel
            | Field::Channel
            | Field::RequesterRole => None,
        }
    }

    /// Whether `self` is at least `other`; never across kinds.
    pub(super) fn at_least(self, other: Self) -> bool {
        match (self, other) {
            (Self::Number(mine), Self::Number(other)) => mine >= other,
            (Self::Date(mine), Self::Date(other)) => mine >= other,
            (Self::Number(_), Self::Date(_)) | (Self::Date(_), Self::Number(_)) => false,
        }
    }

    /// The values just below and just above, as text: what a condition on this value can tell apart.
    pub(super) fn neighbours(self) -> [Option<String>; 2] {
        match self {
            Self::Number(millionths) => [Some(text(millionths - 1)), Some(text(millionths + 1))],
            Self::Date(date) => {
                [date.yesterday(), date.tomorrow()].map(|day| day.ok().map(|day| day.to_string()))
            }
        }
    }
}

/// The limit of `at_least` or `at_most`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    text: String,
    value: Comparable,
}

impl Bound {
    /// Takes a limit for a field; `None` if the field has no order or the text no place in it.
    #[must_use]
    pub fn try_new(field: &Field, text: &str) -> Option<Self> {
        Comparable::parse(field, text).map(|value| Self { text: text.to_owned(), value })
    }

    /// The limit as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn value(&self) -> Comparable {
        self.value
    }
}

/// An exact decimal in millionths: at most 15 digits before the point and six behind it.
fn decimal(text: &str) -> Option<i128> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, part) = digits.split_once('.').map_or((digits, None), |(w, p)| (w, Some(p)));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !is_digits(whole) || whole.len() > 15 {
        return None;
    }
    let part = match part {
        Some(part) if is_digits(part) && part.len() <= PLACES => part,
        Some(_) => return None,
        None => "",
    };
    let whole: i128 = whole.parse().ok()?;
    let millionths: i128 = format!("{part:0<PLACES$}").parse().ok()?;
    Some(sign * (whole * SCALE + millionths))
}

fn text(millionths: i128) -> String {
    let sign = if millionths < 0 { "-" } else { "" };
    let (whole, part) = (millionths.abs() / SCALE, millionths.abs() % SCALE);
    format!("{sign}{whole}.{part:0>PLACES$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_compare_as_numbers_not_as_text() {
        let amount = Field::Attribute("amount".to_owned());
        let at_least = |value: &str, limit: &str| {
            let limit = Comparable::parse(&amount, limit).unwrap();
            Comparable::parse(&amount, value).is_some_and(|value| value.at_least(limit))
        };
        assert!(at_least("10000", "9999.99"));
        assert!(at_least("-1.5", "-1.50"));
        assert!(at_least("2026-02-10", "2026-02-09"));
        assert!(!at_least("2026-02-10", "5"), "a date is no amount");
        for odd in ["", "1e3", "1,000", ".5", "5.", "0.1234567", "--1", "1234567890123456"] {
            assert!(!at_least(odd, "0"), "{odd:?} was read as a number");
        }
    }

    #[test]
    fn the_most_pressing_priority_is_the_greatest() {
        let parse = |text| Comparable::parse(&Field::Priority, text).unwrap();
        assert!(parse("P1").at_least(parse("P2")));
        assert!(!parse("P3").at_least(parse("P2")));
    }

    #[test]
    fn numbers_have_neighbours_on_both_sides_of_zero() {
        let zero = Comparable::Number(0);
        assert_eq!(zero.neighbours(), ["-0.000001", "0.000001"].map(|t| Some(t.to_owned())));
        assert_eq!(decimal("-0.000001"), Some(-1));
    }
}
