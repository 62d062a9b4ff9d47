//! `schoolside relay`: how far the logs are on their Kafka topics, and what to do when one does not go on.

use clap::Subcommand;
use serde_json::{Value, json};
use wire::schoolside::common::v1::{
    GetRelayStatusRequest, RelayStatus, RepublishLogRequest, SkipEventRequest,
    relay_service_client::RelayServiceClient,
};

use crate::{
    connection::{Authorized, Connection},
    context::Context,
    failure::Failure,
    out,
};

/// The services that have a log of their own.
const LOGS: [&str; 5] = ["directory", "requests", "routing", "sla", "surveys"];

/// What can be done about relays.
#[derive(Debug, Subcommand)]
pub enum RelayCommand {
    /// Show how far each log is on its topics, and why it does not go on.
    #[command(after_help = "Example:\n  schoolside relay status --json")]
    Status,
    /// Publish a log again, to whatever cluster is there now: after a cluster was replaced, or the namespace changed.
    #[command(after_help = "Example:\n  schoolside relay republish requests --from 1")]
    Republish {
        /// The log, e.g. `requests`.
        log: String,
        /// The first position to be published; 1 is the beginning.
        #[arg(long = "from", value_name = "POSITION")]
        from_position: i64,
    },
    /// Leave out the event that a relay stands before and cannot send, for ever. Consumers see a hole there.
    #[command(
        after_help = "Example:\n  schoolside relay skip requests --position 4711 --reason 'larger than the broker takes'"
    )]
    Skip {
        /// The log.
        log: String,
        /// The event's position, as `relay status` says it.
        #[arg(long)]
        position: i64,
        /// Why; kept with the operator's name.
        #[arg(long)]
        reason: String,
    },
}

/// Runs a command about relays.
///
/// # Errors
/// When the system declines.
pub async fn run(command: RelayCommand, context: &Context) -> Result<(), Failure> {
    let connection = context.connection.open("operator")?;
    let logs = match command {
        RelayCommand::Status => status(&connection).await?,
        RelayCommand::Republish { log, from_position } => {
            let mut client = client(&connection, &log)?;
            let ask = RepublishLogRequest { log, from_position };
            client.republish_log(ask).await?.into_inner().status.into_iter().collect()
        }
        RelayCommand::Skip { log, position, reason } => {
            let mut client = client(&connection, &log)?;
            let ask = SkipEventRequest { log, position, reason };
            client.skip_event(ask).await?.into_inner().status.into_iter().collect()
        }
    };
    if context.json {
        let logs: Vec<Value> = logs.iter().map(to_json).collect();
        out::json(&json!({ "logs": logs }));
    } else {
        out::line(text(&logs));
    }
    Ok(())
}

fn client(connection: &Connection, log: &str) -> Result<RelayServiceClient<Authorized>, Failure> {
    Ok(RelayServiceClient::new(connection.service(log)?))
}

/// Asks for every log, because each may be in a process of its own.
async fn status(connection: &Connection) -> Result<Vec<RelayStatus>, Failure> {
    let mut found = Vec::new();
    for log in LOGS {
        let all = client(connection, log)?.get_relay_status(GetRelayStatusRequest {}).await?;
        found.extend(all.into_inner().logs.into_iter().filter(|status| status.log == log));
    }
    Ok(found)
}

fn to_json(status: &RelayStatus) -> Value {
    json!({
        "log": status.log,
        "head": status.head,
        "cursor": status.cursor,
        "lag_events": status.lag_events,
        "lag_seconds": status.lag_seconds,
        "cluster": status.cluster_id,
        "at_work": status.at_work,
        "trouble": (!status.trouble.is_empty()).then_some(&status.trouble),
    })
}

fn text(logs: &[RelayStatus]) -> String {
    if logs.is_empty() {
        return "no log is published: start the system with --kafka HOST:PORT".to_owned();
    }
    let row = |status: &RelayStatus| {
        let state = match (status.trouble.as_str(), status.at_work) {
            ("", true) => "at work",
            ("", false) => "no relay is at work",
            (trouble, _) => trouble,
        };
        vec![
            status.log.clone(),
            status.head.to_string(),
            status.cursor.to_string(),
            status.lag_events.to_string(),
            format!("{:.1} s", status.lag_seconds),
            state.to_owned(),
        ]
    };
    let rows: Vec<_> = logs.iter().map(row).collect();
    out::table(&["log", "head", "published", "waiting", "for", "state"], &rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relay_that_stands_says_why() {
        let standing = RelayStatus {
            log: "requests".into(),
            head: 12,
            cursor: 9,
            lag_events: 3,
            lag_seconds: 61.25,
            trouble: "no broker answers at h:1".into(),
            ..Default::default()
        };
        let text = text(&[standing]);
        assert!(
            text.ends_with("requests  12    9          3        61.2 s  no broker answers at h:1"),
            "{text}"
        );
    }
}
