//! What routing keeps of what other contexts told, one read model per file.

pub(crate) mod catalogue;
pub(crate) mod directory;
pub(crate) mod request;

use eventlog::Recorded;
use prost::Message;
use stream::HandleError;

/// An event's published message.
pub(crate) fn message<M: Message + Default>(event: &Recorded) -> Result<M, HandleError> {
    M::decode(event.payload.as_slice()).map_err(|error| HandleError::Poison(error.into()))
}

/// An event of a followed aggregate that this build does not know is parked, not skipped.
pub(crate) fn unknown(event: &Recorded) -> HandleError {
    HandleError::Poison(format!("{} is not known here", event.name).into())
}

/// A word of a closed vocabulary, or an id, from a column.
pub(crate) fn parsed<T>(text: &str) -> Result<T, sqlx::Error>
where
    T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>,
{
    text.parse().map_err(|error: T::Err| sqlx::Error::Decode(error.into()))
}
