//! `schoolside topics`: the Kafka topics, made explicitly and never by writing to them.

use clap::Subcommand;
use serde_json::{Value, json};
use stream::kafka::topics::{self, Found, PARTITIONS};

use crate::{broker::KafkaArgs, catalogue, context::Context, failure::Failure, out};

/// What can be done about the topics.
#[derive(Debug, Subcommand)]
pub enum TopicsCommand {
    /// Say what would be made or changed; change nothing.
    #[command(after_help = "Example:\n  schoolside topics plan --kafka 127.0.0.1:9092")]
    Plan(KafkaArgs),
    /// Make what is missing, and mend what is set otherwise.
    #[command(after_help = "Example:\n  schoolside topics apply --kafka 127.0.0.1:9092")]
    Apply(KafkaArgs),
}

/// Runs a command about topics.
///
/// # Errors
/// When no broker answers, or a topic cannot be what it should be.
pub async fn run(command: TopicsCommand, context: &Context) -> Result<(), Failure> {
    let (args, applied) = match &command {
        TopicsCommand::Plan(args) => (args, false),
        TopicsCommand::Apply(args) => (args, true),
    };
    let kafka = args.broker().ok_or_else(|| {
        Failure::Usage("name the broker with --kafka HOST:PORT or SCHOOLSIDE_KAFKA".to_owned())
    })?;
    let names = catalogue::names(&kafka);
    let found = if applied {
        topics::apply(&kafka, &names).await
    } else {
        topics::plan(&kafka, &names).await
    };
    let found = found.map_err(Failure::unavailable)?;
    if context.json {
        let topics: Vec<Value> = found.iter().map(|(topic, found)| to_json(topic, found)).collect();
        out::json(&json!({ "applied": applied, "topics": topics }));
    } else {
        let rows: Vec<_> =
            found.iter().map(|(topic, found)| vec![topic.clone(), said(found, applied)]).collect();
        out::line(out::table(&["topic", if applied { "done" } else { "to do" }], &rows));
    }
    Ok(())
}

fn to_json(topic: &str, found: &Found) -> Value {
    let (word, different) = match found {
        Found::Right => ("right", Vec::new()),
        Found::Missing => ("missing", Vec::new()),
        Found::Settings(different) => ("settings", different.clone()),
        Found::Partitions(_) => ("partitions", Vec::new()),
    };
    let different: Value = different.into_iter().collect();
    json!({ "topic": topic, "found": word, "different": different })
}

fn said(found: &Found, applied: bool) -> String {
    let done = |did: &str, todo: &str| if applied { did.to_owned() } else { todo.to_owned() };
    match found {
        Found::Right => "nothing: it is as it should be".to_owned(),
        Found::Missing => done("made", "make it"),
        Found::Settings(different) => {
            let settings: Vec<_> =
                different.iter().map(|(name, value)| format!("{name}={value}")).collect();
            format!("{} {}", done("set", "set"), settings.join(", "))
        }
        Found::Partitions(found) => format!(
            "it has {found} partitions, not {PARTITIONS}: that cannot be changed without losing the order of its keys; \
             delete it and publish again"
        ),
    }
}
