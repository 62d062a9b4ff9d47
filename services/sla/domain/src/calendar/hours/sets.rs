//! Sets of instants as sorted, disjoint, half-open intervals.

use super::Micros;

/// A half-open interval.
pub(crate) type Interval = (Micros, Micros);

/// The union: sorted, disjoint, touching intervals joined, empty ones dropped.
pub(crate) fn union(mut intervals: Vec<Interval>) -> Vec<Interval> {
    intervals.sort_unstable();
    let mut merged: Vec<Interval> = Vec::with_capacity(intervals.len());
    for (from, to) in intervals.into_iter().filter(|(from, to)| from < to) {
        match merged.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => merged.push((from, to)),
        }
    }
    merged
}

/// What of `whole` is not in `holes`; both are unions.
pub(crate) fn subtract(whole: &[Interval], holes: &[Interval]) -> Vec<Interval> {
    let mut left = Vec::with_capacity(whole.len());
    for &(mut from, to) in whole {
        let first = holes.partition_point(|hole| hole.1 <= from);
        for &(begin, end) in holes[first..].iter().take_while(|hole| hole.0 < to) {
            if from < begin {
                left.push((from, begin));
            }
            from = end;
        }
        if from < to {
            left.push((from, to));
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn touching_intervals_become_one_and_holes_cut() {
        assert_eq!(union(vec![(5, 7), (1, 3), (3, 4), (6, 9), (2, 2)]), [(1, 4), (5, 9)]);
        assert_eq!(
            subtract(&[(1, 10), (12, 14)], &[(0, 2), (4, 5), (9, 13)]),
            [(2, 4), (5, 9), (13, 14)]
        );
        assert_eq!(subtract(&[(1, 3)], &[(1, 3)]), []);
    }
}
