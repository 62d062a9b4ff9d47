//! Reading a TOML or JSON document by hand, so that every fault is found in one go and names its path.

mod json;

use std::{fmt::Display, str::FromStr};

use serde_json::{Map, Value};

use crate::fault::Faults;

/// The document as one shape, whichever of the two formats it is in.
pub(crate) fn parse(text: &str) -> Result<Value, Faults> {
    let json = text.trim_start_matches('\u{feff}').trim_start().starts_with('{');
    let parsed = if json {
        json::read(text.trim_start_matches('\u{feff}'))
    } else {
        toml::from_str::<toml::Table>(text.trim_start_matches('\u{feff}'))
            .map(|table| from_toml(toml::Value::Table(table)))
            .map_err(|error| error.to_string().trim_end().replace('\n', " "))
    };
    parsed.map_err(|problem| {
        let mut faults = Faults::default();
        faults.add("", problem);
        faults
    })
}

fn from_toml(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(flag) => Value::Bool(flag),
        // A bare TOML date or time says the same as its text.
        toml::Value::Datetime(moment) => Value::String(moment.to_string()),
        toml::Value::Array(items) => items.into_iter().map(from_toml).collect(),
        toml::Value::Table(table) => {
            Value::Object(table.into_iter().map(|(key, item)| (key, from_toml(item))).collect())
        }
    }
}

/// One table of the document, with where it stands.
#[derive(Clone, Copy)]
pub(crate) struct Table<'a> {
    map: &'a Map<String, Value>,
    path: &'a str,
}

impl<'a> Table<'a> {
    /// The value as a table that has none but the `allowed` keys.
    pub(crate) fn of(
        value: &'a Value,
        path: &'a str,
        allowed: &[&str],
        faults: &mut Faults,
    ) -> Option<Self> {
        let Some(map) = value.as_object() else {
            faults.add(path, format!("expected a table with {}", allowed.join(", ")));
            return None;
        };
        for key in map.keys().filter(|key| !allowed.contains(&key.as_str())) {
            let problem = format!("unknown key; the keys here are {}", allowed.join(", "));
            faults.add(join(path, key), problem);
        }
        Some(Self { map, path })
    }

    /// The path of a key of this table.
    pub(crate) fn path(&self, key: &str) -> String {
        join(self.path, key)
    }

    /// The value of a key, if it is there.
    pub(crate) fn get(&self, key: &str) -> Option<&'a Value> {
        self.map.get(key).filter(|value| !value.is_null())
    }

    /// A text, if it is there.
    pub(crate) fn text(&self, key: &str, faults: &mut Faults) -> Option<&'a str> {
        let value = self.get(key)?;
        let text = value.as_str();
        if text.is_none() {
            faults.add(self.path(key), "expected a text in quotes");
        }
        text
    }

    /// A text, which must be there.
    pub(crate) fn required(&self, key: &str, faults: &mut Faults) -> Option<&'a str> {
        if self.get(key).is_none() {
            faults.add(self.path(key), "is missing");
        }
        self.text(key, faults)
    }

    /// A flag; false if it is not there.
    pub(crate) fn flag(&self, key: &str, faults: &mut Faults) -> bool {
        let Some(value) = self.get(key) else { return false };
        value.as_bool().unwrap_or_else(|| {
            faults.add(self.path(key), "expected true or false");
            false
        })
    }

    /// The items of a list, each with its path; none if it is not there.
    pub(crate) fn list(&self, key: &str, faults: &mut Faults) -> Vec<(String, &'a Value)> {
        self.get(key).map(|value| items(value, &self.path(key), faults)).unwrap_or_default()
    }

    /// A list of words, each read by its own type.
    pub(crate) fn words<T>(&self, key: &str, faults: &mut Faults) -> Vec<T>
    where
        T: FromStr<Err: Display>,
    {
        let read = |(path, value): (String, &Value)| word(value, &path, faults);
        // Collected first: `list` and `word` both note faults.
        let mut noted = Faults::default();
        let found = self.list(key, &mut noted).into_iter().filter_map(read).collect();
        faults.0.extend(noted.0);
        found
    }

    /// One word, read by its type, if it is there.
    pub(crate) fn word<T>(&self, key: &str, faults: &mut Faults) -> Option<T>
    where
        T: FromStr<Err: Display>,
    {
        self.get(key).and_then(|value| word(value, &self.path(key), faults))
    }
}

/// The items of a list, each with its path.
pub(crate) fn items<'a>(
    value: &'a Value,
    path: &str,
    faults: &mut Faults,
) -> Vec<(String, &'a Value)> {
    let Some(list) = value.as_array() else {
        faults.add(path, "expected a list in square brackets");
        return Vec::new();
    };
    list.iter().enumerate().map(|(index, item)| (format!("{path}[{index}]"), item)).collect()
}

/// A word, read by its type.
pub(crate) fn word<T>(value: &Value, path: &str, faults: &mut Faults) -> Option<T>
where
    T: FromStr<Err: Display>,
{
    let Some(text) = value.as_str() else {
        faults.add(path, "expected a text in quotes");
        return None;
    };
    text.parse().map_err(|error: T::Err| faults.add(path, error.to_string())).ok()
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}
