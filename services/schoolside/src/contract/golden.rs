//! The samples in `tests/golden` are what was published: each is what today's code reads and writes, byte for byte.

use std::{collections::BTreeSet, path::PathBuf};

use eventlog::{EventMeta, Recorded};
use kernel::{CommandId, EventCodec, EventId, Position, StreamId, Version};
use prost::Message as _;
use prost_reflect::{DescriptorPool, MessageDescriptor};
use prost_types::{FieldDescriptorProto, FileDescriptorSet, field_descriptor_proto::Type};
use rstest::rstest;
use stream::kafka::record::{FILLER, headers};

use super::{
    files,
    headers::HEADERS,
    published::{self, EventType},
    sample::{Sample, Samples},
    value,
};

/// What to do about an event type without a sample.
const MISSING: &str = "write r1.json there, in the form of its neighbours, with a key of its own, every field filled and \
                       no names; then run `./dev schoolside contract encode` with it, and `./dev contract`";

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden")
}

fn samples() -> Vec<Sample> {
    files::records(&folder()).unwrap().iter().map(|file| Sample::read(file).unwrap()).collect()
}

/// Every sample with the context and event type that it is of, by where it lies.
fn each() -> Vec<(Sample, &'static str, EventType)> {
    let topics = published::topics();
    let find = |sample: Sample| {
        let place = sample.file.parent().unwrap().file_name().unwrap();
        let events =
            topics.iter().flat_map(|topic| topic.events.iter().map(|it| (topic.context, it)));
        let found = events.into_iter().find(|(_, event)| event.ce_type.as_str() == place);
        let (context, event) = found
            .unwrap_or_else(|| panic!("{place:?} was published, and is no event type any more"));
        (sample, context, event.clone())
    };
    samples().into_iter().map(find).collect()
}

/// The record as the event that the service took from its log.
fn recorded(sample: &Sample, context: &'static str, event: &EventType) -> Recorded {
    let number = |name| sample.header(name).parse::<i64>().unwrap();
    let small = |name| sample.header(name).parse::<i32>().unwrap();
    let text = |name| sample.header(name).to_owned();
    let bytes = sample.bytes().unwrap();
    Recorded {
        context,
        position: Position(number("ce_position")),
        stream: StreamId(sample.key.parse().unwrap()),
        version: Version(small("ce_sequence")),
        name: event.name.clone(),
        revision: text("ce_revision").parse().unwrap(),
        event_id: EventId(text("ce_id").parse().unwrap()),
        command_id: CommandId(text("ce_commandid").parse().unwrap()),
        occurred_at: text("ce_time").parse().unwrap(),
        recorded_at: text("ce_recordedtime").parse().unwrap(),
        meta: EventMeta {
            actor: text("ce_actor"),
            roles: text("ce_roles").split(' ').map(str::to_owned).collect(),
            correlation_id: text("ce_correlationid"),
            causation_id: text("ce_causationid"),
            traceparent: text("traceparent"),
            causation_depth: small("ce_causationdepth"),
            following: small("ce_following"),
        },
        payload: if bytes == FILLER { Vec::new() } else { bytes },
        private: None,
    }
}

/// Reads the event by its aggregate's codec, and writes it again: bytes and revision.
fn through_codec(event: &Recorded) -> (Vec<u8>, u16) {
    fn through<E: EventCodec>(event: &Recorded) -> (Vec<u8>, u16) {
        let read: E = event.decode().unwrap_or_else(|error| panic!("{}: {error}", event.name));
        assert_eq!(read.name(), event.event());
        (read.encode().payload, read.revision())
    }
    match (event.context, event.kind()) {
        ("directory", "district") => through::<directory_domain::district::Event>(event),
        ("directory", "network") => through::<directory_domain::network::Event>(event),
        ("directory", "school") => through::<directory_domain::school::Event>(event),
        ("directory", "team") => through::<directory_domain::team::Event>(event),
        ("directory", "person") => through::<directory_domain::person::Event>(event),
        ("requests", "request_type") => through::<requests_domain::request_type::Event>(event),
        ("requests", "request") => through::<requests_domain::request::Event>(event),
        ("routing", "rule_set") => through::<routing_domain::rule_set::Event>(event),
        ("routing", "case") => through::<routing_domain::case::Event>(event),
        ("sla", "calendar") => through::<sla_domain::calendar::Event>(event),
        ("sla", "policy") => through::<sla_domain::policy::Event>(event),
        ("sla", "case") => through::<sla_domain::case::Event>(event),
        ("surveys", "instrument") => through::<surveys_domain::instrument::Event>(event),
        ("surveys", "invitation") => through::<surveys_domain::invitation::Event>(event),
        (context, kind) => panic!("add the codec of {context}'s {kind} here"),
    }
}

#[test]
fn every_event_type_has_a_sample() {
    let samples = Samples::read(&folder()).unwrap();
    for topic in published::topics() {
        for event in &topic.events {
            let place = format!("tests/golden/{}/{}", topic.name, event.ce_type);
            assert!(samples.latest(&event.ce_type).is_some(), "no sample in {place}: {MISSING}");
        }
    }
}

#[test]
fn every_sample_lies_where_its_topic_type_and_revision_say() {
    for (sample, _, event) in each() {
        let revision = sample.header("ce_revision");
        let place = folder().join(&sample.topic).join(&event.ce_type);
        let names = [format!("r{revision}.json"), format!("r{revision}-empty.json")];
        assert!(names.iter().any(|name| place.join(name) == sample.file), "{sample:?}");
        assert_eq!(sample.header("ce_type"), event.ce_type);
    }
}

/// Says how a sample's bytes and JSON are no longer one and the same message.
fn differs(sample: &Sample, descriptor: &MessageDescriptor) -> Option<String> {
    let bytes = sample.bytes().unwrap();
    let json = sample.value.as_ref().unwrap();
    let read = match value::decode(descriptor.clone(), &bytes) {
        Ok(read) => read,
        Err(error) => return Some(error),
    };
    if let Some(field) = value::unknown(&read).first() {
        return Some(format!("there is no field {field}"));
    }
    if serde_json::to_value(&read).unwrap() != *json {
        return Some(format!("the bytes say {}", serde_json::to_string(&read).unwrap()));
    }
    let stated = value::from_json(descriptor.clone(), json);
    let same = stated.is_ok_and(|stated| value::encode(&stated) == bytes);
    (!same).then(|| "the JSON is other bytes".to_owned())
}

#[test]
fn every_value_is_what_its_json_says_and_back() {
    for (sample, _, event) in each() {
        let name = sample.file.display();
        assert!(!sample.bytes().unwrap().is_empty(), "{name} is empty, a deletion for Kafka");
        let differs = differs(&sample, &event.message);
        assert_eq!(differs, None, "{name}: what was published was renamed, renumbered or removed");
    }
}

/// The message of a type with one field of a message changed.
fn changed(
    name: &str,
    message: &str,
    field: &str,
    change: fn(&mut FieldDescriptorProto),
) -> MessageDescriptor {
    let mut set = FileDescriptorSet::decode(wire::DESCRIPTORS).unwrap();
    let mut messages = set.file.iter_mut().flat_map(|file| &mut file.message_type);
    let message = messages.find(|it| it.name() == message).unwrap();
    change(message.field.iter_mut().find(|it| it.name() == field).unwrap());
    let pool = DescriptorPool::from_file_descriptor_set(set).unwrap();
    pool.get_message_by_name(name).unwrap()
}

fn renumbered(field: &mut FieldDescriptorProto) {
    field.number = Some(9);
}

fn renamed(field: &mut FieldDescriptorProto) {
    field.json_name = Some("why".to_owned());
}

fn retyped(field: &mut FieldDescriptorProto) {
    field.set_type(Type::Int64);
}

#[rstest]
#[case("RequestReopened", "reason", renumbered)]
#[case("RequestReopened", "reason", renamed)]
#[case("RequestReopened", "reason", retyped)]
fn a_field_that_changed_is_caught(
    #[case] message: &str,
    #[case] field: &str,
    #[case] change: fn(&mut FieldDescriptorProto),
) {
    let name = format!("schoolside.requests.v1.{message}");
    let sample = each().into_iter().find(|(.., event)| event.message.full_name() == name);
    let (sample, ..) = sample.unwrap();
    assert_eq!(differs(&sample, &changed(&name, message, field, |_| {})), None);
    assert!(differs(&sample, &changed(&name, message, field, change)).is_some());
}

#[test]
fn every_sample_is_read_by_its_aggregate_and_written_the_same() {
    for (sample, context, event) in each() {
        let recorded = recorded(&sample, context, &event);
        let (bytes, _) = through_codec(&recorded);
        assert_eq!(bytes, recorded.payload, "{}", sample.file.display());
    }
}

#[test]
fn the_latest_revision_that_is_written_has_a_sample() {
    let samples = Samples::read(&folder()).unwrap();
    for (sample, context, event) in each() {
        let (_, written) = through_codec(&recorded(&sample, context, &event));
        let latest = samples.latest(&event.ce_type).map(|(revision, _)| revision);
        assert_eq!(latest, Some(written), "{}: {MISSING}", event.ce_type);
    }
}

#[test]
fn the_headers_are_those_that_the_relay_sends() {
    for (sample, context, event) in each() {
        let recorded = recorded(&sample, context, &event);
        let sent = headers(&recorded).into_iter();
        let sent = sent.map(|(name, value)| (name.to_owned(), value.into_owned())).collect();
        assert_eq!(sample.headers, sent, "{}", sample.file.display());
    }
}

#[test]
fn the_table_of_headers_is_what_the_relay_sends() {
    let sent = each().into_iter().flat_map(|(sample, ..)| sample.headers.into_keys());
    let sent: BTreeSet<String> = sent.collect();
    let told: BTreeSet<String> = HEADERS.iter().map(|header| header.name.to_owned()).collect();
    assert_eq!(sent, told);
    for header in HEADERS.iter().filter(|header| header.always) {
        let missing = samples().into_iter().find(|it| !it.headers.contains_key(header.name));
        assert!(missing.is_none(), "{}: {missing:?}", header.name);
    }
}

#[test]
fn samples_are_whole_but_for_those_of_messages_without_a_value() {
    for (sample, _, event) in each().into_iter().filter(|(it, ..)| it.bytes().unwrap() != FILLER) {
        let message = value::decode(event.message.clone(), &sample.bytes().unwrap()).unwrap();
        for field in event.message.fields() {
            // A case that names a member has no reason why none was chosen; a step at the breach has no percentage.
            let excluded = [
                "schoolside.routing.v1.CaseDecided.unassigned",
                "schoolside.sla.v1.CaseEscalated.percent",
            ]
            .contains(&field.full_name());
            let file = sample.file.display();
            assert!(excluded || message.has_field(&field), "{file}: fill {}", field.name());
        }
    }
}

#[test]
fn the_documents_are_what_would_be_written_today() {
    let docs = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    for (name, text) in super::documents(&folder()).unwrap() {
        let there = std::fs::read_to_string(docs.join(name)).unwrap_or_default();
        assert!(there == text, "docs/{name} is out of date: run ./dev contract");
    }
}
