//! Moving the demo on: at each step the clock is set, what is due is entered and done, and the system settles.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use chassis::{
    clock::DemoClock,
    server::{SettleError, Settler},
};
use futures::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use kernel::Clock;
use tokio_util::sync::CancellationToken;

use super::{
    agenda::{Act, Action, Agenda, Case},
    bookmark::{Bookmark, BookmarkFile},
    people::People,
    perform::{Hitch, Outcomes, perform},
};
use crate::{
    district::{self, Clients, Recorded},
    failure::Failure,
};

/// How many requests are worked on at once.
const AT_ONCE: usize = 16;
/// The pause before something is tried again that the system was not there for, in real time.
const PAUSE: Duration = Duration::from_millis(500);

/// The contexts that are waited for only once a week of the demo's clock: nothing follows from a figure, and from a
/// resolution an invitation only hours later.
const UNHURRIED: &[&str] = &["insights", "surveys"];
/// In seconds.
const WEEK: i64 = 7 * 86_400;

/// What the demo's people did since the start of this process.
#[derive(Debug, Default)]
pub struct Tally {
    done: AtomicU64,
    nothing: AtomicU64,
    refused: AtomicU64,
}

impl Tally {
    /// Acts that were done.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Answers for which there was no invitation.
    pub fn nothing(&self) -> u64 {
        self.nothing.load(Ordering::Relaxed)
    }

    /// Acts that the system declined.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }
}

/// What moves the demo on.
pub struct Driver {
    pub(super) clock: DemoClock,
    pub(super) agenda: Agenda,
    pub(super) people: People,
    pub(super) clerk: Clients,
    /// The district's facts that are still to be entered, in the order in which they were recorded.
    pub(super) facts: VecDeque<Recorded>,
    pub(super) settler: Settler,
    pub(super) file: BookmarkFile,
    pub(super) stop: CancellationToken,
    pub(super) tally: Tally,
    /// What is to be done at the next step, because its request was opened at this one and is only now routed.
    pub(super) put_off: Vec<Act>,
    /// Everything up to here is done.
    pub(super) done: Timestamp,
}

impl Driver {
    /// What was done since the start of this process.
    #[must_use]
    pub const fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Whether it was asked to stop.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Moves the clock to an instant and does all that is due by then. Stopped midway, it does the rest next time.
    ///
    /// # Errors
    /// When the bookmark cannot be kept, or a fact is declined.
    pub async fn step_to(&mut self, instant: Timestamp) -> Result<(), Failure> {
        self.enter_until(instant).await?;
        self.clock.set(instant);
        let due = self.agenda.take_until(instant);
        let (now, later) = until_routed(std::mem::take(&mut self.put_off), due);
        self.put_off = later;
        let settled = self.settler.unheard(self.act_on(now)).await && self.settle().await;
        if settled {
            // What was put off is done again after a crash, with what else was done since: repeating changes nothing.
            let first = self.put_off.iter().map(|act| act.at).min();
            self.done = first.map_or(instant, |at| at - SignedDuration::from_nanos(1));
            self.file.keep(self.bookmark()).map_err(Failure::unavailable)?;
        }
        Ok(())
    }

    fn bookmark(&self) -> Bookmark {
        Bookmark { now: self.clock.now(), done: self.done }
    }

    /// Keeps where it stands, for the next start.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn keep(&mut self) -> Result<(), Failure> {
        self.file.keep_now(self.bookmark()).map_err(Failure::unavailable)
    }

    /// Enters the district's facts that were recorded by an instant, each with the clock at its time.
    ///
    /// # Errors
    /// When one is declined.
    pub async fn enter_until(&mut self, instant: Timestamp) -> Result<(), Failure> {
        while let Some(recorded) = self.facts.front().map(|(recorded, _)| *recorded)
            && recorded.is_none_or(|recorded| recorded <= instant)
        {
            let count = self.facts.iter().take_while(|(at, _)| *at == recorded).count();
            if let Some(recorded) = recorded {
                self.clock.set(recorded);
            }
            let facts = self.facts.make_contiguous();
            district::enter(&self.clerk, &facts[..count]).await?;
            self.facts.drain(..count);
            self.settle().await;
        }
        Ok(())
    }

    /// Lets people act: on one request one after the other, on several at once. False when stopped midway.
    async fn act_on(&self, acts: Vec<Vec<Act>>) -> bool {
        let one = |acts: Vec<Act>| async move {
            for act in &acts {
                if !self.act(act).await {
                    return false;
                }
            }
            true
        };
        stream::iter(acts).map(one).buffer_unordered(AT_ONCE).all(std::future::ready).await
    }

    /// Lets someone act, as soon as the system is there. False when stopped before.
    async fn act(&self, act: &Act) -> bool {
        loop {
            let outcome = match self.people.connection(&act.actor) {
                Ok(connection) => perform(&connection, act).await,
                Err(failure) => Outcomes::Refused(Hitch::from(failure)),
            };
            let counter = match outcome {
                Outcomes::Done => &self.tally.done,
                Outcomes::Nothing => &self.tally.nothing,
                Outcomes::Refused(hitch) => {
                    tracing::warn!(case = %act.case, step = act.step, action = ?act.action, %hitch, "the demo was declined something");
                    &self.tally.refused
                }
                Outcomes::Away(hitch) => {
                    tracing::warn!(case = %act.case, %hitch, "the demo waits for the system");
                    if !self.pause().await {
                        return false;
                    }
                    continue;
                }
            };
            counter.fetch_add(1, Ordering::Relaxed);
            return true;
        }
    }

    /// Waits until what follows at once from what was done has been done; once a week, all that follows. False when
    /// stopped before.
    async fn settle(&self) -> bool {
        match self.clock.now().as_second() % WEEK {
            0 => self.settle_all().await,
            _ => self.settled(async || self.settler.settle_but(UNHURRIED).await).await,
        }
    }

    /// Waits until everything that follows from what was done has been done. False when stopped before.
    pub(super) async fn settle_all(&self) -> bool {
        self.settled(async || self.settler.settle().await).await
    }

    async fn settled(&self, settle: impl AsyncFn() -> Result<(), SettleError>) -> bool {
        loop {
            let Some(settled) = self.stop.run_until_cancelled(settle()).await else {
                return false;
            };
            match settled {
                Ok(()) => return true,
                Err(error) => tracing::warn!(%error, "the demo waits for the system to settle"),
            }
            if !self.pause().await {
                return false;
            }
        }
    }

    /// Waits a moment of real time; false when stopped.
    async fn pause(&self) -> bool {
        self.stop.run_until_cancelled(tokio::time::sleep(PAUSE)).await.is_some()
    }
}

/// The acts by request, in order, up to the one that opens or reopens it; then those that are put off until it has been
/// routed, to the next step of the clock.
fn until_routed(put_off: Vec<Act>, due: Vec<Act>) -> (Vec<Vec<Act>>, Vec<Act>) {
    let mut by_case: BTreeMap<Case, Vec<Act>> = BTreeMap::new();
    for act in put_off.into_iter().chain(due) {
        by_case.entry(act.case).or_default().push(act);
    }
    let (mut now, mut later) = (Vec::new(), Vec::new());
    for mut acts in by_case.into_values() {
        let routed =
            acts.iter().position(|act| matches!(act.action, Action::Open(_) | Action::Reopen(_)));
        later.extend(routed.map(|routed| acts.split_off(routed + 1)).unwrap_or_default());
        now.push(acts);
    }
    (now, later)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::simulator::agenda::Actor;

    fn act(number: u32, step: u16, action: Action) -> Act {
        let actor =
            Actor::School { person: "P-0101".parse().unwrap(), school: "0101".parse().unwrap() };
        let case = Case { seed: 1, day: date(2026, 2, 2), number };
        Act { at: Timestamp::UNIX_EPOCH, case, step, actor, action }
    }

    fn steps<'a>(acts: impl IntoIterator<Item = &'a Act>) -> Vec<(u32, u16)> {
        acts.into_iter().map(|act| (act.case.number, act.step)).collect()
    }

    #[test]
    fn what_follows_a_reopening_waits_for_the_next_step_and_comes_first_then() {
        let (reopen, resume) = (|| Action::Reopen(String::new()), || Action::Resume);
        let due = vec![
            act(1, 3, resume()),
            act(1, 4, reopen()),
            act(1, 5, resume()),
            act(2, 1, resume()),
        ];
        let (now, later) = until_routed(Vec::new(), due);
        assert_eq!(steps(now.iter().flatten()), [(1, 3), (1, 4), (2, 1)]);
        assert_eq!(steps(&later), [(1, 5)]);
        let (now, later) = until_routed(later, vec![act(1, 6, reopen()), act(1, 7, resume())]);
        assert_eq!(steps(now.iter().flatten()), [(1, 5), (1, 6)]);
        assert_eq!(steps(&later), [(1, 7)]);
    }
}
