//! One request: one ask of a school, with its whole life.
//!
//! ```text
//!  (new) ─open────▶ open ◀──resume── paused        route, reassign, reply: while open or paused
//!    │               │ ╰────pause─────▲            (reply also while resolved)
//!    ╰─import──▶─────┤                │
//!                    ├────resolve─────┤            resolving or cancelling ends a pause
//!                    ▼                ▼
//!                 resolved ◀──────────╯──cancel──▶ cancelled
//!                  │    ▲
//!               reopen  ╰─ within 14 days of the resolution, also when closed
//!                  │
//!                 close ──▶ closed                 by itself 7 days after the resolution
//! ```
//! While it is open or paused, `reclassify`, `change_priority` and `change_school` correct what is asked, how urgently
//! and for whom. `resolve` as a duplicate links it to the request that asks for the same.
//! `erase` destroys all free text, in any state. `import` states what an outside system knows, once and for ever.

mod cancel;
mod change_priority;
mod change_school;
mod close;
mod codec;
mod duplicate;
mod erase;
mod import;
mod open;
mod pause;
mod reassign;
mod reclassify;
mod refusal;
mod reopen;
mod reply;
mod resolve;
mod resume;
mod route;
mod state;

#[cfg(test)]
mod invariants;
#[cfg(test)]
pub(crate) mod samples;

use kernel::{Decider, Timestamp};

pub use cancel::{Cancel, Cancelled};
pub use change_priority::{ChangePriority, PriorityChanged};
pub use change_school::{ChangeSchool, SchoolChanged};
pub use close::{AUTO_CLOSE_AFTER, Close, Closed};
pub use duplicate::Original;
pub use erase::{Erase, Erased};
pub use import::{DueDateStated, Held, Import, Imported, RowHash, Source, imported_stream};
pub use open::{Open, Opened, OpenedText, School};
pub use pause::{Pause, Paused};
pub use reassign::{Reassign, Reassigned};
pub use reclassify::{Reclassified, Reclassify};
pub use refusal::{Refusal, Verb};
pub use reopen::{REOPEN_WINDOW, Reopen, Reopened};
pub use reply::{Replied, Reply};
pub use resolve::{Resolution, Resolve, Resolved};
pub use resume::{Resume, Resumed};
pub use route::{Route, Routed};
pub use state::{Facts, Holder, Phase, State};

/// The marker of this aggregate's rules.
pub struct Request;

/// What can be asked of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Open it.
    Open(Box<Open>),
    /// State what an outside system knows of it.
    Import(Box<Import>),
    /// Take the routing service's decision over.
    Route(Route),
    /// Hand it over.
    Reassign(Reassign),
    /// Say that it asks for something else.
    Reclassify(Box<Reclassify>),
    /// Give it another priority.
    ChangePriority(ChangePriority),
    /// Say that it is for another school.
    ChangeSchool(ChangeSchool),
    /// Write on it.
    Reply(Reply),
    /// Pause it.
    Pause(Pause),
    /// Resume it.
    Resume(Resume),
    /// Resolve it.
    Resolve(Resolve),
    /// Take it back.
    Reopen(Reopen),
    /// Let the resolution stand.
    Close(Close),
    /// Withdraw it.
    Cancel(Cancel),
    /// Destroy its free text.
    Erase(Erase),
}

/// What can have happened to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// It was opened.
    Opened(Box<Opened>),
    /// A row of an outside system was taken.
    Imported(Imported),
    /// It was held, as its source states.
    Held(Held),
    /// Its source states when it was due.
    DueDateStated(DueDateStated),
    /// It was routed.
    Routed(Routed),
    /// It was handed over.
    Reassigned(Reassigned),
    /// It asks for something else.
    Reclassified(Box<Reclassified>),
    /// It got another priority.
    PriorityChanged(PriorityChanged),
    /// It is for another school.
    SchoolChanged(SchoolChanged),
    /// Somebody wrote.
    Replied(Replied),
    /// It was paused.
    Paused(Paused),
    /// It was resumed.
    Resumed(Resumed),
    /// It was resolved.
    Resolved(Resolved),
    /// It was reopened.
    Reopened(Reopened),
    /// It was closed.
    Closed(Closed),
    /// It was cancelled.
    Cancelled(Cancelled),
    /// Its free text was destroyed.
    Erased(Erased),
}

impl Decider for Request {
    const KIND: &'static str = "request";
    type State = State;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(state: &State, command: Command, now: Timestamp) -> Result<Vec<Event>, Refusal> {
        match command {
            Command::Open(open) => open.decide(state, now),
            Command::Import(import) => import.decide(state),
            Command::Route(route) => route.decide(state),
            Command::Reassign(reassign) => reassign.decide(state),
            Command::Reclassify(reclassify) => reclassify.decide(state),
            Command::ChangePriority(change) => change.decide(state),
            Command::ChangeSchool(change) => change.decide(state),
            Command::Reply(reply) => reply.decide(state),
            Command::Pause(pause) => pause.decide(state),
            Command::Resume(resume) => resume.decide(state),
            Command::Resolve(resolve) => resolve.decide(state, now),
            Command::Reopen(reopen) => reopen.decide(state, now),
            Command::Close(close) => close.decide(state, now),
            Command::Cancel(cancel) => cancel.decide(state),
            Command::Erase(erase) => erase.decide(state),
        }
    }

    fn evolve(state: State, event: &Event) -> State {
        let state = State { version: state.version + 1, ..state };
        match event {
            Event::Opened(opened) => opened.evolve(state),
            Event::Imported(imported) => imported.evolve(state),
            Event::Held(held) => held.evolve(state),
            Event::DueDateStated(stated) => stated.evolve(state),
            Event::Routed(routed) => routed.evolve(state),
            Event::Reassigned(reassigned) => reassigned.evolve(state),
            Event::Reclassified(reclassified) => reclassified.evolve(state),
            Event::PriorityChanged(changed) => changed.evolve(state),
            Event::SchoolChanged(changed) => changed.evolve(state),
            // What was said is read from the events; nothing is decided by it.
            Event::Replied(_) => state,
            Event::Paused(paused) => paused.evolve(state),
            Event::Resumed(resumed) => resumed.evolve(state),
            Event::Resolved(resolved) => resolved.evolve(state),
            Event::Reopened(reopened) => reopened.evolve(state),
            Event::Closed(closed) => closed.evolve(state),
            Event::Cancelled(cancelled) => cancelled.evolve(state),
            Event::Erased(erased) => erased.evolve(state),
        }
    }
}
