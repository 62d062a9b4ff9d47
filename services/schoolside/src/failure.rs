//! Why a command failed, in words, and the exit code that says so to scripts.

use std::process::ExitCode;

use kernel::chain;
use tonic_types::StatusExt;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The command line, a file or a field is wrong: exit code 2.
    #[error("{0}")]
    Usage(String),
    /// The system declined it: exit code 1.
    #[error("{0}")]
    Refused(String),
    /// Some rows of an import were refused: exit code 3.
    #[error("{0}")]
    RowsRefused(String),
    /// The system cannot be reached or cannot start: exit code 69.
    #[error("{0}")]
    Unavailable(String),
}

impl Failure {
    /// A failure to start or to go on, with everything behind it.
    pub fn unavailable(error: impl std::error::Error + 'static) -> Self {
        Self::Unavailable(chain(&error))
    }

    /// A mistake of the user, with everything behind it.
    pub fn usage(error: impl std::error::Error + 'static) -> Self {
        Self::Usage(chain(&error))
    }

    /// The exit code.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Refused(_) => 1,
            Self::Usage(_) => 2,
            Self::RowsRefused(_) => 3,
            Self::Unavailable(_) => 69,
        })
    }
}

impl From<tonic::Status> for Failure {
    fn from(status: tonic::Status) -> Self {
        let details = status.get_error_details();
        let mut text = status.message().to_owned();
        for violation in details.bad_request().iter().flat_map(|bad| &bad.field_violations) {
            if !text.contains(&violation.description) {
                text.push_str(&format!("\n  {}: {}", violation.field, violation.description));
            }
        }
        if let Some(info) = details.error_info() {
            text.push_str(&format!(" [{}]", info.reason));
        }
        match status.code() {
            tonic::Code::Unavailable if details.error_info().is_none() => {
                Self::Unavailable(format!("the system does not answer: {text}"))
            }
            tonic::Code::InvalidArgument => Self::Usage(text),
            _ => Self::Refused(text),
        }
    }
}
