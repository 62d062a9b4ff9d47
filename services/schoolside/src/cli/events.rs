//! `schoolside events`: the published history.

use clap::Subcommand;
use prost_reflect::DynamicMessage;
use serde_json::{Value, json};
use wire::schoolside::common::v1::{
    Envelope, ListTopicsRequest, ListTopicsResponse, ReadRequest,
    event_feed_service_client::EventFeedServiceClient,
};

use super::words;
use crate::{connection::Authorized, context::Context, failure::Failure, out};

/// What can be done with the published history.
#[derive(Debug, Subcommand)]
pub enum EventsCommand {
    /// Read a topic from a position, and go on with new events as they come.
    #[command(
        after_help = "Example:\n  schoolside events tail schoolside.requests.request.v1 --from 0 --limit 10 --no-follow"
    )]
    Tail {
        /// The topic.
        topic: String,
        /// Only events after this position; the end of the history if not given.
        #[arg(long)]
        from: Option<i64>,
        /// Stop after so many events.
        #[arg(long, default_value_t = 0)]
        limit: i64,
        /// Stop at the present end instead of waiting for more.
        #[arg(long)]
        no_follow: bool,
    },
    /// List the topics.
    #[command(after_help = "Example:\n  schoolside events topics")]
    Topics,
}

/// Runs an events command.
///
/// # Errors
/// When the system declines.
pub async fn run(command: EventsCommand, context: &Context) -> Result<(), Failure> {
    let connection = context.connection.open("integrator")?;
    match command {
        EventsCommand::Topics => {
            let mut client = EventFeedServiceClient::new(connection.service("feed")?);
            let topics = client.list_topics(ListTopicsRequest {}).await?.into_inner();
            context.print(&topics, topics_text);
        }
        EventsCommand::Tail { topic, from, limit, no_follow } => {
            let service = wire::topic::parse_topic(&topic).map_or("feed", |(context, _)| context);
            let mut client = EventFeedServiceClient::new(connection.service(service)?);
            let from_position = match from {
                Some(position) => position,
                None => head(&mut client, &topic).await?,
            };
            let request = ReadRequest { topic, from_position, limit, follow: !no_follow };
            let mut stream = client.read(request).await?.into_inner();
            while let Some(page) = stream.message().await? {
                for event in &page.events {
                    if context.json {
                        out::json(&to_json(event));
                    } else {
                        out::line(to_text(event));
                    }
                }
            }
        }
    }
    Ok(())
}

async fn head(
    client: &mut EventFeedServiceClient<Authorized>,
    topic: &str,
) -> Result<i64, Failure> {
    let topics = client.list_topics(ListTopicsRequest {}).await?.into_inner().topics;
    Ok(topics.iter().find(|listed| listed.name == topic).map_or(0, |listed| listed.head))
}

fn topics_text(topics: &ListTopicsResponse) -> String {
    let rows: Vec<Vec<String>> = topics
        .topics
        .iter()
        .map(|topic| vec![topic.name.clone(), topic.head.to_string(), topic.description.clone()])
        .collect();
    out::table(&["topic", "head", "carries"], &rows)
}

fn to_json(event: &Envelope) -> Value {
    let mut value = out::to_json(event);
    value["payload"] = payload(&event.r#type, &event.payload);
    value
}

fn to_text(event: &Envelope) -> String {
    format!(
        "{:>8}  {}  {}  v{}  {}  {}",
        event.position,
        words::instant(event.occurred_at.as_ref()),
        short(&event.r#type),
        event.version,
        event.subject,
        payload(&event.r#type, &event.payload)
    )
}

/// An event's type, as people say it.
pub(super) fn short(event_type: &str) -> &str {
    event_type.strip_prefix("schoolside.").unwrap_or(event_type)
}

/// A payload as JSON, by the message that the event's type names; its length if it is unknown to this build.
pub(super) fn payload(event_type: &str, payload: &[u8]) -> Value {
    decode(event_type, payload).unwrap_or_else(|| json!({ "bytes": payload.len() }))
}

fn decode(event_type: &str, payload: &[u8]) -> Option<Value> {
    // schoolside.requests.request.opened.v1 → requests
    let context = event_type.split('.').nth(1)?;
    let event = wire::topic::parse_cloud_event_type(context, event_type)?;
    let descriptor = out::pool().get_message_by_name(&wire::topic::message(context, event))?;
    let dynamic = DynamicMessage::decode(descriptor, payload).ok()?;
    serde_json::to_value(dynamic).ok()
}

#[cfg(test)]
mod tests {
    use prost::Message;
    use wire::schoolside::requests::v1::RequestClosed;

    use super::*;

    #[test]
    fn a_payload_is_shown_by_its_type() {
        let closed = RequestClosed { automatic: true }.encode_to_vec();
        let event_type = "schoolside.requests.request.closed.v1";
        assert_eq!(payload(event_type, &closed), json!({ "automatic": true }));
    }
}
