//! Configuration: documented defaults, then a file, then the environment; unknown keys are refused, all errors at once.

use std::{collections::BTreeMap, path::Path};

use serde::de::DeserializeOwned;
use toml::{Table, Value};

/// One thing wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct ConfigError {
    /// The file, or the environment variable.
    pub place: String,
    /// What is wrong, and what is expected.
    pub problem: String,
}

/// Loads a configuration: `defaults` (TOML, with every key), overridden by `file`, overridden by the variables of
/// `environment` that begin with `prefix` (`PREFIX_SECTION__KEY`).
///
/// # Errors
/// Everything that is wrong, at once.
pub fn load<T: DeserializeOwned>(
    defaults: &str,
    file: Option<&Path>,
    prefix: &str,
    environment: impl IntoIterator<Item = (String, String)>,
) -> Result<T, Vec<ConfigError>> {
    let mut errors = Vec::new();
    let mut merged = table("defaults", defaults, &mut errors);
    if let Some(path) = file {
        match std::fs::read_to_string(path) {
            Ok(text) => {
                let place = path.display().to_string();
                let given = table(&place, &text, &mut errors);
                merge(&mut merged, given, &place, "", &mut errors);
            }
            Err(error) => errors.push(ConfigError {
                place: path.display().to_string(),
                problem: error.to_string(),
            }),
        }
    }
    let variables: BTreeMap<_, _> = environment
        .into_iter()
        .filter_map(|(name, value)| {
            Some((name.strip_prefix(prefix)?.strip_prefix('_')?.to_lowercase(), value))
        })
        .collect();
    for (name, text) in variables {
        // A text that looks like a number is still a text where one belongs.
        let value = match at(&merged, name.split("__")) {
            Some(Value::String(_)) => Value::String(text),
            _ => text.parse::<Value>().unwrap_or(Value::String(text)),
        };
        let given = name
            .rsplit("__")
            .fold(value, |inner, key| Value::Table(Table::from_iter([(key.to_owned(), inner)])));
        if let Value::Table(given) = given {
            merge(
                &mut merged,
                given,
                &format!("{prefix}_{}", name.to_uppercase()),
                "",
                &mut errors,
            );
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    merged.try_into().map_err(|error: toml::de::Error| {
        vec![ConfigError { place: "configuration".to_owned(), problem: error.message().to_owned() }]
    })
}

/// The value under a path of keys.
fn at<'a>(table: &'a Table, mut path: impl Iterator<Item = &'a str>) -> Option<&'a Value> {
    let first = table.get(path.next()?)?;
    path.try_fold(first, |value, key| value.as_table()?.get(key))
}

fn table(place: &str, text: &str, errors: &mut Vec<ConfigError>) -> Table {
    text.parse().unwrap_or_else(|error: toml::de::Error| {
        errors.push(ConfigError { place: place.to_owned(), problem: error.message().to_owned() });
        Table::new()
    })
}

/// Puts `given` over `base`, which has every lawful key.
fn merge(base: &mut Table, given: Table, place: &str, path: &str, errors: &mut Vec<ConfigError>) {
    for (key, value) in given {
        let full = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        let mut wrong =
            |problem: String| errors.push(ConfigError { place: place.to_owned(), problem });
        match (base.get_mut(&key), value) {
            (None, _) => wrong(format!("unknown key {full}")),
            (Some(Value::Table(base)), Value::Table(given)) => {
                merge(base, given, place, &full, errors);
            }
            (Some(base), value) if base.same_type(&value) => *base = value,
            (Some(base), value) => {
                wrong(format!(
                    "{full} must be of type {}, not {}",
                    base.type_str(),
                    value.type_str()
                ));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Pool {
        size: u32,
    }
    #[derive(Debug, PartialEq, Deserialize)]
    struct Settings {
        name: String,
        pool: Pool,
    }
    const DEFAULTS: &str = "name = 'a'\n[pool]\nsize = 4";

    fn load_with(environment: &[(&str, &str)]) -> Result<Settings, Vec<ConfigError>> {
        let environment =
            environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        load(DEFAULTS, None, "SLA", environment)
    }

    #[test]
    fn the_environment_overrides_the_defaults() {
        let settings =
            load_with(&[("SLA_POOL__SIZE", "9"), ("SLA_NAME", "7"), ("OTHER", "1")]).unwrap();
        assert_eq!(settings, Settings { name: "7".into(), pool: Pool { size: 9 } });
    }

    #[test]
    fn everything_wrong_is_said_at_once() {
        let errors = load_with(&[("SLA_POOL__SIZE", "many"), ("SLA_COLOUR", "red")]).unwrap_err();
        let said: Vec<_> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "SLA_COLOUR: unknown key colour",
                "SLA_POOL__SIZE: pool.size must be of type integer, not string"
            ]
        );
    }
}
