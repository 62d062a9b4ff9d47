//! Strangers' consumers, as docs/guides/consume-topics has them: what they count from the topic is what the API says.

use std::{collections::BTreeMap, path::Path, process::Command, time::Duration};

use rdkafka::{
    ClientConfig,
    producer::{BaseProducer, BaseRecord, Producer},
};
use serde::Deserialize;
use serde_json::Value;
use testkit::{broker, examples};

use crate::{
    history::import,
    kafka::{cold_room, end, namespace, published, up},
    life::{DISTRICT, kinds, story},
    system::{json, repository, run, scratch},
};

/// What a consumer prints at the end.
#[derive(Debug, PartialEq, Eq, Deserialize)]
struct Count {
    records: usize,
    duplicates: usize,
    keys: usize,
    open_by_team: BTreeMap<String, usize>,
}

/// Where the consumers read.
struct Topic {
    bootstrap: String,
    namespace: String,
}

impl Topic {
    /// Runs a consumer to the topic's present end.
    #[track_caller]
    fn read(&self, mut consumer: Command) -> Count {
        consumer.args(["--kafka", &self.bootstrap, "--kafka-namespace", &self.namespace]);
        let output = consumer.arg("--until-end").output().unwrap();
        assert!(
            output.status.success(),
            "{consumer:?} failed: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Runs a consumer that must stop; what it says.
    #[track_caller]
    fn stops(&self, mut consumer: Command) -> String {
        consumer.args(["--kafka", &self.bootstrap, "--kafka-namespace", &self.namespace]);
        let output = consumer.arg("--until-end").output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{consumer:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    /// Has somebody else write a record without a value.
    fn soil(&self) {
        let name = format!("{}.schoolside.requests.request.v1", self.namespace);
        let producer: BaseProducer =
            ClientConfig::new().set("bootstrap.servers", &self.bootstrap).create().unwrap();
        let record = BaseRecord::to(&name).key("somebody").payload(&[] as &[u8]);
        producer.send(record).map_err(|(error, _)| error).unwrap();
        producer.flush(Duration::from_secs(10)).unwrap();
    }

    /// What both count that keep nothing.
    #[track_caller]
    fn count(&self) -> Count {
        let (in_python, in_java) = (self.read(python()), self.read(java()));
        assert_eq!(in_python, in_java);
        in_python
    }
}

fn python() -> Command {
    let mut command = Command::new(examples::python());
    command.arg(repository("docs/guides/consume-topics/python/consumer.py"));
    command
}

fn java() -> Command {
    let mut command = Command::new("java");
    command.arg("-jar").arg(examples::jar());
    command
}

/// The same from the owner of the requests: all that are open, page by page.
fn open_by_team(data_dir: &Path) -> BTreeMap<String, usize> {
    let (mut counts, mut token) = (BTreeMap::new(), String::new());
    loop {
        let list = ["request", "list", "--open", "--limit", "500", "--page-token", &token];
        let page = json(data_dir, &list);
        for request in page["requests"].as_array().unwrap() {
            let team = request["team"].as_str().unwrap().trim_start_matches("teams/");
            *counts.entry(team.to_owned()).or_default() += 1;
        }
        token = page["next_page_token"].as_str().unwrap().to_owned();
        if token.is_empty() {
            return counts;
        }
    }
}

/// How many events the log has for the topic.
fn events(data_dir: &Path) -> usize {
    let tail = ["events", "tail", "schoolside.requests.request.v1", "--from", "0", "--no-follow"];
    String::from_utf8(run(data_dir, &tail).stdout).unwrap().lines().count()
}

/// Requests that end, come back, are withdrawn and change hands. A closing by a person is a message without a value.
fn live(data_dir: &Path) {
    let act = |args: &[&str]| json(data_dir, args);
    let [ended, back, withdrawn, handed, waiting] = [(); 5].map(|()| cold_room(data_dir));
    end(data_dir, &ended);
    for reference in [&back, &withdrawn, &handed, &waiting] {
        story(data_dir, reference, |story| story["team"] == "teams/T1");
    }
    act(&["request", "resolve", &back, "--outcome", "done"]);
    act(&["request", "reopen", &back, "--reason", "not_fixed"]);
    let routings = |story: &Value| kinds(story).iter().filter(|kind| *kind == "routed").count();
    story(data_dir, &back, |story| routings(story) == 2);
    act(&["request", "cancel", &withdrawn, "--reason", "withdrawn"]);
    let hand = ["request", "reassign", &handed, "--team", "T2", "--reason", "workload"];
    act(&[&hand[..], &["--as", "director"]].concat());
    act(&["request", "pause", &waiting, "--reason", "waiting-for-vendor"]);
}

#[test]
fn consumers_that_know_only_the_schema_count_what_the_api_says_and_repetitions_change_nothing() {
    let directory = scratch();
    let data_dir = directory.path();
    let topic = Topic { bootstrap: broker::bootstrap(), namespace: namespace() };
    let _system =
        up(data_dir, &["--kafka", &topic.bootstrap, "--kafka-namespace", &topic.namespace]);
    assert_eq!(import(data_dir)["accepted"], 3_000);
    let folder = repository(DISTRICT).display().to_string();
    json(data_dir, &["district", "load", &folder, "--apply"]);
    live(data_dir);
    published(data_dir);

    let expected = open_by_team(data_dir);
    // Of the five, one is handed on and two are with the team that got them; the city's are those of its own file.
    assert_eq!((expected["T1"], expected["T2"], expected["ISD"]), (2, 1, 222));
    assert_eq!(expected.values().sum::<usize>(), 714 + 3);
    let once = topic.count();
    assert_eq!(once.open_by_team, expected);
    assert_eq!((once.keys, once.records - once.duplicates), (3_005, events(data_dir)));
    let stored = || {
        let mut consumer = python();
        consumer.arg("--store").arg(data_dir.join("count.sqlite"));
        topic.read(consumer)
    };
    assert_eq!(stored(), once);

    json(data_dir, &["relay", "republish", "requests", "--from", "1"]);
    published(data_dir);
    let twice = topic.count();
    assert_eq!((&twice.open_by_team, twice.keys), (&expected, once.keys));
    assert!(twice.duplicates >= once.duplicates + events(data_dir), "{twice:?}");
    // One that kept its count goes on where it had stopped, and finds nothing new.
    let later = stored();
    assert_eq!((later.records, later.duplicates), (twice.records - once.records, later.records));
    assert_eq!((later.open_by_team, later.keys), (expected, once.keys));
}

#[test]
fn consumers_say_in_a_line_what_stops_them() {
    let topic = Topic { bootstrap: broker::bootstrap(), namespace: namespace() };
    for consumer in [python(), java()] {
        let said = topic.stops(consumer);
        let missing = format!("{}.schoolside.requests.request.v1", topic.namespace);
        assert!(said.contains(&missing) && said.lines().count() == 1, "{said}");
    }
    let place = ["--kafka", &topic.bootstrap, "--kafka-namespace", &topic.namespace];
    let directory = scratch();
    json(directory.path(), &[&["topics", "apply"], &place[..]].concat());
    topic.soil();
    for consumer in [python(), java()] {
        let said = topic.stops(consumer);
        let reason = "offset 0: the value is empty, so it is no event";
        assert!(said.contains(reason) && said.lines().count() == 1, "{said}");
    }
}
