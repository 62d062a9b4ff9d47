//! Who does what in Alder Bay and when: arrivals and whole courses of requests, from a seed and the district's files.
//!
//! Everything here is a pure function of the seed, so an agenda can be made anew at any time: after a crash the same
//! lines appear with the same command ids, and doing one twice is a duplicate. Each day has a stream of chance of its
//! own (`Chance`), so any day can be made without those before it. What is drawn, and with which
//! parameters, is the district's description; what that leaves open is decided here: the sigma of first replies (.8),
//! of pauses (.7 and .6) and of the time until a reopening or an answer (.8), and that a holiday is like a Sunday.

mod action;
mod chance;
mod course;
mod rates;
mod schedule;
mod words;
mod world;

#[cfg(test)]
mod tests;

use jiff::civil::Date;

pub use action::{Act, Action, Actor, Answers, Case, Opening};
pub use schedule::Agenda;
pub use world::{World, WorldError};

use chance::Chance;
use course::Arrival;

/// The share of requests that ask for the same as the one before.
const DUPLICATES: f64 = 0.02;

impl World {
    /// Everything that becomes of the requests that are opened on a day, in order of time, also on later days.
    #[must_use]
    pub fn acts_of(&self, date: Date) -> Vec<Act> {
        let mut acts: Vec<Act> =
            self.arrivals(date).iter().flat_map(|arrival| course::acts(self, arrival)).collect();
        acts.sort_by_key(|act| (act.at, act.case, act.step));
        acts
    }

    /// The requests that come in on a day.
    fn arrivals(&self, date: Date) -> Vec<Arrival<'_>> {
        let mut chance = Chance::of(&format!("simulator/{}/{date}", self.seed));
        let day = self.day(date);
        let all: f64 = self.types.iter().map(|kind| kind.weight).sum();
        let schools: Vec<f64> = self.schools.iter().map(|school| school.weight(date)).collect();
        let mut arrivals = Vec::new();
        for kind in &self.types {
            let definition = &kind.definition;
            let category = definition.category.first().map(String::as_str).unwrap_or_default();
            let season = rates::of_type(definition.id.as_str(), category, &day);
            for _ in 0..chance.poisson(rates::of_day(&day) * kind.weight / all * season) {
                let hour = u32::try_from(chance.weighted(&kind.hours)).unwrap_or(12);
                let second = u32::try_from(chance.whole(0, 3599)).unwrap_or(0);
                let at = self.instant(date, hour * 3600 + second);
                let school = &self.schools[chance.weighted(&schools)];
                arrivals.push(Arrival {
                    case: self.case(date, 0),
                    at,
                    school,
                    kind,
                    repeats: None,
                    repeated: false,
                });
            }
        }
        arrivals.sort_by_key(|arrival| arrival.at);
        for number in 0..arrivals.len() {
            arrivals[number].case = self.case(date, number);
            // A repetition is for the school and of the type of what it repeats; one of a repetition repeats what that does.
            if number > 0 && chance.happens(DUPLICATES) {
                let case = arrivals[number - 1].repeats.unwrap_or(arrivals[number - 1].case);
                let Some(original) = arrivals.iter_mut().find(|it| it.case == case) else {
                    continue;
                };
                original.repeated = true;
                let (school, kind) = (original.school, original.kind);
                let repeating = &mut arrivals[number];
                (repeating.school, repeating.kind, repeating.repeats) = (school, kind, Some(case));
            }
        }
        arrivals
    }

    fn case(&self, day: Date, number: usize) -> Case {
        Case { seed: self.seed, day, number: u32::try_from(number).unwrap_or(u32::MAX) }
    }
}
