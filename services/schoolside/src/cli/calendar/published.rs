//! Calendars of a running system: what is published, and publishing what follows it.

use sla_domain::calendar::{Definition, ical};
use wire::schoolside::sla::v1::{
    GetCalendarRequest, PublishCalendarRequest, sla_service_client::SlaServiceClient,
};

use crate::{
    cli::words,
    connection::{Authorized, Connection},
    context::Context,
    failure::Failure,
};

/// A calendar as it is published.
pub(super) struct Published {
    connection: Connection,
    /// `calendars/{id}`.
    pub(super) name: String,
    /// The latest version.
    pub(super) version: i32,
    etag: String,
}

/// What publishing came to.
pub(super) struct Outcome {
    /// The version that stands now.
    pub(super) version: i32,
    /// Whether it was made just now.
    pub(super) new: bool,
}

impl Published {
    /// The latest version of a calendar, and what it says.
    ///
    /// # Errors
    /// When the system has none of this id, or does not show it.
    pub(super) async fn get(
        id: &str,
        role: &str,
        context: &Context,
    ) -> Result<(Self, Definition), Failure> {
        let connection = context.connection.open(role)?;
        let name = words::resource("calendars", id);
        let ask = GetCalendarRequest { name: name.clone(), after: String::new() };
        let found = client(&connection)?.get_calendar(ask).await?.into_inner();
        let calendar = found.calendar.unwrap_or_default();
        let definition = Definition::from_message(calendar.definition.unwrap_or_default())
            .map_err(|error| Failure::Refused(format!("{name} cannot be read: {error}")))?;
        let published = Self { connection, name, version: calendar.version, etag: found.etag };
        Ok((published, definition))
    }

    /// Publishes what is to follow, unless another version came in between.
    ///
    /// # Errors
    /// When the system declines.
    pub(super) async fn follow_with(&self, next: &Definition) -> Result<Outcome, Failure> {
        let request = PublishCalendarRequest {
            name: self.name.clone(),
            file: ical::to_toml(next),
            command_id: words::command_id(),
            etag: self.etag.clone(),
            ..Default::default()
        };
        let done = client(&self.connection)?.publish_calendar(request).await?.into_inner();
        let version = done.calendar.map_or(self.version, |calendar| calendar.version);
        Ok(Outcome { version, new: done.published })
    }
}

fn client(connection: &Connection) -> Result<SlaServiceClient<Authorized>, Failure> {
    Ok(SlaServiceClient::new(connection.service("sla")?))
}
