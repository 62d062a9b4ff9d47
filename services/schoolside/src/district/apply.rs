//! Entering facts into the running system, by the commands anyone could send.

use std::{collections::BTreeSet, time::Duration};

use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use kernel::CommandId;
use tonic::{Code, Status};
use wire::schoolside::{
    directory::v1::{
        AppointPrincipalRequest, AssignSchoolNetworkRequest, AssignSchoolTierRequest,
        AssignTeamNetworkRequest, CloseSchoolRequest, DefineDistrictRequest, DefineNetworkRequest,
        DefineTeamRequest, EndMembershipRequest, RegisterPersonRequest, RegisterSchoolRequest,
        StartMembershipRequest,
    },
    requests::v1::DefineRequestTypeRequest,
    routing::v1::PublishRuleSetRequest,
    sla::v1::{PublishCalendarRequest, PublishPolicyRequest},
    surveys::v1::PublishInstrumentRequest,
};

use super::{Clients, Fact, message};
use crate::failure::Failure;

/// How many facts are on their way at once.
const AT_ONCE: usize = 16;
/// How often a fact is tried whose references another service has not heard of yet, and how long in between.
const TRIES: u32 = 40;
const PAUSE: Duration = Duration::from_millis(100);

/// A fact with when it was recorded, to be entered under its own command id.
pub type Recorded = (Option<Timestamp>, Fact);

/// Enters facts in their order. Facts of one rank about different things go side by side.
///
/// # Errors
/// The first that the system declines; those behind it were not entered.
pub async fn enter(clients: &Clients, facts: &[Recorded]) -> Result<(), Failure> {
    let commands = facts.iter().map(|(recorded, fact)| (fact.command_id(*recorded), fact));
    enter_as(clients, commands, &|| {}).await
}

/// Enters one fact, under the command id that its content and its time of recording make.
///
/// # Errors
/// When the system declines it.
pub async fn apply_fact(
    clients: &Clients,
    recorded: Option<Timestamp>,
    fact: &Fact,
) -> Result<(), Failure> {
    send(clients, fact.command_id(recorded), fact).await
}

/// As [`enter`], under given command ids; `done` is told of each fact entered.
pub(super) async fn enter_as<'a>(
    clients: &Clients,
    commands: impl Iterator<Item = (CommandId, &'a Fact)>,
    done: &(dyn Fn() + Sync),
) -> Result<(), Failure> {
    let mut batch: Vec<(CommandId, &Fact)> = Vec::new();
    let mut subjects = BTreeSet::new();
    for (command_id, fact) in commands {
        let follows = batch.last().is_some_and(|(_, last)| last.rank() != fact.rank());
        if follows || !subjects.insert(fact.subject()) {
            side_by_side(clients, &batch, done).await?;
            batch.clear();
            subjects = BTreeSet::from([fact.subject()]);
        }
        batch.push((command_id, fact));
    }
    side_by_side(clients, &batch, done).await
}

async fn side_by_side(
    clients: &Clients,
    batch: &[(CommandId, &Fact)],
    done: &(dyn Fn() + Sync),
) -> Result<(), Failure> {
    let sent = batch.iter().map(|(command_id, fact)| async move {
        send(clients, *command_id, fact).await?;
        done();
        Ok::<_, Failure>(())
    });
    stream::iter(sent).buffer_unordered(AT_ONCE).try_collect().await
}

/// Sends a fact's command. What it refers to may have been entered a moment ago into another service: a refusal
/// stores nothing, so the same command is tried until the news has arrived, or for four seconds.
async fn send(clients: &Clients, command_id: CommandId, fact: &Fact) -> Result<(), Failure> {
    let mut tries = 0;
    loop {
        let Err(status) = call(clients, command_id.to_string(), fact).await else { return Ok(()) };
        tries += 1;
        let early = matches!(fact, Fact::RuleSet(_) | Fact::Policy { .. } | Fact::RequestType(_))
            && matches!(
                status.code(),
                Code::NotFound | Code::FailedPrecondition | Code::InvalidArgument
            );
        if tries >= TRIES || !(early || status.code() == Code::Unavailable) {
            return Err(named(fact, &status));
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn named(fact: &Fact, status: &Status) -> Failure {
    match Failure::from(status.clone()) {
        Failure::Unavailable(text) => Failure::Unavailable(format!("{}: {text}", fact.summary())),
        failure => Failure::Refused(format!("{}: {failure}", fact.summary())),
    }
}

async fn call(clients: &Clients, command_id: String, fact: &Fact) -> Result<(), Status> {
    match fact {
        Fact::RequestType(of) => {
            let request_type = Some(message::request_type(of));
            let request =
                DefineRequestTypeRequest { request_type, command_id, etag: String::new() };
            clients.catalogue.clone().define_request_type(request).await?;
        }
        Fact::Calendar { calendar, document } => {
            let (name, file) = (format!("calendars/{calendar}"), document.clone());
            let request = PublishCalendarRequest { name, file, command_id, ..Default::default() };
            clients.sla.clone().publish_calendar(request).await?;
        }
        Fact::Policy { policy, document } => {
            let (name, file) = (format!("policies/{policy}"), document.clone());
            let request = PublishPolicyRequest { name, file, command_id, ..Default::default() };
            clients.sla.clone().publish_policy(request).await?;
        }
        Fact::RuleSet(of) => {
            let (rules, member_choice) = (message::rules(of), of.member_choice.clone());
            let request =
                PublishRuleSetRequest { rules, member_choice, command_id, ..Default::default() };
            clients.routing.clone().publish_rule_set(request).await?;
        }
        Fact::Instrument(of) => {
            let instrument = Some(message::instrument(of));
            let request = PublishInstrumentRequest { instrument, command_id, etag: String::new() };
            clients.surveys.clone().publish_instrument(request).await?;
        }
        Fact::District { .. }
        | Fact::Network { .. }
        | Fact::Team { .. }
        | Fact::TeamNetwork { .. } => {
            call_for_teams(clients, command_id, fact).await?;
        }
        Fact::Person { .. } | Fact::MembershipStarted { .. } | Fact::MembershipEnded { .. } => {
            call_for_people(clients, command_id, fact).await?;
        }
        Fact::School { .. }
        | Fact::SchoolNetwork { .. }
        | Fact::SchoolTier { .. }
        | Fact::Principal { .. }
        | Fact::SchoolClosed { .. } => call_for_schools(clients, command_id, fact).await?,
    }
    Ok(())
}

async fn call_for_teams(clients: &Clients, command_id: String, fact: &Fact) -> Result<(), Status> {
    let mut directory = clients.directory.clone();
    match fact {
        Fact::District { name, zone, lea_id } => {
            let [display_name, zone, lea_id] = [name, zone, lea_id].map(Clone::clone);
            let request = DefineDistrictRequest {
                display_name,
                zone,
                lea_id,
                command_id,
                ..Default::default()
            };
            directory.define_district(request).await?;
        }
        Fact::Network { network, name } => {
            let (name, display_name) = (format!("networks/{network}"), name.clone());
            let request =
                DefineNetworkRequest { name, display_name, command_id, ..Default::default() };
            directory.define_network(request).await?;
        }
        Fact::Team { team, name, kind } => {
            let (name, display_name) = (format!("teams/{team}"), name.clone());
            let kind = message::team_kind(*kind).into();
            let request =
                DefineTeamRequest { name, display_name, kind, command_id, ..Default::default() };
            directory.define_team(request).await?;
        }
        Fact::TeamNetwork { team, network, from } => {
            let (name, network) = (format!("teams/{team}"), format!("networks/{network}"));
            let effective_from = from.to_string();
            let request = AssignTeamNetworkRequest {
                name,
                network,
                effective_from,
                command_id,
                ..Default::default()
            };
            directory.assign_team_network(request).await?;
        }
        _ => {}
    }
    Ok(())
}

async fn call_for_people(clients: &Clients, command_id: String, fact: &Fact) -> Result<(), Status> {
    let mut directory = clients.directory.clone();
    match fact {
        Fact::Person { person, name, email } => {
            let (display_name, email) = (name.clone(), email.clone());
            let name = format!("people/{person}");
            let request = RegisterPersonRequest {
                name,
                display_name,
                email,
                command_id,
                ..Default::default()
            };
            directory.register_person(request).await?;
        }
        Fact::MembershipStarted { person, team, role, from, capacity_percent } => {
            let request = StartMembershipRequest {
                name: format!("people/{person}"),
                team: format!("teams/{team}"),
                role: role.to_string(),
                effective_from: from.to_string(),
                capacity_percent: i32::from(*capacity_percent),
                command_id,
                etag: String::new(),
            };
            directory.start_membership(request).await?;
        }
        Fact::MembershipEnded { person, team, role, until } => {
            let request = EndMembershipRequest {
                name: format!("people/{person}"),
                team: format!("teams/{team}"),
                role: role.to_string(),
                effective_until: until.to_string(),
                command_id,
                etag: String::new(),
            };
            directory.end_membership(request).await?;
        }
        _ => {}
    }
    Ok(())
}

async fn call_for_schools(
    clients: &Clients,
    command_id: String,
    fact: &Fact,
) -> Result<(), Status> {
    let mut directory = clients.directory.clone();
    match fact {
        Fact::School { school, name, nces_id, level, enrolment, from } => {
            let request = RegisterSchoolRequest {
                name: format!("schools/{school}"),
                display_name: name.clone(),
                nces_id: nces_id.clone(),
                level: message::level(*level).into(),
                enrolment: i32::try_from(*enrolment).unwrap_or_default(),
                effective_from: from.map(|day| day.to_string()).unwrap_or_default(),
                command_id,
                ..Default::default()
            };
            directory.register_school(request).await?;
        }
        Fact::SchoolNetwork { school, network, from } => {
            let (name, network) = (format!("schools/{school}"), format!("networks/{network}"));
            let effective_from = from.to_string();
            let request = AssignSchoolNetworkRequest {
                name,
                network,
                effective_from,
                command_id,
                ..Default::default()
            };
            directory.assign_school_network(request).await?;
        }
        Fact::SchoolTier { school, tier, from } => {
            let (name, effective_from) = (format!("schools/{school}"), from.to_string());
            let tier = tier.as_str().parse().unwrap_or_default();
            let request = AssignSchoolTierRequest {
                name,
                tier,
                effective_from,
                command_id,
                ..Default::default()
            };
            directory.assign_school_tier(request).await?;
        }
        Fact::Principal { school, person, from } => {
            let (name, person) = (format!("schools/{school}"), format!("people/{person}"));
            let effective_from = from.to_string();
            let request = AppointPrincipalRequest {
                name,
                person,
                effective_from,
                command_id,
                ..Default::default()
            };
            directory.appoint_principal(request).await?;
        }
        Fact::SchoolClosed { school, on, merged_into } => {
            let (name, effective_on) = (format!("schools/{school}"), on.to_string());
            let merged_into =
                merged_into.as_ref().map(|into| format!("schools/{into}")).unwrap_or_default();
            let request = CloseSchoolRequest {
                name,
                effective_on,
                merged_into,
                command_id,
                ..Default::default()
            };
            directory.close_school(request).await?;
        }
        _ => {}
    }
    Ok(())
}
