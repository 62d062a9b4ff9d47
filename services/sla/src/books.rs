//! Calendars and policies in memory, compiled once and shared; brought up to date from `sla.term`.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use kernel::{CalendarId, Decider, EventCodec, PolicyId};
use sla_domain::{
    calendar::{self, Timetable},
    case::Calendars,
    policy::{self, Rules},
    versions::Versions,
};
use sqlx::{PgConnection, Row};
use stream::HandleError;

/// All that is published, as of one position of the own log.
#[derive(Clone, Default)]
pub(crate) struct Books {
    position: i64,
    calendars: BTreeMap<CalendarId, calendar::State>,
    policy: Option<(PolicyId, policy::State)>,
}

impl Books {
    /// The policy in use: the one that was published first. A district has one, in as many versions as it needs.
    pub(crate) fn policy(&self) -> Option<(&PolicyId, &Versions<Rules>)> {
        self.policy.as_ref().map(|(id, state)| (id, &state.versions))
    }

    fn add(&mut self, term: &Term) -> Result<(), HandleError> {
        let revision = term.revision.cast_unsigned();
        self.position = self.position.max(term.position);
        if term.kind == policy::Policy::KIND {
            let event = policy::Event::decode("published", revision, &term.payload, None)?;
            let policy::Event::Published(published) = &event;
            let (id, state) =
                self.policy.get_or_insert_with(|| (published.id.clone(), policy::State::default()));
            if *id == published.id {
                *state = policy::Policy::evolve(std::mem::take(state), &event);
            }
        } else {
            let event = calendar::Event::decode("published", revision, &term.payload, None)?;
            let calendar::Event::Published(published) = &event;
            let state = self.calendars.entry(published.id.clone()).or_default();
            *state = calendar::Calendar::evolve(std::mem::take(state), &event);
        }
        Ok(())
    }
}

impl Calendars for Books {
    fn calendar(&self, id: &CalendarId) -> Option<&Versions<Timetable>> {
        self.calendars.get(id).map(|state| &state.versions)
    }
}

struct Term {
    position: i64,
    kind: String,
    revision: i16,
    payload: Vec<u8>,
}

/// Where the books stand. Cheap to clone; shared by everything in the process.
#[derive(Clone, Default)]
pub(crate) struct Shelf {
    latest: Arc<Mutex<Arc<Books>>>,
}

impl Shelf {
    /// The books with all that is published; nothing more is taken in before the connection's transaction ends.
    ///
    /// INVARIANT: a look sees either all of a publication or leaves rows that the publication finds. Otherwise a request
    /// that is taken in beside a publication could miss its first policy for ever.
    pub(crate) async fn current(&self, tx: &mut PgConnection) -> Result<Arc<Books>, HandleError> {
        let known = self.latest.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let sql = "select pos, kind, revision, payload from sla.terms_behind($1)";
        let rows = sqlx::query(sql).bind(known.position).fetch_all(tx).await?;
        if rows.is_empty() {
            return Ok(known);
        }
        let mut books = Books::clone(&known);
        for row in &rows {
            books.add(&Term {
                position: row.try_get(0)?,
                kind: row.try_get(1)?,
                revision: row.try_get(2)?,
                payload: row.try_get(3)?,
            })?;
        }
        let books = Arc::new(books);
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if latest.position < books.position {
            *latest = books.clone();
        }
        Ok(books)
    }
}
