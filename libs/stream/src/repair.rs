//! Records that cannot be handled: finding them in a page, parking them, and trying them again when asked.

use eventlog::Recorded;
use kernel::StreamId;
use sqlx::PgConnection;
use tokio::time::Instant;

use crate::{
    BoxError, Delivery, HandleError, OnPoison, Place, Run,
    bus::FOREIGN,
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
            self.single(event, place).await?;
        }
        let rest: Vec<_> = delivery.runs.iter().map(|run| self.behind_stored(run)).collect();
        let rest: Vec<_> = rest.into_iter().filter(|run| run.from < run.to).collect();
        self.single_page(&rest, &[], Some(delivery)).await??;
        Ok(())
    }

    async fn single(&mut self, event: &Recorded, place: &Place) -> Result<(), Setback> {
        let stored = self.stored(&place.lane);
        // What came twice lies out of order: a checkpoint does not go back for it.
        let to = place.position.max(stored);
        let run = Run { lane: place.lane.clone(), from: stored, to };
        let mut backoff = Backoff::new();
        let mut attempts = 0;
        loop {
            let runs = [run.clone()];
            let Err(poison) = self.single_page(&runs, std::slice::from_ref(event), None).await?
            else {
                return Ok(());
            };
            attempts += 1;
            if attempts == ATTEMPTS {
                return self.park(event, &run, &described(&*poison)).await;
            }
            backoff.pause(&self.shutdown).await?;
        }
    }

    /// Commits a page of at most one event, through whatever passes; the inner error is poison.
    async fn single_page(
        &mut self,
        runs: &[Run],
        events: &[Recorded],
        whole: Option<&Delivery>,
    ) -> Result<Result<(), BoxError>, Setback> {
        let mut backoff = Backoff::new();
        loop {
            match self.page(runs, events, whole).await {
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

    async fn park(&mut self, event: &Recorded, run: &Run, error: &str) -> Result<(), Setback> {
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
        let runs = [run.clone()];
        if !halts && !self.ledger.advance(&mut tx, &runs).await? {
            return Err(Setback::Overtaken);
        }
        self.ledger.park(&mut tx, &self.log_lane, event, false, error, ATTEMPTS).await?;
        tx.commit().await?;
        self.held.insert(event.stream);
        if halts {
            return self.halt(event, run).await;
        }
        self.moved(&runs);
        Ok(())
    }

    /// Waits until the operator says what to do with the record that nothing may pass.
    async fn halt(&mut self, event: &Recorded, run: &Run) -> Result<(), Setback> {
        let runs = [run.clone()];
        loop {
            let mut tx = self.ledger.begin().await?;
            let source = self.bus.source();
            let front = self.ledger.front_of(&mut tx, source, event.stream).await?;
            match front {
                Some(entry) if entry.state == State::Drop => {
                    if !self.ledger.advance(&mut tx, &runs).await? {
                        return Err(Setback::Overtaken);
                    }
                    self.leave_out(&mut tx, &entry).await?;
                    tx.commit().await?;
                    self.moved(&runs);
                    self.held.remove(&event.stream);
                    return Ok(());
                }
                Some(entry) if entry.state == State::Retry => {
                    tx.rollback().await?;
                    match self.single_page(&runs, std::slice::from_ref(event), None).await? {
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
        let halts = self.subscription.on_poison == OnPoison::Halt;
        for front in fronts {
            // What halts the subscription is gone on with in its place in the lane.
            let in_place = halts && front.record.name != FOREIGN;
            if front.state != State::Parked && !in_place {
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
                State::Drop => self.leave_out(&mut tx, &entry).await?,
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

    /// Leaves a record out for good; what follows in its stream is applied.
    async fn leave_out(&self, tx: &mut PgConnection, entry: &Entry) -> Result<(), BoxError> {
        self.ledger.mark_dropped(tx, entry).await?;
        if self.by_version {
            self.ledger.skip(tx, &entry.record).await?;
        }
        Ok(())
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
