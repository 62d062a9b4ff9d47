//! What holds between the answers, to the microsecond.

use jiff::SignedDuration;
use sla_domain::calendar::Hours;

use crate::random::{Change, Random};

/// `advance` is inverse to `between`, monotone, and gives the earliest instant.
pub fn hold(hours: &Hours, change: &Change, random: &mut Random) {
    let micros = SignedDuration::from_micros(random.within(0, 1_000_000));
    let start = change.moment(random).checked_add(micros).unwrap();
    let mut lengths = [0; 2].map(|_| random.within(0, 200 * 3_600_000_000));
    lengths.sort_unstable();
    let lengths = lengths.map(SignedDuration::from_micros);
    let [Some(near), Some(far)] = lengths.map(|length| hours.advance(start, length)) else {
        return;
    };
    assert_eq!(hours.between(start, near), lengths[0]);
    assert!(near <= far, "{near} {far}");
    let before = near.checked_sub(SignedDuration::from_micros(1)).unwrap();
    assert!(near == start || hours.between(start, before) < lengths[0]);
}
