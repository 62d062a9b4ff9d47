//! Small words shared by the commands: instants, durations, names and new command ids.

use jiff::{SignedDuration, Timestamp};

/// A new command id: one attempt of this process.
#[must_use]
pub fn command_id() -> String {
    #[expect(clippy::disallowed_methods, reason = "a command line makes new commands")]
    uuid::Uuid::now_v7().to_string()
}

/// A resource name of a collection, whether or not the user typed the collection.
#[must_use]
pub fn resource(collection: &str, given: &str) -> String {
    if given.is_empty() || given.starts_with(&format!("{collection}/")) {
        given.to_owned()
    } else {
        format!("{collection}/{given}")
    }
}

/// The last part of a resource name: what people say.
#[must_use]
pub fn id(name: &str) -> &str {
    name.rsplit_once('/').map_or(name, |(_, id)| id)
}

/// An instant, to the minute, in UTC; a dash if there is none.
#[must_use]
pub fn instant(value: Option<&prost_types::Timestamp>) -> String {
    value
        .and_then(wire::time::from_proto)
        .map_or_else(|| "–".to_owned(), |at| at.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

/// A duration in words of at most two units.
#[must_use]
pub fn duration(seconds: i64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds % 86_400 / 3_600, seconds % 3_600 / 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

/// A duration, or that it is not reached.
#[must_use]
pub fn reached(seconds: Option<i64>) -> String {
    seconds.map_or_else(|| "not reached".to_owned(), duration)
}

/// How long until an instant, or since.
#[must_use]
pub fn distance(instant: Timestamp, now: Timestamp) -> String {
    let distance: SignedDuration = instant.duration_since(now);
    if distance.is_negative() {
        format!("{} ago", duration(-distance.as_secs()))
    } else {
        format!("in {}", duration(distance.as_secs()))
    }
}

/// The word of an enum value: `OUTCOME_DONE` → `done`.
#[must_use]
pub fn word(prefix: &str, value: &str) -> String {
    value.strip_prefix(prefix).unwrap_or(value).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_with_and_without_their_collection() {
        assert_eq!(resource("teams", "T1"), "teams/T1");
        assert_eq!(resource("teams", "teams/T1"), "teams/T1");
        assert_eq!((resource("teams", ""), id("teams/T1")), (String::new(), "T1"));
    }

    #[test]
    fn durations_have_at_most_two_units() {
        let said = [59, 60, 3_660, 90_000].map(duration);
        assert_eq!(said, ["59 s", "1 min", "1 h 1 min", "1 d 1 h"]);
    }
}
