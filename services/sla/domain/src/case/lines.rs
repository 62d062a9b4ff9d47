//! Changes of a request and its clocks: which target judges each cycle, from when to when.
//!
//! What a change of type, priority or school does to a running cycle whose target differs afterwards is the old target's
//! own rule: carry the elapsed time over, restart, or keep the old target. A change does nothing to a cycle that is done,
//! nor to one that is past its due instant: a breach stays, whatever the request is called afterwards.

use kernel::Timestamp;

use super::look::{Judge, Look, Unready, Versioned};
use crate::{
    clock::{CycleState, Cycled, Stop, Waits, cycles, stand},
    words::{CancelReason, Metric, OnChange},
};

/// One cycle with what judges it.
#[derive(Debug, Clone)]
pub(super) struct Line<'a> {
    pub(super) cycled: Cycled,
    pub(super) judge: Judge<'a>,
}

/// What judges a request from an instant on; `None` is from the beginning.
struct Era<'a> {
    from: Option<Timestamp>,
    judge: Option<Judge<'a>>,
}

impl<'a> Look<'a> {
    /// The cycles of a metric with what judges each, oldest first.
    pub(super) fn lines(
        &self,
        metric: Metric,
        versioned: Versioned<'_>,
        waits: &Waits,
    ) -> Result<Vec<Line<'a>>, Unready> {
        let eras = self.eras(metric, versioned)?;
        let Some(first) = eras.iter().find_map(|era| era.judge.as_ref()) else {
            return Ok(Vec::new());
        };
        let mut lines = Vec::new();
        for cycled in cycles(self.facts, first.terms.shape(), self.now) {
            lines.extend(self.follow(cycled, &eras, waits));
        }
        Ok(lines)
    }

    fn eras(&self, metric: Metric, versioned: Versioned<'_>) -> Result<Vec<Era<'a>>, Unready> {
        let mut eras = Vec::new();
        let mut from = None;
        for change in self.facts.changes_by(self.now) {
            eras.push(Era { from, judge: self.judge(&change.before, metric, versioned)? });
            from = Some(change.at);
        }
        // What changes later than now has not changed yet.
        let next = self.facts.changes.iter().filter(|change| change.at > self.now);
        let subject = next.min_by_key(|change| change.at).map_or(self.subject, |next| &next.before);
        eras.push(Era { from, judge: self.judge(subject, metric, versioned)? });
        Ok(eras)
    }

    /// Follows one cycle through the changes that meet it running.
    fn follow(&self, cycled: Cycled, eras: &[Era<'a>], waits: &Waits) -> Vec<Line<'a>> {
        let mut lines = Vec::new();
        let stop = cycled.stop;
        let at_start = eras.partition_point(|era| era.from.is_none_or(|from| from <= cycled.start));
        let mut course = Course { cycled, judge: None, gone: None };
        course.judge = eras[..at_start].last().and_then(|era| era.judge.clone());
        for era in &eras[at_start..] {
            let Some(at) = era.from else { continue };
            if stop.is_some_and(|(stop, _)| stop <= at) {
                break;
            }
            match (&course.judge, &era.judge) {
                (Some(old), Some(new)) if course.gone.is_none() && old.basis == new.basis => {}
                (Some(old), _) if old.on_change == OnChange::Keep => {}
                (Some(old), _)
                    if course.gone.is_none() && is_late(waits, &course.cycled, old, at) =>
                {
                    break;
                }
                (Some(old), Some(new))
                    if old.on_change == OnChange::Restart && course.gone.is_none() =>
                {
                    let (old, new) = (old.clone(), new.clone());
                    lines.push(course.restart(at, old, new, stop));
                }
                (_, Some(new)) => {
                    course.judge = Some(new.clone());
                    course.gone = None;
                }
                (Some(_), None) => course.gone = course.gone.or(Some(at)),
                (None, None) => {}
            }
        }
        lines.extend(course.finish());
        lines
    }
}

/// Whether a cycle that runs at a change is past its due instant then.
fn is_late(waits: &Waits, cycled: &Cycled, judge: &Judge<'_>, at: Timestamp) -> bool {
    let open = Cycled { stop: None, ..cycled.clone() };
    stand(waits, &judge.terms, &open, 1, at).state == CycleState::MissedOpen
}

struct Course<'a> {
    cycled: Cycled,
    judge: Option<Judge<'a>>,
    /// Since when no target applies any more.
    gone: Option<Timestamp>,
}

impl<'a> Course<'a> {
    /// Ends the cycle at a change and starts another; answers the one that ended.
    fn restart(
        &mut self,
        at: Timestamp,
        old: Judge<'a>,
        new: Judge<'a>,
        stop: Option<(Timestamp, Stop)>,
    ) -> Line<'a> {
        let ahead = |gap: &&crate::clock::Pause| gap.to.is_none_or(|to| to > at);
        let gaps = self.cycled.gaps.iter().filter(ahead).copied().collect();
        let next = Cycled { start: at, stop, gaps };
        let mut ended = std::mem::replace(&mut self.cycled, next);
        ended.stop = Some((at, Stop::Superseded));
        self.judge = Some(new);
        Line { cycled: ended, judge: old }
    }

    fn finish(mut self) -> Option<Line<'a>> {
        if let Some(gone) = self.gone {
            self.cycled.stop = Some((gone, Stop::Cancelled(CancelReason::NoTarget)));
        }
        Some(Line { cycled: self.cycled, judge: self.judge? })
    }
}
