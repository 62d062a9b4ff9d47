//! `schoolside postgres up | down`: a database for development that keeps running in the background.

use std::path::{Path, PathBuf};

use super::{Options, PostgresError, PrivateCluster};
use crate::datadir;

/// A private development database that keeps running in the background.
#[derive(Debug, clap::Subcommand)]
pub enum PostgresCommand {
    /// Start it (or find it running) and say where to connect.
    #[command(
        after_help = "Example:\n  schoolside serve requests --database-url \"$(schoolside postgres up)\" …"
    )]
    Up {
        /// Where its data lies; without it, `development` in the default data directory.
        #[arg(long)]
        data_dir: Option<PathBuf>,
        /// The port to listen on; a free one if not given.
        #[arg(long)]
        port: Option<u16>,
        /// Print one line of JSON: {"url":…}.
        #[arg(long)]
        json: bool,
    },
    /// Stop it; its data stays.
    #[command(after_help = "Example:\n  schoolside postgres down")]
    Down {
        /// Where its data lies; without it, `development` in the default data directory.
        #[arg(long)]
        data_dir: Option<PathBuf>,
    },
}

impl PostgresCommand {
    /// Does it, and returns the line to print.
    ///
    /// # Errors
    /// When the database cannot be started or stopped, or a running system uses it.
    pub async fn run(self) -> Result<String, PostgresError> {
        match self {
            Self::Up { data_dir, port, json } => up(&place(data_dir), port, json).await,
            Self::Down { data_dir } => down(&place(data_dir)).await,
        }
    }
}

/// Room for several systems of six processes each, as tests start them.
const CONNECTIONS: u16 = 400;

/// Apart from the data of `up`, so that the two never share a database by accident.
fn place(given: Option<PathBuf>) -> PathBuf {
    given.unwrap_or_else(|| datadir::default_path().join("development"))
}

async fn up(directory: &Path, port: Option<u16>, json: bool) -> Result<String, PostgresError> {
    let options = Options { port, max_connections: CONNECTIONS, ..Options::default() };
    let cluster = PrivateCluster::start(directory, options).await?;
    let url = cluster.url();
    cluster.detach();
    Ok(if json { serde_json::json!({ "url": url }).to_string() } else { url })
}

async fn down(directory: &Path) -> Result<String, PostgresError> {
    if let Some(holder) = datadir::holder(directory) {
        return Err(PostgresError::InUse { directory: directory.to_owned(), holder });
    }
    let Some(cluster) = PrivateCluster::find(directory).await? else {
        return Ok(format!("no database was running in {}", directory.display()));
    };
    let pid = cluster.pid();
    cluster.stop().await?;
    Ok(format!(
        "stopped the database in {} (process {pid}); its data stays there",
        directory.display()
    ))
}
