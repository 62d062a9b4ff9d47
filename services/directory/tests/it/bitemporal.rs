//! Who served a school on a day, as it was known at an instant.

use testkit::command_id;
use wire::schoolside::directory::v1::{
    AssignSchoolTierRequest, CloseSchoolRequest, FactKind, GetNetworkRequest, TeamKind,
};

use crate::desk::Desk;

#[tokio::test]
async fn a_move_entered_a_week_late_is_true_from_its_day_and_known_from_its_entry() {
    let mut desk = Desk::small().await;
    desk.at("2026-02-12T09:00:00-05:00");
    desk.place("schools/0208", "networks/N3", "2026-02-05").await;

    let before = "2026-02-10T00:00:00-05:00";
    let after = "2026-02-13T00:00:00-05:00";
    let team = |school: wire::schoolside::directory::v1::School| school.team;
    assert_eq!(team(desk.school_on("schools/0208", "2026-02-04", after).await), "teams/T2");
    assert_eq!(
        team(desk.school_on("schools/0208", "2026-02-06", before).await),
        "teams/T2",
        "as we knew it then"
    );
    assert_eq!(
        team(desk.school_on("schools/0208", "2026-02-06", after).await),
        "teams/T3",
        "as it truly was"
    );
}

#[tokio::test]
async fn today_is_a_day_of_the_districts_zone() {
    let mut desk = Desk::small().await;
    desk.place("schools/0208", "networks/N3", "2026-02-13").await;
    desk.at("2026-02-12T23:30:00-05:00");
    assert_eq!(desk.school_on("schools/0208", "", "").await.network, "networks/N2");
    desk.at("2026-02-13T00:00:00-05:00");
    assert_eq!(desk.school_on("schools/0208", "", "").await.network, "networks/N3");
}

#[tokio::test]
async fn a_network_changes_hands_and_back() {
    let mut desk = Desk::small().await;
    let taken = desk.serve("teams/T2", "networks/N1", "2025-07-01").await;
    assert_eq!(desk.school_on("schools/0101", "2025-09-01", "").await.team, "teams/T2");
    let again = desk.serve("teams/T2", "networks/N1", "2025-07-01").await;
    assert_eq!(taken, again, "the same fact again says nothing");
    desk.serve("teams/T1", "networks/N1", "2025-07-01").await;
    assert_eq!(desk.school_on("schools/0101", "2025-09-01", "").await.team, "teams/T1");
}

#[tokio::test]
async fn the_same_fact_again_changes_nothing_and_what_was_recorded_is_told_in_order() {
    let mut desk = Desk::small().await;
    let first = desk.place("schools/0208", "networks/N3", "2026-01-05").await;
    let second = desk.place("schools/0208", "networks/N3", "2026-01-05").await;
    assert_eq!(first, second);
    let facts = desk.school_on("schools/0208", "", "").await.facts;
    let told: Vec<_> = facts
        .iter()
        .map(|fact| (fact.kind(), fact.value.as_str(), fact.effective_on.as_str()))
        .collect();
    let network = FactKind::SchoolNetwork;
    assert_eq!(
        told,
        [(network, "networks/N2", "2025-07-01"), (network, "networks/N3", "2026-01-05")]
    );
}

#[tokio::test]
async fn a_team_shows_whom_it_serves_on_a_day() {
    let mut desk = Desk::small().await;
    desk.person("people/A", "Ann").await;
    desk.join("people/A", "teams/T2", "budget", "2026-01-01").await;
    desk.place("schools/0208", "networks/N1", "2026-01-05").await;
    let january = desk.team_on("teams/T2", "2026-01-04").await;
    assert_eq!(
        (january.networks, january.schools),
        (vec!["networks/N2".into()], vec!["schools/0208".into()])
    );
    assert_eq!(january.members[0].display_name, "Ann");
    let later = desk.team_on("teams/T2", "2026-01-05").await;
    assert_eq!(later.schools, Vec::<String>::new());
    let first = desk.team_on("teams/T1", "2026-01-05").await;
    assert_eq!(first.schools, ["schools/0101", "schools/0208"]);
    assert_eq!(first.kind(), TeamKind::NetworkTeam);
}

#[tokio::test]
async fn a_closed_school_belongs_to_nothing_after_its_last_day() {
    let mut desk = Desk::small().await;
    let tier = AssignSchoolTierRequest {
        name: "schools/0101".into(),
        tier: 3,
        effective_from: "2025-07-01".into(),
        command_id: command_id(),
        ..Default::default()
    };
    desk.operator.assign_school_tier(tier).await.unwrap();
    let close = CloseSchoolRequest {
        name: "schools/0101".into(),
        effective_on: "2026-06-30".into(),
        merged_into: "schools/0208".into(),
        command_id: command_id(),
        ..Default::default()
    };
    let after = desk.operator.close_school(close).await.unwrap().into_inner().consistency;
    let network = GetNetworkRequest {
        name: "networks/N1".into(),
        as_of: "2026-07-01".into(),
        after,
        ..Default::default()
    };
    let network = desk.operator.get_network(network).await.unwrap().into_inner().network.unwrap();
    assert_eq!(network.schools, Vec::<String>::new());

    let last_day = desk.school_on("schools/0101", "2026-06-30", "").await;
    assert_eq!((last_day.tier, last_day.team.as_str()), (3, "teams/T1"));
    let closed = desk.school_on("schools/0101", "2026-07-01", "").await;
    assert_eq!((closed.tier, closed.team.as_str(), closed.network.as_str()), (0, "", ""));
    assert_eq!(
        (closed.closed_on.as_str(), closed.merged_into.as_str()),
        ("2026-06-30", "schools/0208")
    );
}
