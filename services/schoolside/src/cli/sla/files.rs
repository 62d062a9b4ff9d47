//! Files and instants that are given on the command line.

use std::{fs, path::Path};

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};
use wire::schoolside::directory::v1::{
    GetDistrictRequest, directory_service_client::DirectoryServiceClient,
};

use crate::{connection::Connection, failure::Failure};

/// The text of a file.
///
/// # Errors
/// When it cannot be read.
pub fn text(file: &Path) -> Result<String, Failure> {
    fs::read_to_string(file)
        .map_err(|error| Failure::Usage(format!("{} cannot be read: {error}", file.display())))
}

/// Instants as people give them: RFC 3339, or a day or wall time in the district's zone, which is asked for once needed.
///
/// # Errors
/// When a text is none of these, or the district has no zone yet.
pub async fn instants<const N: usize>(
    given: [(&str, &str); N],
    connection: &Connection,
) -> Result<[prost_types::Timestamp; N], Failure> {
    let absolute = given.iter().all(|(_, text)| text.parse::<Timestamp>().is_ok());
    let zone = if absolute { TimeZone::UTC } else { zone(connection).await? };
    let mut instants = [prost_types::Timestamp::default(); N];
    for ((option, text), instant) in given.iter().zip(&mut instants) {
        let found = instant_of(text, &zone).ok_or_else(|| {
            Failure::Usage(format!(
                "{option} {text:?} is not an instant, e.g. 2026-02-02T08:00:00-05:00, nor a day or time in the district's zone, e.g. 2026-02-02"
            ))
        })?;
        *instant = wire::time::to_proto(found);
    }
    Ok(instants)
}

fn instant_of(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let date = || text.parse::<Date>().ok().filter(|_| !text.contains(['T', ' ', ':']));
    let local = || {
        let at = date().map(|date| date.to_datetime(Time::midnight()));
        zone.to_timestamp(at.or_else(|| text.parse::<DateTime>().ok())?).ok()
    };
    text.parse().ok().or_else(local)
}

async fn zone(connection: &Connection) -> Result<TimeZone, Failure> {
    let mut directory = DirectoryServiceClient::new(connection.service("directory")?);
    let answer = directory.get_district(GetDistrictRequest::default()).await?.into_inner();
    let zone = answer.district.unwrap_or_default().zone;
    TimeZone::get(&zone).map_err(Failure::usage)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_in_the_districts_zone_and_an_offset_stands() {
        let zone = TimeZone::get("America/New_York").unwrap();
        let read = |text: &str| instant_of(text, &zone).map(|at| at.to_string());
        // Winter is five hours behind UTC, summer four.
        assert_eq!(read("2015-01-01").as_deref(), Some("2015-01-01T05:00:00Z"));
        assert_eq!(read("2015-07-01T08:30:00").as_deref(), Some("2015-07-01T12:30:00Z"));
        assert_eq!(read("2015-07-01T08:30:00Z").as_deref(), Some("2015-07-01T08:30:00Z"));
        assert_eq!(read("yesterday"), None);
    }
}
