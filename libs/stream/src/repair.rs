//! Records that cannot be handled: finding them in a page, parking them, and trying them again when asked.

use std::sync::Arc;

use eventlog::Recorded;
use kernel::{Position, StreamId};
use tokio::time::Instant;

use crate::{
    BoxError, Delivery, HandleError, OnPoison,
    ledger::{Entry, State},
    runner::{Backoff, PageError, REPAIR, Runner, Setback},
};

/// How often a record is tried before it is parked.
const ATTEMPTS: i32 = 3;
/// The most characters of an error that are kept.
const MAX_ERROR: usize = 2_000;

impl Runner {
    /// Applies a delivery event by event, so that the bad one is found and nothing but it is left out.
    pub(crate) async fn one_by_one(&mut self, delivery: &Delivery) -> Result<(), Setback> {
        for (event, place) in delivery.events.iter().zip(&delivery.places) {
            self.single(&delivery.lane, event, *place).await?;
        }
        if self.stored(&delivery.lane) < delivery.to {
            self.single_page(&delivery.lane, &[], delivery.to).await??;
        }
        Ok(())
    }

    async fn single(
        &mut self,
        lane: &Arc<str>,
        event: &Recorded,
        place: Position,
    ) -> Result<(), Setback> {
        let mut backoff = Backoff::new();
        let mut attempts = 0;
        loop {
            let Err(poison) = self.single_page(lane, std::slice::from_ref(event), place).await?
            else {
                return Ok(());
            };
            attempts += 1;
            if attempts == ATTEMPTS {
                return self.park(lane, event, place, &described(&*poison)).await;
            }
            backoff.pause(&self.shutdown).await?;
        }
    }

    /// Commits a page of at most one event, through whatever passes; the inner error is poison.
    async fn single_page(
        &mut self,
        lane: &Arc<str>,
        events: &[Recorded],
        place: Position,
    ) -> Result<Result<(), BoxError>, Setback> {
        let mut backoff = Backoff::new();
        loop {
            match self.page(lane, events, place).await {
                Ok(()) => return Ok(Ok(())),
                Err(PageError::Overtaken) => return Err(Setback::Overtaken),
                Err(PageError::Handle(HandleError::Poison(poison))) => return Ok(Err(poison)),
                Err(PageError::Handle(HandleError::Transient(failure))) => {
                    let subscription = self.subscription.name;
                    tracing::warn!(
                        error = kernel::chain(&*failure),
                        subscription,
                        "a record is retried"
                    );
                    backoff.pause(&self.shutdown).await?;
                }
            }
        }
    }

    async fn park(
        &mut self,
        lane: &Arc<str>,
        event: &Recorded,
        place: Position,
        error: &str,
    ) -> Result<(), Setback> {
        let subscription = self.subscription.name;
        let position = event.position.0;
        let trace_id = event.meta.traceparent.split('-').nth(1);
        tracing::error!(
            error,
            subscription,
            position,
            event = event.name,
            trace_id,
            "a record is parked"
        );
        let halts = self.subscription.on_poison == OnPoison::Halt;
        let mut tx = self.ledger.begin().await?;
        if !halts {
            let from = self.stored(lane);
            if !self.ledger.advance(&mut tx, lane, from, place).await? {
                return Err(Setback::Overtaken);
            }
        }
        self.ledger.park(&mut tx, lane, event, false, error, ATTEMPTS).await?;
        tx.commit().await?;
        self.held.insert(event.stream);
        if halts {
            return self.halt(lane, event, place).await;
        }
        self.moved(lane, place);
        Ok(())
    }

    /// Waits until the operator says what to do with the record that nothing may pass.
    async fn halt(
        &mut self,
        lane: &Arc<str>,
        event: &Recorded,
        place: Position,
    ) -> Result<(), Setback> {
        loop {
            let mut tx = self.ledger.begin().await?;
            let source = self.bus.source();
            let front = self.ledger.front_of(&mut tx, source, event.stream).await?;
            match front {
                Some(entry) if entry.state == State::Drop => {
                    if !self.ledger.advance(&mut tx, lane, self.stored(lane), place).await? {
                        return Err(Setback::Overtaken);
                    }
                    self.ledger.mark_dropped(&mut tx, &entry).await?;
                    tx.commit().await?;
                    self.moved(lane, place);
                    self.held.remove(&event.stream);
                    return Ok(());
                }
                Some(entry) if entry.state == State::Retry => {
                    tx.rollback().await?;
                    match self.single_page(lane, std::slice::from_ref(event), place).await? {
                        Ok(()) => {
                            self.held.remove(&event.stream);
                            return Ok(());
                        }
                        Err(poison) => {
                            self.ledger.failed_again(&entry, &described(&*poison)).await?;
                        }
                    }
                }
                Some(_) => tx.rollback().await?,
                // Another runner has settled it.
                None => return Err(Setback::Overtaken),
            }
            let waited = self.shutdown.run_until_cancelled(tokio::time::sleep(REPAIR)).await;
            waited.ok_or(Setback::Shutdown)?;
        }
    }

    /// Fulfils the operator's wishes, and lets go the streams whose records have all been applied.
    pub(crate) async fn repair(&mut self) -> Result<(), Setback> {
        self.repaired = Instant::now();
        let fronts = self.ledger.fronts(self.bus.source()).await?;
        self.held = fronts.iter().map(|front| front.record.stream).collect();
        for front in fronts {
            if front.state != State::Parked {
                self.release(front.record.stream).await?;
            }
        }
        Ok(())
    }

    /// Applies a stream's parked records in order, as far as that succeeds.
    async fn release(&mut self, stream: StreamId) -> Result<(), Setback> {
        loop {
            let mut tx = self.ledger.begin().await?;
            let front = self.ledger.front_of(&mut tx, self.bus.source(), stream).await?;
            let Some(entry) = front else {
                self.held.remove(&stream);
                return Ok(());
            };
            match entry.state {
                State::Parked => return Ok(()),
                State::Drop => self.ledger.mark_dropped(&mut tx, &entry).await?,
                State::Retry | State::Held => {
                    let record = self.bus.refresh(entry.record.clone()).await?;
                    let handled = self.handle(&[record], &mut tx).await;
                    if let Err(failure) = handled {
                        tx.rollback().await?;
                        return self.not_yet(&entry, failure).await;
                    }
                    self.ledger.settle(&mut tx, &entry).await?;
                }
            }
            tx.commit().await?;
        }
    }

    async fn not_yet(&self, entry: &Entry, failure: HandleError) -> Result<(), Setback> {
        match failure {
            HandleError::Poison(poison) => {
                Ok(self.ledger.failed_again(entry, &described(&*poison)).await?)
            }
            // The wish stands, and is tried again with the next look.
            HandleError::Transient(failure) => {
                let subscription = self.subscription.name;
                tracing::warn!(
                    error = kernel::chain(&*failure),
                    subscription,
                    "a parked record is retried"
                );
                Ok(())
            }
        }
    }
}

/// An error with its causes, cut to what is worth keeping.
fn described(error: &(dyn std::error::Error + Send + Sync + 'static)) -> String {
    kernel::chain(error).chars().take(MAX_ERROR).collect()
}
