//! Publishing calendars and policies, and what a publication does to clocks that run.

use testkit::{Who, command_id, reason_of};
use tonic::{Code, Status};
use tonic_types::StatusExt;
use wire::schoolside::sla::v1::{
    ClockState, GetCalendarRequest, GetPolicyRequest, ListCalendarsRequest, PublishCalendarRequest,
    PublishPolicyRequest,
};

use crate::office::{CALENDAR, Office, POLICY, director, local, services};

pub(crate) fn violations(status: &Status) -> Vec<String> {
    let details = status.get_error_details();
    let all = details.bad_request().unwrap().field_violations.iter();
    all.map(|violation| violation.field.clone()).collect()
}

#[tokio::test]
async fn a_snow_day_moves_the_clocks_that_run_and_leaves_verdicts() {
    let office = Office::open().await;
    let done = office.opened_at("mon 08:00", "FAC1").await;
    office.set("mon 09:00");
    office.resolve(done).await;
    let request = office.opened_at("mon 09:00", "FAC1").await;
    office.settle_at("tue 06:00").await;
    let snow = format!("{CALENDAR}[[closures]]\ndate = \"2026-02-03\"\nlabel = \"Snow day\"\n");
    assert!(office.publish_calendar(&snow).await.published);
    office.server.settle().await;
    let clock = office.resolution(request).await;
    assert_eq!(local(clock.due_at.as_ref()), "wed 10:30");
    assert_eq!(clock.basis.unwrap().calendar_version, 2);
    assert_eq!(
        office.case(request).await[3..],
        ["clock_due_changed tue 06:00", "clock_due_changed tue 06:00"]
    );
    assert_eq!(office.resolution(done).await.basis.unwrap().calendar_version, 1);
    let reasons = office.explain(&director(), request).await.unwrap().parts;
    assert!(reasons.iter().any(|part| part.reason == "Snow day"), "{reasons:?}");
}

#[tokio::test]
async fn a_request_opened_before_the_first_policy_is_judged_by_it() {
    let office = Office::bare(services()).await;
    let request = office.opened_at("mon 09:00", "FAC1").await;
    assert!(office.case(request).await.is_empty());
    office.publish_calendar(CALENDAR).await;
    office.publish_policy(POLICY).await;
    office.settle_at("mon 10:00").await;
    assert_eq!(local(office.resolution(request).await.due_at.as_ref()), "tue 10:30");
}

#[tokio::test]
async fn a_later_policy_judges_only_what_is_opened_under_it() {
    let office = Office::open().await;
    let before = office.opened_at("mon 09:00", "FAC1").await;
    office.set("mon 10:00");
    office.publish_policy(&POLICY.replace("10 hours", "4 hours")).await;
    office.server.settle().await;
    let after = office.opened_at("mon 11:00", "FAC1").await;
    assert_eq!(local(office.resolution(before).await.due_at.as_ref()), "tue 10:30");
    let clock = office.resolution(after).await;
    assert_eq!(local(clock.due_at.as_ref()), "mon 15:00");
    assert_eq!(clock.basis.unwrap().policy_version, 2);
}

#[tokio::test]
async fn the_same_again_publishes_nothing_and_a_repetition_answers_as_before() {
    let office = Office::open().await;
    let again = office.publish_calendar(CALENDAR).await;
    assert!(!again.published);
    assert_eq!((again.calendar.unwrap().version, again.etag.as_str()), (1, "v1"));
    assert!(!office.publish_policy(POLICY).await.published);

    let ask = PublishCalendarRequest {
        name: "calendars/summer".into(),
        file: CALENDAR.into(),
        command_id: command_id(),
        ..Default::default()
    };
    let mut client = office.sla(&Who::operator());
    let first = client.publish_calendar(ask.clone()).await.unwrap().into_inner();
    assert_eq!(client.publish_calendar(ask).await.unwrap().into_inner(), first);
}

#[tokio::test]
async fn a_flawed_file_is_refused_with_all_its_faults_and_their_paths() {
    let office = Office::open().await;
    let ask = PublishCalendarRequest {
        name: "calendars/office".into(),
        file: "[weekly]\nmon = [[\"8\", \"16:30\"]]\ntue = [[\"08:00\", \"16:30\"]]\nmoon = []\n"
            .into(),
        command_id: command_id(),
        ..Default::default()
    };
    let refused = office.sla(&Who::operator()).publish_calendar(ask).await.unwrap_err();
    assert_eq!(
        (refused.code(), reason_of(&refused).as_str()),
        (Code::InvalidArgument, "CALENDAR_INVALID")
    );
    let mut fields = violations(&refused);
    fields.sort();
    assert_eq!(fields, ["file.weekly.mon[0][0]", "file.weekly.moon", "file.zone"]);

    let refused =
        office.try_policy("[[entries]]\nname = 7\ntargets = [{ metric = \"speed\" }]\n").await;
    let refused = refused.unwrap_err();
    assert_eq!(reason_of(&refused), "POLICY_INVALID");
    assert!(violations(&refused).len() > 3, "{refused:?}");
}

#[tokio::test]
async fn a_policy_names_published_calendars_and_is_warned_of_unknown_types() {
    let office = Office::open().await;
    let warned = office.publish_policy(&POLICY.replace("8 hours", "9 hours")).await;
    assert_eq!(
        warned.warnings,
        ["entries[0].match.request_types: the catalogue has no request type PRC1"]
    );
    let refused = office.try_policy(&POLICY.replace("\"office\"", "\"night\"")).await.unwrap_err();
    assert_eq!(
        (refused.code(), reason_of(&refused).as_str()),
        (Code::FailedPrecondition, "POLICY_CALENDAR_UNKNOWN")
    );
}

#[tokio::test]
async fn a_second_policy_is_warned_of_because_the_first_one_judges() {
    let office = Office::open().await;
    let second = PublishPolicyRequest {
        name: "policies/other".into(),
        file: POLICY.replace("8 hours", "1 hour"),
        command_id: command_id(),
        ..Default::default()
    };
    let published = office.sla(&Who::operator()).publish_policy(second).await.unwrap().into_inner();
    let says = |warning: &String| warning.contains("policies/promises was published before");
    assert!(published.warnings.iter().any(says), "{:?}", published.warnings);
    office.server.settle().await;
    let request = office.opened_at("mon 09:00", "FAC1").await;
    let due = office.clock(request, "first_response").await.due_at;
    assert_eq!(local(due.as_ref()), "tue 08:30", "eight open hours of the first policy");
}

#[tokio::test]
async fn a_check_stores_nothing_and_an_old_etag_is_refused() {
    let office = Office::open().await;
    let mut client = office.sla(&Who::operator());
    let changed = format!("{CALENDAR}[[closures]]\ndate = \"2026-02-03\"\n");
    let ask = PublishCalendarRequest {
        name: "calendars/office".into(),
        file: changed,
        command_id: command_id(),
        validate_only: true,
        ..Default::default()
    };
    let checked = client.publish_calendar(ask.clone()).await.unwrap().into_inner();
    assert_eq!(checked.calendar.unwrap().version, 2);
    let name = "calendars/office".to_owned();
    let stands =
        client.get_calendar(GetCalendarRequest { name, ..Default::default() }).await.unwrap();
    assert_eq!(stands.into_inner().calendar.unwrap().version, 1);
    let stale = PublishCalendarRequest { etag: "v0".into(), validate_only: false, ..ask };
    assert_eq!(client.publish_calendar(stale).await.unwrap_err().code(), Code::Aborted);
}

#[tokio::test]
async fn what_is_published_can_be_read_and_pages_end() {
    let office = Office::open().await;
    let mut token = String::new();
    for id in ["alpha", "beta"] {
        let ask = PublishCalendarRequest {
            name: format!("calendars/{id}"),
            file: CALENDAR.into(),
            command_id: command_id(),
            ..Default::default()
        };
        let mut client = office.sla(&Who::operator());
        token = client.publish_calendar(ask).await.unwrap().into_inner().consistency;
    }
    let mut client = office.sla(&director());
    let (mut names, mut page_token) = (Vec::new(), String::new());
    loop {
        let ask = ListCalendarsRequest { page_size: 2, page_token, after: token.clone() };
        let page = client.list_calendars(ask).await.unwrap().into_inner();
        names.extend(page.calendars.into_iter().map(|calendar| calendar.name));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(names, ["calendars/alpha", "calendars/beta", "calendars/office"]);
    let policy = GetPolicyRequest { name: "policies/promises".into(), ..Default::default() };
    assert_eq!(
        client.get_policy(policy).await.unwrap().into_inner().policy.unwrap().entries.len(),
        2
    );
    let missing = GetPolicyRequest { name: "policies/none".into(), ..Default::default() };
    assert_eq!(client.get_policy(missing).await.unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn only_operators_publish() {
    let office = Office::open().await;
    let request = office.opened_at("mon 09:00", "FAC1").await;
    let ask = PublishCalendarRequest { name: "calendars/office".into(), ..Default::default() };
    let refused = office.sla(&director()).publish_calendar(ask).await.unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied);
    assert_eq!(office.resolution(request).await.state(), ClockState::Running);
}
