//! The published calendars, for durations in open time. Their arithmetic is the SLA context's (docs/adr/0003).

use std::collections::BTreeMap;

use async_trait::async_trait;
use chassis::fault::Fault;
use eventlog::Recorded;
use insights_domain::scorecard::OpenTime;
use jiff::Timestamp;
use kernel::EventCodec;
use sla_domain::calendar::{Event, Timetable};
use sqlx::{PgConnection, PgPool};
use stream::{HandleError, Handler};

/// Keeps the latest version of each calendar, as it was published.
pub struct CalendarsView;

#[async_trait]
impl Handler for CalendarsView {
    async fn handle(&self, page: &[Recorded], tx: &mut PgConnection) -> Result<(), HandleError> {
        for event in page {
            let Event::Published(published) = event.decode::<Event>()?;
            sqlx::query(
                "insert into insights.calendar (calendar, published) values ($1, $2)
                 on conflict (calendar) do update set published = excluded.published",
            )
            .bind(published.id.as_str())
            .bind(&event.payload)
            .execute(&mut *tx)
            .await?;
        }
        Ok(())
    }
}

/// The calendars by id, ready to reckon with.
pub struct Calendars(BTreeMap<String, Timetable>);

impl Calendars {
    /// Loads all calendars.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn load(pool: &PgPool) -> Result<Self, Fault> {
        let rows: Vec<(String, Vec<u8>)> =
            sqlx::query_as("select calendar, published from insights.calendar")
                .fetch_all(pool)
                .await?;
        let timetables = rows.into_iter().map(|(calendar, payload)| {
            let Event::Published(published) = Event::decode("published", 1, &payload, None)?;
            Ok((calendar, Timetable::new(published.definition)))
        });
        timetables.collect::<Result<_, kernel::DecodeError>>().map(Self).map_err(Fault::from)
    }
}

impl OpenTime for Calendars {
    fn between(&self, calendar: &str, from: i64, until: i64) -> Option<i64> {
        let hours = self.0.get(calendar)?.known_at_last();
        let instant = |microseconds| Timestamp::from_microsecond(microseconds).ok();
        Some(hours.between(instant(from)?, instant(until)?).as_secs())
    }
}
