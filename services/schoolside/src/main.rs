//! The `schoolside` binary.

use std::process::ExitCode;

use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    schoolside::cli::run(schoolside::cli::Cli::parse()).await
}
