//! Invitations go out when the settle delay is over, and end when nobody has answered in time.

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use chassis::call::timer_call;
use eventlog::{Log, Recorded};
use futures::{StreamExt, TryStreamExt, stream as futures_stream};
use kernel::{InstrumentId, Position, StreamId, Timestamp};
use sqlx::PgPool;
use stream::{BoxError, DueWork, Progress};
use surveys_domain::{
    instrument::{self, Instrument},
    invitation::{Command, Expire, Invitation, Send},
};

use crate::{
    projection::invitation::{self, Due},
    token::TokenKey,
};

/// How many of a kind are done in one go.
const BATCH: i64 = 500;
/// How many at once.
const AT_ONCE: usize = 64;
/// How long the view may take to show what was done.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sends and expires.
pub(crate) struct Invitations {
    pub(crate) log: Log,
    pub(crate) pool: PgPool,
    pub(crate) key: TokenKey,
    pub(crate) view: Progress,
}

#[async_trait]
impl DueWork for Invitations {
    async fn run_due(&self, now: Timestamp) -> Result<usize, BoxError> {
        let due = invitation::due(&self.pool, now, BATCH).await?;
        let instruments = self.instruments(&due).await?;
        let ids: Vec<StreamId> = due.iter().map(Due::id).collect();
        let mut histories = self.log.load_all(&ids).await?;
        let mut work = Vec::with_capacity(due.len());
        for due in &due {
            let (timer, command) = self.command(due, &instruments)?;
            let history = histories.remove(&due.id()).unwrap_or_default();
            work.push(self.execute(timer, due.id(), history, command));
        }
        let done: Vec<Option<Position>> =
            futures_stream::iter(work).buffer_unordered(AT_ONCE).try_collect().await?;
        let positions: Vec<Position> = done.into_iter().flatten().collect();
        // What is due is read from the view: until it shows these they would be found again.
        if let Some(last) = positions.iter().copied().max()
            && !self.view.wait_for(last, PATIENCE).await
        {
            return Err("the view of invitations does not follow".into());
        }
        Ok(positions.len())
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, BoxError> {
        Ok(invitation::next_due(&self.pool).await?)
    }
}

impl Invitations {
    /// The questionnaires that go out, each read once.
    async fn instruments(
        &self,
        due: &[Due],
    ) -> Result<BTreeMap<String, instrument::State>, BoxError> {
        let mut instruments = BTreeMap::new();
        for due in due {
            let Due::Send(_, name, _) = due else { continue };
            if !instruments.contains_key(name) {
                let stream = Instrument::stream(&InstrumentId::try_new(name)?);
                let (state, _) = eventlog::load::<Instrument>(&self.log, stream).await?;
                instruments.insert(name.clone(), state);
            }
        }
        Ok(instruments)
    }

    fn command(
        &self,
        due: &Due,
        instruments: &BTreeMap<String, instrument::State>,
    ) -> Result<(&'static str, Command), BoxError> {
        match due {
            Due::Send(id, name, version) => {
                let instrument = instruments.get(name).and_then(|state| state.version(*version));
                let instrument =
                    instrument.ok_or_else(|| format!("{name} has no version {version}"))?;
                let send = Send { token_hash: self.key.hash(*id), expiry: instrument.expiry };
                Ok(("surveys.send", Command::Send(send)))
            }
            Due::Expire(_) => Ok(("surveys.expire", Command::Expire(Expire))),
        }
    }

    /// Executes a command on an invitation as it was just loaded; the position of its event, if it has one.
    async fn execute(
        &self,
        timer: &'static str,
        id: StreamId,
        history: Vec<Recorded>,
        command: Command,
    ) -> Result<Option<Position>, BoxError> {
        let (log, call) = (&self.log, timer_call(timer, &id.to_string()));
        let executed =
            eventlog::execute_from::<Invitation>(log, call, id, history, command).await?;
        Ok((executed.events > 0 && !executed.duplicate).then_some(executed.position))
    }
}
