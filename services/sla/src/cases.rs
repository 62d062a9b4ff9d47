//! The cases that were looked at last, as they stand in the log, so that most looks need not load them.
//!
//! What is kept is out of date when another process has looked at the same case since. So it counts only where the log
//! confirms it: a command says which version it was made for, and is declined when there is a later one.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use kernel::{StreamId, Version};
use sla_domain::case::State;

/// How many are kept; then all are forgotten.
const MOST: usize = 10_000;

/// Kept cases. Cheap to clone; shared by everything in the process.
#[derive(Clone, Default)]
pub(crate) struct Cases {
    kept: Arc<Mutex<HashMap<StreamId, (State, Version)>>>,
}

impl Cases {
    fn kept(&self) -> MutexGuard<'_, HashMap<StreamId, (State, Version)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a kept case out, if it is kept.
    pub(crate) fn take(&self, case: StreamId) -> Option<(State, Version)> {
        self.kept().remove(&case)
    }

    /// Keeps a case as it stands.
    pub(crate) fn keep(&self, case: StreamId, state: State, version: Version) {
        let mut kept = self.kept();
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(case, (state, version));
    }
}
