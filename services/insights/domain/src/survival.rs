//! Kaplan–Meier quantiles of durations, some of them still running, decided in exact arithmetic.
//!
//! A request that is still open has lasted at least so long: it is censored, not left out, or the figures
//! would flatter. Floating-point products miss a quantile that is reached exactly (on a city's year they say
//! 31,514 s where 31,513 s is right), so they only decide where they are certainly right; ties go to integers.

use num_bigint::BigUint;

/// One duration in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duration {
    /// How long, so far.
    pub seconds: i64,
    /// Whether it is still running: it lasted at least so long. Orders after an end at the same second.
    pub censored: bool,
}

/// The share that must have ended: `numerator / denominator`, e.g. 9/10 for the 90th percentile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// Above the line.
    pub numerator: u32,
    /// Below the line; greater than the numerator.
    pub denominator: u32,
}

impl Share {
    /// So many hundredths.
    #[must_use]
    pub const fn percent(percent: u32) -> Self {
        Self { numerator: percent, denominator: 100 }
    }
}

/// For each share, ascending, the smallest duration by which at least that share has ended: the smallest t
/// with S(t) ≤ 1 − share. `None` where the curve never falls so far.
///
/// Sorts `durations`; O(n log n), and an exact product only where a floating-point one is too close to call.
#[must_use]
pub fn quantiles<const N: usize>(
    durations: &mut [Duration],
    shares: [Share; N],
) -> [Option<i64>; N] {
    durations.sort_unstable();
    let mut found = [None; N];
    let mut next = 0;
    let mut curve = Curve::default();
    let mut at_risk = durations.len() as u64;
    for same in durations.chunk_by(|a, b| a.seconds == b.seconds) {
        let ended = same.partition_point(|duration| !duration.censored) as u64;
        if ended > 0 {
            curve.fall(at_risk, ended);
            while next < N && curve.has_fallen_to(shares[next]) {
                found[next] = Some(same[0].seconds);
                next += 1;
            }
            if next == N {
                break;
            }
        }
        at_risk -= same.len() as u64;
    }
    found
}

/// The survival curve at one point, as a product of fractions. Neighbouring fractions without censoring
/// between them telescope, so the product has one factor per run, not per event.
#[derive(Default)]
struct Curve {
    numerators: Vec<u64>,
    denominators: Vec<u64>,
    /// The product of all runs but the last, rounded at each step.
    closed_runs: f64,
}

impl Curve {
    fn fall(&mut self, at_risk: u64, ended: u64) {
        let left = at_risk - ended;
        match self.numerators.last_mut() {
            Some(numerator) if *numerator == at_risk => *numerator = left,
            _ => {
                self.closed_runs = self.approximate();
                self.numerators.push(left);
                self.denominators.push(at_risk);
            }
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of cases stay far below 2⁵³")]
    fn approximate(&self) -> f64 {
        match (self.numerators.last(), self.denominators.last()) {
            (Some(&numerator), Some(&denominator)) => {
                self.closed_runs * (numerator as f64 / denominator as f64)
            }
            _ => 1.0,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of runs stay far below 2⁵³")]
    fn has_fallen_to(&self, share: Share) -> bool {
        let threshold =
            f64::from(share.denominator - share.numerator) / f64::from(share.denominator);
        let survival = self.approximate();
        // Two roundings per run and one for the threshold, each below 2⁻⁵² relative; doubled for safety.
        let slack = (4.0 * self.numerators.len() as f64 + 4.0) * f64::EPSILON;
        let distance = survival - threshold;
        if distance.abs() > slack { distance < 0.0 } else { self.has_fallen_exactly_to(share) }
    }

    fn has_fallen_exactly_to(&self, share: Share) -> bool {
        let survival = product(&self.numerators) * (share.denominator);
        let threshold = product(&self.denominators) * (share.denominator - share.numerator);
        survival <= threshold
    }
}

/// A balanced product: the factors stay of like size, so that large multiplications are few.
fn product(factors: &[u64]) -> BigUint {
    match factors {
        [] => BigUint::from(1_u32),
        [factor] => BigUint::from(*factor),
        _ => {
            let (left, right) = factors.split_at(factors.len() / 2);
            product(left) * product(right)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ended(seconds: i64) -> Duration {
        Duration { seconds, censored: false }
    }

    fn running(seconds: i64) -> Duration {
        Duration { seconds, censored: true }
    }

    const QUARTILES: [Share; 3] = [Share::percent(25), Share::percent(50), Share::percent(75)];

    #[test]
    fn a_quantile_that_is_reached_exactly_is_reached() {
        // S falls to 3/4, 1/2, 1/4, 0 at 1, 2, 3, 4 s.
        let mut durations = [4, 2, 1, 3].map(ended);
        assert_eq!(quantiles(&mut durations, QUARTILES), [Some(1), Some(2), Some(3)]);
    }

    #[test]
    fn the_textbook_remission_times_give_the_textbook_median() {
        // Freireich et al. 1963, 6-MP group (Kalbfleisch & Prentice, table 1.2): the median is 23 weeks,
        // S(6) = 0.857, S(7) = 0.807, S(10) = 0.753, S(13) = 0.690, so the lower quartile is 13 weeks.
        let ends = [6, 6, 6, 7, 10, 13, 16, 22, 23].map(ended);
        let runs = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35].map(running);
        let mut durations = [ends.as_slice(), &runs].concat();
        assert_eq!(quantiles(&mut durations, QUARTILES), [Some(13), Some(23), None]);
    }

    #[test]
    fn at_the_same_second_an_end_comes_before_a_censoring() {
        // With the end first S(5) = 1/2; with the censoring first it would be 0.
        let mut durations = [running(5), ended(5)];
        assert_eq!(quantiles(&mut durations, QUARTILES), [Some(5), Some(5), None]);
    }

    #[test]
    fn nothing_at_all_has_no_quantile() {
        assert_eq!(quantiles(&mut [], QUARTILES), [None, None, None]);
    }

    /// The definition, word for word, in integers that cannot round.
    fn oracle(durations: &[Duration], share: Share) -> Option<i64> {
        let mut times: Vec<i64> =
            durations.iter().filter(|d| !d.censored).map(|d| d.seconds).collect();
        times.sort_unstable();
        times.dedup();
        let (mut above, mut below) = (BigUint::from(1_u32), BigUint::from(1_u32));
        times.into_iter().find(|time| {
            let at_risk = durations.iter().filter(|d| d.seconds >= *time).count();
            let ended = durations.iter().filter(|d| d.seconds == *time && !d.censored).count();
            above *= at_risk - ended;
            below *= at_risk;
            &above * share.denominator <= &below * (share.denominator - share.numerator)
        })
    }

    proptest! {
        #[test]
        fn quantiles_follow_the_definition(
            cases in prop::collection::vec((0_i64..40, prop::bool::weighted(0.3)), 0..60)
        ) {
            let mut durations: Vec<Duration> =
                cases.iter().map(|&(seconds, censored)| Duration { seconds, censored }).collect();
            let expected = QUARTILES.map(|share| oracle(&durations, share));
            prop_assert_eq!(quantiles(&mut durations, QUARTILES), expected);
        }
    }
}
