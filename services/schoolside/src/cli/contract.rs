//! `schoolside contract`: the published contract of the topics, and records held against it.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::json;

use crate::{
    context::Context,
    contract::{self, Verdict},
    failure::Failure,
    out,
};

/// What can be done with the contract.
#[derive(Debug, Subcommand)]
pub enum ContractCommand {
    /// Write topics.md and asyncapi.yaml.
    #[command(after_help = "Example:\n  schoolside contract write --out docs")]
    Write {
        /// Where to.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// The samples, from which the examples are taken.
        #[arg(long, value_name = "DIR", default_value = "tests/golden")]
        samples: PathBuf,
    },
    /// Hold records in files against the contract; exit code 1 if something is wrong with one.
    ///
    /// Every JSON file in the folder and below is a record: {"topic", "key", "headers", "value"}, with the value's bytes
    /// in a .bin file of the same name or as "value_base64" in it.
    #[command(after_help = "Examples:\n  schoolside contract verify --records tests/golden\n  \
                      schoolside contract verify --records ./captured --json")]
    Verify {
        /// The folder.
        #[arg(long, value_name = "DIR")]
        records: PathBuf,
    },
    /// Write the bytes of a record's value, given as JSON, into the .bin file beside it.
    #[command(after_help = "Example:\n  schoolside contract encode \
                      tests/golden/schoolside.requests.request.v1/schoolside.requests.request.opened.v1/r1.json")]
    Encode {
        /// The records' JSON files.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

/// Runs a command about the contract.
///
/// # Errors
/// When files cannot be read or written, or a record breaks the contract.
pub fn run(command: ContractCommand, context: &Context) -> Result<(), Failure> {
    match command {
        ContractCommand::Write { out, samples } => write(&out, &samples, context),
        ContractCommand::Verify { records } => verify(&records, context),
        ContractCommand::Encode { files } => {
            let written: Result<Vec<_>, _> =
                files.iter().map(|file| contract::write_bytes(file)).collect();
            say(&written.map_err(Failure::usage)?, context);
            Ok(())
        }
    }
}

fn write(folder: &Path, samples: &Path, context: &Context) -> Result<(), Failure> {
    let documents = contract::documents(samples).map_err(Failure::usage)?;
    let mut written = Vec::new();
    for (name, text) in documents {
        let path = folder.join(name);
        std::fs::write(&path, text)
            .map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))?;
        written.push(path);
    }
    say(&written, context);
    Ok(())
}

fn say(written: &[PathBuf], context: &Context) {
    let names: Vec<_> = written.iter().map(|path| path.display().to_string()).collect();
    if context.json {
        out::json(&json!({ "written": names }));
    } else {
        names.iter().for_each(|name| out::line(format!("wrote {name}")));
    }
}

fn verify(folder: &Path, context: &Context) -> Result<(), Failure> {
    let verdict = contract::verify(folder).map_err(Failure::usage)?;
    let Verdict { records, faults } = &verdict;
    if *records == 0 {
        return Err(Failure::Usage(format!(
            "{} has no records: no file in it ends in .json",
            folder.display()
        )));
    }
    if context.json {
        out::json(&json!({ "records": records, "faults": faults }));
    } else {
        faults.iter().for_each(|fault| out::line(format!("{}: {}", fault.file, fault.says)));
    }
    match faults.len() {
        0 if context.json => Ok(()),
        0 => {
            out::line(format!("{records} records keep the contract"));
            Ok(())
        }
        found => Err(Failure::Refused(format!("{found} faults in {records} records"))),
    }
}
