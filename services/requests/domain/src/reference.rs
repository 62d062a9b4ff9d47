//! The short reference of a request: a number with a check digit, grouped so that it can be said on the phone.
//!
//! The check digit (Damm's) finds every single wrong digit and every swap of two neighbours.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Damm's quasigroup of order ten (H. M. Damm, 2004): totally anti-symmetric, zeros on the diagonal.
const DAMM: [[u8; 10]; 10] = [
    [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
    [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
    [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
    [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
    [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
    [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
    [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
    [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
    [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
    [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];

/// A request's short reference, e.g. `1048-26`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reference(u64);

/// Why a text is not a reference.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidReference {
    /// It does not look like one.
    #[error("{0:?} is not a reference: digits with a dash, such as 1048-26")]
    Malformed(String),
    /// A digit is wrong or two are swapped.
    #[error(
        "{0:?} cannot be a reference: its check digit does not fit, so a digit is wrong or two are swapped; look again"
    )]
    CheckDigit(String),
}

impl Reference {
    /// The reference of the `number`th request.
    #[must_use]
    pub const fn of(number: u64) -> Self {
        Self(number)
    }

    /// The number without the check digit.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }
}

fn damm(digits: &str) -> u8 {
    let digits = digits.bytes().map(|byte| usize::from(byte - b'0'));
    digits.fold(0, |interim, digit| DAMM[usize::from(interim)][digit])
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = format!("{:04}", self.0);
        let check = damm(&digits);
        digits.push(char::from(b'0' + check));
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && at % 4 == 0 {
                f.write_str("-")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

impl FromStr for Reference {
    type Err = InvalidReference;

    fn from_str(text: &str) -> Result<Self, InvalidReference> {
        let shown = || text.chars().take(40).collect::<String>();
        let digits: String = text.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
        let fits = (5..=19).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        if !fits {
            return Err(InvalidReference::Malformed(shown()));
        }
        if damm(&digits) != 0 {
            return Err(InvalidReference::CheckDigit(shown()));
        }
        let number = digits[..digits.len() - 1].parse();
        number.map(Self).map_err(|_| InvalidReference::Malformed(shown()))
    }
}

impl TryFrom<String> for Reference {
    type Error = InvalidReference;
    fn try_from(text: String) -> Result<Self, InvalidReference> {
        text.parse()
    }
}

impl From<Reference> for String {
    fn from(reference: Reference) -> Self {
        reference.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_check_digit_of_572_is_4_as_damm_published_it() {
        assert_eq!(damm("572"), 4);
        assert_eq!(damm("5724"), 0);
    }

    #[test]
    fn a_reference_is_grouped_by_four_and_read_with_or_without_dashes() {
        let reference = Reference::of(10_482);
        let shown = reference.to_string();
        assert_eq!(shown.len(), 7, "{shown}");
        assert_eq!(shown.parse(), Ok(reference));
        assert_eq!(shown.replace('-', " ").parse(), Ok(reference));
    }

    #[test]
    fn what_is_no_number_is_malformed() {
        for text in ["", "abc", "12", "1048-2x", "99999999999999999999"] {
            assert!(
                matches!(text.parse::<Reference>(), Err(InvalidReference::Malformed(_))),
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn every_single_wrong_digit_and_every_swap_of_neighbours_is_found(
            number in 10_000_u64..100_000_000, at in 0_usize..5, other in 0_u8..10,
        ) {
            let digits = Reference::of(number).to_string().replace('-', "");
            let mut wrong = digits.clone().into_bytes();
            wrong[at] = b'0' + other;
            let mut swapped = digits.clone().into_bytes();
            swapped.swap(at, at + 1);
            for bytes in [wrong, swapped] {
                let text = String::from_utf8(bytes).unwrap();
                prop_assert_eq!(text == digits, text.parse::<Reference>().is_ok());
            }
        }
    }
}
