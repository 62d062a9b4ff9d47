//! Requests as surveys needs them: for whom each was, and how often it has been resolved. A page's rows are read at once,
//! changed in memory and written at once.

use std::collections::{BTreeMap, BTreeSet};

use eventlog::Recorded;
use kernel::StreamId;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;
use wire::schoolside::requests::v1 as pb;

/// A request that somebody may be asked about: its row.
#[derive(FromRow)]
pub(crate) struct Kept {
    id: Uuid,
    pub(crate) requester: String,
    pub(crate) channel: String,
    pub(crate) confidentiality: String,
    pub(crate) school: String,
    pub(crate) tier: i32,
    /// How often it has been resolved.
    pub(crate) resolutions: i32,
}

impl Kept {
    /// Which request it is.
    pub(crate) fn id(&self) -> StreamId {
        StreamId(self.id)
    }
}

/// The requests of a page that are kept here.
pub(crate) struct Page {
    kept: BTreeMap<StreamId, Kept>,
    changed: BTreeSet<StreamId>,
}

impl Page {
    /// Reads what is kept of the requests of these events.
    pub(crate) async fn read(
        events: &[Recorded],
        tx: &mut PgConnection,
    ) -> Result<Self, sqlx::Error> {
        let mut requests: Vec<Uuid> = events.iter().map(|event| event.stream.0).collect();
        requests.sort_unstable();
        requests.dedup();
        let sql = "select * from surveys.request where id = any($1)";
        let kept: Vec<Kept> = sqlx::query_as(sql).bind(requests).fetch_all(tx).await?;
        let kept = kept.into_iter().map(|kept| (kept.id(), kept)).collect();
        Ok(Self { kept, changed: BTreeSet::new() })
    }

    /// Keeps a request that was opened; what is kept already stays.
    pub(crate) fn open(&mut self, request: StreamId, it: &pb::RequestOpened) {
        self.kept.entry(request).or_insert_with(|| {
            self.changed.insert(request);
            Kept {
                id: request.0,
                requester: it.requester_id.clone(),
                channel: it.channel.clone(),
                confidentiality: it.confidentiality.clone(),
                school: it.school_id.clone(),
                tier: it.tier,
                resolutions: 0,
            }
        });
    }

    /// Notes who may read a request by its new type, if it is kept.
    pub(crate) fn reclassify(&mut self, request: StreamId, it: pb::RequestReclassified) {
        if let Some(kept) = self.kept.get_mut(&request) {
            kept.confidentiality = it.confidentiality;
            self.changed.insert(request);
        }
    }

    /// Notes for which school and whom a request is, if it is kept.
    pub(crate) fn change_school(&mut self, request: StreamId, it: pb::RequestSchoolChanged) {
        if let Some(kept) = self.kept.get_mut(&request) {
            (kept.school, kept.tier) = (it.school_id, it.tier);
            if !it.requester_id.is_empty() {
                kept.requester = it.requester_id;
            }
            self.changed.insert(request);
        }
    }

    /// Counts a resolution of a request, if it is kept; gives the request.
    pub(crate) fn resolve(&mut self, request: StreamId) -> Option<&Kept> {
        let kept = self.kept.get_mut(&request)?;
        kept.resolutions += 1;
        self.changed.insert(request);
        Some(kept)
    }

    /// A request, if it is kept.
    pub(crate) fn get(&self, request: StreamId) -> Option<&Kept> {
        self.kept.get(&request)
    }

    /// Writes what has changed.
    pub(crate) async fn store(&self, tx: &mut PgConnection) -> Result<(), sqlx::Error> {
        let rows: Vec<&Kept> = self.changed.iter().filter_map(|id| self.kept.get(id)).collect();
        if rows.is_empty() {
            return Ok(());
        }
        let texts = |column: fn(&Kept) -> &str| rows.iter().map(|kept| column(kept)).collect();
        let [requester, channel, confidentiality, school]: [Vec<&str>; 4] = [
            texts(|kept| &kept.requester),
            texts(|kept| &kept.channel),
            texts(|kept| &kept.confidentiality),
            texts(|kept| &kept.school),
        ];
        sqlx::query(
            "insert into surveys.request (id, requester, channel, confidentiality, school, tier, resolutions)
             select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int[], $7::int[])
             on conflict (id) do update set requester = excluded.requester, confidentiality = excluded.confidentiality,
                 school = excluded.school, tier = excluded.tier, resolutions = excluded.resolutions",
        )
        .bind(rows.iter().map(|kept| kept.id).collect::<Vec<_>>())
        .bind(requester)
        .bind(channel)
        .bind(confidentiality)
        .bind(school)
        .bind(rows.iter().map(|kept| kept.tier).collect::<Vec<_>>())
        .bind(rows.iter().map(|kept| kept.resolutions).collect::<Vec<_>>())
        .execute(tx)
        .await
        .map(|_| ())
    }
}
