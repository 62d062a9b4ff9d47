//! Launching the broker and waiting until it answers, whatever comes between.

use std::time::{Duration, Instant};

use tokio::{net::TcpStream, time::sleep};

use super::{
    Broker, LOOK, Options,
    error::KafkaError,
    java::Program,
    place::Place,
    process::{self, NO_SPACE},
    settings::{self, Ports},
};
use crate::disk::DiskError;

/// What the broker logs when it takes requests.
const STARTED: &str = "Kafka Server started";
/// How often a port that was taken in the last moment is exchanged for another.
const ATTEMPTS: u32 = 5;

/// Starts the broker and waits until it answers.
pub(super) async fn launch(
    place: &Place,
    program: &Program,
    options: &Options,
) -> Result<Broker, KafkaError> {
    let mut attempts = 0;
    loop {
        let ports = Ports::choose(options.port, settings::port(place))?;
        place.write("server.properties", &settings::text(ports, "data"))?;
        place.rotate_log()?;
        let child = process::spawn(place, program)?;
        let mut broker = Broker::launched(place.clone(), child, ports.broker);
        if answered(&mut broker, options.patience).await? {
            return Ok(broker);
        }
        process::forget(place);
        let said = place.said();
        if said.contains(NO_SPACE) {
            return Err(DiskError::Full { directory: place.directory.clone() }.into());
        }
        if !said.contains("Address already in use") || attempts == ATTEMPTS {
            return Err(KafkaError::Start {
                directory: place.directory.clone(),
                detail: process::last_words(&said),
                log: place.log(),
            });
        }
        attempts += 1;
    }
}

/// Waits until the broker takes requests; `false` when it ended instead.
pub(super) async fn answered(broker: &mut Broker, patience: Duration) -> Result<bool, KafkaError> {
    let until = Instant::now() + patience;
    loop {
        if broker.has_ended() {
            return Ok(false);
        }
        if is_ready(&broker.place, broker.port).await {
            return Ok(true);
        }
        if Instant::now() > until {
            return Err(KafkaError::Unanswered {
                directory: broker.place.directory.clone(),
                seconds: patience.as_secs(),
                detail: process::last_words(&broker.place.said()),
                log: broker.place.log(),
            });
        }
        sleep(LOOK).await;
    }
}

/// The port alone answers too early. Where somebody has thrown the log of a running broker away, it must do.
async fn is_ready(place: &Place, port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).await.is_ok()
        && (place.said().contains(STARTED) || !place.log().exists())
}
