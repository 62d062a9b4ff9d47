//! The demo's course: the district is entered, thirty school days are played, and then it lives on.

use std::{
    collections::VecDeque,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use chassis::{clock::DemoClock, identity::Keys, pace::Pace, server::Settler};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, date},
};
use kernel::Clock;
use tokio_util::sync::CancellationToken;

use super::{
    agenda::{Agenda, World},
    bookmark::{Bookmark, BookmarkFile},
    driver::{Driver, Tally},
    people::People,
    steps,
};
use crate::{
    connection::Connection,
    district::{self, Clients, DistrictFiles, alder_bay::ALDER_BAY},
    failure::Failure,
};

/// The seed of everything that happens in the demo.
const SEED: u64 = 20_260_202;
/// The first day that is played, and how many school days are.
const FIRST_DAY: Date = date(2026, 2, 2);
const SCHOOL_DAYS: usize = 30;
/// A played day begins and ends at these hours.
const MORNING: u32 = 6 * 3600;
const EVENING: u32 = 18 * 3600;
/// The real time between two moves of the clock by day.
const TICK: Duration = Duration::from_millis(500);

/// The demo district before anything runs: its files, and where it stood when it was last stopped.
pub struct Demo {
    world: Arc<World>,
    files: DistrictFiles,
    file: BookmarkFile,
    bookmark: Option<Bookmark>,
}

/// What the demo needs of the running system.
pub struct Stage {
    /// The clock that all its services go by.
    pub clock: DemoClock,
    /// Knows when it has settled.
    pub settler: Settler,
    /// A connection with an operator's token.
    pub connection: Connection,
    /// Signs the tokens of the demo's people.
    pub keys: Keys,
    /// Asks the demo to stop.
    pub stop: CancellationToken,
}

/// The demo on a running system.
pub struct Play {
    driver: Driver,
    world: Arc<World>,
    end: Timestamp,
}

impl Demo {
    /// Reads the district and where the demo stood in a data directory.
    ///
    /// # Errors
    /// When the bookmark does not read.
    pub fn open(directory: &Path) -> Result<Self, Failure> {
        let files = district::read(&ALDER_BAY).map_err(|errors| {
            let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
            Failure::Unavailable(format!("the built-in district is damaged: {}", errors.join("; ")))
        })?;
        let world = Arc::new(World::of(&files, SEED).map_err(Failure::unavailable)?);
        let (file, bookmark) = BookmarkFile::open(directory).map_err(Failure::unavailable)?;
        Ok(Self { world, files, file, bookmark })
    }

    /// When the district's first fact was recorded: nothing is earlier in the demo.
    #[must_use]
    pub fn beginning(&self) -> Timestamp {
        let first = self.files.entries.iter().filter_map(|entry| entry.recorded).min();
        first.unwrap_or(self.world.instant(FIRST_DAY, MORNING))
    }

    /// Sets a new clock to where the demo stood when it stopped. After a crash the bookmark may lag behind `latest`,
    /// the latest instant at which anything was recorded; when nothing was, the demo begins anew.
    pub fn wind(&mut self, clock: &DemoClock, latest: Option<Timestamp>) {
        self.bookmark = self.bookmark.filter(|_| latest.is_some());
        for instant in latest.into_iter().chain(self.bookmark.map(|bookmark| bookmark.now)) {
            clock.set(instant);
        }
    }

    /// Puts the demo on a running system, by whose clock it goes on.
    ///
    /// # Errors
    /// When a service has no address.
    pub fn on(self, stage: Stage) -> Result<Play, Failure> {
        let bookmark = self.bookmark;
        let done = bookmark.map_or(Timestamp::MIN, |bookmark| bookmark.done);
        let facts = self.files.facts_in_recorded_order().into_iter();
        let pending = facts
            .filter(|(recorded, _)| bookmark.is_none() || recorded.is_some_and(|at| at > done));
        let driver = Driver {
            agenda: Agenda::new(Arc::clone(&self.world), FIRST_DAY, done),
            clerk: Clients::new(&stage.connection)?,
            people: People::new(stage.connection, stage.keys),
            facts: VecDeque::from_iter(pending),
            clock: stage.clock,
            settler: stage.settler,
            file: self.file,
            stop: stage.stop,
            tally: Tally::default(),
            put_off: Vec::new(),
            done,
        };
        let end = end_of(&self.world);
        Ok(Play { driver, world: self.world, end })
    }
}

impl Play {
    /// Enters the district as it was known on the first morning; what is there already stays as it is.
    ///
    /// # Errors
    /// When a fact is declined.
    pub async fn set_up(&mut self) -> Result<(), Failure> {
        let morning = self.world.instant(FIRST_DAY, MORNING);
        if self.driver.clock.now() < morning {
            self.driver.step_to(morning).await?;
        }
        Ok(())
    }

    /// Whether the first days have been played.
    #[must_use]
    pub fn is_played(&self) -> bool {
        self.driver.clock.now() >= self.end
    }

    /// What was done since the start of this process.
    #[must_use]
    pub const fn tally(&self) -> &Tally {
        self.driver.tally()
    }

    /// Plays the first days, or what is left of them, as fast as it goes.
    ///
    /// # Errors
    /// When the bookmark cannot be kept, or a fact is declined.
    pub async fn play(&mut self, bar: &ProgressBar) -> Result<(), Failure> {
        bar.set_length(u64::try_from(SCHOOL_DAYS).unwrap_or_default());
        bar.set_style(style());
        while !self.is_played() && !self.driver.is_stopped() {
            let now = self.driver.clock.now();
            let due = self.driver.agenda.next_by(now.saturating_add(1.hour()).unwrap_or(self.end));
            let next = steps::next(now, self.is_quiet(now), due, self.end);
            self.driver.step_to(next).await?;
            self.show(bar);
        }
        self.driver.settle_all().await;
        bar.finish_and_clear();
        self.driver.keep()
    }

    /// Lets the demo live on until it is stopped: from 06:00 to 18:00 of a day on which anyone is at work at the
    /// pace, in real time; over nights and weekends as fast as it goes.
    ///
    /// # Errors
    /// When the bookmark cannot be kept, or a fact is declined.
    pub async fn live_on(&mut self, day: Duration) -> Result<(), Failure> {
        let (world, calendar) = (Arc::clone(&self.world), Arc::clone(&self.world));
        let pace = Pace::new(world.zone().clone(), Pace::factor_for(day), move |date| {
            is_worked(&calendar, date)
        });
        let mut last = Instant::now();
        while !self.driver.is_stopped() {
            let (now, since) = (self.driver.clock.now(), last.elapsed());
            last = Instant::now();
            let mut next = pace.after(now, since);
            if self.is_quiet(now) {
                // At night nobody waits for the next step of the pace.
                next = self.driver.agenda.next_by(next).unwrap_or(next);
            }
            self.driver.step_to(next).await?;
            if !self.is_quiet(next) {
                self.driver.stop.run_until_cancelled(tokio::time::sleep(TICK)).await;
            }
        }
        self.driver.keep()
    }

    /// Whether it is neither day nor a day of work.
    fn is_quiet(&self, now: Timestamp) -> bool {
        let date = self.world.date(now);
        let day = self.world.instant(date, MORNING)..self.world.instant(date, EVENING);
        !(is_worked(&self.world, date) && day.contains(&now))
    }

    fn show(&self, bar: &ProgressBar) {
        let now = self.driver.clock.now();
        let today = self.world.date(now);
        let days = FIRST_DAY.series(1.day()).take_while(|date| *date < today);
        let played = days.filter(|date| self.world.has_pupils(*date)).count();
        bar.set_position(u64::try_from(played).unwrap_or_default());
        bar.set_message(
            now.to_zoned_datetime(self.world.zone().clone())
                .strftime("%a %-d %b %H:%M")
                .to_string(),
        );
    }
}

/// The evening of the last school day that is played.
fn end_of(world: &World) -> Timestamp {
    let days = FIRST_DAY.series(1.day()).filter(|date| world.has_pupils(*date));
    let last = days.take(SCHOOL_DAYS).last().unwrap_or(FIRST_DAY);
    world.instant(last, EVENING)
}

/// Whether anyone is at work on a date: in the schools or in the office.
fn is_worked(world: &World, date: Date) -> bool {
    world.has_pupils(date) || world.has_office_hours(date)
}

fn style() -> ProgressStyle {
    let template = "playing school day {pos} of {len} {wide_bar} {msg} {elapsed}";
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn at(hour: i64) -> Timestamp {
        "2026-02-03T00:00:00Z".parse::<Timestamp>().unwrap() + hour.hours()
    }

    #[rstest]
    #[case::a_new_directory(None, None, None)]
    #[case::stopped(Some(15), Some(14), Some(15))]
    #[case::crashed_before_it_kept_where_it_stood(Some(15), Some(16), Some(16))]
    #[case::crashed_before_it_kept_anything(None, Some(16), Some(16))]
    #[case::another_database(Some(15), None, None)]
    fn it_goes_on_where_it_stood(
        #[case] kept: Option<i64>,
        #[case] latest: Option<i64>,
        #[case] now: Option<i64>,
    ) {
        let directory = tempfile::tempdir().unwrap();
        if let Some(kept) = kept {
            let (mut file, _) = BookmarkFile::open(directory.path()).unwrap();
            file.keep_now(Bookmark { now: at(kept), done: at(kept - 1) }).unwrap();
        }
        let mut demo = Demo::open(directory.path()).unwrap();
        let clock = DemoClock::new(demo.beginning());
        demo.wind(&clock, latest.map(at));
        assert_eq!(clock.now(), now.map_or(demo.beginning(), at));
    }
}
