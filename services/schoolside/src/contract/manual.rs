//! `docs/topics.md`: the topics for people, from the catalogue, the comments in the schemas, and the samples.

use std::fmt::Write as _;

use stream::kafka::topics::{PARTITIONS, RETENTION};

use super::{
    ContractError,
    headers::HEADERS,
    published::{EventType, Topic},
    sample::{Sample, Samples},
};

/// The event type whose sample shows the headers: it has all of them.
const SHOWN: &str = "schoolside.requests.request.routed.v1";

/// What holds for every topic.
const COMMON: &str = include_str!("manual.md");

/// The whole document.
///
/// # Errors
/// When an event type has no sample.
pub fn write(topics: &[Topic], samples: &Samples) -> Result<String, ContractError> {
    let days = RETENTION.as_secs() / 86_400;
    let mut text = COMMON
        .replace("{headers}", headers(latest(samples, SHOWN)?.1).trim_end())
        .replace("{partitions}", &PARTITIONS.to_string())
        .replace("{days}", &days.to_string());
    text.push_str("\n## The topics\n\n| topic | carries |\n|---|---|\n");
    for topic in topics {
        let anchor = topic.name.replace('.', "");
        let _ = writeln!(text, "| [`{}`](#{anchor}) | {} |", topic.name, topic.sentence);
    }
    for topic in topics {
        let _ = write!(
            text,
            "\n### `{}`\n\n{}\n\nKey: the id of the {} as UUID text · {PARTITIONS} partitions · {days} days · schema \
             [`{}`](../{})\n\n",
            topic.name,
            topic.sentence,
            stream_of(topic),
            topic.schema,
            topic.schema
        );
        text.push_str(
            "| `ce_type` | what happened | message | revision | since |\n|---|---|---|---|---|\n",
        );
        for event in &topic.events {
            text.push_str(&row(event, latest(samples, &event.ce_type)?.0));
        }
    }
    Ok(text)
}

/// An event type's sample and revision.
pub fn latest<'a>(samples: &'a Samples, ce_type: &str) -> Result<(u16, &'a Sample), ContractError> {
    samples.latest(ce_type).ok_or_else(|| ContractError::NoSample(ce_type.to_owned()))
}

fn headers(sample: &Sample) -> String {
    let mut text = String::from("| header | in | says | form | example |\n|---|---|---|---|---|\n");
    for header in &HEADERS {
        let presence = if header.always { "every record" } else { "where known" };
        let (name, example) = (header.name, sample.header(header.name));
        let form = header.form.words();
        let _ =
            writeln!(text, "| `{name}` | {presence} | {} | {form} | `{example}` |", header.meaning);
    }
    text
}

/// Whose id the key is: cases are kept under the id of their request.
fn stream_of(topic: &Topic) -> String {
    match topic.aggregate {
        "case" => "request".to_owned(),
        aggregate => aggregate.replace('_', " "),
    }
}

fn row(event: &EventType, revision: u16) -> String {
    let EventType { ce_type, sentence, since, message, .. } = event;
    format!("| `{ce_type}` | {sentence} | `{}` | {revision} | {since} |\n", message.name())
}
