//! A command declined by a rule, classified so that every caller can act on it.

/// Which of the API's answers a refusal becomes. The one table from kind to gRPC status is in `chassis`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefusalKind {
    /// The command itself is malformed: `INVALID_ARGUMENT` with the field.
    Invalid,
    /// What it refers to does not exist: `NOT_FOUND`.
    Missing,
    /// It exists already, and otherwise: `ALREADY_EXISTS`.
    Taken,
    /// The state does not allow it now: `FAILED_PRECONDITION`.
    State,
    /// The caller may not do this to this object: `PERMISSION_DENIED`.
    Denied,
}

/// Why a rule declined a command. `Display` is the sentence shown to the caller: what, and what to do.
pub trait Refusal: std::error::Error + Send + Sync + 'static {
    /// The reason in `UPPER_SNAKE`, unique across Schoolside; each has an entry in `docs/ERRORS.md`.
    fn reason(&self) -> &'static str;

    /// Which answer it becomes.
    fn kind(&self) -> RefusalKind;

    /// The request's field at fault, as a path (`attributes[2].value`), when one is.
    fn field(&self) -> Option<String> {
        None
    }
}
