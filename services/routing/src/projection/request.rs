//! Who holds which open request, from the requests' own events: the load of every member is counted from it.
//!
//! A page's rows are read at once, changed in memory and written at once.

use std::collections::BTreeMap;

use eventlog::Recorded;
use kernel::StreamId;
use routing_domain::{Loads, Snapshot, case::TodaysOwner, decision::Decision, table::Field};
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, PgPool, Row as _, types::Json};
use uuid::Uuid;
use wire::schoolside::requests::v1 as pb;

use super::parsed;

/// A request that is routed here: its row.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Kept {
    id: Uuid,
    /// The fields that conditions see, as of the opening, with the corrections since.
    snapshot: BTreeMap<String, String>,
    /// For whom it is; empty if unknown.
    pub(crate) requester: String,
    accountable_role: String,
    contributing: Vec<String>,
    pub(crate) open: bool,
    team: Option<String>,
    role: Option<String>,
    /// `None` while the team holds it.
    member: Option<String>,
    priority: Option<String>,
}

fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// The snapshot that an opening carries.
pub(crate) fn snapshot(request: StreamId, it: &pb::RequestOpened) -> Snapshot {
    let tier = if it.tier == 0 { String::new() } else { it.tier.to_string() };
    let mut snapshot = Snapshot::of(request)
        .with(Field::RequestType, &it.request_type_id)
        .with(Field::Category, &it.category.join("/"))
        .with(Field::School, &it.school_id)
        .with(Field::Network, &it.network_id)
        .with(Field::SchoolLevel, &it.school_level)
        .with(Field::Tier, &tier)
        .with(Field::Priority, &it.priority)
        .with(Field::Channel, &it.channel);
    for (name, value) in &it.attributes {
        snapshot.set(Field::Attribute(name.clone()), value);
    }
    snapshot.accountable_role = it.accountable_role.parse().ok();
    snapshot.contributing.clone_from(&it.contributing);
    snapshot
}

impl Kept {
    /// A request that was opened.
    pub(crate) fn opened(request: StreamId, it: &pb::RequestOpened) -> Self {
        let values = snapshot(request, it).values.into_iter();
        Self {
            id: request.0,
            snapshot: values.map(|(field, value)| (field.to_string(), value)).collect(),
            requester: it.requester_id.clone(),
            accountable_role: it.accountable_role.clone(),
            contributing: it.contributing.clone(),
            open: true,
            team: None,
            role: None,
            member: None,
            priority: filled(&it.priority),
        }
    }

    fn set(&mut self, field: &Field, value: &str) {
        self.snapshot.remove(&field.to_string());
        if !value.is_empty() {
            self.snapshot.insert(field.to_string(), value.to_owned());
        }
    }

    /// Notes another type, and all that it says.
    pub(crate) fn reclassified(&mut self, it: &pb::RequestReclassified) {
        self.snapshot.retain(|field, _| !matches!(field.parse(), Ok(Field::Attribute(_))));
        self.set(&Field::RequestType, &it.request_type_id);
        self.set(&Field::Category, &it.category.join("/"));
        for (name, value) in &it.attributes {
            self.set(&Field::Attribute(name.clone()), value);
        }
        self.accountable_role.clone_from(&it.accountable_role);
        self.contributing.clone_from(&it.contributing);
        if it.priority != it.previous_priority {
            self.prioritized(&it.priority);
        }
    }

    /// Notes the priority that a person gave it.
    pub(crate) fn prioritized(&mut self, priority: &str) {
        self.set(&Field::Priority, priority);
        self.priority = filled(priority);
    }

    /// Notes another school, and for whom the request is.
    pub(crate) fn moved(&mut self, it: &pb::RequestSchoolChanged) {
        let tier = if it.tier == 0 { String::new() } else { it.tier.to_string() };
        self.set(&Field::School, &it.school_id);
        self.set(&Field::Network, &it.network_id);
        self.set(&Field::Tier, &tier);
        self.set(&Field::SchoolLevel, &it.school_level);
        if !it.requester_id.is_empty() {
            self.requester.clone_from(&it.requester_id);
        }
    }

    /// Notes who holds it: team, role and member.
    pub(crate) fn hold(&mut self, [team, role, member]: [&str; 3]) {
        self.team = filled(team);
        self.role = filled(role);
        self.member = filled(member);
    }

    /// Notes who holds it since it was routed, and its priority.
    pub(crate) fn routed(&mut self, holder: [&str; 3], priority: &str) {
        self.hold(holder);
        self.priority = filled(priority);
    }

    /// Notes a decision at once, so that the next one sees its load; the request's own events confirm it later.
    pub(crate) fn decided(&mut self, decision: &Decision) {
        let member = decision.member().map_or("", |member| member.as_str());
        self.hold([decision.team.as_str(), decision.role.as_str(), member]);
    }

    /// The request as rules see it, without what depends on the day.
    pub(crate) fn snapshot(&self) -> Result<Snapshot, sqlx::Error> {
        let mut snapshot = Snapshot::of(StreamId(self.id));
        for (field, value) in &self.snapshot {
            snapshot.set(parsed(field)?, value);
        }
        snapshot.accountable_role = self.accountable_role.parse().ok();
        snapshot.contributing.clone_from(&self.contributing);
        Ok(snapshot)
    }

    /// The member who holds it, if one does.
    pub(crate) fn owner(&self) -> Result<Option<TodaysOwner>, sqlx::Error> {
        let (Some(team), Some(role), Some(member)) = (&self.team, &self.role, &self.member) else {
            return Ok(None);
        };
        Ok(Some(TodaysOwner {
            team: parsed(team)?,
            role: parsed(role)?,
            member: parsed(member)?,
            priority: self.priority.as_deref().map(parsed).transpose()?,
        }))
    }
}

/// The requests of a page that are kept here.
pub(crate) struct Page {
    requests: Vec<Uuid>,
    kept: BTreeMap<StreamId, Kept>,
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
        let sql = "select to_jsonb(request) from routing.request where id = any($1)";
        let rows: Vec<Json<Kept>> = sqlx::query_scalar(sql).bind(&requests).fetch_all(tx).await?;
        let kept = rows.into_iter().map(|Json(kept)| (StreamId(kept.id), kept)).collect();
        Ok(Self { requests, kept })
    }

    /// Keeps a request that was opened; what is kept already stays.
    pub(crate) fn open(&mut self, request: StreamId, it: &pb::RequestOpened) {
        self.kept.entry(request).or_insert_with(|| Kept::opened(request, it));
    }

    /// A request, if it is kept.
    pub(crate) fn get_mut(&mut self, request: StreamId) -> Option<&mut Kept> {
        self.kept.get_mut(&request)
    }

    /// The open requests of every member outside this page.
    pub(crate) async fn other_loads(&self, tx: &mut PgConnection) -> Result<Loads, sqlx::Error> {
        let sql = "select member, count(*)::int from routing.request
                   where open and member is not null and id <> all($1) group by member";
        let rows = sqlx::query(sql).bind(&self.requests).fetch_all(tx).await?;
        rows.iter().map(|row| Ok((parsed(row.try_get(0)?)?, row.try_get(1)?))).collect()
    }

    /// `others` and the open requests of this page as they stand now, without one.
    pub(crate) fn loads(&self, others: &Loads, without: StreamId) -> Result<Loads, sqlx::Error> {
        let mut loads = others.clone();
        let open = self.kept.values().filter(|it| it.open && it.id != without.0);
        for member in open.filter_map(|it| it.member.as_deref()) {
            *loads.entry(parsed(member)?).or_default() += 1;
        }
        Ok(loads)
    }

    /// Writes all that is kept of the page's requests.
    pub(crate) async fn store(self, tx: &mut PgConnection) -> Result<(), sqlx::Error> {
        if self.kept.is_empty() {
            return Ok(());
        }
        let sql = "insert into routing.request
                   select * from jsonb_populate_recordset(null::routing.request, $1)
                   on conflict (id) do update set snapshot = excluded.snapshot, requester = excluded.requester,
                       accountable_role = excluded.accountable_role, contributing = excluded.contributing,
                       open = excluded.open, team = excluded.team, role = excluded.role, member = excluded.member,
                       priority = excluded.priority";
        let rows: Vec<Kept> = self.kept.into_values().collect();
        sqlx::query(sql).bind(Json(rows)).execute(tx).await.map(|_| ())
    }
}

/// The team that holds a request, if it is kept here and held.
pub(crate) async fn team(pool: &PgPool, request: StreamId) -> Result<Option<String>, sqlx::Error> {
    let sql = "select team from routing.request where id = $1";
    let team: Option<Option<String>> =
        sqlx::query_scalar(sql).bind(request.0).fetch_optional(pool).await?;
    Ok(team.flatten())
}
