//! The database of `up`: the one that was named, or a private one, which is started again should it end.

use std::{path::Path, time::Duration};

use sqlx::postgres::PgConnectOptions;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{
    assembly,
    failure::Failure,
    out,
    postgres::{Options, PrivateCluster},
};

/// The pause before a private database is started again, in real time.
const PAUSE: Duration = Duration::from_secs(1);

/// An open database.
pub(super) struct Database {
    /// How to connect, password included.
    pub options: PgConnectOptions,
    /// The port and the log of a private one.
    pub private: Option<(u16, String)>,
    keeper: Option<(CancellationToken, JoinHandle<Option<PrivateCluster>>)>,
}

impl Database {
    /// Takes the database at `url`, or starts a private one in the data directory.
    pub async fn open(directory: &Path, url: Option<String>) -> Result<Self, Failure> {
        if let Some(url) = url {
            let options = assembly::database(&url)?;
            return Ok(Self { options, private: None, keeper: None });
        }
        let cluster = start(directory, None).await.map_err(Failure::unavailable)?;
        let (options, port) = (cluster.connect_options(), cluster.port());
        let log = cluster.log().display().to_string();
        let close = CancellationToken::new();
        let kept = keep(cluster, directory.to_owned(), close.clone());
        #[expect(
            clippy::disallowed_methods,
            reason = "its outcome is awaited when the database is closed"
        )]
        let keeper = tokio::spawn(kept);
        Ok(Self { options, private: Some((port, log)), keeper: Some((close, keeper)) })
    }

    /// Stops a private database; what was committed is kept.
    pub async fn close(self) -> Result<(), Failure> {
        let Some((close, keeper)) = self.keeper else { return Ok(()) };
        close.cancel();
        match keeper.await.map_err(Failure::unavailable)? {
            Some(cluster) => cluster.stop().await.map_err(Failure::unavailable),
            None => Ok(()),
        }
    }
}

async fn start(
    directory: &Path,
    port: Option<u16>,
) -> Result<PrivateCluster, crate::postgres::PostgresError> {
    PrivateCluster::start(directory, Options { port, ..Options::default() }).await
}

/// Watches over a private database until it is closed; `None` if it was gone at that moment.
async fn keep(
    mut cluster: PrivateCluster,
    directory: std::path::PathBuf,
    close: CancellationToken,
) -> Option<PrivateCluster> {
    let port = cluster.port();
    loop {
        if close.run_until_cancelled(cluster.ended()).await.is_none() {
            return Some(cluster);
        }
        out::note("the private database has ended; it is started again");
        loop {
            close.run_until_cancelled(tokio::time::sleep(PAUSE)).await?;
            match start(&directory, Some(port)).await {
                Ok(again) => {
                    cluster = again;
                    break;
                }
                Err(error) => out::note(format!("the private database does not start: {error}")),
            }
        }
    }
}
