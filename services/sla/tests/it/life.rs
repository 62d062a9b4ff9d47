//! The clocks of one request, through its life.

use wire::schoolside::sla::v1::ClockState;

use crate::office::{Office, at, local};

#[tokio::test]
async fn a_breach_happens_at_its_computed_instant_however_late_it_is_noticed() {
    let office = Office::open().await;
    let request = office.opened_at("mon 09:00", "FAC1").await;
    // Ten open hours: 7.5 on Monday until 16:30, 2.5 on Tuesday from 08:00.
    assert_eq!(local(office.resolution(request).await.due_at.as_ref()), "tue 10:30");

    office.settle_at("tue 12:00").await;
    let expected = [
        "clock_started mon 09:00",
        "clock_started mon 09:00",
        "clock_warned mon 15:24",
        "clock_breached tue 08:30",
        "clock_warned tue 08:30",
        "clock_breached tue 10:30",
    ];
    assert_eq!(office.case(request).await, expected);
    let breach = office.log().await.pop().unwrap();
    assert_eq!((breach.occurred_at, breach.recorded_at), (at("tue 10:30"), at("tue 12:00")));
    let clock = office.resolution(request).await;
    assert_eq!(clock.state(), ClockState::MissedOpen);
    assert_eq!(clock.warned_percent, 80);

    office.set("tue 13:00");
    office.reply(request).await;
    office.resolve(request).await;
    office.server.settle().await;
    let clock = office.resolution(request).await;
    assert_eq!(clock.state(), ClockState::Missed);
    assert_eq!(local(clock.fulfilled_at.as_ref()), "tue 13:00");
    assert_eq!(local(clock.breached_at.as_ref()), "tue 10:30");
    assert_eq!(office.clock(request, "first_response").await.state(), ClockState::Missed);
}

#[tokio::test]
async fn a_pause_takes_the_due_instant_away_and_open_waiting_moves_it_on() {
    let office = Office::open().await;
    let request = office.opened_at("mon 09:00", "FAC1").await;
    office.set("mon 10:00");
    office.pause(request).await;
    office.server.settle().await;
    let paused = office.resolution(request).await;
    assert_eq!(
        (paused.state(), local(paused.due_at.as_ref())),
        (ClockState::Paused, "none".into())
    );

    office.set("mon 12:00");
    office.resume(request).await;
    office.server.settle().await;
    // Two open hours of waiting behind Tuesday, 10:30.
    let running = office.resolution(request).await;
    assert_eq!(
        (running.state(), local(running.due_at.as_ref())),
        (ClockState::Running, "tue 12:30".into())
    );

    office.set("tue 12:29");
    office.resolve(request).await;
    office.server.settle().await;
    assert_eq!(office.resolution(request).await.state(), ClockState::Met);
}

#[tokio::test]
async fn a_reopened_request_goes_on_where_it_stood() {
    let office = Office::open().await;
    let request = office.opened_at("mon 09:00", "FAC1").await;
    office.set("mon 11:00");
    office.resolve(request).await;
    office.settle_at("mon 15:00").await;
    assert_eq!(office.resolution(request).await.state(), ClockState::Met);
    let reopened = wire::schoolside::requests::v1::RequestReopened { reason: "not_fixed".into() };
    office.happen(request, "request.reopened", &reopened).await;
    office.server.settle().await;
    // Four open hours between resolution and reopening do not count: Tuesday, 10:30 moves to 14:30.
    let clock = office.resolution(request).await;
    assert_eq!(
        (clock.state(), local(clock.due_at.as_ref())),
        (ClockState::Running, "tue 14:30".into())
    );
}

#[tokio::test]
async fn business_days_end_at_the_same_local_time_and_without_settles_a_metric() {
    let office = Office::open().await;
    let request = office.opened_at("mon 09:00", "PRC1").await;
    assert_eq!(local(office.resolution(request).await.due_at.as_ref()), "wed 09:00");
    assert_eq!(office.case(request).await, ["clock_started mon 09:00"]);
}

#[tokio::test]
async fn the_explanation_adds_up_to_the_second() {
    let office = Office::open().await;
    let request = office.opened_at("mon 09:00", "FAC1").await;
    office.set("mon 10:00");
    office.pause(request).await;
    office.settle_at("mon 12:00").await;
    let paused = office.explain(&crate::office::director(), request).await.unwrap();
    assert_eq!(local(paused.due_at.as_ref()), "none");
    assert_eq!(local(paused.due_if_resumed_now.as_ref()), "tue 12:30");
    office.resume(request).await;
    office.settle_at("tue 09:00").await;

    let explained = office.explain(&crate::office::director(), request).await.unwrap();
    let part = |part: &wire::schoolside::sla::v1::Part| {
        let kind = part.kind().as_str_name().trim_start_matches("PART_KIND_").to_lowercase();
        let (from, to) = (local(part.from.as_ref()), local(part.to.as_ref()));
        format!("{from} - {to} {kind} {} {}", part.seconds, part.reason).trim_end().to_owned()
    };
    assert_eq!(
        explained.parts.iter().map(part).collect::<Vec<_>>(),
        [
            "mon 09:00 - mon 10:00 open 3600",
            "mon 10:00 - mon 12:00 paused 7200 waiting_for_requester",
            "mon 12:00 - mon 16:30 open 16200",
            "mon 16:30 - tue 08:00 closed 55800 outside hours",
            "tue 08:00 - tue 12:30 open 16200",
        ]
    );
    assert_eq!(local(explained.due_at.as_ref()), "tue 12:30");
    // 1 + 4.5 + 1 of 10 hours.
    assert_eq!((explained.total_seconds, explained.percent_elapsed), (36_000, 65));
}
