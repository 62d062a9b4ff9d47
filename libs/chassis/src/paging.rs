//! Pages: sizes within bounds, and opaque tokens bound to what was asked.

use sha2::{Digest, Sha256};

use crate::fault::Fault;

/// The page size when the caller states none.
pub const DEFAULT: i64 = 50;
/// The largest page.
pub const MAXIMUM: i64 = 500;

/// The page size: 0 is the default, more than the maximum is the maximum.
///
/// # Errors
/// When it is negative.
pub fn page_size(stated: i32) -> Result<i64, Fault> {
    match stated {
        ..0 => Err(Fault::invalid("page_size", "must not be negative")),
        0 => Ok(DEFAULT),
        size => Ok(i64::from(size).min(MAXIMUM)),
    }
}

/// Cuts off the one item beyond the page that was read to learn whether another page follows; says whether one does.
pub fn cut<T>(found: &mut Vec<T>, size: i64) -> bool {
    let more = i64::try_from(found.len()).is_ok_and(|len| len > size);
    if more {
        found.pop();
    }
    more
}

/// What a page token is bound to: the question without its paging fields.
#[must_use]
pub fn filter_hash(question: &impl prost::Message) -> u64 {
    let digest = Sha256::digest(question.encode_to_vec());
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    u64::from_be_bytes(first)
}

/// The token of the page behind `cursor`, for the question `bound`.
#[must_use]
pub fn encode(cursor: &str, bound: u64) -> String {
    hex::encode(format!("{bound:016x}{cursor}"))
}

/// The cursor in a token; `None` in an empty one.
///
/// # Errors
/// When the token is not ours, or belongs to another question.
pub fn decode(token: &str, bound: u64) -> Result<Option<String>, Fault> {
    if token.is_empty() {
        return Ok(None);
    }
    let text = hex::decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let cursor =
        text.and_then(|text| text.strip_prefix(&format!("{bound:016x}")).map(str::to_owned));
    cursor.map(Some).ok_or_else(|| {
        Fault::invalid(
            "page_token",
            "must be the next_page_token of an earlier reply to the same question",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_belongs_to_its_question() {
        let token = encode("2026-02-02 4711", 7);
        assert_eq!(decode(&token, 7).unwrap().as_deref(), Some("2026-02-02 4711"));
        assert!(decode(&token, 8).is_err());
        assert!(decode("nonsense", 7).is_err());
        assert_eq!(decode("", 7).unwrap(), None);
    }

    #[test]
    fn sizes_stay_within_bounds() {
        assert_eq!(page_size(0).unwrap(), DEFAULT);
        assert_eq!(page_size(100_000).unwrap(), MAXIMUM);
        assert!(page_size(-1).is_err());
    }
}
