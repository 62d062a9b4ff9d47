//! Checking a policy: what it would change for open requests, and what looks like a mistake.

use testkit::{Who, command_id};
use wire::schoolside::sla::v1::{
    ClockMove, PolicyPreview, PublishPolicyRequest, PublishPolicyResponse,
};

use crate::office::{CALENDAR, Office, POLICY, local, services};

async fn checked(office: &Office, file: &str) -> PublishPolicyResponse {
    let ask = PublishPolicyRequest {
        name: "policies/promises".into(),
        file: file.into(),
        command_id: command_id(),
        validate_only: true,
        ..Default::default()
    };
    office.sla(&Who::operator()).publish_policy(ask).await.unwrap().into_inner()
}

async fn preview(office: &Office, file: &str) -> PolicyPreview {
    checked(office, file).await.preview.unwrap()
}

/// `first_resolution 1: running mon 13:00 → missed_open mon 11:00`.
fn said(clock: &ClockMove) -> String {
    let stand = |stand: Option<&wire::schoolside::sla::v1::ClockStand>| {
        let stand = stand.unwrap();
        let word = stand.verdict().as_str_name().to_lowercase().replace("verdict_", "");
        format!("{word} {}", local(stand.due_at.as_ref()))
    };
    let (before, after) = (stand(clock.before.as_ref()), stand(clock.after.as_ref()));
    format!("{} {}: {before} → {after}", clock.target, clock.cycle)
}

/// The policy of the office, whose resolutions follow its later versions.
fn following(length: &str) -> String {
    POLICY.replace(
        "length = \"10 hours\"",
        &format!("length = \"{length}\", policy_mode = \"follow\""),
    )
}

#[tokio::test]
async fn a_version_is_shown_with_the_clocks_that_it_would_move() {
    let office = Office::bare(services()).await;
    office.publish_calendar(CALENDAR).await;
    office.publish_policy(&following("10 hours")).await;
    office.server.settle().await;
    let request = office.opened_at("mon 09:00", "FAC1").await;
    let waiting = office.opened_at("mon 09:00", "FAC1").await;
    office.opened_at("mon 09:00", "PRC1").await;
    let done = office.opened_at("mon 09:00", "FAC1").await;
    office.set("mon 10:00");
    office.pause(waiting).await;
    office.resolve(done).await;
    office.settle_at("mon 12:00").await;
    let events = office.log().await.len();

    let found = preview(&office, &following("2 hours")).await;
    let mut changes: Vec<(String, String)> =
        found.clocks.iter().map(|clock| (clock.request.clone(), said(clock))).collect();
    // Of eleven hours on Monday two were gone; of the one that waits since ten o'clock one, so an hour is left of two.
    let mut expected = [
        (
            format!("requests/{request}"),
            "first_resolution 1: running tue 10:30 → missed_open mon 11:00",
        ),
        (format!("requests/{waiting}"), "first_resolution 1: paused tue 12:30 → paused mon 13:00"),
    ]
    .map(|(request, said)| (request, said.to_owned()));
    changes.sort();
    expected.sort();
    assert_eq!(changes, expected);
    assert_eq!((found.requests, found.changed), (3, 2));

    assert_eq!(office.log().await.len(), events, "a check is no publication");
    let same = preview(&office, &following("10 hours")).await;
    assert_eq!((same.requests, same.changed), (3, 0));
}

#[tokio::test]
async fn what_is_pinned_to_its_version_or_judged_already_does_not_move() {
    let office = Office::open().await;
    office.opened_at("mon 09:00", "FAC1").await;
    office.settle_at("mon 09:15").await;
    let found = preview(&office, &POLICY.replace("hours", "minutes")).await;
    assert_eq!((found.requests, found.changed), (1, 0));

    office.publish_policy(&following("2 hours")).await;
    office.server.settle().await;
    office.opened_at("mon 09:30", "FAC1").await;
    office.settle_at("mon 12:00").await;
    let found = preview(&office, &following("10 hours")).await;
    assert_eq!((found.requests, found.changed), (2, 0), "the breach of 11:30 stands");
}

#[tokio::test]
async fn a_policy_that_judges_nobody_changes_nothing_and_the_first_one_starts_the_clocks() {
    let office = Office::bare(services()).await;
    office.publish_calendar(CALENDAR).await;
    office.opened_at("mon 09:00", "FAC1").await;
    let found = preview(&office, POLICY).await;
    let changes: Vec<String> = found.clocks.iter().map(said).collect();
    assert_eq!(
        changes,
        [
            "first_response 1: none none → running tue 08:30",
            "first_resolution 1: none none → running tue 10:30",
        ]
    );
    let other = PublishPolicyRequest {
        name: "policies/other".into(),
        file: POLICY.into(),
        command_id: command_id(),
        validate_only: true,
        ..Default::default()
    };
    office.publish_policy(POLICY).await;
    office.server.settle().await;
    let found = office.sla(&Who::operator()).publish_policy(other).await.unwrap().into_inner();
    assert_eq!(found.preview, Some(PolicyPreview::default()));
}

#[tokio::test]
async fn entries_that_overlap_are_warned_of() {
    let office = Office::open().await;
    let urgent = "[[entries]]\nmatch = { priorities = [\"P1\"] }\n\
                  targets = [{ metric = \"first_resolution\", length = \"2 hours\" }]\n\n[[entries]]\ntargets = [\n";
    let checked = checked(&office, &POLICY.replace("[[entries]]\ntargets = [\n", urgent)).await;
    assert_eq!(
        checked.warnings,
        [
            "entries[0].match.request_types: the catalogue has no request type PRC1",
            "entries[1]: some of its requests are those of entries[0] (Purchase orders) too, which settles \
             first_resolution for them because it comes first",
        ]
    );
}
