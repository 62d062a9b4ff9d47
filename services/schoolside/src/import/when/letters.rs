//! Named zone letters such as `EST`: a table, because the letters alone are no zone.

use std::collections::BTreeMap;

use jiff::tz::Offset;

/// Hours from UTC of the letters in use in the United States and of UTC itself.
const KNOWN: [(&str, i8); 17] = [
    ("Z", 0),
    ("UT", 0),
    ("UTC", 0),
    ("GMT", 0),
    ("AST", -4),
    ("ADT", -3),
    ("EST", -5),
    ("EDT", -4),
    ("CST", -6),
    ("CDT", -5),
    ("MST", -7),
    ("MDT", -6),
    ("PST", -8),
    ("PDT", -7),
    ("AKST", -9),
    ("AKDT", -8),
    ("HST", -10),
];

/// Letters and their offsets; a mapping can add its own and overrule these.
#[derive(Debug, Clone)]
pub(in crate::import) struct Letters(BTreeMap<String, Offset>);

impl Default for Letters {
    fn default() -> Self {
        Self(
            KNOWN
                .iter()
                .map(|(name, hours)| ((*name).to_owned(), Offset::constant(*hours)))
                .collect(),
        )
    }
}

impl Letters {
    /// Adds letters with an offset such as `+05:30`; false when it is none.
    pub(in crate::import) fn add(&mut self, letters: &str, offset: &str) -> bool {
        let Some((offset, "")) = numeric(offset) else { return false };
        self.0.insert(letters.to_ascii_uppercase(), offset);
        !letters.is_empty() && letters.bytes().all(|b| b.is_ascii_alphabetic())
    }

    /// The offset of the letters at the beginning of the text, and what follows them.
    pub(super) fn take<'t>(&self, text: &'t str) -> Option<(Offset, &'t str)> {
        let end = text.bytes().position(|b| !b.is_ascii_alphabetic()).unwrap_or(text.len());
        let (letters, rest) = text.split_at(end);
        self.0.get(&letters.to_ascii_uppercase()).map(|offset| (*offset, rest))
    }
}

/// A numeric offset at the beginning of the text: `Z`, `+05`, `+0530`, `+05:30`.
pub(super) fn numeric(text: &str) -> Option<(Offset, &str)> {
    if let Some(rest) = text.strip_prefix(['Z', 'z']) {
        return Some((Offset::UTC, rest));
    }
    let sign = match text.bytes().next()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, rest) = two_digits(&text[1..])?;
    let after = rest.strip_prefix(':').unwrap_or(rest);
    let (minutes, rest) = two_digits(after).unwrap_or((0, rest));
    let fits = hours <= 14 && minutes < 60;
    let offset = Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()?;
    fits.then_some((offset, rest))
}

fn two_digits(text: &str) -> Option<(i32, &str)> {
    let (digits, rest) = text.split_at_checked(2)?;
    digits
        .bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| digits.parse().ok())
        .flatten()
        .map(|number| (number, rest))
}
