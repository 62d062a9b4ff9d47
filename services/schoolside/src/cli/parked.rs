//! `schoolside parked`: records that a subscription could not handle, and what to do about them.

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use wire::schoolside::common::v1::{
    DropParkedRecordRequest, GetParkedRecordRequest, ListParkedRecordsRequest, ParkedRecord,
    RetryParkedRecordRequest, parked_record_service_client::ParkedRecordServiceClient,
};

use super::{events, words};
use crate::{
    assembly::SERVICES,
    connection::{Authorized, Connection},
    context::Context,
    failure::Failure,
    out,
};

/// How much of an error a table shows.
const ERROR_WIDTH: usize = 80;

/// What can be done about parked records.
#[derive(Debug, Subcommand)]
pub enum ParkedCommand {
    /// List what is parked, and what waits behind it.
    #[command(
        after_help = "Examples:\n  schoolside parked list\n  schoolside parked list --context sla --json"
    )]
    List {
        /// Only subscriptions of this context, e.g. `sla`.
        #[arg(long)]
        context: Option<String>,
        /// At most so many.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i32).range(1..=500))]
        limit: i32,
    },
    /// Show one record: its error, its attempts, its payload.
    #[command(after_help = "Example:\n  schoolside parked show sla.requests 4711")]
    Show(Which),
    /// Have a record tried again, once its cause is gone; those behind it follow.
    #[command(after_help = "Example:\n  schoolside parked retry sla.requests 4711")]
    Retry(Which),
    /// Leave a record out for good, and let those behind it go on. It stays on record as dropped.
    #[command(after_help = "Example:\n  schoolside parked drop sla.requests 4711")]
    Drop(Which),
}

/// Which record.
#[derive(Debug, Args)]
pub struct Which {
    /// The subscription, e.g. `sla.requests`.
    subscription: String,
    /// The record's position, as `parked list` shows it.
    position: i64,
}

/// Runs a command about parked records.
///
/// # Errors
/// When the system declines.
pub async fn run(command: ParkedCommand, context: &Context) -> Result<(), Failure> {
    let connection = context.connection.open("operator")?;
    match command {
        ParkedCommand::List { context: only, limit } => {
            let (records, more) = list(&connection, only, limit).await?;
            if context.json {
                let records: Vec<Value> = records.iter().map(out::to_json).collect();
                out::json(&json!({ "records": records, "more": more }));
            } else {
                out::line(list_text(&records, more));
            }
        }
        ParkedCommand::Show(Which { subscription, position }) => {
            let mut client = client_for(&connection, &subscription)?;
            let ask = GetParkedRecordRequest { subscription, position };
            let record = client.get_parked_record(ask).await?.into_inner().record;
            print(context, &record.unwrap_or_default(), show_text);
        }
        ParkedCommand::Retry(Which { subscription, position }) => {
            let mut client = client_for(&connection, &subscription)?;
            let ask = RetryParkedRecordRequest { subscription, position };
            let record = client.retry_parked_record(ask).await?.into_inner().record;
            print(context, &record.unwrap_or_default(), retry_text);
        }
        ParkedCommand::Drop(Which { subscription, position }) => {
            let mut client = client_for(&connection, &subscription)?;
            let ask = DropParkedRecordRequest { subscription, position };
            let record = client.drop_parked_record(ask).await?.into_inner().record;
            print(context, &record.unwrap_or_default(), drop_text);
        }
    }
    Ok(())
}

/// The client of the process that has a subscription, whose name begins with its context's.
fn client_for(
    connection: &Connection,
    subscription: &str,
) -> Result<ParkedRecordServiceClient<Authorized>, Failure> {
    let context = subscription.split('.').next().unwrap_or_default();
    Ok(ParkedRecordServiceClient::new(connection.service(context)?))
}

/// Asks every context, because each may have a process of its own; says whether there are more.
async fn list(
    connection: &Connection,
    only: Option<String>,
    limit: i32,
) -> Result<(Vec<ParkedRecord>, bool), Failure> {
    let contexts = only.map_or_else(|| SERVICES.map(str::to_owned).to_vec(), |only| vec![only]);
    let (mut records, mut more) = (Vec::new(), false);
    for context in contexts {
        let mut client = ParkedRecordServiceClient::new(connection.service(&context)?);
        let ask = ListParkedRecordsRequest { context, page_size: limit, ..Default::default() };
        let page = client.list_parked_records(ask).await?.into_inner();
        more |= !page.next_page_token.is_empty();
        records.extend(page.records);
    }
    let shown = usize::try_from(limit).unwrap_or_default();
    more |= records.len() > shown;
    records.truncate(shown);
    Ok((records, more))
}

fn print(context: &Context, record: &ParkedRecord, text: fn(&ParkedRecord) -> String) {
    if context.json {
        let mut value = out::to_json(record);
        value["payload"] = events::payload(&record.r#type, &record.payload);
        out::json(&value);
    } else {
        out::line(text(record));
    }
}

fn list_text(records: &[ParkedRecord], more: bool) -> String {
    if records.is_empty() {
        return "nothing is parked".to_owned();
    }
    let rows: Vec<Vec<String>> = records
        .iter()
        .map(|record| {
            vec![
                record.subscription.clone(),
                record.position.to_string(),
                state(record),
                events::short(&record.r#type).to_owned(),
                record.attempts.to_string(),
                words::instant(record.parked_at.as_ref()),
                shortened(&record.error),
            ]
        })
        .collect();
    let header = ["subscription", "position", "state", "event", "attempts", "since", "error"];
    let table = out::table(&header, &rows);
    if more { format!("{table}\n\nthere are more: raise --limit") } else { table }
}

fn show_text(record: &ParkedRecord) -> String {
    format!(
        "{} at position {}: {} since {}, tried {} times\nevent    {}, version {} of {}\nerror    {}\npayload  {}",
        record.subscription,
        record.position,
        state(record),
        words::instant(record.parked_at.as_ref()),
        record.attempts,
        events::short(&record.r#type),
        record.version,
        record.key,
        record.error,
        events::payload(&record.r#type, &record.payload)
    )
}

fn retry_text(record: &ParkedRecord) -> String {
    let (subscription, position) = (&record.subscription, record.position);
    format!(
        "{subscription} tries position {position} again within about a second; `schoolside parked list` shows whether \
         it could be handled"
    )
}

fn drop_text(record: &ParkedRecord) -> String {
    let (subscription, position) = (&record.subscription, record.position);
    format!(
        "{subscription} leaves position {position} out within about a second, and goes on behind it"
    )
}

fn state(record: &ParkedRecord) -> String {
    words::word("PARKED_STATE_", record.state().as_str_name())
}

fn shortened(error: &str) -> String {
    let line = error.lines().next().unwrap_or_default();
    if line.chars().count() <= ERROR_WIDTH {
        return line.to_owned();
    }
    line.chars().take(ERROR_WIDTH - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use wire::schoolside::common::v1::ParkedState;

    use super::*;

    #[test]
    fn a_list_names_what_retry_needs_and_cuts_long_errors() {
        let record = ParkedRecord {
            subscription: "sla.requests".into(),
            position: 4711,
            r#type: "schoolside.requests.request.opened.v1".into(),
            state: ParkedState::Parked.into(),
            error: "e".repeat(200),
            attempts: 3,
            ..Default::default()
        };
        let text = list_text(&[record], true);
        assert!(
            text.contains("sla.requests  4711      parked  requests.request.opened.v1"),
            "{text}"
        );
        assert!(text.contains(&format!("{}…\n", "e".repeat(79))), "{text}");
        assert!(text.ends_with("there are more: raise --limit"), "{text}");
        assert_eq!(list_text(&[], false), "nothing is parked");
    }
}
