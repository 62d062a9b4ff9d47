//! One statement for many commands: the columns it sends and the rows it gets back.

use kernel::{Position, Timestamp, Version};
use prost::Message;
use sqlx::{PgConnection, Row, SqlStr, postgres::PgRow};
use uuid::Uuid;

use crate::{Append, AppendError, Appended, PgTimestamp};

/// What the log says to one command of a batch.
pub(crate) type Verdict = Result<Appended, AppendError>;

/// A verdict, and when the command was recorded if that was now.
pub(crate) type Judged = (Verdict, Option<Timestamp>);

/// The arguments of `append_commands`, by column.
#[derive(Default)]
struct Columns<'a> {
    id: Vec<Uuid>,
    stream: Vec<Uuid>,
    kind: Vec<&'static str>,
    expected: Vec<i32>,
    hash: Vec<&'a [u8]>,
    at: Vec<PgTimestamp>,
    erase: Vec<bool>,
    count: Vec<i32>,
    event_command: Vec<i32>,
    event_index: Vec<i32>,
    event_type: Vec<&'a str>,
    event_revision: Vec<i16>,
    event_id: Vec<Uuid>,
    event_occurred: Vec<PgTimestamp>,
    event_meta: Vec<Vec<u8>>,
    event_payload: Vec<&'a [u8]>,
    private_command: Vec<i32>,
    private_index: Vec<i32>,
    private_body: Vec<&'a [u8]>,
}

impl<'a> Columns<'a> {
    fn push(&mut self, append: &'a Append) {
        self.id.push(append.command_id.0);
        self.stream.push(append.stream.0);
        self.kind.push(append.kind);
        self.expected.push(append.expected.0);
        self.hash.push(&append.request_hash);
        self.at.push(PgTimestamp(append.recorded_at));
        self.erase.push(append.erase_private);
        self.count.push(ordinal(append.events.len()));
        let command = ordinal(self.id.len());
        for (index, event) in append.events.iter().enumerate() {
            self.event_command.push(command);
            self.event_index.push(ordinal(index + 1));
            self.event_type.push(&event.name);
            self.event_revision.push(event.revision.cast_signed());
            self.event_id.push(append.event_id(index));
            self.event_occurred.push(PgTimestamp(event.occurred_at));
            self.event_meta.push(append.event_meta(index).encode_to_vec());
            self.event_payload.push(&event.payload);
            if let Some(body) = &event.private {
                self.private_command.push(command);
                self.private_index.push(ordinal(index + 1));
                self.private_body.push(body);
            }
        }
    }
}

/// A count as Postgres' `int`; batches are far below its range.
fn ordinal(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// The statement for a context.
pub(crate) fn statement(context: &str) -> String {
    format!(
        "select * from {context}.append_commands($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, \
         $16, $17, $18, $19)"
    )
}

/// Sends a batch, in which no stream and no command id comes twice; answers in the same order.
pub(crate) async fn send(
    connection: &mut PgConnection,
    statement: SqlStr,
    batch: impl Iterator<Item = &Append>,
) -> Result<Vec<Judged>, sqlx::Error> {
    let mut columns = Columns::default();
    batch.for_each(|append| columns.push(append));
    let rows = sqlx::query(statement)
        .bind(&columns.id)
        .bind(&columns.stream)
        .bind(&columns.kind)
        .bind(&columns.expected)
        .bind(&columns.hash)
        .bind(&columns.at)
        .bind(&columns.erase)
        .bind(&columns.count)
        .bind(&columns.event_command)
        .bind(&columns.event_index)
        .bind(&columns.event_type)
        .bind(&columns.event_revision)
        .bind(&columns.event_id)
        .bind(&columns.event_occurred)
        .bind(&columns.event_meta)
        .bind(&columns.event_payload)
        .bind(&columns.private_command)
        .bind(&columns.private_index)
        .bind(&columns.private_body)
        .fetch_all(connection)
        .await?;
    rows.iter().map(judged).collect()
}

fn judged(row: &PgRow) -> Result<Judged, sqlx::Error> {
    let version = Version(row.try_get(1)?);
    let appended = |duplicate| -> Result<Verdict, sqlx::Error> {
        Ok(Ok(Appended { position: Position(row.try_get(2)?), version, duplicate }))
    };
    match row.try_get::<i16, _>(0)? {
        0 => Ok((appended(false)?, Some(row.try_get::<PgTimestamp, _>(3)?.0))),
        1 => Ok((appended(true)?, None)),
        2 => Ok((Err(AppendError::Conflict { current: version }), None)),
        3 => Ok((Err(AppendError::CommandIdReused), None)),
        status => Err(sqlx::Error::Decode(format!("append_commands answered {status}").into())),
    }
}
