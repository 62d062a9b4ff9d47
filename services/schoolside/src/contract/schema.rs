//! An event's message as the text of a proto file that needs no other: the message, and what it is made of.

use std::fmt::Write as _;

use prost_reflect::{
    Cardinality, EnumDescriptor, FieldDescriptor, FileDescriptor, Kind, MessageDescriptor,
    prost_types::source_code_info::Location,
};

/// The comment above something in a proto file, on one line; empty if there is none.
pub fn comment(file: &FileDescriptor, path: &[i32]) -> String {
    let info = file.file_descriptor_proto().source_code_info.as_ref();
    let place = info.and_then(|info| info.location.iter().find(|place| place.path == path));
    let text = place.map(Location::leading_comments).unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a message is made of, itself first: our messages and enums, each once.
pub fn reached(message: &MessageDescriptor) -> (Vec<MessageDescriptor>, Vec<EnumDescriptor>) {
    let (mut messages, mut enums) = (vec![message.clone()], Vec::new());
    let mut next = 0;
    while let Some(message) = messages.get(next).cloned() {
        next += 1;
        for field in message.fields() {
            match value_kind(&field) {
                Kind::Message(part) if !is_known(&part) && !messages.contains(&part) => {
                    messages.push(part);
                }
                Kind::Enum(part) if !enums.contains(&part) => enums.push(part),
                _ => {}
            }
        }
    }
    (messages, enums)
}

/// The text of a proto file with the message alone, and what it is made of.
pub fn text(message: &MessageDescriptor) -> String {
    let (messages, enums) = reached(message);
    let fields = messages.iter().flat_map(MessageDescriptor::fields);
    let mut imports: Vec<String> = fields
        .filter_map(|field| match value_kind(&field) {
            Kind::Message(part) if is_known(&part) => Some(part.parent_file().name().to_owned()),
            _ => None,
        })
        .collect();
    imports.sort();
    imports.dedup();
    let mut text = format!("syntax = \"proto3\";\n\npackage {};\n", message.package_name());
    for import in imports {
        let _ = write!(text, "\nimport \"{import}\";\n");
    }
    for message in &messages {
        write_message(&mut text, message, messages.len() > 1 && message == &messages[0]);
    }
    for one in &enums {
        write_enum(&mut text, one);
    }
    text
}

/// Where several messages stand, the tools that read the text are told which is the event.
fn write_message(text: &mut String, message: &MessageDescriptor, marked: bool) {
    let _ = writeln!(text, "\n// {}", comment(&message.parent_file(), message.path()));
    if marked {
        text.push_str("// @RootNode\n");
    }
    let _ = writeln!(text, "message {} {{", message.name());
    for field in message.fields() {
        let comment = comment(&field.parent_file(), field.path());
        let name = field.name();
        let _ =
            writeln!(text, "  // {comment}\n  {} {name} = {};", type_of(&field), field.number());
    }
    text.push_str("}\n");
}

fn write_enum(text: &mut String, one: &EnumDescriptor) {
    let _ = writeln!(text, "\n// {}", comment(&one.parent_file(), one.path()));
    let _ = writeln!(text, "enum {} {{", one.name());
    for value in one.values() {
        let comment = comment(&one.parent_file(), value.path());
        let _ = writeln!(text, "  // {comment}\n  {} = {};", value.name(), value.number());
    }
    text.push_str("}\n");
}

fn type_of(field: &FieldDescriptor) -> String {
    let value = name_of(&value_kind(field));
    match field.kind() {
        Kind::Message(entry) if field.is_map() => {
            format!("map<{}, {value}>", name_of(&entry.map_entry_key_field().kind()))
        }
        _ if field.cardinality() == Cardinality::Repeated => format!("repeated {value}"),
        _ => value,
    }
}

fn name_of(kind: &Kind) -> String {
    match kind {
        Kind::Message(message) if is_known(message) => message.full_name().to_owned(),
        Kind::Message(message) => message.name().to_owned(),
        Kind::Enum(one) => one.name().to_owned(),
        scalar => format!("{scalar:?}").to_lowercase(),
    }
}

/// A field's kind; a map's is that of its values.
fn value_kind(field: &FieldDescriptor) -> Kind {
    match field.kind() {
        Kind::Message(entry) if entry.is_map_entry() => entry.map_entry_value_field().kind(),
        kind => kind,
    }
}

/// Whether every protobuf library brings it.
fn is_known(message: &MessageDescriptor) -> bool {
    message.package_name() == "google.protobuf"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_holds_what_the_message_needs_and_nothing_else() {
        let name = "schoolside.surveys.v1.InvitationAnswered";
        let message = crate::out::pool().get_message_by_name(name).unwrap();
        let expected = "syntax = \"proto3\";

package schoolside.surveys.v1;

// `invitation.answered`: the one response; a later one amends it.
// @RootNode
message InvitationAnswered {
  // The answers.
  repeated Answer answers = 1;
  // Whether it amends an earlier response of the same invitation.
  bool amended = 2;
  // Whether the satisfaction item was answered with 4 or 5.
  bool satisfied = 3;
}

// One answer.
message Answer {
  // The item's key.
  string item = 1;
  // The agreement, 1 to 5.
  int32 value = 2;
}
";
        assert_eq!(text(&message), expected);
    }

    #[test]
    fn every_schema_reads_back_as_the_message_it_is_of() {
        for topic in super::super::published::topics() {
            for event in &topic.events {
                let text = text(&event.message);
                for field in event.message.fields() {
                    let line = format!(" {} = {};", field.name(), field.number());
                    assert!(text.contains(&line), "{}: {line}", event.name);
                }
                assert_eq!(text.contains("Timestamp"), text.contains("import "), "{text}");
            }
        }
    }
}
