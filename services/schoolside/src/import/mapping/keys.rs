//! Reads a TOML table key by key and collects everything that is wrong with it, so that all is said at once.

use std::cell::RefCell;

use toml::{Table, Value};

/// Everything found wrong with a mapping so far, each naming its key.
#[derive(Debug, Default)]
pub(super) struct Faults(RefCell<Vec<String>>);

impl Faults {
    pub(super) fn add(&self, key: &str, fault: &str) {
        self.0.borrow_mut().push(format!("{key}: {fault}"));
    }

    pub(super) fn into_inner(self) -> Vec<String> {
        self.0.into_inner()
    }
}

/// One table on its way: each key is taken once, what is left at the end is unknown.
pub(super) struct Keys<'a> {
    path: String,
    table: Table,
    asked: Vec<&'static str>,
    faults: &'a Faults,
}

impl<'a> Keys<'a> {
    pub(super) fn new(path: &str, table: Table, faults: &'a Faults) -> Self {
        Self { path: path.to_owned(), table, asked: Vec::new(), faults }
    }

    pub(super) fn faults(&self) -> &'a Faults {
        self.faults
    }

    /// The full name of a key of this table.
    pub(super) fn name(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    pub(super) fn fault(&self, key: &str, fault: &str) {
        self.faults.add(&self.name(key), fault);
    }

    pub(super) fn take(&mut self, key: &'static str) -> Option<Value> {
        self.asked.push(key);
        self.table.remove(key)
    }

    pub(super) fn text(&mut self, key: &'static str) -> Option<String> {
        match self.take(key)? {
            Value::String(text) => Some(text),
            other => self.expected(key, "a text in quotes", &other),
        }
    }

    pub(super) fn required_text(&mut self, key: &'static str, what: &str) -> Option<String> {
        let given = self.table.contains_key(key);
        let text = self.text(key);
        if !given {
            self.fault(key, &format!("missing; expected {what}"));
        }
        text
    }

    pub(super) fn flag(&mut self, key: &'static str) -> Option<bool> {
        match self.take(key)? {
            Value::Boolean(flag) => Some(flag),
            other => self.expected(key, "true or false", &other),
        }
    }

    pub(super) fn number(&mut self, key: &'static str, from: i64, to: i64) -> Option<i64> {
        match self.take(key)? {
            Value::Integer(number) if (from..=to).contains(&number) => Some(number),
            other => self.expected(key, &format!("a whole number from {from} to {to}"), &other),
        }
    }

    /// A list of texts; a single text is a list of one.
    pub(super) fn texts(&mut self, key: &'static str) -> Option<Vec<String>> {
        let value = self.take(key)?;
        let texts = match &value {
            Value::String(text) => Some(vec![text.clone()]),
            Value::Array(items) => {
                items.iter().map(|item| item.as_str().map(str::to_owned)).collect()
            }
            _ => None,
        };
        texts.or_else(|| self.expected(key, "a text or a list of texts", &value))
    }

    /// A table whose values are all texts.
    pub(super) fn text_pairs(&mut self, key: &'static str) -> Option<Vec<(String, String)>> {
        let value = self.take(key)?;
        let pairs = value.as_table().and_then(|table| {
            table.iter().map(|(from, to)| Some((from.clone(), to.as_str()?.to_owned()))).collect()
        });
        pairs.or_else(|| self.expected(key, "a table of texts, as { \"from\" = \"to\" }", &value))
    }

    pub(super) fn table(&mut self, key: &'static str) -> Option<Keys<'a>> {
        match self.take(key)? {
            Value::Table(table) => Some(Keys::new(&self.name(key), table, self.faults)),
            other => self.expected(key, "a table", &other),
        }
    }

    pub(super) fn word<T: Copy>(&mut self, key: &'static str, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(key)?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
        if found.is_none() {
            let all =
                words.iter().map(|(word, _)| format!("\"{word}\"")).collect::<Vec<_>>().join(", ");
            self.fault(key, &format!("\"{text}\" is unknown; expected one of {all}"));
        }
        found
    }

    pub(super) fn expected<T>(&self, key: &str, expected: &str, given: &Value) -> Option<T> {
        self.fault(key, &format!("expected {expected}, found {}", excerpt(given)));
        None
    }

    /// Complains about every key that nobody asked for.
    pub(super) fn finish(self) {
        for key in self.table.keys() {
            let known = self.asked.join(", ");
            self.fault(key, &format!("unknown key; known here: {known}"));
        }
    }
}

pub(super) fn excerpt(value: &Value) -> String {
    let text = value.to_string().replace('\n', " ");
    if text.chars().count() > 60 {
        format!("{} …", text.chars().take(60).collect::<String>())
    } else {
        text
    }
}
