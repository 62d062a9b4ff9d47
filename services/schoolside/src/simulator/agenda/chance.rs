//! Drawing numbers: a generator with a fixed algorithm, so that a seed means the same agenda on every machine.

use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use sha2::{Digest, Sha256};

/// A stream of chance, known by a text: the same text, the same stream.
pub struct Chance(ChaCha8Rng);

impl Chance {
    /// The stream that belongs to a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(ChaCha8Rng::from_seed(Sha256::digest(text.as_bytes()).into()))
    }

    /// A number in [0, 1).
    pub fn unit(&mut self) -> f64 {
        self.0.random()
    }

    /// A number in [from, to).
    pub fn between(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * self.unit()
    }

    /// True so often.
    pub fn happens(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    /// A whole number in [from, to].
    pub fn whole(&mut self, from: i64, to: i64) -> i64 {
        self.0.random_range(from..=to)
    }

    /// One of these. Empty slices have none.
    pub fn one_of<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        (!choices.is_empty()).then(|| &choices[self.0.random_range(0..choices.len())])
    }

    /// The index drawn in proportion to the weights; 0 when all of them are zero.
    pub fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        for (index, weight) in weights.iter().enumerate() {
            if left < *weight {
                return index;
            }
            left -= weight;
        }
        weights.iter().rposition(|weight| *weight > 0.0).unwrap_or(0)
    }

    /// A number of the standard normal distribution (Box and Muller).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// A number of the lognormal distribution with this median and this sigma of its logarithm.
    pub fn lognormal(&mut self, median: f64, sigma: f64) -> f64 {
        median * (sigma * self.normal()).exp()
    }

    /// How many events of a Poisson process fall into a span in which so many are expected.
    pub fn poisson(&mut self, expected: f64) -> usize {
        let limit = (-expected).exp();
        let (mut count, mut product) = (0, self.unit());
        while product > limit {
            product *= self.unit();
            count += 1;
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_names_one_stream_for_ever() {
        let draw = |text| Chance::of(text).whole(0, 1_000_000);
        assert_eq!((draw("a"), draw("a") == draw("b")), (draw("a"), false));
    }

    #[test]
    fn the_distributions_have_their_means_and_medians() {
        let mut chance = Chance::of("distributions");
        let count = 20_000;
        let mean = (0..count).map(|_| chance.poisson(3.5) as f64).sum::<f64>() / f64::from(count);
        assert!((mean - 3.5).abs() < 0.05, "{mean}");
        let below = (0..count).filter(|_| chance.lognormal(7.0, 0.8) < 7.0).count() as f64;
        assert!((below / f64::from(count) - 0.5).abs() < 0.02, "{below}");
        let third = (0..count).filter(|_| chance.weighted(&[1.0, 0.0, 1.0]) == 2).count() as f64;
        assert!((third / f64::from(count) - 0.5).abs() < 0.02, "{third}");
    }
}
