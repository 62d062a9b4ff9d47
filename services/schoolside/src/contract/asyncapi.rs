//! `docs/asyncapi.yaml`: the topics for tools, as an AsyncAPI 3 document with Kafka bindings.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value, json};
use stream::kafka::{
    record::CONTENT_TYPE,
    topics::{PARTITIONS, RETENTION},
};

use super::{
    ContractError,
    headers::{Form, HEADERS},
    manual::latest,
    published::{EventType, Topic},
    sample::Samples,
    schema,
};

/// What a payload's schema is written in.
const PROTOBUF: &str = "application/vnd.google.protobuf;version=3";

/// The document begins so: it is written, not edited.
const PREFACE: &str = "# Written by `./dev contract` from the catalogue of topics, the schemas and the samples; do not edit.\n";

/// The document, in the order in which one reads it.
#[derive(Serialize)]
struct Document {
    asyncapi: &'static str,
    info: Value,
    #[serde(rename = "defaultContentType")]
    default_content_type: &'static str,
    channels: Map<String, Value>,
    operations: Map<String, Value>,
    components: Components,
}

#[derive(Serialize)]
struct Components {
    #[serde(rename = "messageTraits")]
    message_traits: Value,
    messages: BTreeMap<String, Message>,
}

/// One event type.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    name: String,
    title: String,
    summary: String,
    description: String,
    content_type: &'static str,
    traits: Value,
    payload: Payload,
    examples: [Value; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    schema_format: &'static str,
    schema: String,
}

/// The whole document.
///
/// # Errors
/// When an event type has no sample.
pub fn write(topics: &[Topic], samples: &Samples) -> Result<String, ContractError> {
    let mut messages = BTreeMap::new();
    for event in topics.iter().flat_map(|topic| &topic.events) {
        messages.insert(event.ce_type.clone(), message(event, samples)?);
    }
    let each = |make: fn(&Topic) -> (String, Value)| topics.iter().map(make).collect::<Map<_, _>>();
    let document = Document {
        asyncapi: "3.0.0",
        info: json!({
            "title": "Schoolside events",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "What the services of Schoolside publish to Kafka. In words: topics.md.",
            "license": { "name": "Apache-2.0" },
        }),
        default_content_type: CONTENT_TYPE,
        channels: each(channel),
        operations: each(operation),
        components: Components { message_traits: json!({ "cloudEvent": cloud_event() }), messages },
    };
    let yaml = serde_saphyr::to_string_with_options(&document, options());
    Ok(format!("{PREFACE}{}", yaml.map_err(|error| ContractError::Yaml(error.to_string()))?))
}

fn options() -> serde_saphyr::SerializerOptions {
    serde_saphyr::ser_options! { prefer_block_scalars: true }
}

/// What a topic is called within the document: `requests.request`.
fn short(topic: &Topic) -> String {
    format!("{}.{}", topic.context, topic.aggregate)
}

fn channel(topic: &Topic) -> (String, Value) {
    let reference = |event: &EventType| {
        (event.name.clone(), json!({ "$ref": format!("#/components/messages/{}", event.ce_type) }))
    };
    let channel = json!({
        "address": topic.name,
        "description": topic.sentence,
        "messages": topic.events.iter().map(reference).collect::<Map<_, _>>(),
        "bindings": { "kafka": {
            "topic": topic.name,
            "partitions": PARTITIONS,
            "topicConfiguration": {
                "cleanup.policy": ["delete"],
                "retention.ms": u64::try_from(RETENTION.as_millis()).unwrap_or(u64::MAX),
            },
            "bindingVersion": "0.5.0",
        } },
    });
    (short(topic), channel)
}

fn operation(topic: &Topic) -> (String, Value) {
    let operation = json!({
        "action": "send",
        "channel": { "$ref": format!("#/channels/{}", short(topic)) },
        "summary": format!("The {} service publishes: {}", topic.context, topic.sentence),
    });
    (format!("publish.{}", short(topic)), operation)
}

fn message(event: &EventType, samples: &Samples) -> Result<Message, ContractError> {
    let (revision, sample) = latest(samples, &event.ce_type)?;
    Ok(Message {
        name: event.ce_type.clone(),
        title: event.name.clone(),
        summary: event.sentence.clone(),
        description: format!("Revision {revision}, since {}.", event.since),
        content_type: CONTENT_TYPE,
        traits: json!([{ "$ref": "#/components/messageTraits/cloudEvent" }]),
        payload: Payload { schema_format: PROTOBUF, schema: schema::text(&event.message) },
        examples: [json!({
            "name": event.name,
            "headers": sample.headers,
            "payload": sample.value,
        })],
    })
}

/// What all messages share: the headers, and the key.
fn cloud_event() -> Value {
    let properties: Map<_, _> =
        HEADERS.iter().map(|header| (header.name.to_owned(), property(header))).collect();
    let required: Vec<_> =
        HEADERS.iter().filter(|header| header.always).map(|header| header.name).collect();
    json!({
        "headers": { "type": "object", "required": required, "properties": properties },
        "bindings": { "kafka": {
            "key": {
                "type": "string",
                "description": "The id of what the event is about.",
                "pattern": Form::Uuid.pattern(),
            },
            "bindingVersion": "0.5.0",
        } },
    })
}

fn property(header: &super::headers::Header) -> Value {
    match header.form {
        Form::Exactly(text) => {
            json!({ "type": "string", "description": header.meaning, "const": text })
        }
        form => {
            json!({ "type": "string", "description": header.meaning, "pattern": form.pattern() })
        }
    }
}
