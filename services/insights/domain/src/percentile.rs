//! Nearest-rank percentiles of whole numbers: always a value that occurred.

/// The ceil(p·n)-th smallest value, `percent` between 1 and 100. Sorts `values`; `None` of nothing.
#[must_use]
pub fn nearest_rank(values: &mut [i64], percent: u32) -> Option<i64> {
    values.sort_unstable();
    let rank = (values.len() * percent as usize).div_ceil(100);
    values.get(rank.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rank_is_rounded_up() {
        let mut values = [50, 15, 40, 20, 35];
        // The worked example of the nearest-rank method: 5th → 15, 30th → 20, 40th → 20, 50th → 35, 100th → 50.
        let found = [5, 30, 40, 50, 100].map(|p| nearest_rank(&mut values, p));
        assert_eq!(found, [Some(15), Some(20), Some(20), Some(35), Some(50)]);
        assert_eq!(nearest_rank(&mut [], 50), None);
    }
}
