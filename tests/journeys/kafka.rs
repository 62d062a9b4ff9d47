//! Services that follow one another through a real Kafka: what breaks in between leaves no trace in how it ends.

use std::{
    collections::BTreeMap,
    path::Path,
    time::{Duration, Instant},
};

use schoolside::kafka::{Broker, Options};
use serde_json::{Value, json};
use testkit::{TestDatabase, broker, command_id};

use crate::{
    history::{assert_figures, import},
    life::{COLD_ROOM, DISTRICT, kinds, story},
    system::{Process, complaint, json, repository, run, schoolside, scratch},
};

/// Long enough for a laptop that does something else, and for a consumer group to notice that a member is gone.
const PATIENCE: Duration = Duration::from_secs(90);
const SERVICES: [&str; 6] = ["directory", "requests", "routing", "sla", "surveys", "insights"];

/// A name for topics of a test's own on the shared broker.
pub fn namespace() -> String {
    format!("j{}", command_id().replace('-', ""))
}

pub fn up(data_dir: &Path, kafka: &[&str]) -> Process {
    let mut command = schoolside(data_dir);
    command.args(["up", "--empty", "--headless", "--random-ports", "--json"]).args(kafka);
    Process::start(command)
}

/// Opens a request about a cold room, as soon as its school is known there; gives its reference.
#[track_caller]
pub fn cold_room(data_dir: &Path) -> String {
    let mut opened = run(data_dir, &COLD_ROOM);
    until("a request is opened", || {
        let again = complaint(&opened).contains("SCHOOL_NOT_KNOWN");
        if again {
            opened = run(data_dir, &COLD_ROOM);
        }
        !again
    });
    assert!(opened.status.success(), "{}", complaint(&opened));
    let opened: Value = serde_json::from_slice(&opened.stdout).unwrap();
    opened["reference"].as_str().unwrap().to_owned()
}

/// How far each log is on its topics.
fn relays(data_dir: &Path) -> BTreeMap<String, Value> {
    let status = json(data_dir, &["relay", "status"]);
    let logs = status["logs"].as_array().unwrap().clone();
    logs.into_iter().map(|log| (log["log"].as_str().unwrap().to_owned(), log)).collect()
}

/// Waits until something is so.
#[track_caller]
fn until(what: &str, mut so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !so() {
        assert!(begun.elapsed() < PATIENCE, "it has not come to this: {what}");
    }
}

/// Waits until the broker has everything.
#[track_caller]
pub fn published(data_dir: &Path) {
    until("everything is published", || {
        relays(data_dir).values().all(|log| log["lag_events"] == 0 && log["head"] == log["cursor"])
    });
}

#[test]
fn over_kafka_the_figures_are_those_of_the_log() {
    let directory = scratch();
    let (bootstrap, namespace) = (broker::bootstrap(), namespace());
    let kafka = ["--kafka", &bootstrap, "--kafka-namespace", &namespace, "--bus", "kafka"];
    let mut first = up(directory.path(), &kafka);
    assert_eq!(import(directory.path())["accepted"], 3_000);
    assert_figures(directory.path());
    published(directory.path());
    let requests = &relays(directory.path())["requests"];
    assert_eq!((&requests["lag_seconds"], &requests["trouble"]), (&json!(0.0), &Value::Null));

    // Killed and started, on the other bus and back: nothing is counted twice.
    first.kill();
    let mut second = up(directory.path(), &kafka[..4]);
    assert_figures(directory.path());
    assert!(second.stop());
    let _third = up(directory.path(), &kafka);
    assert_eq!(import(directory.path())["unchanged"], 3_000);
    assert_figures(directory.path());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_is_away_stops_no_command_and_what_was_done_meanwhile_follows() {
    let directory = scratch();
    let start = || {
        Broker::start(
            directory.path(),
            Options { jars: Some(broker::jars()), ..Options::default() },
        )
    };
    let first = start().await.unwrap();
    let bootstrap = first.bootstrap();
    first.stop().await.unwrap();
    // Away at the start.
    let _up = up(directory.path(), &["--kafka", &bootstrap, "--bus", "kafka"]);
    let folder = repository(DISTRICT).display().to_string();
    let trouble =
        || relays(directory.path())["directory"]["trouble"].as_str().unwrap_or_default().to_owned();
    until("the relay says why it does not go on", || trouble().contains("no broker answers"));
    let again = start().await.unwrap();
    json(directory.path(), &["district", "load", &folder, "--apply"]);
    let reference = cold_room(directory.path());
    let routed = |story: &Value| story["team"] == "teams/T1";
    story(directory.path(), &reference, routed);
    // Gone midway, and back with its data.
    again.kill().await.unwrap();
    let meanwhile = cold_room(directory.path());
    json(directory.path(), &["request", "reply", &reference, "A technician comes at ten."]);
    until("the lag shows", || relays(directory.path())["requests"]["lag_events"] != 0);
    let _broker = start().await.unwrap();
    story(directory.path(), &meanwhile, routed);
    published(directory.path());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_cluster_that_was_replaced_nothing_is_published_until_the_operator_says_from_where() {
    let (system, brokers) = (scratch(), [scratch(), scratch()]);
    let options = |port| Options { jars: Some(broker::jars()), port, ..Options::default() };
    let old = Broker::start(brokers[0].path(), options(None)).await.unwrap();
    let bootstrap = old.bootstrap();
    let port = bootstrap.rsplit(':').next().unwrap().parse().unwrap();
    let _up = up(system.path(), &["--kafka", &bootstrap, "--bus", "kafka"]);
    let folder = repository(DISTRICT).display().to_string();
    json(system.path(), &["district", "load", &folder, "--apply"]);
    let before = cold_room(system.path());
    let routed = |story: &Value| story["team"] == "teams/T1";
    story(system.path(), &before, routed);
    published(system.path());
    old.kill().await.unwrap();
    let _new = Broker::start(brokers[1].path(), options(Some(port))).await.unwrap();
    let after = cold_room(system.path());
    until("the relay says that the cluster is another", || {
        let trouble =
            relays(system.path())["requests"]["trouble"].as_str().unwrap_or_default().to_owned();
        trouble.contains("schoolside relay republish")
    });
    for log in ["directory", "requests", "routing", "sla", "surveys"] {
        json(system.path(), &["relay", "republish", log, "--from", "1"]);
    }
    story(system.path(), &after, routed);
    story(system.path(), &before, routed);
    published(system.path());
    let beyond = run(system.path(), &["relay", "republish", "requests", "--from", "999999"]);
    assert_eq!(beyond.status.code(), Some(2), "{}", complaint(&beyond));
}

/// Six processes on one database and one broker.
struct Office<'a> {
    data_dir: &'a Path,
    database: String,
    kafka: String,
    processes: BTreeMap<&'static str, Process>,
}

impl Office<'_> {
    fn serve(&self, service: &str) -> Process {
        let mut command = schoolside(self.data_dir);
        command.args([
            "serve",
            service,
            "--database-url",
            &self.database,
            "--kafka",
            &self.kafka,
            "--json",
        ]);
        Process::start(command)
    }

    fn start(&mut self, service: &'static str) {
        let process = self.serve(service);
        self.processes.insert(service, process);
    }

    fn kill(&mut self, service: &'static str) {
        self.processes.remove(service).unwrap().kill();
    }
}

/// Carries a request through the rest of its life.
pub fn end(data_dir: &Path, reference: &str) {
    story(data_dir, reference, |story| story["team"] == "teams/T1");
    let act = |args: &[&str]| json(data_dir, args);
    act(&["request", "reply", reference, "A technician comes at ten."]);
    act(&["request", "resolve", reference, "--outcome", "done", "--summary", "Valve replaced."]);
    act(&["request", "reopen", reference, "--reason", "not_fixed"]);
    let routings = |story: &Value| kinds(story).iter().filter(|kind| *kind == "routed").count();
    story(data_dir, reference, |story| routings(story) == 2);
    act(&["request", "resolve", reference, "--outcome", "done"]);
    act(&["request", "close", reference]);
}

/// How it ended: how many events of each type there are, how many clocks stand how, and the figures of each team. Of
/// clocks not the events: what comes in one page is looked at once.
fn outcome(data_dir: &Path, lives: &[String]) -> BTreeMap<String, Value> {
    let mut counts = BTreeMap::<String, usize>::new();
    let mut count = |what: String| *counts.entry(what).or_default() += 1;
    for topic in ["requests.request", "routing.case", "surveys.invitation"] {
        let topic = format!("schoolside.{topic}.v1");
        let told = run(data_dir, &["events", "tail", &topic, "--from", "0", "--no-follow"]);
        for line in String::from_utf8(told.stdout).unwrap().lines() {
            let event: Value = serde_json::from_str(line).unwrap();
            count(event["type"].as_str().unwrap().to_owned());
        }
    }
    for reference in lives {
        let story = json(data_dir, &["request", "show", reference]);
        for clock in story["clocks"].as_array().unwrap() {
            count(format!("{} {}", clock["clock"], clock["state"]));
        }
        count(format!("{} {} {:?}", story["team"], story["state"], kinds(&story)));
    }
    let mut outcome: BTreeMap<_, _> =
        counts.into_iter().map(|(what, n)| (what, json!(n))).collect();
    for row in json(data_dir, &["figures", "--by", "team"])["rows"].as_array().unwrap() {
        let figures = json!([row["requests"], row["resolved"], row["open"]]);
        outcome.insert(format!("figures of {}", row["slice"]["team"]), figures);
    }
    outcome
}

/// What the same lives come to in one process on the log.
fn in_one_process(lives: usize) -> BTreeMap<String, Value> {
    let directory = scratch();
    let _up = up(directory.path(), &[]);
    let folder = repository(DISTRICT).display().to_string();
    json(directory.path(), &["district", "load", &folder, "--apply"]);
    let lives: Vec<_> = (0..lives).map(|_| cold_room(directory.path())).collect();
    lives.iter().for_each(|reference| end(directory.path(), reference));
    let mut outcome_now = outcome(directory.path(), &lives);
    until("it has settled", || {
        let before = std::mem::replace(&mut outcome_now, outcome(directory.path(), &lives));
        let all = json!(2 * lives.len());
        before == outcome_now
            && before.get("schoolside.surveys.invitation.scheduled.v1") == Some(&all)
    });
    outcome_now
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn six_processes_that_are_killed_in_turn_end_as_one_that_was_not() {
    let (directory, kafka, database) = (scratch(), scratch(), TestDatabase::create().await);
    let options = || Options { jars: Some(broker::jars()), ..Options::default() };
    let broker = Broker::start(kafka.path(), options()).await.unwrap();
    let bootstrap = broker.bootstrap();
    json(directory.path(), &["topics", "apply", "--kafka", &bootstrap]);
    let mut office = Office {
        data_dir: directory.path(),
        database: database.url(),
        kafka: bootstrap,
        processes: BTreeMap::new(),
    };
    SERVICES.into_iter().for_each(|service| office.start(service));
    let folder = repository(DISTRICT).display().to_string();
    json(directory.path(), &["district", "load", &folder, "--apply"]);

    // What a request asks for is under way when a service that has a part in it is killed.
    let mut lives = Vec::new();
    for service in SERVICES {
        let reference = cold_room(directory.path());
        office.kill(service);
        office.start(service);
        end(directory.path(), &reference);
        lives.push(reference);
    }
    // The broker is killed, and comes back with its data.
    let reference = cold_room(directory.path());
    broker.kill().await.unwrap();
    let meanwhile = cold_room(directory.path());
    let _broker = Broker::start(kafka.path(), options()).await.unwrap();
    for reference in [reference, meanwhile] {
        end(directory.path(), &reference);
        lives.push(reference);
    }
    // One runs twice; then the first of the two is killed.
    let twin = office.serve("sla");
    let reference = cold_room(directory.path());
    office.kill("sla");
    end(directory.path(), &reference);
    office.processes.insert("sla", twin);
    lives.push(reference);

    let expected = in_one_process(lives.len());
    let begun = Instant::now();
    let mut found = outcome(directory.path(), &lives);
    while found != expected && begun.elapsed() < PATIENCE {
        found = outcome(directory.path(), &lives);
    }
    assert_eq!(found, expected);
    published(directory.path());
    assert_eq!(json(directory.path(), &["parked", "list"])["records"], json!([]));
}
