//! The broker's settings: one node that is broker and controller, on loopback, as light as it gets.

use std::{
    fs, io,
    net::{Ipv4Addr, TcpListener},
};

use super::{error::KafkaError, place::Place};

/// Where ports are drawn from: below those that Linux gives to outgoing connections (from 32768), one of which would
/// else have the broker's port while it is down.
const PORTS: std::ops::Range<u16> = 20_000..32_000;
/// How many are tried before any free port will do.
const DRAWS: usize = 50;
/// How the line begins that holds the broker's port.
const LISTENERS: &str = "listeners=PLAINTEXT://127.0.0.1:";

/// Settings that are the same everywhere.
const FIXED: &str = "\
process.roles=broker,controller
node.id=1
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
auto.create.topics.enable=false
# The only broker has the only replica of the internal topics too.
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=4
group.initial.rebalance.delay.ms=0
# Records have the time of what they tell: imported history is years old, and a demo's clock may be ahead.
log.retention.ms=-1
log.message.timestamp.after.max.ms=9223372036854775807
# A small heap: the default is a third of it.
log.cleaner.dedupe.buffer.size=8388608
num.network.threads=2
num.io.threads=4
";

/// Where the broker listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ports {
    pub broker: u16,
    pub controller: u16,
}

impl Ports {
    /// The port asked for, or the one of the run before, or a free one.
    pub fn choose(asked: Option<u16>, before: Option<u16>) -> Result<Self, KafkaError> {
        let broker = match (asked, before) {
            (Some(port), _) => listen(port).map_err(|_| KafkaError::PortTaken { port })?,
            (None, Some(port)) => listen(port).or_else(|_| draw()).map_err(no_port)?,
            (None, None) => draw().map_err(no_port)?,
        };
        // While the first is still held, so that it is another.
        let controller = draw().map_err(no_port)?;
        let port = |it: TcpListener| it.local_addr().map(|address| address.port());
        Ok(Self {
            broker: port(broker).map_err(no_port)?,
            controller: port(controller).map_err(no_port)?,
        })
    }
}

fn listen(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
}

fn draw() -> io::Result<TcpListener> {
    let drawn = || listen(rand::random_range(PORTS)).ok();
    std::iter::repeat_with(drawn).take(DRAWS).flatten().next().map_or_else(|| listen(0), Ok)
}

fn no_port(error: io::Error) -> KafkaError {
    KafkaError::io("finding a free port on", "127.0.0.1", error)
}

/// The text of `server.properties`; `data` is relative to the broker's directory, in which it works.
pub(super) fn text(ports: Ports, data: &str) -> String {
    let Ports { broker, controller } = ports;
    format!(
        "# Written at every start.\n\
         {LISTENERS}{broker},CONTROLLER://127.0.0.1:{controller}\n\
         controller.quorum.voters=1@127.0.0.1:{controller}\n\
         log.dirs={data}\n\
         {FIXED}"
    )
}

/// The port in the settings last written.
pub(super) fn port(place: &Place) -> Option<u16> {
    let text = fs::read_to_string(place.properties()).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(LISTENERS))?;
    line.split(',').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_of_the_run_before_is_taken_again_if_it_is_free() {
        let first = Ports::choose(None, None).unwrap();
        assert_ne!(first.broker, first.controller);
        assert_eq!(Ports::choose(None, Some(first.broker)).unwrap().broker, first.broker);
        let taken = listen(first.broker).unwrap();
        assert_ne!(Ports::choose(None, Some(first.broker)).unwrap().broker, first.broker);
        drop(taken);
    }

    #[test]
    fn a_port_asked_for_and_taken_is_said_plainly() {
        let taken = listen(0).unwrap();
        let port = taken.local_addr().unwrap().port();
        let refused = Ports::choose(Some(port), None).unwrap_err().to_string();
        assert!(refused.contains(&format!("port {port} is taken")), "{refused}");
    }

    #[test]
    fn the_port_is_read_from_what_was_written() {
        let data = tempfile::tempdir().unwrap();
        let place = Place::prepare(data.path()).unwrap();
        assert_eq!(port(&place), None);
        let ports = Ports { broker: 29_092, controller: 29_093 };
        place.write("server.properties", &text(ports, "data")).unwrap();
        assert_eq!(port(&place), Some(29_092));
    }
}
