//! A record in files: a JSON file with topic, key, headers and value, and the value's bytes in a `.bin` file beside it.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use prost_reflect::MessageDescriptor;
use serde::Deserialize;
use serde_json::Value;

use super::{files, value};
use crate::out;

/// A record in files.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// The topic, whose name may begin with a cluster's own prefix.
    pub topic: String,
    /// The key.
    pub key: String,
    /// The headers by name.
    pub headers: BTreeMap<String, String>,
    /// The value as protobuf's JSON.
    #[serde(default)]
    pub value: Option<Value>,
    /// The value's bytes, where no file beside it holds them.
    #[serde(default)]
    pub value_base64: Option<String>,
    /// Where it lies.
    #[serde(skip)]
    pub file: PathBuf,
}

/// A sample that cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// A file or folder cannot be read or written.
    #[error("{}: {error}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// A file says something that cannot be.
    #[error("{}: {says}", file.display())]
    Wrong {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        says: String,
    },
}

impl Sample {
    /// Reads one.
    ///
    /// # Errors
    /// When the file cannot be read, or is not a record.
    pub fn read(file: &Path) -> Result<Self, SampleError> {
        let text =
            fs::read(file).map_err(|error| SampleError::File { file: file.to_owned(), error })?;
        let sample: Self =
            serde_json::from_slice(&text).map_err(|error| wrong(file, error.to_string()))?;
        Ok(Self { file: file.to_owned(), ..sample })
    }

    /// The value's bytes.
    ///
    /// # Errors
    /// When they are nowhere.
    pub fn bytes(&self) -> Result<Vec<u8>, String> {
        if let Some(text) = &self.value_base64 {
            return BASE64.decode(text).map_err(|error| format!("value_base64: {error}"));
        }
        let beside = self.beside();
        let name = beside.file_name().unwrap_or_default().to_string_lossy().into_owned();
        fs::read(&beside).map_err(|error| {
            format!("no value: neither value_base64 nor a file {name} beside it ({error})")
        })
    }

    /// The file that holds the value's bytes.
    pub fn beside(&self) -> PathBuf {
        self.file.with_extension("bin")
    }

    /// A header; empty if it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// The message that its type names, if there is one.
    pub fn message(&self) -> Option<MessageDescriptor> {
        let context = self.header("ce_source").strip_prefix("/schoolside/")?;
        let event = wire::topic::parse_cloud_event_type(context, self.header("ce_type"))?;
        out::pool().get_message_by_name(&wire::topic::message(context, event))
    }
}

/// Writes the bytes of a sample's value beside it, and gives the file's name. Bytes that are there stay as they are.
///
/// # Errors
/// When the sample cannot be read, has no value of its type, or has other bytes already.
pub fn write_bytes(file: &Path) -> Result<PathBuf, SampleError> {
    let sample = Sample::read(file)?;
    let message = sample.message();
    let message =
        message.ok_or_else(|| wrong(file, "ce_source and ce_type name no event".into()))?;
    let json = sample.value.as_ref().ok_or_else(|| wrong(file, "it has no value".into()))?;
    let value = value::from_json(message, json).map_err(|error| wrong(file, error))?;
    let (bytes, beside) = (value::encode(&value), sample.beside());
    match fs::read(&beside) {
        Ok(there) if there == bytes => {}
        Ok(_) => {
            let says = "it holds other bytes, and a sample that was published never changes";
            return Err(wrong(&beside, says.to_owned()));
        }
        Err(_) => fs::write(&beside, bytes)
            .map_err(|error| SampleError::File { file: beside.clone(), error })?,
    }
    Ok(beside)
}

fn wrong(file: &Path, says: String) -> SampleError {
    SampleError::Wrong { file: file.to_owned(), says }
}

/// The samples of a folder by event type, each type's latest revision.
pub struct Samples(BTreeMap<String, (u16, Sample)>);

impl Samples {
    /// Reads all of them.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn read(folder: &Path) -> Result<Self, SampleError> {
        let files = files::records(folder)
            .map_err(|error| SampleError::File { file: folder.to_owned(), error })?;
        let mut latest: BTreeMap<String, (u16, Sample)> = BTreeMap::new();
        for file in files {
            let Some(revision) = revision(&file) else { continue };
            let sample = Sample::read(&file)?;
            let name = sample.header("ce_type").to_owned();
            if latest.get(&name).is_none_or(|(known, _)| *known < revision) {
                latest.insert(name, (revision, sample));
            }
        }
        Ok(Self(latest))
    }

    /// The latest revision of an event type, and its sample.
    pub fn latest(&self, ce_type: &str) -> Option<(u16, &Sample)> {
        self.0.get(ce_type).map(|(revision, sample)| (*revision, sample))
    }
}

/// The revision of a sample by its file's name, `r1.json`; `None` for other files.
fn revision(file: &Path) -> Option<u16> {
    file.file_stem()?.to_str()?.strip_prefix('r')?.parse().ok()
}
