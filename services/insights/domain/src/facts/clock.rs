//! The clocks of a request: what was due when.

use kernel::DecodeError;
use prost::Message;
use wire::schoolside::sla::v1 as events;

use super::{Fact, Part};

/// From when on a due instant stood.
#[derive(Clone, PartialEq, Message)]
pub struct DueDate {
    /// Since when.
    #[prost(int64, tag = "1")]
    pub from: i64,
    /// The due instant; absent while the clock is paused.
    #[prost(int64, optional, tag = "2")]
    pub due: Option<i64>,
}

/// The clocks of a request.
#[derive(Clone, PartialEq, Message)]
pub struct ClockFacts {
    /// The due instants of the resolution, in order.
    #[prost(message, repeated, tag = "1")]
    pub resolution: Vec<DueDate>,
    /// The due instants of the first response, in order.
    #[prost(message, repeated, tag = "2")]
    pub response: Vec<DueDate>,
    /// The calendar of the resolution target; empty if it has none.
    #[prost(string, tag = "3")]
    pub calendar: String,
}

type Instant = Option<prost_types::Timestamp>;

impl ClockFacts {
    fn stand(&mut self, clock: Option<&events::ClockRef>, from: i64, due: &Instant) {
        let due =
            due.as_ref().and_then(wire::time::from_proto).map(jiff::Timestamp::as_microsecond);
        let history = match clock.map(|clock| clock.metric.as_str()) {
            Some("first_resolution") => &mut self.resolution,
            Some("first_response") => &mut self.response,
            // Other metrics are in no figure yet.
            _ => return,
        };
        if history.last().is_none_or(|last| last.due != due) {
            history.push(DueDate { from, due });
        }
    }

    fn measure_by(&mut self, clock: Option<&events::ClockRef>, basis: Option<&events::Basis>) {
        if let (Some(clock), Some(basis)) = (clock, basis)
            && clock.metric == "first_resolution"
        {
            self.calendar.clone_from(&basis.calendar_id);
        }
    }
}

impl Part for ClockFacts {
    fn apply(&mut self, fact: Fact<'_>) -> Result<(), DecodeError> {
        let at = fact.at;
        match fact.name {
            "case.clock_started" => {
                let event: events::CaseClockStarted = fact.read()?;
                self.stand(event.clock.as_ref(), at, &event.due_at);
                self.measure_by(event.clock.as_ref(), event.basis.as_ref());
            }
            "case.clock_paused" => {
                let event: events::CaseClockPaused = fact.read()?;
                self.stand(event.clock.as_ref(), at, &None);
            }
            "case.clock_resumed" => {
                let event: events::CaseClockResumed = fact.read()?;
                self.stand(event.clock.as_ref(), at, &event.due_at);
            }
            "case.clock_due_changed" => {
                let event: events::CaseClockDueChanged = fact.read()?;
                self.stand(event.clock.as_ref(), at, &event.due_at);
                self.measure_by(event.clock.as_ref(), event.basis.as_ref());
            }
            "case.breach_retracted" => {
                let event: events::CaseBreachRetracted = fact.read()?;
                self.stand(event.clock.as_ref(), at, &event.due_at);
            }
            "case.clock_met" => {
                let event: events::CaseClockMet = fact.read()?;
                self.stand(event.clock.as_ref(), at, &event.due_at);
            }
            "case.clock_missed" => {
                let event: events::CaseClockMissed = fact.read()?;
                self.stand(event.clock.as_ref(), at, &event.due_at);
            }
            "case.clock_cancelled" => {
                let event: events::CaseClockCancelled = fact.read()?;
                // Other reasons are outcomes of the request, which say by themselves that it is in no rate.
                if event.reason == "no_target" {
                    self.stand(event.clock.as_ref(), at, &None);
                }
            }
            // Whoever takes a superseded cycle's place starts with a due instant of its own.
            "case.clock_warned"
            | "case.clock_breached"
            | "case.clock_superseded"
            | "case.escalated"
            | "case.escalation_acknowledged" => {}
            _ => return Err(fact.unknown()),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_that_no_longer_applies_leaves_no_due_instant_and_the_ladder_changes_none() {
        let clock =
            || Some(events::ClockRef { metric: "first_resolution".into(), ..Default::default() });
        let due_at = Some(prost_types::Timestamp { seconds: 100, nanos: 0 });
        let started = events::CaseClockStarted { clock: clock(), due_at, ..Default::default() };
        let told = events::CaseEscalated { clock: clock(), ..Default::default() };
        let replaced = events::CaseClockSuperseded { clock: clock(), ..Default::default() };
        let gone = |reason: &str| events::CaseClockCancelled {
            clock: clock(),
            reason: reason.into(),
            ..Default::default()
        };
        let mut facts = ClockFacts::default();
        for (name, at, payload) in [
            ("case.clock_started", 1, started.encode_to_vec()),
            ("case.escalated", 2, told.encode_to_vec()),
            ("case.escalation_acknowledged", 3, Vec::new()),
            ("case.clock_superseded", 4, replaced.encode_to_vec()),
            ("case.clock_cancelled", 5, gone("deferred").encode_to_vec()),
            ("case.clock_cancelled", 6, gone("no_target").encode_to_vec()),
        ] {
            facts.apply(Fact { name, at, payload: &payload }).unwrap();
        }
        let dues: Vec<_> = facts.resolution.iter().map(|entry| (entry.from, entry.due)).collect();
        assert_eq!(dues, [(1, Some(100_000_000)), (6, None)]);
    }

    #[test]
    fn a_pause_leaves_no_due_instant_and_the_end_of_it_a_later_one() {
        let clock =
            || Some(events::ClockRef { metric: "first_resolution".into(), ..Default::default() });
        let second = |seconds| Some(prost_types::Timestamp { seconds, nanos: 0 });
        let basis = Some(events::Basis { calendar_id: "office".into(), ..Default::default() });
        let started = events::CaseClockStarted {
            clock: clock(),
            due_at: second(100),
            basis,
            ..Default::default()
        };
        let paused = events::CaseClockPaused { clock: clock(), ..Default::default() };
        let resumed =
            events::CaseClockResumed { clock: clock(), due_at: second(130), ..Default::default() };

        let mut facts = ClockFacts::default();
        for (name, at, payload) in [
            ("case.clock_started", 1, started.encode_to_vec()),
            ("case.clock_paused", 2, paused.encode_to_vec()),
            ("case.clock_resumed", 3, resumed.encode_to_vec()),
        ] {
            facts.apply(Fact { name, at, payload: &payload }).unwrap();
        }
        let dues: Vec<_> = facts.resolution.iter().map(|entry| (entry.from, entry.due)).collect();
        assert_eq!(dues, [(1, Some(100_000_000)), (2, None), (3, Some(130_000_000))]);
        assert_eq!(facts.calendar, "office");
    }
}
