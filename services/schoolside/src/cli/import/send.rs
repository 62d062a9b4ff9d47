//! Sends rows in batches, a few at a time, and gathers what became of each.

use std::{sync::Arc, time::Duration};

use indicatif::ProgressBar;
use tokio::{sync::mpsc, task::JoinSet};
use tonic::Code;
use wire::schoolside::{
    insights::v1::{GetFiguresRequest, insights_service_client::InsightsServiceClient},
    requests::v1::{
        ImportOutcome, ImportRequestsRequest, ImportRequestsResponse, ImportResult, ImportRow,
        Outcome as Ending, import_service_client::ImportServiceClient,
    },
};

use crate::{
    cli::words,
    connection::Connection,
    failure::Failure,
    import::{
        Fault, FileError, HistoryRow, Mapping, Names, Outcome, Plan, Reader, Refused, Report, Row,
        Taken,
    },
};

const BATCH: usize = 500;
const IN_FLIGHT: usize = 3;
/// How often a batch is tried while the system is away, and how long apart at most.
const TRIES: u32 = 12;
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Whether rows are written or only compared with what is known.
pub enum Mode {
    /// Write.
    Apply,
    /// Only say what would become of them; these names exist.
    Compare(Taken),
}

/// Sends a file's rows.
pub struct Sender {
    file: String,
    source_system: String,
    ids: Arc<Ids>,
    connection: Connection,
    mode: Mode,
    report: Report,
    in_flight: JoinSet<Result<(Vec<Place>, ImportRequestsResponse), Failure>>,
    /// The consistency tokens of the last batches: the highest is among them.
    tokens: Vec<String>,
}

struct Ids {
    schools: Names,
    networks: Names,
    teams: Names,
    types: Names,
}

/// Where a row stands in the file.
struct Place {
    row: u64,
    line: u64,
    external_id: String,
}

#[derive(Default)]
struct Batch {
    places: Vec<Place>,
    rows: Vec<ImportRow>,
}

impl Sender {
    /// A sender of a planned file's rows.
    pub fn new(plan: &Plan, mapping: &Mapping, connection: Connection, mode: Mode) -> Self {
        let ids = Ids {
            schools: plan.schools.clone(),
            networks: plan.networks.clone(),
            teams: plan.teams.clone(),
            types: plan.types.clone(),
        };
        Self {
            file: String::new(),
            source_system: mapping.source_system.clone(),
            ids: Arc::new(ids),
            connection,
            mode,
            report: Report::default(),
            in_flight: JoinSet::new(),
            tokens: Vec::new(),
        }
    }

    /// Sends everything; returns when the figures include the last row.
    pub async fn send(mut self, mut reader: Reader, bar: &ProgressBar) -> Result<Report, Failure> {
        let progress = reader.progress();
        bar.set_length(progress.total);
        self.file = reader.file().to_owned();
        let (rows, mut read) = mpsc::channel::<Result<Row, FileError>>(2 * BATCH);
        let reading = tokio::task::spawn_blocking(move || {
            for row in reader.by_ref() {
                if rows.blocking_send(row).is_err() {
                    break;
                }
            }
            reader.ignored_lines()
        });
        let mut batch = Batch::default();
        while let Some(row) = read.recv().await {
            self.take(row.map_err(Failure::usage)?, &mut batch).await?;
            bar.set_position(progress.read());
        }
        self.dispatch(std::mem::take(&mut batch)).await?;
        self.drain().await?;
        self.report.ignored_lines = reading.await.map_err(Failure::unavailable)?;
        bar.set_message("applying");
        self.await_figures().await?;
        Ok(self.report)
    }

    async fn take(&mut self, mut row: Row, batch: &mut Batch) -> Result<(), Failure> {
        self.report.warn(&mut row);
        let place =
            Place { row: row.row, line: row.line, external_id: row.external_id().to_owned() };
        match row.outcome {
            Outcome::Known { .. } => self.report.keep(),
            Outcome::Refused(refused) => self.report.refuse(*refused),
            Outcome::New(history) => self.put(place, &history, batch).await?,
            Outcome::Adds(history, _) => {
                // It builds on an earlier row of the same request, which must have been taken before.
                self.dispatch(std::mem::take(batch)).await?;
                self.drain().await?;
                self.put(place, &history, batch).await?;
            }
        }
        Ok(())
    }

    async fn put(
        &mut self,
        place: Place,
        history: &HistoryRow,
        batch: &mut Batch,
    ) -> Result<(), Failure> {
        if !self.can_compare(history) {
            self.report.accept();
            return Ok(());
        }
        batch.places.push(place);
        batch.rows.push(self.ids.row(history));
        if batch.rows.len() == BATCH {
            self.dispatch(std::mem::take(batch)).await?;
        }
        Ok(())
    }

    /// A row that refers to something that does not exist yet cannot be known either.
    fn can_compare(&self, history: &HistoryRow) -> bool {
        let Mode::Compare(taken) = &self.mode else { return true };
        let known = |names: &std::collections::BTreeMap<String, String>, name: &Option<String>| {
            name.as_ref().is_none_or(|name| names.contains_key(name))
        };
        taken.types.contains_key(&history.request_type)
            && known(&taken.schools, &history.school)
            && known(&taken.networks, &history.network)
            && known(&taken.teams, &history.team)
    }

    async fn dispatch(&mut self, batch: Batch) -> Result<(), Failure> {
        if batch.rows.is_empty() {
            return Ok(());
        }
        while self.in_flight.len() >= IN_FLIGHT {
            self.gather().await?;
        }
        let request = ImportRequestsRequest {
            command_id: words::command_id(),
            source_system: self.source_system.clone(),
            rows: batch.rows,
            validate_only: matches!(self.mode, Mode::Compare(_)),
        };
        let client = ImportServiceClient::new(self.connection.service("requests")?);
        self.in_flight.spawn(async move {
            let mut client = client;
            let mut tries = 0;
            loop {
                match client.import_requests(request.clone()).await {
                    Ok(reply) => return Ok((batch.places, reply.into_inner())),
                    // The same command id: what was taken meanwhile is not taken twice.
                    Err(status) if may_pass(&status) && tries < TRIES => {
                        tries += 1;
                        pause(tries).await;
                    }
                    Err(status) => return Err(status.into()),
                }
            }
        });
        Ok(())
    }

    async fn drain(&mut self) -> Result<(), Failure> {
        while !self.in_flight.is_empty() {
            self.gather().await?;
        }
        Ok(())
    }

    async fn gather(&mut self) -> Result<(), Failure> {
        let Some(done) = self.in_flight.join_next().await else { return Ok(()) };
        let (places, reply) = done.map_err(Failure::unavailable)??;
        for (place, result) in places.into_iter().zip(reply.results) {
            match result.outcome() {
                ImportOutcome::Accepted => self.report.accept(),
                ImportOutcome::Updated => self.report.update(),
                ImportOutcome::Unchanged => self.report.keep(),
                ImportOutcome::Refused | ImportOutcome::Unspecified => {
                    self.report.refuse(refused(&self.file, &place, result));
                }
            }
        }
        if !reply.consistency.is_empty() {
            self.tokens.push(reply.consistency);
            if self.tokens.len() > 2 * IN_FLIGHT {
                self.tokens.remove(0);
            }
        }
        Ok(())
    }

    /// Waits until the insights service has applied the last row.
    async fn await_figures(&self) -> Result<(), Failure> {
        let mut client = InsightsServiceClient::new(self.connection.service("insights")?);
        for token in &self.tokens {
            let mut tries = 0;
            // The narrowest question there is: only its `after` matters.
            let question = GetFiguresRequest {
                opened_from: "0001-01-01".to_owned(),
                opened_until: "0001-01-02".to_owned(),
                after: token.clone(),
                ..Default::default()
            };
            loop {
                match client.get_figures(question.clone()).await {
                    Ok(_) => break,
                    Err(status) if may_pass(&status) && tries < 100 * TRIES => {
                        tries += 1;
                        pause(1).await;
                    }
                    Err(status) => return Err(status.into()),
                }
            }
        }
        Ok(())
    }
}

fn may_pass(status: &tonic::Status) -> bool {
    matches!(
        status.code(),
        Code::Unavailable | Code::DeadlineExceeded | Code::Unknown | Code::Cancelled
    )
}

async fn pause(tries: u32) {
    let pause = Duration::from_millis(100) * 2_u32.saturating_pow(tries.min(10));
    tokio::time::sleep(pause.min(LONGEST_PAUSE)).await;
}

fn refused(file: &str, place: &Place, result: ImportResult) -> Refused {
    let refusal = result.refusal.unwrap_or_default();
    let value = if refusal.value.is_empty() { &place.external_id } else { &refusal.value };
    let expected = if refusal.expected.is_empty() { &refusal.message } else { &refusal.expected };
    Refused::new(file, place.row, place.line, Fault::new(&refusal.field, value, expected.as_str()))
}

impl Ids {
    fn row(&self, history: &HistoryRow) -> ImportRow {
        let name = |collection: &str, names: &Names, outside: Option<&String>| {
            let id = outside.and_then(|outside| names.id(outside));
            id.map(|id| words::resource(collection, id)).unwrap_or_default()
        };
        let ending = match history.outcome.as_deref() {
            None => Ending::Unspecified,
            Some(word) => Ending::from_str_name(&format!("OUTCOME_{}", word.to_uppercase()))
                .unwrap_or(Ending::Unspecified),
        };
        ImportRow {
            external_id: history.external_id.clone(),
            row_hash: history.row_hash.to_vec(),
            opened_at: Some(wire::time::to_proto(history.opened)),
            request_type: name("requestTypes", &self.types, Some(&history.request_type)),
            category: history.category.clone(),
            school: name("schools", &self.schools, history.school.as_ref()),
            network: name("networks", &self.networks, history.network.as_ref()),
            tier: history.tier.as_deref().and_then(|tier| tier.parse().ok()).unwrap_or(0),
            team: name("teams", &self.teams, history.team.as_ref()),
            queue: history.queue.clone().unwrap_or_default(),
            channel: history.channel.clone().unwrap_or_default(),
            priority: history.priority.clone().unwrap_or_default(),
            due_at: history.due.map(wire::time::to_proto),
            resolved_at: history.resolved.map(wire::time::to_proto),
            outcome: ending.into(),
        }
    }
}
