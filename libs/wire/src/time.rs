//! Instants and dates between protobuf and jiff.

use jiff::{Timestamp, civil::Date};

/// An instant as protobuf's well-known type.
#[must_use]
pub fn to_proto(instant: Timestamp) -> prost_types::Timestamp {
    let nanos = instant.as_nanosecond();
    let seconds = nanos.div_euclid(1_000_000_000);
    let rest = nanos.rem_euclid(1_000_000_000);
    // INVARIANT: a jiff timestamp's seconds fit i64 and the remainder is below 10⁹.
    prost_types::Timestamp {
        seconds: i64::try_from(seconds).unwrap_or_default(),
        nanos: i32::try_from(rest).unwrap_or_default(),
    }
}

/// Protobuf's well-known type as an instant; `None` when out of range.
#[must_use]
pub fn from_proto(value: &prost_types::Timestamp) -> Option<Timestamp> {
    if !(0..1_000_000_000).contains(&value.nanos) {
        return None;
    }
    Timestamp::new(value.seconds, value.nanos).ok()
}

/// A date in the form `YYYY-MM-DD`; `None` when the text has another form.
#[must_use]
pub fn parse_date(text: &str) -> Option<Date> {
    (text.len() == 10).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_before_the_epoch_keep_a_positive_fraction() {
        let instant: Timestamp = "1969-12-31T23:59:59.25Z".parse().unwrap();
        let proto = to_proto(instant);
        assert_eq!((proto.seconds, proto.nanos), (-1, 250_000_000));
        assert_eq!(from_proto(&proto), Some(instant));
    }
}
