//! Launching the server and waiting until it answers, whatever comes between.

use std::{
    fs,
    time::{Duration, Instant},
};

use sqlx::{
    Connection, PgConnection,
    postgres::{PgConnectOptions, PgSslMode},
    query, query_scalar,
};
use tokio::time::sleep;

use super::{
    LOOK, Options, PrivateCluster, USER,
    account::Account,
    binaries::Binaries,
    error::PostgresError,
    place::Place,
    postmaster::{self, NO_SPACE},
};
use crate::disk::DiskError;

/// The database that Schoolside uses.
pub(super) const DATABASE: &str = "schoolside";
/// How often a port that was taken in the last moment is exchanged for another.
const PORTS: u32 = 5;
/// How long the sessions of a killed server may take to notice and let go of its memory.
const REMAINS: Duration = Duration::from_secs(20);
/// Between two attempts while they do.
const PAUSE: Duration = Duration::from_millis(250);

/// What a server says to an attempt to connect.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// It serves, and the database exists.
    Ready,
    /// Nobody listens yet, or it says that it is starting or stopping.
    NotYet,
    /// It serves, but not with our password.
    Refused,
}

/// Why a launch came to nothing.
enum Failure {
    /// Another process got the port first.
    PortTaken,
    /// Sessions of a killed server still hold its memory.
    Remains,
    /// No use trying again.
    Final(PostgresError),
}

/// Starts the server and waits until it answers.
pub(super) async fn launch(
    place: &Place,
    binaries: &Binaries,
    account: Option<&Account>,
    password: &str,
    options: &Options,
) -> Result<PrivateCluster, PostgresError> {
    let (mut ports, until) = (0, Instant::now() + REMAINS);
    loop {
        let port = options.port.map_or_else(postmaster::free_port, Ok)?;
        let offset = fs::metadata(place.log()).map(|log| log.len()).unwrap_or_default();
        let child = postmaster::spawn(place, binaries, account, port, options)?;
        let cluster = PrivateCluster::launched(place.clone(), child, port, password.to_owned());
        if let Some(cluster) = answered(cluster, options.patience).await? {
            return Ok(cluster);
        }
        let said = postmaster::log_since(&place.log(), offset);
        match failure(place, &said) {
            Failure::PortTaken if options.port.is_none() && ports < PORTS => ports += 1,
            Failure::Remains if Instant::now() < until => sleep(PAUSE).await,
            Failure::PortTaken => return Err(PostgresError::PortTaken { port }),
            Failure::Remains => return Err(start_error(place, &said)),
            Failure::Final(error) => return Err(error),
        }
    }
}

/// Waits until the new server answers; `None` when it ended instead.
async fn answered(
    mut cluster: PrivateCluster,
    patience: Duration,
) -> Result<Option<PrivateCluster>, PostgresError> {
    let until = Instant::now() + patience;
    loop {
        let answer = knock(cluster.lock.port, &cluster.password).await?;
        if answer == Answer::Refused {
            // Perhaps another server has the port, and ours is about to say so and end.
            sleep(PAUSE).await;
        }
        if cluster.has_ended()? {
            return Ok(None);
        }
        match answer {
            Answer::Ready => return Ok(Some(cluster)),
            Answer::Refused => return Err(cluster.place.wrong_password()),
            Answer::NotYet if Instant::now() > until => {
                return Err(cluster.place.unanswered(patience));
            }
            Answer::NotYet => sleep(LOOK).await,
        }
    }
}

/// How to connect to the port, whatever the database.
pub(super) fn connect_options(port: u16, password: &str) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .host("127.0.0.1")
        .port(port)
        .username(USER)
        .password(password)
        .ssl_mode(PgSslMode::Disable)
}

/// Tries to connect, and makes the database when it is missing.
pub(super) async fn knock(port: u16, password: &str) -> Result<Answer, PostgresError> {
    let connect = connect_options(port, password).database("postgres");
    let attempt =
        tokio::time::timeout(Duration::from_secs(2), PgConnection::connect_with(&connect));
    match attempt.await {
        Ok(Ok(connection)) => {
            prepare(connection).await.map(|()| Answer::Ready).map_err(PostgresError::Prepare)
        }
        Ok(Err(sqlx::Error::Database(error)))
            if error.code().is_some_and(|code| code.starts_with("28")) =>
        {
            Ok(Answer::Refused)
        }
        Ok(Err(_)) | Err(_) => Ok(Answer::NotYet),
    }
}

async fn prepare(mut connection: PgConnection) -> Result<(), sqlx::Error> {
    let exists: bool = query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
        .bind(DATABASE)
        .fetch_one(&mut connection)
        .await?;
    if !exists {
        query("CREATE DATABASE schoolside").execute(&mut connection).await?;
    }
    connection.close().await
}

fn failure(place: &Place, said: &str) -> Failure {
    // A server that cannot write its log either says nothing.
    if said.contains(NO_SPACE) || place.is_full() {
        return Failure::Final(DiskError::Full { directory: place.directory.clone() }.into());
    }
    if said.contains("Address already in use") {
        return Failure::PortTaken;
    }
    if said.contains("pre-existing shared memory block") {
        return Failure::Remains;
    }
    Failure::Final(start_error(place, said))
}

fn start_error(place: &Place, said: &str) -> PostgresError {
    PostgresError::Start {
        directory: place.cluster(),
        detail: postmaster::last_words(said),
        log: place.log(),
    }
}
