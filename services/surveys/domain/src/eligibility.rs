//! Who is asked about a resolution: the person it was for, unless there is a reason not to ask.

use kernel::{Confidentiality, PersonId};

/// How a request came out, as far as surveys care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// What was asked for is done.
    Done,
    /// It will not be done.
    Declined,
    /// It waits for a budget.
    Deferred,
    /// Another request asks for the same.
    Duplicate,
}

/// What is known of a request at its resolution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    /// For whom it was, if known.
    pub requester: Option<PersonId>,
    /// The member who held it, and whoever said that it is resolved.
    pub solvers: Vec<PersonId>,
    /// How it came out.
    pub outcome: Outcome,
    /// Who may read requests of its type; `None` if unknown.
    pub confidentiality: Option<Confidentiality>,
    /// How it came in; empty if unknown.
    pub channel: String,
    /// Whether it was imported.
    pub imported: bool,
}

/// The channel of requests that a machine opens.
pub const AUTOMATIC_CHANNEL: &str = "automatic";

/// Why nobody is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAsked {
    /// It came from another system's history.
    Imported,
    /// A machine opened it.
    Automatic,
    /// Its type is confidential: an invitation would tell that the request exists.
    Confidential,
    /// It was a duplicate or was put off: nothing was finished that could be judged.
    NothingFinished,
    /// It is not known for whom it was.
    RequesterUnknown,
    /// The one it was for solved it.
    OwnWork,
}

/// Whom to ask about a resolution.
///
/// # Errors
/// The first reason not to ask.
pub fn respondent(resolution: &Resolution) -> Result<&PersonId, NotAsked> {
    if resolution.imported {
        return Err(NotAsked::Imported);
    }
    if resolution.channel == AUTOMATIC_CHANNEL {
        return Err(NotAsked::Automatic);
    }
    // An unknown confidentiality is treated as the strictest.
    if resolution.confidentiality != Some(Confidentiality::None) {
        return Err(NotAsked::Confidential);
    }
    match resolution.outcome {
        Outcome::Done | Outcome::Declined => {}
        Outcome::Deferred | Outcome::Duplicate => return Err(NotAsked::NothingFinished),
    }
    let requester = resolution.requester.as_ref().ok_or(NotAsked::RequesterUnknown)?;
    if resolution.solvers.contains(requester) {
        return Err(NotAsked::OwnWork);
    }
    Ok(requester)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn person(id: &str) -> PersonId {
        PersonId::try_new(id).unwrap()
    }

    fn resolution() -> Resolution {
        Resolution {
            requester: Some(person("principal-0101")),
            solvers: vec![person("T1-ops-1"), person("T1-lead-1")],
            outcome: Outcome::Done,
            confidentiality: Some(Confidentiality::None),
            channel: "portal".to_owned(),
            imported: false,
        }
    }

    #[rstest]
    #[case(Outcome::Done)]
    #[case(Outcome::Declined)]
    fn the_requester_is_asked_about_what_was_finished(#[case] outcome: Outcome) {
        let resolution = Resolution { outcome, ..resolution() };
        assert_eq!(respondent(&resolution), Ok(&person("principal-0101")));
    }

    #[rstest]
    #[case::imported(Resolution { imported: true, ..resolution() }, NotAsked::Imported)]
    #[case::automatic(Resolution { channel: "automatic".into(), ..resolution() }, NotAsked::Automatic)]
    #[case::student(
        Resolution { confidentiality: Some(Confidentiality::Student), ..resolution() },
        NotAsked::Confidential
    )]
    #[case::unknown(Resolution { confidentiality: None, ..resolution() }, NotAsked::Confidential)]
    #[case::duplicate(Resolution { outcome: Outcome::Duplicate, ..resolution() }, NotAsked::NothingFinished)]
    #[case::deferred(Resolution { outcome: Outcome::Deferred, ..resolution() }, NotAsked::NothingFinished)]
    #[case::nobody(Resolution { requester: None, ..resolution() }, NotAsked::RequesterUnknown)]
    #[case::own(Resolution { requester: Some(person("T1-lead-1")), ..resolution() }, NotAsked::OwnWork)]
    fn nobody_is_asked_when(#[case] resolution: Resolution, #[case] reason: NotAsked) {
        assert_eq!(respondent(&resolution), Err(reason));
    }
}
