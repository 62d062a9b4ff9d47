//! What is known of a request when it is judged: the full snapshot, never free text.

use std::collections::BTreeMap;

use kernel::{NetworkId, Priority, Role, SchoolId, StreamId};

use crate::table::Field;

/// A request as the conditions of rules see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The request: its stream's id.
    pub request: StreamId,
    /// The value of each field that is known.
    pub values: BTreeMap<Field, String>,
    /// The role that answers for the request's type, if the type states one.
    pub accountable_role: Option<Role>,
    /// Who contributes by the type's definition: role words, or `desk:ID`.
    pub contributing: Vec<String>,
}

impl Snapshot {
    /// A snapshot of a request of which nothing is known yet.
    #[must_use]
    pub fn of(request: StreamId) -> Self {
        Self { request, values: BTreeMap::new(), accountable_role: None, contributing: Vec::new() }
    }

    /// The snapshot with a field set; an empty value leaves it unknown.
    #[must_use]
    pub fn with(mut self, field: Field, value: &str) -> Self {
        self.set(field, value);
        self
    }

    /// Sets a field; an empty value makes it unknown.
    pub fn set(&mut self, field: Field, value: &str) {
        if value.is_empty() {
            self.values.remove(&field);
        } else {
            self.values.insert(field, value.to_owned());
        }
    }

    /// The value of a field, if it is known.
    #[must_use]
    pub fn value(&self, field: &Field) -> Option<&str> {
        self.values.get(field).map(String::as_str)
    }

    /// The school, if it is known.
    #[must_use]
    pub fn school(&self) -> Option<SchoolId> {
        self.value(&Field::School)?.parse().ok()
    }

    /// The school's network, if it is known.
    #[must_use]
    pub fn network(&self) -> Option<NetworkId> {
        self.value(&Field::Network)?.parse().ok()
    }

    /// The priority before the rules, if it is known.
    #[must_use]
    pub fn priority(&self) -> Option<Priority> {
        self.value(&Field::Priority)?.parse().ok()
    }
}
