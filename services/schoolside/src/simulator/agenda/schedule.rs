//! The agenda as its driver sees it: what is due by an instant, day after day without end.

use std::{collections::BTreeMap, sync::Arc};

use jiff::{Timestamp, ToSpan, civil::Date};

use super::{Act, Case, World};

/// What is to be done, in order; days are drawn when they are reached.
pub struct Agenda {
    world: Arc<World>,
    next_day: Date,
    pending: BTreeMap<(Timestamp, Case, u16), Act>,
}

impl Agenda {
    /// The agenda of everything opened from a day on, without what was to be done by `done`.
    #[must_use]
    pub fn new(world: Arc<World>, first: Date, done: Timestamp) -> Self {
        let mut agenda = Self { world, next_day: first, pending: BTreeMap::new() };
        agenda.take_until(done);
        agenda
    }

    /// Takes what is to be done by an instant, in order.
    pub fn take_until(&mut self, instant: Timestamp) -> Vec<Act> {
        self.draw_until(instant);
        // The first key after the instant: no case is opened before the first day there is.
        let split = self.pending.keys().find(|(at, ..)| *at > instant).copied();
        let rest = split.map_or_else(BTreeMap::new, |key| self.pending.split_off(&key));
        std::mem::replace(&mut self.pending, rest).into_values().collect()
    }

    /// When the next thing is to be done, if that is by `limit`.
    pub fn next_by(&mut self, limit: Timestamp) -> Option<Timestamp> {
        while self.start_of_next_day() <= self.first_pending().unwrap_or(limit).min(limit) {
            self.draw();
        }
        self.first_pending().filter(|at| *at <= limit)
    }

    fn first_pending(&self) -> Option<Timestamp> {
        self.pending.keys().next().map(|(at, ..)| *at)
    }

    fn draw_until(&mut self, instant: Timestamp) {
        while self.start_of_next_day() <= instant {
            self.draw();
        }
    }

    fn start_of_next_day(&self) -> Timestamp {
        self.world.instant(self.next_day, 0)
    }

    fn draw(&mut self) {
        let acts = self.world.acts_of(self.next_day);
        self.pending.extend(acts.into_iter().map(|act| ((act.at, act.case, act.step), act)));
        self.next_day = self.next_day.saturating_add(1.day());
    }
}
