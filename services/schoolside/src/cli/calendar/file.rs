//! Reading files for calendars: text of a bounded size, or a precise reason why not.

use std::{fs::File, io::Read, path::Path};

use sla_domain::{calendar::Definition, fault::Faults};

use crate::failure::Failure;

/// The most bytes of a file that are read.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// The text of a file.
///
/// # Errors
/// When it is none, is too large, or is no UTF-8.
pub fn read_text(path: &Path) -> Result<String, Failure> {
    let file = path.display();
    let cannot = |error| Failure::Usage(format!("{file} cannot be read: {error}"));
    let mut bytes = Vec::new();
    let opened = File::open(path).map_err(cannot)?;
    if opened.metadata().map_err(cannot)?.is_dir() {
        return Err(Failure::Usage(format!("{file} cannot be read: it is a folder, not a file")));
    }
    opened.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(cannot)?;
    if bytes.len() as u64 > MAX_BYTES {
        let problem = format!("{file} cannot be read: it has more than {MAX_BYTES} bytes");
        return Err(Failure::Usage(problem));
    }
    String::from_utf8(bytes).map_err(|error| {
        let sound = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = sound.iter().filter(|byte| **byte == b'\n').count() + 1;
        Failure::Usage(format!("{file} cannot be read: line {line} is not UTF-8; save it as UTF-8"))
    })
}

/// A calendar file, and its text.
///
/// # Errors
/// When it cannot be read, or is no calendar.
pub fn read_file(path: &Path) -> Result<(Definition, String), Failure> {
    let text = read_text(path)?;
    let definition =
        Definition::read(&text).map_err(|faults| flawed(path, "is not a calendar", &faults))?;
    Ok((definition, text))
}

/// Everything that is wrong with a file, one fault a line.
pub fn flawed(path: &Path, what: &str, faults: &Faults) -> Failure {
    let faults = faults.0.iter().map(|fault| format!("\n  {fault}"));
    Failure::Usage(format!("{} {what}:{}", path.display(), faults.collect::<String>()))
}
