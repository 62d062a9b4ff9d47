//! Reading a refusal as a caller would.

use tonic::Status;
use tonic_types::StatusExt;
use uuid::Uuid;

/// A new command id.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place where tests draw ids")]
pub fn command_id() -> String {
    Uuid::new_v4().to_string()
}

/// The reason in a refusal's `ErrorInfo`; empty without one.
#[must_use]
pub fn reason_of(status: &Status) -> String {
    status.get_error_details().error_info().map(|info| info.reason.clone()).unwrap_or_default()
}

/// An entry of the metadata in a refusal's `ErrorInfo`, e.g. `current_etag`.
#[must_use]
pub fn metadata_of(status: &Status, key: &str) -> Option<String> {
    status.get_error_details().error_info().and_then(|info| info.metadata.get(key).cloned())
}

/// The field at fault in a refusal's `BadRequest`; empty without one.
#[must_use]
pub fn field_of(status: &Status) -> String {
    let details = status.get_error_details();
    let violation =
        details.bad_request().and_then(|request| request.field_violations.first().cloned());
    violation.map(|violation| violation.field).unwrap_or_default()
}
