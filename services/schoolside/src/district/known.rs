//! What the running system knows already of what a district's files name.

use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt, stream};
use tonic::{Code, Status};
use wire::schoolside::{
    directory::v1::{
        District, Fact as Dated, FactKind, GetDistrictRequest, GetPersonRequest, GetSchoolRequest,
        GetTeamRequest, ListNetworksRequest, ListPeopleRequest, ListSchoolsRequest,
        ListTeamsRequest, Network, Person, School, Team,
    },
    requests::v1::{GetRequestTypeRequest, RequestType},
    routing::v1::{GetRuleSetRequest, GetRuleSetResponse},
    sla::v1::{
        Calendar, GetCalendarRequest, GetPolicyRequest, PolicyPublished, PublishCalendarRequest,
        PublishPolicyRequest,
    },
    surveys::v1::{GetInstrumentRequest, Instrument},
};

use super::{Clients, Fact, message};

/// How many questions are on their way at once.
const AT_ONCE: usize = 16;
/// How many entries a page of a list has.
const PAGE: i32 = 500;

/// How a fact stands to what is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nothing is known of it.
    New,
    /// It is known otherwise.
    Changed,
    /// It is known so.
    Unchanged,
}

/// What the directory knows.
#[derive(Default)]
pub(super) struct Known {
    district: Option<District>,
    networks: BTreeMap<String, Network>,
    schools: BTreeMap<String, School>,
    teams: BTreeMap<String, Team>,
    people: BTreeMap<String, Person>,
}

macro_rules! all {
    ($client:expr, $method:ident, $request:ident, $field:ident) => {{
        let mut all = Vec::new();
        let mut page_token = String::new();
        loop {
            let request = $request { page_size: PAGE, page_token, ..Default::default() };
            let page = $client.clone().$method(request).await?.into_inner();
            all.extend(page.$field);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break all;
            }
        }
    }};
}

macro_rules! each {
    ($client:expr, $of:expr, $method:ident, $request:ident, $field:ident) => {
        stream::iter($of.into_iter().map(|found| {
            let mut client = $client.clone();
            async move {
                let request = $request { name: found.name.clone(), ..Default::default() };
                let found = client.$method(request).await?.into_inner().$field.unwrap_or_default();
                Ok::<_, Status>((found.name.clone(), found))
            }
        }))
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?
    };
}

impl Known {
    /// Asks the directory.
    pub(super) async fn ask(clients: &Clients) -> Result<Self, Status> {
        let directory = &clients.directory;
        let district = absent(directory.clone().get_district(GetDistrictRequest::default()).await)?;
        let networks = all!(directory, list_networks, ListNetworksRequest, networks);
        let schools = all!(directory, list_schools, ListSchoolsRequest, schools);
        let teams = all!(directory, list_teams, ListTeamsRequest, teams);
        let people = all!(directory, list_people, ListPeopleRequest, people);
        Ok(Self {
            district: district.and_then(|reply| reply.district),
            networks: networks.into_iter().map(|network| (network.name.clone(), network)).collect(),
            schools: each!(directory, schools, get_school, GetSchoolRequest, school),
            teams: each!(directory, teams, get_team, GetTeamRequest, team),
            people: each!(directory, people, get_person, GetPersonRequest, person),
        })
    }

    /// How a fact stands to what is known, with the etag of what it is about.
    pub(super) async fn state(
        &self,
        clients: &Clients,
        fact: &Fact,
    ) -> Result<(State, String), Status> {
        match fact {
            Fact::RequestType(of) => request_type(clients, message::request_type(of)).await,
            Fact::RuleSet(of) => rule_set(clients, &message::rules(of), &of.member_choice).await,
            Fact::Instrument(of) => instrument(clients, message::instrument(of)).await,
            Fact::Calendar { calendar, document } => {
                calendar_state(clients, format!("calendars/{calendar}"), document).await
            }
            Fact::Policy { policy, document } => {
                policy_state(clients, format!("policies/{policy}"), document).await
            }
            _ => Ok(self.in_directory(fact)),
        }
    }

    fn in_directory(&self, fact: &Fact) -> (State, String) {
        match fact {
            Fact::District { name, zone, lea_id } => described(self.district.as_ref(), |known| {
                (
                    known.display_name == *name && known.zone == *zone && known.lea_id == *lea_id,
                    &known.etag,
                )
            }),
            Fact::Network { network, name } => {
                described(self.networks.get(&format!("networks/{network}")), |known| {
                    (known.display_name == *name, &known.etag)
                })
            }
            Fact::Team { team, name, kind } => {
                described(self.teams.get(&format!("teams/{team}")), |known| {
                    (
                        known.display_name == *name && known.kind() == message::team_kind(*kind),
                        &known.etag,
                    )
                })
            }
            Fact::Person { person, name, email } => {
                described(self.people.get(&format!("people/{person}")), |known| {
                    let same = known.display_name == *name && known.email == *email;
                    (same || known.erased, &known.etag)
                })
            }
            Fact::School { school, name, nces_id, level, enrolment, from } => {
                described(self.schools.get(&format!("schools/{school}")), |known| {
                    let same = known.display_name == *name
                        && known.nces_id == *nces_id
                        && known.level() == message::level(*level)
                        && i64::from(known.enrolment) == i64::from(*enrolment)
                        && known.effective_from
                            == from.map(|day| day.to_string()).unwrap_or_default();
                    (same, &known.etag)
                })
            }
            _ => self.dated(fact),
        }
    }

    fn dated(&self, fact: &Fact) -> (State, String) {
        let school = |id| {
            self.schools
                .get(&format!("schools/{id}"))
                .map(|known| (known.facts.as_slice(), &known.etag))
        };
        let team = |id| {
            self.teams
                .get(&format!("teams/{id}"))
                .map(|known| (known.facts.as_slice(), &known.etag))
        };
        let person = |id| {
            self.people
                .get(&format!("people/{id}"))
                .map(|known| (known.facts.as_slice(), &known.etag))
        };
        let fact_of = |kind: FactKind, value: String, day: &jiff::civil::Date| Dated {
            kind: kind.into(),
            value,
            effective_on: day.to_string(),
            ..Default::default()
        };
        let (known, wanted) = match fact {
            Fact::SchoolNetwork { school: id, network, from } => {
                (school(id), fact_of(FactKind::SchoolNetwork, format!("networks/{network}"), from))
            }
            Fact::SchoolTier { school: id, tier, from } => {
                (school(id), fact_of(FactKind::SchoolTier, tier.to_string(), from))
            }
            Fact::Principal { school: id, person, from } => {
                (school(id), fact_of(FactKind::SchoolPrincipal, format!("people/{person}"), from))
            }
            Fact::SchoolClosed { school: id, on, merged_into } => {
                let into =
                    merged_into.as_ref().map(|into| format!("schools/{into}")).unwrap_or_default();
                (school(id), fact_of(FactKind::SchoolClosed, into, on))
            }
            Fact::TeamNetwork { team: id, network, from } => {
                (team(id), fact_of(FactKind::TeamNetwork, format!("networks/{network}"), from))
            }
            Fact::MembershipStarted { person: id, team, role, from, capacity_percent } => {
                let wanted = fact_of(FactKind::MembershipStarted, format!("teams/{team}"), from);
                let capacity_percent = i32::from(*capacity_percent);
                (person(id.as_str()), Dated { role: role.to_string(), capacity_percent, ..wanted })
            }
            Fact::MembershipEnded { person: id, team, role, until } => {
                let wanted = fact_of(FactKind::MembershipEnded, format!("teams/{team}"), until);
                (person(id.as_str()), Dated { role: role.to_string(), ..wanted })
            }
            _ => (None, Dated::default()),
        };
        let Some((facts, etag)) = known else { return (State::New, String::new()) };
        let recorded =
            facts.iter().any(|fact| Dated { recorded_at: None, ..fact.clone() } == wanted);
        (if recorded { State::Unchanged } else { State::New }, etag.clone())
    }
}

fn described<T>(known: Option<&T>, same: impl Fn(&T) -> (bool, &String)) -> (State, String) {
    let Some(known) = known else { return (State::New, String::new()) };
    let (same, etag) = same(known);
    (if same { State::Unchanged } else { State::Changed }, etag.clone())
}

async fn request_type(clients: &Clients, wanted: RequestType) -> Result<(State, String), Status> {
    let request = GetRequestTypeRequest { name: wanted.name.clone(), after: String::new() };
    let known = absent(clients.catalogue.clone().get_request_type(request).await)?;
    let known = known.and_then(|reply| reply.request_type);
    Ok(described(known.as_ref(), |known| {
        let comparable =
            RequestType { etag: String::new(), external_keys: BTreeMap::new(), ..known.clone() };
        (comparable == wanted, &known.etag)
    }))
}

async fn rule_set(
    clients: &Clients,
    rules: &[wire::schoolside::routing::v1::Rule],
    member_choice: &BTreeMap<String, String>,
) -> Result<(State, String), Status> {
    let known = absent(clients.routing.clone().get_rule_set(GetRuleSetRequest::default()).await)?;
    Ok(described(known.as_ref(), |known: &GetRuleSetResponse| {
        let same = known
            .rule_set
            .as_ref()
            .is_some_and(|known| known.rules == rules && known.member_choice == *member_choice);
        (same, &known.etag)
    }))
}

async fn instrument(clients: &Clients, wanted: Instrument) -> Result<(State, String), Status> {
    let request = GetInstrumentRequest { name: wanted.name.clone(), after: String::new() };
    let known = absent(clients.surveys.clone().get_instrument(request).await)?;
    Ok(described(known.as_ref(), |known| {
        let same = known.instrument.as_ref().is_some_and(|known| {
            Instrument { version: 0, name: wanted.name.clone(), ..known.clone() } == wanted
        });
        (same, &known.etag)
    }))
}

/// Whether the calendar is there, and whether publishing the document would make a new version of it: a trial
/// answers with the version that would be in force.
async fn calendar_state(
    clients: &Clients,
    name: String,
    document: &str,
) -> Result<(State, String), Status> {
    let request = GetCalendarRequest { name: name.clone(), after: String::new() };
    let Some(known) = absent(clients.sla.clone().get_calendar(request).await)? else {
        return Ok((State::New, String::new()));
    };
    let command_id = kernel::CommandId::of(&format!("plan {name}")).to_string();
    let file = document.to_owned();
    let trial = PublishCalendarRequest {
        name,
        file,
        command_id,
        validate_only: true,
        ..Default::default()
    };
    let trial = clients.sla.clone().publish_calendar(trial).await?.into_inner();
    let version = |calendar: Option<Calendar>| calendar.map(|calendar| calendar.version);
    let same = version(trial.calendar) == version(known.calendar);
    Ok((if same { State::Unchanged } else { State::Changed }, known.etag))
}

/// The same for a policy.
async fn policy_state(
    clients: &Clients,
    name: String,
    document: &str,
) -> Result<(State, String), Status> {
    let request = GetPolicyRequest { name: name.clone(), after: String::new() };
    let Some(known) = absent(clients.sla.clone().get_policy(request).await)? else {
        return Ok((State::New, String::new()));
    };
    let command_id = kernel::CommandId::of(&format!("plan {name}")).to_string();
    let file = document.to_owned();
    let trial =
        PublishPolicyRequest { name, file, command_id, validate_only: true, ..Default::default() };
    let trial = clients.sla.clone().publish_policy(trial).await?.into_inner();
    let version = |policy: Option<PolicyPublished>| policy.map(|policy| policy.version);
    let same = version(trial.policy) == version(known.policy);
    Ok((if same { State::Unchanged } else { State::Changed }, known.etag))
}

/// A reply, or `None` when there is no such thing.
fn absent<T>(reply: Result<tonic::Response<T>, Status>) -> Result<Option<T>, Status> {
    match reply {
        Ok(reply) => Ok(Some(reply.into_inner())),
        Err(status) if status.code() == Code::NotFound => Ok(None),
        Err(status) => Err(status),
    }
}
