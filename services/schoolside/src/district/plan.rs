//! What loading a district's files would do, and doing it.

use futures::{StreamExt, TryStreamExt, stream};
use kernel::CommandId;
use serde::Serialize;

use super::{Clients, DistrictFiles, Fact, State, apply::enter_as, known::Known};
use crate::failure::Failure;

/// How many questions are on their way at once.
const AT_ONCE: usize = 16;

/// What loading a district's files would do.
#[derive(Debug)]
pub struct Plan {
    /// Every fact with how it stands to what is known, in the order of entering.
    pub steps: Vec<Step>,
}

/// One fact of a plan.
#[derive(Debug)]
pub struct Step {
    /// What it says.
    pub fact: Fact,
    /// How it stands to what is known.
    pub state: State,
    etag: String,
}

/// A plan in numbers and words, for reading by scripts.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The facts in the files.
    pub facts: usize,
    /// Of which nothing was known.
    pub new: usize,
    /// Which were known otherwise.
    pub changed: usize,
    /// Which were known so.
    pub unchanged: usize,
    /// Whether they were entered.
    pub applied: bool,
    /// Those that are new or changed, in words.
    pub steps: Vec<ReportStep>,
}

/// A new or changed fact.
#[derive(Debug, Serialize)]
pub struct ReportStep {
    /// How it stands to what is known.
    pub state: State,
    /// What it says.
    pub fact: String,
}

/// Asks the running system what of the files is new. Writes nothing.
///
/// # Errors
/// When the system cannot be asked.
pub async fn plan(clients: &Clients, files: &DistrictFiles) -> Result<Plan, Failure> {
    let known = Known::ask(clients).await?;
    let steps = files.facts_to_load().into_iter().map(|(_, fact)| {
        let known = &known;
        async move {
            let (state, etag) = known.state(clients, &fact).await?;
            Ok::<_, Failure>(Step { fact, state, etag })
        }
    });
    Ok(Plan { steps: stream::iter(steps).buffered(AT_ONCE).try_collect().await? })
}

/// Enters what is new or changed; `done` is told of each fact entered.
///
/// Loading again after a failure goes on where it ended: what was entered is unchanged by then.
///
/// # Errors
/// The first fact that the system declines; those behind it were not entered.
pub async fn apply(
    clients: &Clients,
    plan: &Plan,
    done: &(dyn Fn() + Sync),
) -> Result<(), Failure> {
    let steps = plan.pending().map(|step| (step.command_id(), &step.fact));
    enter_as(clients, steps, done).await
}

impl Step {
    /// The same attempt has the same id: what a thing is to become, from what it is.
    fn command_id(&self) -> CommandId {
        CommandId::of(&format!("district load {} {}", self.etag, self.fact.content()))
    }
}

impl Plan {
    /// What is new or changed.
    pub fn pending(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| step.state != State::Unchanged)
    }

    /// The plan in numbers and words.
    #[must_use]
    pub fn report(&self, applied: bool) -> Report {
        let count = |state| self.steps.iter().filter(|step| step.state == state).count();
        let steps =
            self.pending().map(|step| ReportStep { state: step.state, fact: step.fact.summary() });
        Report {
            facts: self.steps.len(),
            new: count(State::New),
            changed: count(State::Changed),
            unchanged: count(State::Unchanged),
            applied,
            steps: steps.collect(),
        }
    }
}

impl Report {
    /// The report for people: at most `most` steps, and the numbers.
    #[must_use]
    pub fn to_text(&self, most: usize) -> String {
        let mut lines: Vec<String> = self
            .steps
            .iter()
            .take(most)
            .map(|step| {
                format!("{} {}", if step.state == State::New { '+' } else { '~' }, step.fact)
            })
            .collect();
        if self.steps.len() > most {
            lines.push(format!("… and {} more", self.steps.len() - most));
        }
        let (verb, hint) = if self.applied {
            ("entered", "")
        } else {
            ("to enter", "; nothing was written: add --apply")
        };
        let hint = if self.steps.is_empty() { "" } else { hint };
        lines.push(format!(
            "{} facts: {} new and {} changed {verb}, {} unchanged{hint}",
            self.facts, self.new, self.changed, self.unchanged
        ));
        lines.join("\n")
    }
}
