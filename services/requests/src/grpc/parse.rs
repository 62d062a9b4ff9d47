//! The parts of messages that several rpcs of this service share.

use std::str::FromStr;

use chassis::{fault::Fault, parse};
use kernel::StreamId;
use requests_domain::Reference;

use crate::{app::App, projection};

/// Which request a name means: `requests/{uuid}` or `requests/{reference}`.
pub(super) async fn request(app: &App, name: &str) -> Result<StreamId, Fault> {
    request_in(app, "name", name).await
}

/// As [`request`], for a name that stands in another field.
pub(super) async fn request_in(
    app: &App,
    field: &'static str,
    name: &str,
) -> Result<StreamId, Fault> {
    let id = parse::resource(field, "requests", name)?;
    if let Ok(id) = id.parse::<StreamId>() {
        return Ok(id);
    }
    let reference: Reference =
        id.parse().map_err(|error: requests_domain::reference::InvalidReference| {
            Fault::invalid(field, error.to_string())
        })?;
    let found = projection::request::id_of(&app.pool, reference).await?;
    found.ok_or_else(|| no_request(name))
}

/// The answer for a request that does not exist, or that the caller may not know of.
pub(super) fn no_request(name: &str) -> Fault {
    Fault::not_found("schoolside/Request", name)
}

/// The id in a resource name; `None` when it is empty.
pub(super) fn optional<T: FromStr>(
    field: &'static str,
    collection: &'static str,
    name: &str,
) -> Result<Option<T>, Fault>
where
    T::Err: std::error::Error,
{
    if name.is_empty() {
        return Ok(None);
    }
    let id = parse::resource(field, collection, name)?;
    id.parse().map(Some).map_err(|error: T::Err| Fault::invalid(field, error.to_string()))
}

/// The id in a resource name that must be there.
pub(super) fn required<T: FromStr>(
    field: &'static str,
    collection: &'static str,
    name: &str,
) -> Result<T, Fault>
where
    T::Err: std::error::Error,
{
    let missing = || Fault::invalid(field, format!("must be {collection}/ID"));
    optional(field, collection, name)?.ok_or_else(missing)
}

/// A word of a closed vocabulary that must be there.
pub(super) fn word<T: FromStr>(field: &'static str, text: &str) -> Result<T, Fault>
where
    T::Err: std::error::Error,
{
    text.parse().map_err(|error: T::Err| Fault::invalid(field, error.to_string()))
}

/// A word of a closed vocabulary; `None` when it is empty.
pub(super) fn optional_word<T: FromStr>(field: &'static str, text: &str) -> Result<Option<T>, Fault>
where
    T::Err: std::error::Error,
{
    if text.is_empty() { Ok(None) } else { word(field, text).map(Some) }
}

/// A value of a protobuf enum that must be stated.
pub(super) fn stated<T>(field: &'static str, value: Option<T>) -> Result<T, Fault> {
    value.ok_or_else(|| Fault::invalid(field, "must be stated, as one of the enum's values"))
}

/// A free text within its bounds; `None` when it is blank.
pub(super) fn text(field: &'static str, text: &str) -> Result<Option<String>, Fault> {
    let text = parse::text(field, text)?;
    Ok((!text.is_empty()).then_some(text))
}
