//! Looking at the clocks of a request: how each should stand now, against what is recorded; what differs is recorded.

use eventlog::{Call, ExecuteError, Log};
use kernel::{StreamId, Timestamp, Version};
use sla_domain::{
    case::{Case, Command, Look, Reconcile, Snapshot, State, assess},
    words::Cause,
};
use stream::HandleError;

use crate::{books::Books, cases::Cases, facts::Known};

/// How many requests are looked at at once: as many commands as one statement of the log folds well.
pub(crate) const AT_ONCE: usize = 64;

/// How often a look begins anew because the case changed meanwhile.
const TRIES: u32 = 8;

/// One request to look at.
pub(crate) struct Task<'a> {
    /// The request, which is also its case.
    pub(crate) request: StreamId,
    /// What is known of it.
    pub(crate) known: &'a Known,
    /// Whether it was never looked at before, so that nothing need be loaded.
    pub(crate) fresh: bool,
    /// Why.
    pub(crate) cause: Cause,
}

/// What a look led to.
pub(crate) struct Standing {
    pub(crate) request: StreamId,
    pub(crate) snapshot: Snapshot,
    /// The member who holds the request; empty if the team does.
    pub(crate) member: String,
    /// The clocks, as recorded by now.
    pub(crate) state: State,
    /// When it must be looked at next.
    pub(crate) next_wake: Option<Timestamp>,
}

/// Looks at one request as of `now` and records what differs; `None` if it was not opened yet. `call` names the
/// command by the version of the case it is made for.
///
/// INVARIANT: the outcome depends on facts, terms, the record and `now` alone. So whatever is repeated adds nothing.
pub(crate) async fn look(
    log: &Log,
    cases: &Cases,
    books: &Books,
    now: Timestamp,
    task: &Task<'_>,
    call: impl Fn(Version) -> Call,
) -> Result<Option<Standing>, HandleError> {
    let Some(case) = task.known.case()? else { return Ok(None) };
    let look = Look {
        facts: &case.facts,
        subject: &case.subject,
        policy: books.policy(),
        calendars: books,
        now,
    };
    let mut kept =
        if task.fresh { Some((State::default(), Version(0))) } else { cases.take(task.request) };
    for _ in 0..TRIES {
        let unconfirmed = kept.is_some() && !task.fresh;
        let (state, version) = match kept.take() {
            Some(kept) => kept,
            None => eventlog::load::<Case>(log, task.request).await?,
        };
        let assessment =
            assess(&state, &look).map_err(|unready| HandleError::Transient(unready.into()))?;
        let next = assessment.next_wake.into_iter().chain(task.known.next_fact(now)).min();
        let stands = |state, next_wake| {
            let snapshot = case.snapshot.clone();
            let member = case.member.as_ref().map(ToString::to_string).unwrap_or_default();
            Ok(Some(Standing { request: task.request, snapshot, member, state, next_wake }))
        };
        if assessment.clocks.is_empty() && state.clocks.is_empty() {
            return stands(state, next);
        }
        let snapshot = case.snapshot.clone();
        let (member, clocks) = (case.member.clone(), assessment.clocks);
        let command = Reconcile { snapshot, member, clocks, cause: task.cause };
        let command = Command::Reconcile(command);
        let known = (state, version);
        match eventlog::execute_on::<Case>(log, call(version), task.request, known, command).await {
            // What this very command did earlier may not be all that is due by now.
            Ok(executed) if executed.duplicate => return stands(executed.state, Some(now)),
            // Nothing to record against a case that nobody has confirmed.
            Ok(executed) if executed.events == 0 && unconfirmed => {}
            Ok(executed) => {
                if !task.known.imported() {
                    cases.keep(task.request, executed.state.clone(), executed.version);
                }
                return stands(executed.state, next);
            }
            Err(ExecuteError::Stale { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(HandleError::Transient(format!("case {} keeps changing", task.request).into()))
}
