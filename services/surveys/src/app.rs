//! What every rpc of the service works with.

use std::time::Duration;

use chassis::{consistency, fault::Fault};
use eventlog::{Executed, Log};
use kernel::{Decider, StreamId};
use sqlx::PgPool;
use stream::Progress;
use surveys_domain::{
    instrument::{Instrument, Questionnaire},
    invitation::{Invitation, Refusal, State},
};

use crate::{
    projection::invitation,
    token::{self, TokenKey},
};

/// The context's name: its schema, its log, its topics.
pub(crate) const CONTEXT: &str = "surveys";

/// What every rpc of the service works with. Cheap to clone.
#[derive(Clone)]
pub(crate) struct App {
    /// The own log.
    pub(crate) log: Log,
    /// The own database.
    pub(crate) pool: PgPool,
    /// How far the read model is.
    pub(crate) view: Progress,
    /// The key of the invitations' tokens.
    pub(crate) key: TokenKey,
}

/// The invitation that a token opens.
pub(crate) struct Opened {
    pub(crate) stream: StreamId,
    pub(crate) state: State,
    pub(crate) version: kernel::Version,
    pub(crate) questionnaire: Questionnaire,
}

impl App {
    /// Waits until the read model shows what `after` names; nothing to wait for when it is empty.
    pub(crate) async fn wait(&self, after: &str, patience: Duration) -> Result<(), Fault> {
        consistency::wait(after, &self.view, patience).await
    }

    /// The token that names what a command changed.
    pub(crate) fn consistency<D: Decider>(
        &self,
        stream: StreamId,
        executed: &Executed<D>,
    ) -> String {
        consistency::encode(CONTEXT, executed.position, stream, executed.version)
    }

    /// The invitation that a token opens. A token of none, a malformed one and a withdrawn one answer alike.
    pub(crate) async fn open(&self, token: &str) -> Result<Opened, Fault> {
        let unknown = || Fault::refused(&Refusal::Unknown);
        let found = invitation::by_token(&self.pool, token::hash_of(token)).await?;
        let stream = found.filter(|stream| self.key.opens(token, *stream)).ok_or_else(unknown)?;
        let (state, version) = eventlog::load::<Invitation>(&self.log, stream).await?;
        let (instrument, number) = state.instrument().ok_or_else(unknown)?;
        let instrument = Instrument::stream(instrument);
        let (versions, _) = eventlog::load::<Instrument>(&self.log, instrument).await?;
        let missing = || {
            Fault::bug(format!(
                "{stream} names version {number} of a questionnaire, which is not there"
            ))
        };
        let questionnaire = versions.version(number).cloned().ok_or_else(missing)?;
        Ok(Opened { stream, state, version, questionnaire })
    }
}
