//! From a message's fields to the domain's words, each with a precise refusal.

use kernel::{CommandId, Timestamp, Version};

use crate::fault::Fault;

/// The most bytes of one free-text field.
pub const MAX_TEXT_BYTES: usize = 64 * 1024;

/// A command id: a UUID.
///
/// # Errors
/// When it is not one, or nil.
pub fn command_id(text: &str) -> Result<CommandId, Fault> {
    let id = text.parse::<CommandId>().ok().filter(|id| !id.0.is_nil());
    id.ok_or_else(|| {
        Fault::invalid(
            "command_id",
            "must be a UUID, new for each change and the same for its repetitions",
        )
    })
}

/// The id in a resource name such as `teams/T1`.
///
/// # Errors
/// When the name is not of the collection.
pub fn resource<'a>(field: &str, collection: &str, name: &'a str) -> Result<&'a str, Fault> {
    let id = name.strip_prefix(collection).and_then(|rest| rest.strip_prefix('/'));
    id.filter(|id| !id.is_empty() && !id.contains('/'))
        .ok_or_else(|| Fault::invalid(field, format!("must have the form {collection}/ID")))
}

/// A version as an opaque etag.
#[must_use]
pub fn etag_of(version: Version) -> String {
    format!("v{version}")
}

/// An etag; empty means that the caller does not care.
///
/// # Errors
/// When it is not one of ours.
pub fn etag(field: &str, text: &str) -> Result<Option<Version>, Fault> {
    if text.is_empty() {
        return Ok(None);
    }
    let version = text.strip_prefix('v').and_then(|version| version.parse().ok()).map(Version);
    version
        .map(Some)
        .ok_or_else(|| Fault::invalid(field, "must be an etag from an earlier reply, or empty"))
}

/// A text of at most [`MAX_TEXT_BYTES`] without NUL, trimmed.
///
/// # Errors
/// When it is longer or has a NUL, which the database cannot store.
pub fn text(field: &str, text: &str) -> Result<String, Fault> {
    if text.len() > MAX_TEXT_BYTES {
        return Err(Fault::invalid(
            field,
            format!("has {} bytes; at most {MAX_TEXT_BYTES} are taken", text.len()),
        ));
    }
    if text.contains('\0') {
        return Err(Fault::invalid(field, "must not contain the character NUL"));
    }
    Ok(text.trim().to_owned())
}

/// A text that must not be empty.
///
/// # Errors
/// When it is, or as [`text`].
pub fn required_text(field: &str, given: &str) -> Result<String, Fault> {
    let text = text(field, given)?;
    if text.is_empty() { Err(Fault::invalid(field, "must not be empty")) } else { Ok(text) }
}

/// An instant that must be given.
///
/// # Errors
/// When it is missing or out of range.
pub fn instant(field: &str, value: Option<&prost_types::Timestamp>) -> Result<Timestamp, Fault> {
    optional_instant(field, value)?.ok_or_else(|| Fault::invalid(field, "must be given"))
}

/// An instant that may be absent.
///
/// # Errors
/// When it is out of range.
pub fn optional_instant(
    field: &str,
    value: Option<&prost_types::Timestamp>,
) -> Result<Option<Timestamp>, Fault> {
    let Some(value) = value else { return Ok(None) };
    let instant = wire::time::from_proto(value);
    instant
        .map(Some)
        .ok_or_else(|| Fault::invalid(field, "must be an instant between the years 1 and 9999"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_name_has_its_collection_and_one_id() {
        assert_eq!(resource("team", "teams", "teams/T1").unwrap(), "T1");
        for bad in ["T1", "teams/", "teams/a/b", "schools/T1", ""] {
            assert!(resource("team", "teams", bad).is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn a_nil_uuid_is_no_command_id() {
        assert!(command_id("00000000-0000-0000-0000-000000000000").is_err());
        assert!(command_id("4e1b2ab8-6c1f-4fd4-8f3a-5d9f1de5a4a1").is_ok());
    }
}
