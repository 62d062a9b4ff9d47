//! The table, row by row, and what travels in the details.

use eventlog::{AppendError, ExecuteError};
use kernel::{Refusal, RefusalKind};

use super::*;

#[derive(Debug, thiserror::Error)]
#[error("it is resolved: reopen it first")]
struct Declined(RefusalKind);

impl Refusal for Declined {
    fn reason(&self) -> &'static str {
        "DECLINED"
    }
    fn kind(&self) -> RefusalKind {
        self.0
    }
    fn field(&self) -> Option<String> {
        Some("state".to_owned())
    }
}

fn details(fault: Fault) -> (Code, ErrorDetails) {
    let status = Status::from(fault);
    (status.code(), status.get_error_details())
}

/// Each detail that a status has, beside the one that all have.
fn kinds(details: &ErrorDetails) -> Vec<&'static str> {
    let present = [
        (details.bad_request().is_some(), "BadRequest"),
        (details.resource_info().is_some(), "ResourceInfo"),
        (details.precondition_failure().is_some(), "PreconditionFailure"),
        (details.retry_info().is_some(), "RetryInfo"),
        (details.debug_info().is_some(), "DebugInfo"),
    ];
    present.into_iter().filter_map(|(present, name)| present.then_some(name)).collect()
}

#[test]
fn every_lane_has_its_status_and_its_details() {
    use Code as C;
    let refused = |kind| Fault::from(ExecuteError::Refused(Declined(kind)));
    let append = |error: AppendError| Fault::from(ExecuteError::<Declined>::Append(error));
    let of = |kind| Fault::of(kind, "said");
    let table: Vec<(Fault, Code, &str, &[&str])> = vec![
        (
            Fault::invalid("summary", "must not be empty"),
            C::InvalidArgument,
            "FIELD_INVALID",
            &["BadRequest"],
        ),
        (refused(RefusalKind::Invalid), C::InvalidArgument, "DECLINED", &["BadRequest"]),
        (refused(RefusalKind::Missing), C::NotFound, "DECLINED", &["ResourceInfo"]),
        (refused(RefusalKind::Taken), C::AlreadyExists, "DECLINED", &[]),
        (refused(RefusalKind::State), C::FailedPrecondition, "DECLINED", &["PreconditionFailure"]),
        (refused(RefusalKind::Denied), C::PermissionDenied, "DECLINED", &[]),
        (Fault::not_found("school", "schools/9"), C::NotFound, "NOT_FOUND", &["ResourceInfo"]),
        (Fault::taken("it is"), C::AlreadyExists, "ALREADY_EXISTS", &[]),
        (Fault::stale(Version(3)), C::Aborted, "ETAG_MISMATCH", &[]),
        (append(AppendError::Conflict { current: Version(3) }), C::Aborted, "ETAG_MISMATCH", &[]),
        (
            append(AppendError::CommandIdReused),
            C::InvalidArgument,
            "COMMAND_ID_REUSED",
            &["BadRequest"],
        ),
        (
            append(AppendError::TooLarge { bytes: 9 }),
            C::InvalidArgument,
            "EVENT_TOO_LARGE",
            &["BadRequest"],
        ),
        (append(AppendError::Overloaded), C::Unavailable, "OVERLOADED", &["RetryInfo"]),
        (append(AppendError::OutcomeUnknown), C::Unavailable, "OUTCOME_UNKNOWN", &["RetryInfo"]),
        (append(AppendError::Closed), C::Unavailable, "UNAVAILABLE", &["RetryInfo"]),
        (append(AppendError::Malformed("x")), C::Internal, "INTERNAL", &[]),
        (sqlx::Error::PoolTimedOut.into(), C::Unavailable, "UNAVAILABLE", &["RetryInfo"]),
        (Fault::storage_full(), C::Unavailable, "STORAGE_FULL", &["RetryInfo"]),
        (sqlx::Error::RowNotFound.into(), C::Internal, "INTERNAL", &[]),
        (Fault::behind(), C::Unavailable, "VIEW_BEHIND", &["RetryInfo"]),
        (Fault::deadline(), C::DeadlineExceeded, "DEADLINE_EXCEEDED", &[]),
        (Fault::denied("no"), C::PermissionDenied, "NOT_ALLOWED", &[]),
        (Fault::permission_missing("Operate"), C::PermissionDenied, "PERMISSION_MISSING", &[]),
        (of(Kind::TokenMissing), C::Unauthenticated, "TOKEN_MISSING", &[]),
        (Fault::unknown_rpc("/a.B/C"), C::Unimplemented, "RPC_UNKNOWN", &[]),
        (Fault::beyond_end(9, 3), C::OutOfRange, "POSITION_BEYOND_END", &[]),
        (
            of(Kind::RecordNotParked),
            C::FailedPrecondition,
            "RECORD_NOT_PARKED",
            &["PreconditionFailure"],
        ),
        (
            of(Kind::RelayNotStuck),
            C::FailedPrecondition,
            "RELAY_NOT_STUCK",
            &["PreconditionFailure"],
        ),
        (Fault::stream_ended(), C::Unavailable, "STREAM_ENDED", &["RetryInfo"]),
    ];
    for (fault, code, reason, expected) in table {
        let (actual, details) = details(fault);
        let info = details.error_info().unwrap();
        assert_eq!((actual, info.reason.as_str(), info.domain.as_str()), (code, reason, DOMAIN));
        assert_eq!(kinds(&details), expected, "{reason}");
    }
}

#[test]
fn reasons_are_distinct_and_in_upper_snake() {
    let reasons: std::collections::BTreeSet<_> = Kind::ALL.map(Kind::reason).into();
    assert_eq!(reasons.len(), Kind::ALL.len());
    for reason in reasons {
        assert!(reason.bytes().all(|b| b.is_ascii_uppercase() || b == b'_'), "{reason}");
    }
}

#[test]
fn a_field_and_the_current_etag_travel_in_the_details() {
    let (_, invalid) = details(Fault::invalid("rows[2].opened_at", "must be given"));
    assert_eq!(invalid.bad_request().unwrap().field_violations[0].field, "rows[2].opened_at");
    let (_, stale) = details(Fault::stale(Version(3)));
    let etag = &stale.error_info().unwrap().metadata["current_etag"];
    assert_eq!(crate::parse::etag("etag", etag).unwrap(), Some(Version(3)));
}

#[test]
fn several_fields_at_fault_are_all_named_in_one_detail() {
    let two = [("a".to_owned(), "is odd".to_owned()), ("b".to_owned(), "is even".to_owned())];
    let (_, details) = details(Fault::invalid("rules", "two are wrong").with_violations(two));
    let fields: Vec<_> =
        details.bad_request().unwrap().field_violations.iter().map(|v| &v.field).collect();
    assert_eq!(fields, ["a", "b"]);
}

#[test]
fn a_bug_shows_a_trace_id_and_nothing_of_its_cause() {
    let status = Status::from(Fault::bug("the column secret is missing"));
    assert!(!status.message().contains("secret"));
    assert!(status.get_error_details().error_info().unwrap().metadata.contains_key("trace_id"));
}
