//! Alder Bay: the invented district that ships with the product, as the files anyone could write.

use super::Source;

macro_rules! files {
    ($($path:literal),+ $(,)?) => {
        &[$(($path, include_str!(concat!("../../districts/alder-bay/", $path)))),+]
    };
}

/// The files of Alder Bay.
pub const ALDER_BAY: Source = Source::Embedded(files![
    "district.toml",
    "networks.csv",
    "schools.csv",
    "teams.csv",
    "desks.csv",
    "members.csv",
    "principals.csv",
    "directory_changes.csv",
    "catalogue.csv",
    "attributes.csv",
    "rules.toml",
    "instruments.toml",
    "calendars/accounts-payable.toml",
    "calendars/emergency.toml",
    "calendars/office.toml",
    "calendars/pupils.toml",
    "calendars/transport.toml",
    "policies/service-targets.toml",
]);
