//! What a batch needs from outside its rules: the types' definitions, and references for what is new.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chassis::fault::Fault;
use futures::{StreamExt, TryStreamExt, stream};
use kernel::{RequestTypeId, StreamId};
use prost::Message;
use requests_domain::{
    Reference, RequestType,
    request::imported_stream,
    request_type::{self, Definition},
};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use wire::schoolside::requests::v1::ImportRequestsRequest;

use super::{AT_ONCE, Row, row};
use crate::app::App;

/// The rows of a batch, ready or refused, in their order.
pub(super) async fn rows(
    app: &App,
    submitter: &str,
    ask: &ImportRequestsRequest,
) -> Result<Vec<Row>, Fault> {
    // A source system's id has the form of every other text id: no slash, so no two pairs share a stream.
    if RequestTypeId::try_new(&ask.source_system).is_err() {
        return Err(Fault::invalid("source_system", "must be an id, such as boston-311"));
    }
    let definitions = definitions(app, ask).await?;
    let references = references(app, ask).await?;
    let mut rows = Vec::with_capacity(ask.rows.len());
    for stated in &ask.rows {
        let stream = imported_stream(&ask.source_system, &stated.external_id);
        // A request that is known has a reference already; the one given here is not looked at.
        let reference = references.get(&stream).copied().unwrap_or(Reference::of(0));
        let context = row::Context {
            source_system: &ask.source_system,
            submitter,
            reference,
            definitions: &definitions,
        };
        rows.push(match row::import(&context, stated) {
            Ok(import) => Row::Ready {
                stream,
                import: Box::new(import),
                hash: Sha256::digest(stated.encode_to_vec()).into(),
            },
            Err(refusal) => Row::Refused(refusal),
        });
    }
    Ok(rows)
}

/// The definitions of the types that the rows name, as far as there are any.
async fn definitions(
    app: &App,
    ask: &ImportRequestsRequest,
) -> Result<BTreeMap<RequestTypeId, Definition>, Fault> {
    let names: BTreeSet<_> = ask.rows.iter().map(|row| row.request_type.as_str()).collect();
    let ids = names.into_iter().filter_map(|name| name.strip_prefix("requestTypes/")?.parse().ok());
    let load = |id: RequestTypeId| async move {
        let (state, _) = eventlog::load::<RequestType>(&app.log, request_type::stream(&id)).await?;
        Ok::<_, Fault>(state.definition.map(|definition| (id, definition)))
    };
    let loads: Vec<_> = ids.map(load).collect();
    let found: Vec<_> = stream::iter(loads).buffer_unordered(AT_ONCE).try_collect().await?;
    Ok(found.into_iter().flatten().collect())
}

/// A reference for each request of the batch that is not known yet.
async fn references(
    app: &App,
    ask: &ImportRequestsRequest,
) -> Result<HashMap<StreamId, Reference>, Fault> {
    let ids = ask.rows.iter().map(|row| imported_stream(&ask.source_system, &row.external_id).0);
    let ids: BTreeSet<Uuid> = ids.collect();
    let known: Vec<Uuid> = sqlx::query_scalar("select id from requests.stream where id = any($1)")
        .bind(Vec::from_iter(&ids))
        .fetch_all(&app.pool)
        .await?;
    let known = BTreeSet::from_iter(known);
    let new: Vec<_> = ids.difference(&known).copied().map(StreamId).collect();
    if new.is_empty() || ask.validate_only {
        return Ok(HashMap::new());
    }
    let sql = "select nextval('requests.reference') from generate_series(1, $1)";
    let count = i64::try_from(new.len()).unwrap_or(i64::MAX);
    let drawn: Vec<i64> = sqlx::query_scalar(sql).bind(count).fetch_all(&app.pool).await?;
    let drawn = drawn.into_iter().map(|number| Reference::of(number.unsigned_abs()));
    Ok(new.into_iter().zip(drawn).collect())
}
