//! `schoolside kafka up | down`: a broker for development that keeps running in the background.

use std::path::{Path, PathBuf};

use super::{Broker, KafkaError, Options};
use crate::datadir;

/// A private development broker that keeps running in the background.
#[derive(Debug, clap::Subcommand)]
pub enum KafkaCommand {
    /// Start it (or find it running) and say where to connect.
    #[command(after_help = "Example:\n  kcat -L -b \"$(schoolside kafka up)\"")]
    Up {
        /// Where its data lies; without it, `development` in the default data directory.
        #[arg(long)]
        data_dir: Option<PathBuf>,
        /// Where Kafka's jars are; `./dev` fetches and names them.
        #[arg(long, env = "SCHOOLSIDE_KAFKA_JARS", value_name = "DIR")]
        jars: Option<PathBuf>,
        /// The port to listen on; if not given, the one it had before, or a free one.
        #[arg(long)]
        port: Option<u16>,
        /// Print one line of JSON: {"bootstrap":…}.
        #[arg(long)]
        json: bool,
    },
    /// Stop it; its data stays.
    #[command(after_help = "Example:\n  schoolside kafka down")]
    Down {
        /// Where its data lies; without it, `development` in the default data directory.
        #[arg(long)]
        data_dir: Option<PathBuf>,
    },
}

impl KafkaCommand {
    /// Does it, and returns the line to print.
    ///
    /// # Errors
    /// When the broker cannot be started or stopped.
    pub async fn run(self) -> Result<String, KafkaError> {
        match self {
            Self::Up { data_dir, jars, port, json } => {
                let options = Options { jars, port, ..Options::default() };
                up(&place(data_dir), options, json).await
            }
            Self::Down { data_dir } => down(&place(data_dir)).await,
        }
    }
}

/// Beside the development database.
fn place(given: Option<PathBuf>) -> PathBuf {
    given.unwrap_or_else(|| datadir::default_path().join("development"))
}

async fn up(directory: &Path, options: Options, json: bool) -> Result<String, KafkaError> {
    let broker = Broker::start(directory, options).await?;
    let bootstrap = broker.bootstrap();
    broker.detach();
    Ok(if json { serde_json::json!({ "bootstrap": bootstrap }).to_string() } else { bootstrap })
}

async fn down(directory: &Path) -> Result<String, KafkaError> {
    let Some(broker) = Broker::find(directory).await? else {
        return Ok(format!("no broker was running in {}", directory.display()));
    };
    let pid = broker.pid();
    broker.stop().await?;
    Ok(format!(
        "stopped the broker in {} (process {pid}); its data stays there",
        directory.display()
    ))
}
