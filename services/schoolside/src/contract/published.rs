//! Every topic with every event type that it carries, from the catalogue and the comments in the proto files.

use prost_reflect::{DescriptorPool, MessageDescriptor};

use super::schema;
use crate::{catalogue, out};

/// The version with which the first event types were published.
const FIRST: &str = "0.1.0";

/// How a message says with which version its event type came.
const SINCE: &str = " Since ";

/// A topic, with all that it carries.
pub struct Topic {
    /// Its name.
    pub name: String,
    /// The context that publishes it.
    pub context: &'static str,
    /// The aggregate whose events it carries.
    pub aggregate: &'static str,
    /// What it carries, in one sentence.
    pub sentence: &'static str,
    /// Where its schema is.
    pub schema: String,
    /// Its event types, in the order of the schema.
    pub events: Vec<EventType>,
}

/// An event type.
#[derive(Clone)]
pub struct EventType {
    /// The log's name of it: `request.opened`.
    pub name: String,
    /// The CloudEvents type: `schoolside.requests.request.opened.v1`.
    pub ce_type: String,
    /// What happened, in one sentence.
    pub sentence: String,
    /// The version with which it came.
    pub since: String,
    /// The message that its records carry.
    pub message: MessageDescriptor,
}

/// Every topic, in the order of the catalogue.
pub fn topics() -> Vec<Topic> {
    catalogue::topics()
        .map(|(context, topic)| {
            let file = format!("schoolside/{context}/v1/{}_events.proto", topic.aggregate);
            Topic {
                name: wire::topic::topic(context, topic.aggregate),
                context,
                aggregate: topic.aggregate,
                sentence: topic.description,
                events: events(out::pool(), context, &file),
                schema: format!("proto/{file}"),
            }
        })
        .collect()
}

/// The event types of a schema file: the messages whose comments begin with an event's name.
fn events(pool: &DescriptorPool, context: &str, file: &str) -> Vec<EventType> {
    let messages = pool.get_file_by_name(file);
    let messages = messages.iter().flat_map(prost_reflect::FileDescriptor::messages);
    messages.filter_map(|message| event(context, message)).collect()
}

/// The event that a message is of; `None` for parts of messages and for private messages.
fn event(context: &str, message: MessageDescriptor) -> Option<EventType> {
    let comment = schema::comment(&message.parent_file(), message.path());
    let (name, sentence, since) = read(&comment)?;
    Some(EventType {
        name: name.to_owned(),
        ce_type: wire::topic::cloud_event_type(context, name),
        sentence: capitalised(sentence),
        since: since.to_owned(),
        message,
    })
}

/// What the comment of an event's message says: name, sentence, and with which version it came.
fn read(comment: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = comment.strip_prefix('`')?.split_once("`: ")?;
    Some(match rest.rsplit_once(SINCE) {
        Some((sentence, since)) => (name, sentence, since.trim_end_matches('.')),
        None => (name, rest, FIRST),
    })
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_names_the_event_and_may_say_since_when() {
        let first = "`request.opened`: someone asked.";
        assert_eq!(read(first), Some(("request.opened", "someone asked.", "0.1.0")));
        let later = "`request.escalated`: it went up. Since 0.2.0.";
        assert_eq!(read(later), Some(("request.escalated", "it went up.", "0.2.0")));
        assert_eq!(read("The private part of `request.opened`."), None);
    }

    #[test]
    fn every_topic_has_a_schema_with_events_named_like_their_messages() {
        for topic in topics() {
            assert!(!topic.events.is_empty(), "{}: {} has no events", topic.name, topic.schema);
            for event in &topic.events {
                let named = wire::topic::message(topic.context, &event.name);
                assert_eq!(event.message.full_name(), named, "{}", event.name);
                assert!(event.name.starts_with(&format!("{}.", topic.aggregate)), "{}", event.name);
                assert!(event.sentence.ends_with('.'), "{}", event.sentence);
            }
        }
    }

    #[test]
    fn every_public_message_of_the_schemas_is_an_event_or_a_part_of_one() {
        let topics = topics();
        let events = topics.iter().flat_map(|topic| &topic.events);
        let reached: Vec<String> = events
            .flat_map(|event| schema::reached(&event.message).0)
            .map(|message| message.full_name().to_owned())
            .collect();
        let files = out::pool().files().filter(|file| file.name().ends_with("_events.proto"));
        for message in files.flat_map(|file| file.messages().collect::<Vec<_>>()) {
            let name = message.full_name();
            assert!(name.ends_with("Private") || reached.iter().any(|it| it == name), "{name}");
        }
    }
}
