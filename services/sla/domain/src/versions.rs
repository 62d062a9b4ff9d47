//! Versions of something that is published as a whole: which one counts, as known when.

use std::sync::Arc;

use kernel::Timestamp;

/// One published version.
#[derive(Debug, PartialEq)]
pub struct Published<T> {
    /// Its number, from 1.
    pub version: u32,
    /// From when on it is in force.
    pub effective_from: Timestamp,
    /// When it became known.
    pub published_at: Timestamp,
    /// What it says.
    pub content: T,
}

/// All versions so far, oldest first. Cloning shares them.
#[derive(Debug, PartialEq)]
pub struct Versions<T>(Vec<Arc<Published<T>>>);

impl<T> Clone for Versions<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Default for Versions<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Versions<T> {
    /// Adds the next version. One that is there already is left as it is.
    pub fn add(&mut self, published: Published<T>) {
        match self.0.binary_search_by_key(&published.version, |known| known.version) {
            Ok(_) => {}
            Err(place) => self.0.insert(place, Arc::new(published)),
        }
    }

    /// The latest version.
    #[must_use]
    pub fn latest(&self) -> Option<&Published<T>> {
        self.0.last().map(Arc::as_ref)
    }

    /// The version of this number.
    #[must_use]
    pub fn numbered(&self, version: u32) -> Option<&Published<T>> {
        self.iter().find(|published| published.version == version)
    }

    /// The version in force at the instant `at`, among those known at `known`; the first of all if none was yet,
    /// so that what was opened before the first version is judged by it.
    #[must_use]
    pub fn in_force(&self, at: Timestamp, known: Timestamp) -> Option<&Published<T>> {
        let holds = |one: &&Published<T>| one.effective_from <= at && one.published_at <= known;
        self.0.iter().map(Arc::as_ref).rev().find(holds).or_else(|| self.0.first().map(Arc::as_ref))
    }

    /// The next instant after `at` at which another version comes into force.
    #[must_use]
    pub fn next_change(&self, at: Timestamp) -> Option<Timestamp> {
        self.0.iter().map(|published| published.effective_from).filter(|from| *from > at).min()
    }

    /// Every version, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Published<T>> {
        self.0.iter().map(Arc::as_ref)
    }
}
