//! Holding records in files against the contract: what a consumer may rely on, and a producer must keep.

use std::path::Path;

use prost_reflect::MessageDescriptor;
use serde::Serialize;

use super::{
    files, headers::HEADERS, history::Histories, published::Topic, sample::Sample,
    sample::SampleError, value,
};

/// What was found.
#[derive(Debug, Serialize)]
pub struct Verdict {
    /// How many records were looked at.
    pub records: usize,
    /// What is wrong with them.
    pub faults: Vec<Fault>,
}

/// Something wrong with a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The record's file, from the folder that was named.
    pub file: String,
    /// What is wrong, beginning with the header or part it is wrong with.
    pub says: String,
}

/// Looks at every record in a folder and below.
///
/// # Errors
/// When the folder cannot be read.
pub fn verify(folder: &Path) -> Result<Verdict, SampleError> {
    let topics = super::published::topics();
    let files = files::records(folder)
        .map_err(|error| SampleError::File { file: folder.to_owned(), error })?;
    let (mut faults, mut histories) = (Vec::new(), Histories::default());
    for file in &files {
        let name = file.strip_prefix(folder).unwrap_or(file).display().to_string();
        match Sample::read(file) {
            Err(SampleError::File { error, .. }) => {
                faults.push(Fault { file: name, says: error.to_string() });
            }
            Err(SampleError::Wrong { says, .. }) => {
                faults.push(Fault { file: name, says: format!("it is not a record: {says}") });
            }
            Ok(sample) => {
                let found = check(&topics, &sample).into_iter();
                faults.extend(found.map(|says| Fault { file: name.clone(), says }));
                faults.extend(histories.take(&name, &sample));
            }
        }
    }
    faults.extend(histories.holes());
    Ok(Verdict { records: files.len(), faults })
}

/// What is wrong with one record.
fn check(topics: &[Topic], sample: &Sample) -> Vec<String> {
    let mut says = forms(sample);
    let known = topics.iter().find(|topic| {
        let prefix = sample.topic.strip_suffix(&topic.name);
        prefix.is_some_and(|prefix| prefix.is_empty() || prefix.ends_with('.'))
    });
    let Some(topic) = known else {
        says.push(format!("topic: there is no topic {}", sample.topic));
        return says;
    };
    let given = sample.header("ce_type");
    let Some(event) = topic.events.iter().find(|event| event.ce_type == given) else {
        if !given.is_empty() {
            says.push(format!("ce_type: {given} is no event type of {}", topic.name));
        }
        return says;
    };
    let expected = [
        ("ce_source", wire::topic::source(topic.context)),
        ("ce_subject", wire::topic::subject(topic.aggregate, &sample.key)),
        ("ce_dataschema", wire::topic::schema(topic.context, &event.name)),
        ("ce_partitionkey", sample.key.clone()),
    ];
    for (name, expected) in expected {
        let given = sample.header(name);
        if !given.is_empty() && given != expected {
            says.push(format!(
                "{name}: it is {given}, and by topic, key and type it is {expected}"
            ));
        }
    }
    says.extend(values(&event.message, sample));
    says
}

/// What is wrong with the headers, each by itself, and with the key.
fn forms(sample: &Sample) -> Vec<String> {
    let mut says = Vec::new();
    for header in &HEADERS {
        match sample.headers.get(header.name) {
            None if header.always => says.push(format!("{}: it is missing", header.name)),
            Some(given) if !header.form.is_of(given) => {
                says.push(format!("{}: {given:?} is not {}", header.name, header.form.words()));
            }
            _ => {}
        }
    }
    if !super::headers::Form::Uuid.is_of(&sample.key) {
        let key = &sample.key;
        says.push(format!("key: {key:?} is not {}", super::headers::Form::Uuid.words()));
    }
    says
}

/// What is wrong with the value.
fn values(descriptor: &MessageDescriptor, sample: &Sample) -> Vec<String> {
    let bytes = match sample.bytes() {
        Ok(bytes) if bytes.is_empty() => {
            return vec!["value: it is empty, which Kafka reads as a deletion".to_owned()];
        }
        Ok(bytes) => bytes,
        Err(says) => return vec![says],
    };
    let name = descriptor.full_name();
    let message = match value::decode(descriptor.clone(), &bytes) {
        Ok(message) => message,
        Err(error) => return vec![format!("value: it is no {name}: {error}")],
    };
    let unknown = value::unknown(&message).into_iter();
    let mut says: Vec<String> =
        unknown.map(|field| format!("value: {name} has no field {field}")).collect();
    if let Some(json) = &sample.value {
        match value::from_json(descriptor.clone(), json) {
            Err(error) => says.push(format!("value: its JSON is no {name}: {error}")),
            Ok(stated) if !value::agree(&stated, &message) => {
                says.push("value: the bytes and the JSON differ".to_owned());
            }
            Ok(_) => {}
        }
    }
    says
}

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;
