//! The ladder: who is told, and when, as a clock nears and passes its due instant.
//!
//! People are told within the hours of a calendar of its own, so nobody is called at midnight for a school's matter:
//! a step that is reached outside those hours waits for the next opening.

use jiff::SignedDuration;
use kernel::Timestamp;

use super::evaluate::{Cycle, CycleState};
use crate::{calendar::Hours, words::Audience};

/// What makes a step of the ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rung {
    /// So many percent of the target are used.
    Percent(u8),
    /// The due instant passed, and then so many seconds of notification hours.
    Breach {
        /// How long after the breach.
        after_seconds: u32,
    },
}

/// One step of the ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Escalation {
    /// When.
    pub at: Rung,
    /// Who is told.
    pub tell: Audience,
}

/// The steps of a target with the hours in which people are told.
#[derive(Debug, Clone, Copy)]
pub struct Ladder<'a> {
    /// The steps in their order.
    pub steps: &'a [Escalation],
    /// When people may be told.
    pub hours: &'a Hours,
}

/// One step of the ladder of one cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notice {
    /// Which step, from 1.
    pub step: u32,
    /// What makes it.
    pub rung: Rung,
    /// Who is told.
    pub tell: Audience,
    /// When it was reached, as computed.
    pub reached_at: Timestamp,
    /// When they are told.
    pub at: Timestamp,
}

impl Ladder<'_> {
    /// The steps that a cycle reaches before it stops. Of a paused clock those that it has reached already.
    pub(super) fn notices(
        self,
        cycle: &Cycle,
        reaching: impl Fn(u8) -> Option<Timestamp>,
    ) -> Vec<Notice> {
        let notice = |(step, escalation): (u32, &Escalation)| {
            let reached_at = match escalation.at {
                Rung::Percent(percent) => reaching(percent)?,
                Rung::Breach { .. } => match cycle.state {
                    CycleState::Running => cycle.due?,
                    _ => cycle.breached_at?,
                },
            };
            let opening = self.hours.next_opening(reached_at)?;
            let at = match escalation.at {
                Rung::Breach { after_seconds } => {
                    self.hours.advance(opening, SignedDuration::from_secs(after_seconds.into()))?
                }
                Rung::Percent(_) => opening,
            };
            let before_the_stop = cycle.stopped_at.is_none_or(|stop| at < stop);
            let Escalation { at: rung, tell } = *escalation;
            before_the_stop.then_some(Notice { step, rung, tell, reached_at, at })
        };
        (1..).zip(self.steps).filter_map(notice).collect()
    }
}
