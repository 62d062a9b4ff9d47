//! The window and the instant that a question is about: days and wall times of the district's zone.

use chassis::fault::Fault;
use insights_domain::scorecard::Window;
use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};

use super::Insights;

/// The window and the instant of a question.
pub struct Question {
    /// The zone's name.
    pub zone_name: String,
    /// The cohort's window.
    pub window: Window,
    /// The instant of evaluation.
    pub evaluated_at: Timestamp,
}

impl Question {
    /// Reads a question's fields; the names are those of the request, for precise refusals.
    ///
    /// # Errors
    /// When a field has another form, the window is empty, or the district has no zone yet.
    pub async fn parse(
        insights: &Insights,
        (from_field, from): (&'static str, &str),
        (until_field, until): (&'static str, &str),
        evaluated_at: &str,
    ) -> Result<Self, Fault> {
        let zone_name: Option<String> = sqlx::query_scalar("select zone from insights.district")
            .fetch_optional(&insights.pool)
            .await?;
        // Before a district is defined there is nothing to compute; UTC only reads the question.
        let zone_name = zone_name.unwrap_or_else(|| "UTC".to_owned());
        let zone = TimeZone::get(&zone_name).map_err(Fault::bug)?;
        let window = Window {
            from: day_start(&zone, from_field, from)?.map_or(i64::MIN, Timestamp::as_microsecond),
            until: day_start(&zone, until_field, until)?
                .map_or(i64::MAX, Timestamp::as_microsecond),
        };
        if window.until <= window.from {
            return Err(Fault::invalid(
                until_field,
                format!("must be a later day than {from_field}"),
            ));
        }
        let evaluated_at = match evaluated_at {
            "" => insights.clock.now(),
            text => instant(&zone, text)?,
        };
        Ok(Self { zone_name, window, evaluated_at })
    }
}

fn day_start(zone: &TimeZone, field: &'static str, text: &str) -> Result<Option<Timestamp>, Fault> {
    if text.is_empty() {
        return Ok(None);
    }
    let date: Option<Date> = wire::time::parse_date(text);
    let start = date.and_then(|date| date.to_zoned_datetime(zone.clone()).ok());
    let start = start.ok_or_else(|| {
        Fault::invalid(field, "must be a day in the form YYYY-MM-DD, in the district's zone")
    })?;
    Ok(Some(start.timestamp()))
}

fn instant(zone: &TimeZone, text: &str) -> Result<Timestamp, Fault> {
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(instant);
    }
    let wall = text.parse::<DateTime>().ok();
    let instant = wall.and_then(|wall| zone.to_ambiguous_timestamp(wall).compatible().ok());
    instant.ok_or_else(|| {
        Fault::invalid(
            "evaluated_at",
            "must be an instant (2016-01-12T22:22:40-05:00) or a wall time in the district's zone (2016-01-12T22:22:40)",
        )
    })
}
