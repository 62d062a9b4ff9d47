//! What every command keeps to: ids, etags, references, and refusals that name what to do.

use testkit::{command_id, field_of, metadata_of, reason_of};
use tonic::Code;
use wire::schoolside::directory::v1::{
    AppointPrincipalRequest, AssignSchoolNetworkRequest, AssignSchoolTierRequest,
    AssignTeamNetworkRequest, DefineDistrictRequest, DefineNetworkRequest, DefineTeamRequest,
    GetDistrictRequest, GetSchoolRequest, RegisterSchoolRequest, StartMembershipRequest, TeamKind,
};

use crate::desk::Desk;

fn network(name: &str, display_name: &str) -> DefineNetworkRequest {
    let (name, display_name) = (name.into(), display_name.into());
    DefineNetworkRequest { name, display_name, command_id: command_id(), ..Default::default() }
}

#[tokio::test]
async fn a_repeated_command_answers_the_same_and_a_reused_id_is_refused() {
    let mut desk = Desk::empty().await;
    let harbor = network("networks/N1", "Harbor");
    let first = desk.operator.define_network(harbor.clone()).await.unwrap().into_inner();
    let again = desk.operator.define_network(harbor.clone()).await.unwrap().into_inner();
    assert_eq!(first, again);
    let reused = DefineNetworkRequest { display_name: "Port".into(), ..harbor };
    let refused = desk.operator.define_network(reused).await.unwrap_err();
    assert_eq!(
        (refused.code(), reason_of(&refused).as_str()),
        (Code::InvalidArgument, "COMMAND_ID_REUSED")
    );
}

#[tokio::test]
async fn an_outdated_etag_is_told_the_present_one() {
    let mut desk = Desk::empty().await;
    let first =
        desk.operator.define_network(network("networks/N1", "Harbor")).await.unwrap().into_inner();
    let second =
        desk.operator.define_network(network("networks/N1", "Port")).await.unwrap().into_inner();
    let stale = DefineNetworkRequest { etag: first.etag, ..network("networks/N1", "Haven") };
    let refused = desk.operator.define_network(stale).await.unwrap_err();
    assert_eq!(refused.code(), Code::Aborted);
    assert_eq!(metadata_of(&refused, "current_etag"), Some(second.etag));
}

#[tokio::test]
async fn keys_of_source_systems_are_kept_beside_generated_ids() {
    let mut desk = Desk::empty().await;
    let team = DefineTeamRequest {
        name: "teams/t-1".into(),
        display_name: "No Q".into(),
        kind: TeamKind::NetworkTeam.into(),
        external_keys: [("boston-311".into(), "No Q".into())].into(),
        command_id: command_id(),
        ..Default::default()
    };
    desk.operator.define_team(team).await.unwrap();
    desk.server.settle().await;
    let team = desk.team_on("teams/t-1", "").await;
    assert_eq!(team.external_keys["boston-311"], "No Q");
    assert_eq!(team.networks, Vec::<String>::new(), "an imported team serves no network");
}

#[tokio::test]
async fn unknown_references_are_refused_by_name() {
    let mut desk = Desk::small().await;
    let place = AssignSchoolNetworkRequest {
        name: "schools/0101".into(),
        network: "networks/N9".into(),
        effective_from: "2026-01-05".into(),
        command_id: command_id(),
        ..Default::default()
    };
    let refused = desk.operator.assign_school_network(place.clone()).await.unwrap_err();
    assert_eq!((refused.code(), reason_of(&refused).as_str()), (Code::NotFound, "UNKNOWN_NETWORK"));
    assert_eq!(refused.message(), "there is no network N9: define it first");

    let nowhere = AssignSchoolNetworkRequest {
        name: "schools/9999".into(),
        network: "networks/N1".into(),
        ..place
    };
    let refused = desk.operator.assign_school_network(nowhere).await.unwrap_err();
    assert_eq!(reason_of(&refused), "UNKNOWN_SCHOOL");

    let appoint = AppointPrincipalRequest {
        name: "schools/0101".into(),
        person: "people/nobody".into(),
        effective_from: "2026-01-05".into(),
        command_id: command_id(),
        ..Default::default()
    };
    let refused = desk.operator.appoint_principal(appoint).await.unwrap_err();
    assert_eq!(reason_of(&refused), "UNKNOWN_PERSON");

    desk.person("people/A", "Ann").await;
    let join = StartMembershipRequest {
        name: "people/A".into(),
        team: "teams/T9".into(),
        role: "budget".into(),
        effective_from: "2026-01-05".into(),
        command_id: command_id(),
        ..Default::default()
    };
    let refused = desk.operator.start_membership(join).await.unwrap_err();
    assert_eq!(reason_of(&refused), "UNKNOWN_TEAM");
}

#[tokio::test]
async fn malformed_fields_are_named() {
    let mut desk = Desk::small().await;
    let tier = AssignSchoolTierRequest {
        name: "schools/0101".into(),
        tier: 2,
        effective_from: "2026-01-05".into(),
        command_id: command_id(),
        ..Default::default()
    };
    let cases = [
        ("name", AssignSchoolTierRequest { name: "0101".into(), ..tier.clone() }),
        ("tier", AssignSchoolTierRequest { tier: 4, ..tier.clone() }),
        (
            "effective_from",
            AssignSchoolTierRequest { effective_from: "5 January".into(), ..tier.clone() },
        ),
        ("command_id", AssignSchoolTierRequest { command_id: "1".into(), ..tier.clone() }),
        ("etag", AssignSchoolTierRequest { etag: "?".into(), ..tier }),
    ];
    for (field, request) in cases {
        let refused = desk.operator.assign_school_tier(request).await.unwrap_err();
        assert_eq!((refused.code(), field_of(&refused).as_str()), (Code::InvalidArgument, field));
    }
    let nameless = RegisterSchoolRequest {
        name: "schools/0102".into(),
        command_id: command_id(),
        ..Default::default()
    };
    let refused = desk.operator.register_school(nameless).await.unwrap_err();
    assert_eq!(
        (reason_of(&refused).as_str(), field_of(&refused).as_str()),
        ("INVALID_DISPLAY_NAME", "display_name")
    );
}

#[tokio::test]
async fn only_network_teams_serve_networks() {
    let mut desk = Desk::small().await;
    desk.team("teams/SHOP", TeamKind::Desk).await;
    let serve = AssignTeamNetworkRequest {
        name: "teams/SHOP".into(),
        network: "networks/N1".into(),
        effective_from: "2026-01-05".into(),
        command_id: command_id(),
        ..Default::default()
    };
    let refused = desk.operator.assign_team_network(serve).await.unwrap_err();
    assert_eq!(
        (refused.code(), reason_of(&refused).as_str()),
        (Code::FailedPrecondition, "TEAM_SERVES_NO_NETWORK")
    );
}

#[tokio::test]
async fn the_district_keeps_its_zone() {
    let mut desk = Desk::empty().await;
    let missing = desk.operator.get_district(GetDistrictRequest::default()).await.unwrap_err();
    assert_eq!(missing.code(), Code::NotFound);
    let define = |zone: &str| DefineDistrictRequest {
        display_name: "Alder Bay".into(),
        zone: zone.into(),
        command_id: command_id(),
        ..Default::default()
    };
    let after = desk
        .operator
        .define_district(define("America/New_York"))
        .await
        .unwrap()
        .into_inner()
        .consistency;
    let refused = desk.operator.define_district(define("America/Chicago")).await.unwrap_err();
    assert_eq!(
        (refused.code(), reason_of(&refused).as_str()),
        (Code::FailedPrecondition, "ZONE_FIXED")
    );
    let district = desk
        .operator
        .get_district(GetDistrictRequest { after })
        .await
        .unwrap()
        .into_inner()
        .district;
    assert_eq!(district.unwrap().zone, "America/New_York");
}

#[tokio::test]
async fn what_does_not_exist_is_not_found() {
    let mut desk = Desk::small().await;
    let request = GetSchoolRequest { name: "schools/9999".into(), ..Default::default() };
    let refused = desk.operator.get_school(request).await.unwrap_err();
    assert_eq!(
        (refused.code(), refused.message()),
        (Code::NotFound, "schools/9999 does not exist")
    );
}
