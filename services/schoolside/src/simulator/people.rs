//! The demo's people as callers: each with a token of their own role and scope, on one connection.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use chassis::identity::{CallerRole, Claims, Keys};

use super::agenda::Actor;
use crate::{connection::Connection, failure::Failure};

/// How long a token holds, and when a fresh one is made.
const LIFETIME: Duration = Duration::from_secs(2 * 3600);
const FRESH: Duration = Duration::from_secs(3600);

/// Everyone who acts in the demo.
pub struct People {
    connection: Connection,
    keys: Keys,
    known: Mutex<HashMap<Actor, (Instant, Connection)>>,
}

impl People {
    /// Nobody yet; tokens are signed as they are needed.
    #[must_use]
    pub fn new(connection: Connection, keys: Keys) -> Self {
        Self { connection, keys, known: Mutex::default() }
    }

    /// The connection on which someone calls.
    ///
    /// # Errors
    /// When a token cannot be signed.
    pub fn connection(&self, actor: &Actor) -> Result<Connection, Failure> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, connection)) = known.get(actor).filter(|(since, _)| since.elapsed() < FRESH)
        {
            return Ok(connection.clone());
        }
        let token = self.keys.mint(&claims(actor)).map_err(Failure::unavailable)?;
        let connection = self.connection.with_token(&token)?;
        known.insert(actor.clone(), (Instant::now(), connection.clone()));
        Ok(connection)
    }
}

fn claims(actor: &Actor) -> Claims {
    let subject = |person: &kernel::PersonId| format!("people/{person}");
    match actor {
        Actor::School { person, school } => {
            Claims::new(&subject(person), &[CallerRole::Principal], LIFETIME).with_schools([school])
        }
        Actor::Member { person, team } => {
            Claims::new(&subject(person), &[CallerRole::TeamMember], LIFETIME).with_teams([team])
        }
        Actor::Lead { person, team } => {
            Claims::new(&subject(person), &[CallerRole::Lead], LIFETIME).with_teams([team])
        }
    }
}
