//! A share with its uncertainty: Wilson's interval, which stays honest for few answers.

/// The two-sided 95 % quantile of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// The 95 % interval of a share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower end, 0 to 1.
    pub low: f64,
    /// The upper end, 0 to 1.
    pub high: f64,
}

/// Wilson's score interval of `hits` among `of`; `None` of nothing.
#[must_use]
pub fn wilson(hits: u32, of: u32) -> Option<Interval> {
    if of == 0 {
        return None;
    }
    let n = f64::from(of);
    let share = f64::from(hits) / n;
    let z2 = Z * Z;
    let centre = share + z2 / (2.0 * n);
    let spread = Z * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z2 / n;
    Some(Interval {
        low: ((centre - spread) / scale).max(0.0),
        high: ((centre + spread) / scale).min(1.0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_of_fifteen_is_anything_from_55_to_93_percent() {
        let interval = wilson(12, 15).unwrap();
        assert!((interval.low - 0.548).abs() < 0.000_5, "{interval:?}");
        assert!((interval.high - 0.930).abs() < 0.000_5, "{interval:?}");
    }

    #[test]
    fn all_and_none_do_not_claim_certainty() {
        // 0 of 10: upper end z²/(n+z²) = 3.8415/13.8415 = 0.2775.
        assert!((wilson(0, 10).unwrap().high - 0.277_5).abs() < 0.000_1);
        assert!((wilson(10, 10).unwrap().low - 0.722_5).abs() < 0.000_1);
        assert_eq!(wilson(0, 0), None);
    }
}
