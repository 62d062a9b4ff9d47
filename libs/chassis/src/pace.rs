//! How the demo's clock lives on: twelve hours of a school day in ten real minutes, the rest skipped.

use std::{sync::Arc, time::Duration};

use jiff::{
    civil::{Date, Time, time},
    tz::TimeZone,
};
use kernel::{Clock, Timestamp, time::SignedDuration};
use tokio_util::sync::CancellationToken;

use crate::clock::DemoClock;

/// The least real time between two moves of the clock.
const TICK: Duration = Duration::from_millis(250);
/// How far one move goes at most while a night or a weekend is skipped, so that what falls due in it is done
/// about when it is due.
const NIGHT_STEP: SignedDuration = SignedDuration::from_hours(1);

/// The pace: when the clock runs, and how fast.
#[derive(Clone)]
pub struct Pace {
    zone: TimeZone,
    from: Time,
    to: Time,
    factor: u32,
    is_school_day: Arc<dyn Fn(Date) -> bool + Send + Sync>,
}

impl Pace {
    /// From 06:00 to 18:00 of a school day in `zone`, `factor` times as fast as real time.
    #[must_use]
    pub fn new(
        zone: TimeZone,
        factor: u32,
        is_school_day: impl Fn(Date) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self {
            zone,
            from: time(6, 0, 0, 0),
            to: time(18, 0, 0, 0),
            factor: factor.max(1),
            is_school_day: Arc::new(is_school_day),
        }
    }

    /// The factor at which the twelve hours take `real`.
    #[must_use]
    pub fn factor_for(real: Duration) -> u32 {
        u32::try_from(12 * 3_600 / real.as_secs().max(1)).unwrap_or(u32::MAX).max(1)
    }

    /// Where the clock stands after `real` more time: within a day faster, over nights and weekends by steps.
    #[must_use]
    pub fn after(&self, now: Timestamp, real: Duration) -> Timestamp {
        match self.running_until(now) {
            Some(end) => {
                let on =
                    SignedDuration::try_from(real * self.factor).unwrap_or(SignedDuration::MAX);
                now.saturating_add(on).unwrap_or(end).min(end)
            }
            None => {
                let step = now.saturating_add(NIGHT_STEP).unwrap_or(Timestamp::MAX);
                self.next_start(now).map_or(step, |start| start.min(step))
            }
        }
    }

    /// When the clock stops running, if it runs at `now`.
    fn running_until(&self, now: Timestamp) -> Option<Timestamp> {
        let local = now.to_zoned_datetime(self.zone.clone());
        let start = self.instant(local.date(), self.from)?;
        let end = self.instant(local.date(), self.to)?;
        ((self.is_school_day)(local.date()) && (start..end).contains(&now)).then_some(end)
    }

    /// The next time the clock begins to run: within a year, for any sensible calendar.
    fn next_start(&self, now: Timestamp) -> Option<Timestamp> {
        let mut date = now.to_zoned_datetime(self.zone.clone()).date();
        for _ in 0..366 {
            if (self.is_school_day)(date)
                && let Some(start) = self.instant(date, self.from)
                && start > now
            {
                return Some(start);
            }
            date = date.tomorrow().ok()?;
        }
        None
    }

    fn instant(&self, date: Date, time: Time) -> Option<Timestamp> {
        let local = date.to_datetime(time);
        self.zone.to_zoned_datetime(local).ok().map(|zoned| zoned.timestamp())
    }
}

/// Lets the clock live on at a pace until `shutdown`. Whoever persists its instant stores `clock.now()`.
pub async fn live_on(clock: DemoClock, pace: Pace, shutdown: CancellationToken) {
    let mut last = tokio::time::Instant::now();
    let ticking = async {
        loop {
            tokio::time::sleep(TICK).await;
            let now = tokio::time::Instant::now();
            clock.set(pace.after(clock.now(), now - last));
            last = now;
        }
    };
    shutdown.run_until_cancelled(ticking).await;
}

#[cfg(test)]
mod tests {
    use jiff::civil::Weekday;

    use super::*;

    fn pace() -> Pace {
        let zone = TimeZone::get("America/New_York").unwrap();
        Pace::new(zone, Pace::factor_for(Duration::from_secs(600)), |date| {
            !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
        })
    }

    /// How the clock goes on from `now` until it runs again.
    fn skip(mut now: Timestamp) -> Vec<Timestamp> {
        let mut seen = Vec::new();
        while pace().running_until(now).is_none() {
            now = pace().after(now, TICK);
            seen.push(now);
        }
        seen
    }

    #[test]
    fn ten_real_minutes_are_the_twelve_hours_of_a_school_day() {
        let six: Timestamp = "2026-02-02T06:00:00-05:00".parse().unwrap();
        let end = "2026-02-02T18:00:00-05:00".parse().unwrap();
        assert_eq!(
            pace().after(six, Duration::from_secs(300)),
            "2026-02-02T12:00:00-05:00".parse().unwrap()
        );
        assert_eq!(pace().after(six, Duration::from_secs(600)), end);
        assert_eq!(pace().after(six, Duration::from_secs(900)), end);
    }

    #[test]
    fn a_weekend_is_skipped_in_steps_of_an_hour_to_monday_six_o_clock() {
        let seen = skip("2026-02-06T18:00:00-05:00".parse().unwrap());
        assert_eq!(*seen.last().unwrap(), "2026-02-09T06:00:00-05:00".parse().unwrap());
        assert_eq!(seen.len(), 60);
    }

    #[test]
    fn the_hour_that_summer_time_skips_does_not_move_six_o_clock() {
        // 2026-03-08 is the Sunday on which New York goes over to summer time.
        let seen = skip("2026-03-06T18:00:00-05:00".parse().unwrap());
        assert_eq!(*seen.last().unwrap(), "2026-03-09T06:00:00-04:00".parse().unwrap());
        assert_eq!(seen.len(), 59);
    }
}
