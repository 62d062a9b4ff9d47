//! A calendar ready for use: its hours as known at any time, each compiled once and kept.

use std::sync::OnceLock;

use kernel::Timestamp;

use super::{definition::Definition, hours::Hours};

/// A definition with its compiled hours. Share it in an `Arc`; it is filled as it is used.
#[derive(Debug)]
pub struct Timetable {
    definition: Definition,
    edges: Vec<Timestamp>,
    known: Vec<OnceLock<Hours>>,
}

impl Timetable {
    /// Takes a definition; nothing is computed yet.
    #[must_use]
    pub fn new(definition: Definition) -> Self {
        let edges = definition.known_edges();
        let mut known = Vec::new();
        known.resize_with(edges.len() + 1, OnceLock::new);
        Self { definition, edges, known }
    }

    /// What the calendar says.
    #[must_use]
    pub const fn definition(&self) -> &Definition {
        &self.definition
    }

    /// The hours as known at an instant.
    #[must_use]
    pub fn known_at(&self, at: Timestamp) -> &Hours {
        let index = self.edges.partition_point(|edge| *edge <= at);
        let latest = index.checked_sub(1).map(|last| self.edges[last]);
        self.known[index].get_or_init(|| Hours::new(self.definition.as_known(latest)))
    }

    /// The hours with all that is known in the end.
    #[must_use]
    pub fn known_at_last(&self) -> &Hours {
        self.known_at(Timestamp::MAX)
    }

    /// The last instant up to `at` at which the calendar learned of a closure or opening.
    #[must_use]
    pub fn latest_edge(&self, at: Timestamp) -> Option<Timestamp> {
        self.edges.iter().copied().rfind(|edge| *edge <= at)
    }

    /// The next instant after `at` at which it learns of one.
    #[must_use]
    pub fn next_edge(&self, at: Timestamp) -> Option<Timestamp> {
        self.edges.iter().copied().find(|edge| *edge > at)
    }
}

impl PartialEq for Timetable {
    fn eq(&self, other: &Self) -> bool {
        self.definition == other.definition
    }
}
