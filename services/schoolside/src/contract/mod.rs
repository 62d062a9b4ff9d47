//! The published contract: what a stranger needs to read the topics, written from the same sources as the code.
//!
//! [`published`] joins the catalogue of topics with the descriptors, and [`headers`] says what stands in a record's
//! headers. From both, [`manual`] writes `docs/topics.md` and [`asyncapi`] writes `docs/asyncapi.yaml`, with one
//! example per event type from the samples ([`sample`]) in `tests/golden`, which [`golden`] compares with the codecs.
//! [`mod@verify`] holds records in files against the contract, for whoever writes or reads them without a broker.

mod asyncapi;
mod canonical;
mod files;
#[cfg(test)]
mod golden;
mod headers;
mod history;
mod manual;
mod published;
mod sample;
mod schema;
mod value;
mod verify;

use std::path::Path;

pub use self::{
    sample::{SampleError, write_bytes},
    verify::{Verdict, verify},
};

/// A document of the contract that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ContractError {
    /// The samples cannot be read, from which the examples and revisions are taken.
    #[error(transparent)]
    Sample(#[from] SampleError),
    /// An event type has no sample.
    #[error("{0} has no sample, from which its example is taken")]
    NoSample(String),
    /// The document is no YAML.
    #[error("the document cannot be written as YAML: {0}")]
    Yaml(String),
}

/// The documents of the contract: each with its file name.
///
/// # Errors
/// When an event type has no sample in the folder.
pub fn documents(samples: &Path) -> Result<[(&'static str, String); 2], ContractError> {
    let samples = sample::Samples::read(samples)?;
    let topics = published::topics();
    Ok([
        ("topics.md", manual::write(&topics, &samples)?),
        ("asyncapi.yaml", asyncapi::write(&topics, &samples)?),
    ])
}
