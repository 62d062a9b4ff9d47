//! How a running system tells what it does: logs on standard error, traces to a collector if one is named.

use std::io::IsTerminal;

use chassis::telemetry::{self, LogFormat, Telemetry};
use clap::{Args, ValueEnum};

use crate::failure::Failure;

/// Arguments about logs and traces.
#[derive(Debug, Args)]
#[command(next_help_heading = "Logs and traces")]
pub struct LogArgs {
    /// What is logged, e.g. `info` or `warn,sla=debug`.
    #[arg(long, env = "SCHOOLSIDE_LOG", default_value = "warn", value_name = "FILTER")]
    log: String,
    /// How it is written: plain on a terminal, else JSON lines.
    #[arg(long, env = "SCHOOLSIDE_LOG_FORMAT", value_enum)]
    log_format: Option<Format>,
    /// Where traces go, by OTLP over gRPC.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", value_name = "URL")]
    otlp_endpoint: Option<String>,
}

/// How logs are written.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// One JSON object per line.
    Json,
    /// For people.
    Plain,
}

impl LogArgs {
    /// Begins to log; until what it gives is dropped, traces are exported.
    ///
    /// # Errors
    /// When the filter is not one, or the collector's address is not.
    pub fn begin(&self) -> Result<Telemetry, Failure> {
        let format = match self.log_format {
            Some(Format::Json) => LogFormat::Json,
            Some(Format::Plain) => LogFormat::Plain,
            None if std::io::stderr().is_terminal() => LogFormat::Plain,
            None => LogFormat::Json,
        };
        let endpoint = self.otlp_endpoint.as_deref().filter(|endpoint| !endpoint.is_empty());
        telemetry::init(format, &self.log, endpoint).map_err(Failure::usage)
    }
}
