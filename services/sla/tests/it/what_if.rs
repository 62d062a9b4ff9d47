//! What if: a period under another policy, against a city's real year and by hand.

use std::{collections::BTreeMap, fs::File, path::Path};

use futures::{StreamExt, stream};
use jiff::{civil::DateTime, tz::TimeZone};
use kernel::{StreamId, Timestamp};
use testkit::{Who, field_of, reason_of};
use tonic::{Code, Status};
use wire::schoolside::sla::v1::{
    Comparison, DraftCalendar, Verdict, WhatIfChange, WhatIfRequest, WhatIfSummary,
};

use crate::{
    imported::row_of,
    office::{CALENDAR, Office, POLICY, at, director, services},
};

type Answer = (WhatIfSummary, Vec<WhatIfChange>);

async fn ask(office: &Office, who: &Who, ask: WhatIfRequest) -> Result<Answer, Status> {
    let mut parts = office.sla(who).what_if(ask).await?.into_inner();
    let first = parts.message().await?.unwrap();
    assert!(first.changes.is_empty());
    let mut changes = Vec::new();
    while let Some(part) = parts.message().await? {
        assert_eq!(part.summary, None);
        changes.extend(part.changes);
    }
    let summary = first.summary.unwrap();
    assert_eq!(usize::try_from(summary.changes).unwrap(), changes.len());
    Ok((summary, changes))
}

/// `1 of 2 → 2 of 2`.
fn said(comparison: Option<&Comparison>) -> String {
    let comparison = comparison.unwrap();
    let [before, after] = [comparison.before, comparison.after].map(Option::unwrap);
    format!("{} of {} → {} of {}", before.met, before.of, after.met, after.of)
}

fn rows(summary: &WhatIfSummary) -> BTreeMap<&str, String> {
    summary.rows.iter().map(|row| (row.team.as_str(), said(row.attainment.as_ref()))).collect()
}

/// `missed → met`.
fn turned(change: &WhatIfChange) -> String {
    let word = |verdict: Verdict| verdict.as_str_name().to_lowercase().replace("verdict_", "");
    format!("{} → {}", word(change.before()), word(change.after()))
}

fn data(name: &str) -> Vec<BTreeMap<String, String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data");
    let file = File::open(folder.join(name)).unwrap();
    csv::Reader::from_reader(file).deserialize().map(Result::unwrap).collect()
}

/// A wall time of the city.
fn city(text: &str) -> Option<Timestamp> {
    let at: DateTime = (!text.is_empty()).then(|| text.parse().unwrap())?;
    Some(TimeZone::get("America/New_York").unwrap().to_timestamp(at).unwrap())
}

/// The codes of the city's types.
fn codes() -> BTreeMap<String, String> {
    let types = data("boston-311-2015-policies.csv").into_iter().enumerate();
    types.map(|(place, row)| (row["type"].clone(), format!("T{place}"))).collect()
}

/// The policy that was fitted to the city's published due dates: one length per type. Types without one, or with none at all
/// ("0 days"), are judged by nothing.
fn fitted() -> String {
    let codes = codes();
    let mut file =
        "[defaults]\ncalendar = \"city\"\ncalendar_mode = \"pinned\"\npauses = []\n".to_owned();
    let rows = data("boston-311-2015-policies.csv");
    for row in rows.iter().filter(|row| !matches!(row["n"].as_str(), "" | "0")) {
        let (code, length) = (&codes[&row["type"]], format!("{} {}", row["n"], row["unit"]));
        file += &format!(
            "[[entries]]\nmatch = {{ request_types = [\"{code}\"] }}\ntargets = [{{ metric = \"first_resolution\", length = \"{length}\" }}]\n"
        );
    }
    file + "[[entries]]\nwithout = [\"first_resolution\"]\n"
}

fn city_calendar() -> String {
    let mut file = CALENDAR.replace("08:00", "08:30").replace("16:30", "17:00");
    for holiday in data("boston-2015-holidays.csv") {
        file += &format!("[[closures]]\ndate = \"{}\"\n", holiday["date"]);
        if !holiday["known_from"].is_empty() {
            file += &format!("known_from = \"{}\"\n", holiday["known_from"]);
        }
    }
    file
}

fn request_of(case: &str) -> String {
    format!("requests/{}", StreamId::of("request", case))
}

async fn import(office: &Office) {
    let (codes, sample) = (codes(), data("boston-311-2015-sample.csv"));
    let told = sample.iter().map(|row| {
        let (code, team) = (&codes[&row["type"]], &row["department"]);
        let [opened, due, resolved] = ["opened", "target", "closed"].map(|name| city(&row[name]));
        let events = row_of(code, team, opened.unwrap(), due, resolved);
        office.tell(StreamId::of("request", &row["case_id"]), events)
    });
    stream::iter(told).buffer_unordered(64).collect::<Vec<()>>().await;
    office.server.settle().await;
}

/// All that the schema holds, condensed.
async fn contents(office: &Office) -> Vec<String> {
    let mut found = Vec::new();
    for table in
        ["head", "stream", "event", "command", "checkpoint", "term", "request_facts", "clock"]
    {
        let sql = format!(
            "select count(*)::text || md5(string_agg(t::text, ',' order by t::text)) from sla.{table} t"
        );
        let row: Option<String> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&office.pool).await.unwrap();
        found.push(format!("{table} {row:?}"));
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_citys_requests_are_judged_by_the_policy_that_was_fitted_to_them() {
    let office = Office::bare(services()).await;
    import(&office).await;
    let before = contents(&office).await;
    let question = WhatIfRequest {
        policy_file: fitted(),
        from: city("2015-01-01T00:00:00").map(wire::time::to_proto),
        to: city("2016-01-01T00:00:00").map(wire::time::to_proto),
        calendars: vec![DraftCalendar { name: "calendars/city".into(), file: city_calendar() }],
        ..Default::default()
    };
    let (summary, changes) = ask(&office, &director(), question).await.unwrap();
    assert_eq!(contents(&office).await, before, "a what-if writes nothing");

    // Before: of the 2,300 rows with a target that the data's description counts, the 1,327 that are on time; by now all
    // the others are late. After, and the changes: from the same rows by a program of its own, in another language, with
    // another library of time zones.
    assert_eq!(summary.requests, 3_000);
    assert_eq!(said(summary.attainment.as_ref()), "1327 of 2300 → 1312 of 2297");
    let teams = rows(&summary);
    assert_eq!(teams.len(), 15);
    assert_eq!(teams["teams/PWDx"], "590 of 857 → 570 of 850");
    assert_eq!(teams["teams/BWSC"], "3 of 12 → 3 of 6");
    assert_eq!(teams["teams/HS_O"], "0 of 0 → 0 of 0");
    let mut kinds = BTreeMap::<String, u32>::new();
    for change in &changes {
        *kinds.entry(turned(change)).or_default() += 1;
    }
    let expected = [
        ("met → missed", 25),
        ("met → none", 3),
        ("missed → met", 9),
        ("missed → none", 14),
        ("missed_open → none", 1),
        ("none → met", 4),
        ("none → missed", 9),
        ("none → missed_open", 2),
    ];
    assert_eq!(kinds, expected.map(|(kind, count)| (kind.to_owned(), count)).into());

    let changed: BTreeMap<&str, String> =
        changes.iter().map(|change| (change.request.as_str(), turned(change))).collect();
    for (case, expected) in [
        // Friday 2 January 16:05:30 and ten business days is Friday the 16th; it was done on the 20th, and 15 days were promised.
        ("101001241497", "met → missed"),
        // 14 January and 180 days is in July; it was done on 21 January, and a day was promised.
        ("101001247312", "missed → met"),
        // Monday 12 January and five business days is Tuesday the 20th, since Monday is a holiday; done on the 26th.
        ("101001245880", "none → missed"),
        // A type without a length.
        ("101001242961", "missed → none"),
    ] {
        assert_eq!(changed[request_of(case).as_str()], expected, "{case}");
    }
}

fn question(policy: &str) -> WhatIfRequest {
    let stamp = |time: &str| Some(wire::time::to_proto(at(time)));
    WhatIfRequest {
        policy_file: policy.into(),
        from: stamp("mon 00:00"),
        to: stamp("fri 00:00"),
        ..Default::default()
    }
}

/// Two requests of ten open hours: one of T1 that took four, one of T2 that is past its due instant; and a later one.
async fn two_teams() -> (Office, StreamId, StreamId) {
    let office = Office::open().await;
    let ours = office.opened_for("mon 09:00", "FAC1", "0101", "T1").await;
    let theirs = office.opened_for("mon 09:00", "FAC1", "0202", "T2").await;
    office.set("mon 13:00");
    office.resolve(ours).await;
    office.settle_at("tue 12:00").await;
    (office, ours, theirs)
}

#[tokio::test]
async fn each_sees_what_would_have_become_of_the_requests_in_scope() {
    let (office, ours, theirs) = two_teams().await;
    let longer = POLICY.replace("10 hours", "2 business_days");
    let (summary, changes) = ask(&office, &director(), question(&longer)).await.unwrap();
    assert_eq!(
        rows(&summary),
        [("teams/T1", "1 of 1 → 1 of 1".to_owned()), ("teams/T2", "0 of 1 → 0 of 0".to_owned())]
            .into()
    );
    let tier = &summary.rows[1].tiers[0];
    assert_eq!((tier.tier, said(tier.attainment.as_ref()).as_str()), (2, "0 of 1 → 0 of 0"));
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].request, format!("requests/{theirs}"));
    assert_eq!(turned(&changes[0]), "missed_open → running");

    let shorter = POLICY.replace("10 hours", "3 hours");
    for who in [Who::team_member("people/M", "T1"), Who::principal("people/P", "0101")] {
        let (summary, changes) = ask(&office, &who, question(&shorter)).await.unwrap();
        assert_eq!(rows(&summary), [("teams/T1", "1 of 1 → 0 of 1".to_owned())].into());
        assert_eq!(summary.requests, 1);
        assert_eq!(changes[0].request, format!("requests/{ours}"));
    }
    let of_theirs = WhatIfRequest { team: "teams/T2".into(), ..question(&shorter) };
    let (summary, _) = ask(&office, &Who::lead("people/L", "T1"), of_theirs.clone()).await.unwrap();
    assert_eq!((summary.requests, summary.rows.len()), (0, 0));
    let (summary, changes) = ask(&office, &director(), of_theirs).await.unwrap();
    assert_eq!((summary.requests, changes.len()), (1, 0));
}

#[tokio::test]
async fn a_period_has_its_first_instant_and_not_its_last() {
    let (office, _, _) = two_teams().await;
    let stamp = |time: &str| Some(wire::time::to_proto(at(time)));
    // Both were opened on Monday at nine.
    for (from, to, expected) in [("mon 09:00", "mon 09:01", 2), ("mon 08:00", "mon 09:00", 0)] {
        let question = WhatIfRequest { from: stamp(from), to: stamp(to), ..question(POLICY) };
        let (summary, _) = ask(&office, &director(), question).await.unwrap();
        assert_eq!(summary.requests, expected, "{from} to {to}");
    }
}

#[tokio::test]
async fn a_draft_stands_in_for_the_published_calendar_and_one_that_nobody_has_is_refused() {
    let (office, _, _) = two_teams().await;
    // Nights are open too: ten hours from Monday nine o'clock are Monday 19:00, and the other took four of three.
    let nights = CALENDAR.replace("\"08:00\", \"16:30\"", "\"00:00\", \"24:00\"");
    let draft = |name: &str, file: &str| DraftCalendar { name: name.into(), file: file.into() };
    let days = POLICY.replace("10 hours", "20 hours");
    let (summary, changes) = ask(&office, &director(), question(&days)).await.unwrap();
    assert_eq!(turned(&changes[0]), "missed_open → running");
    assert!(summary.warnings.iter().all(|warning| !warning.contains("calendar")));
    let drafted = WhatIfRequest {
        calendars: vec![draft("calendars/office", &nights), draft("calendars/unused", CALENDAR)],
        ..question(&days)
    };
    let (summary, changes) = ask(&office, &director(), drafted).await.unwrap();
    assert!(
        changes.is_empty(),
        "20 hours of day and night are over on Tuesday at five: {changes:?}"
    );
    assert!(summary.warnings.iter().any(|warning| warning.contains("unused")));

    let unknown = question(&POLICY.replace("\"office\"", "\"night\""));
    let refused = ask(&office, &director(), unknown).await.unwrap_err();
    assert_eq!(
        (refused.code(), reason_of(&refused).as_str()),
        (Code::FailedPrecondition, "POLICY_CALENDAR_UNKNOWN")
    );
    let shut =
        "zone = \"UTC\"\n[[openings]]\ndate = \"2020-01-01\"\nfrom = \"08:00\"\nto = \"09:00\"\n";
    let never =
        WhatIfRequest { calendars: vec![draft("calendars/office", shut)], ..question(POLICY) };
    let refused = ask(&office, &director(), never).await.unwrap_err();
    assert_eq!(reason_of(&refused), "CALENDAR_NEVER_OPEN");
}

#[tokio::test]
async fn what_is_no_question_is_refused_by_its_field_and_an_empty_period_has_an_empty_answer() {
    let office = Office::open().await;
    let ok = || question(POLICY);
    let twice = DraftCalendar { name: "calendars/office".into(), file: CALENDAR.into() };
    let many = vec![twice.clone(); 21];
    let huge = DraftCalendar { file: "#".repeat(300_000), ..twice.clone() };
    for (question, field) in [
        (WhatIfRequest { policy_file: String::new(), ..ok() }, "policy_file"),
        (WhatIfRequest { policy_file: "#".repeat(300_000), ..ok() }, "policy_file"),
        (WhatIfRequest { from: None, ..ok() }, "from"),
        (WhatIfRequest { to: ok().from, ..ok() }, "to"),
        (WhatIfRequest { target: "speed".into(), ..ok() }, "target"),
        (WhatIfRequest { team: "T1".into(), ..ok() }, "team"),
        (WhatIfRequest { after: "x".into(), ..ok() }, "after"),
        (WhatIfRequest { calendars: many, ..ok() }, "calendars"),
        (WhatIfRequest { calendars: vec![huge], ..ok() }, "calendars[0].file"),
        (WhatIfRequest { calendars: vec![twice.clone(), twice], ..ok() }, "calendars[1].name"),
    ] {
        let refused = ask(&office, &director(), question).await.unwrap_err();
        assert_eq!((refused.code(), field_of(&refused).as_str()), (Code::InvalidArgument, field));
    }
    let flawed = "[[entries]]\ntargets = [{ metric = \"speed\", length = \"1 day\" }]\n";
    let refused = ask(&office, &director(), question(flawed)).await.unwrap_err();
    assert_eq!(reason_of(&refused), "POLICY_INVALID");
    let fields = crate::terms::violations(&refused);
    assert!(fields.contains(&"policy_file.entries[0].targets[0].metric".to_owned()), "{fields:?}");
    assert!(fields.len() > 2, "all at once: {fields:?}");

    let (summary, changes) = ask(&office, &director(), ok()).await.unwrap();
    assert_eq!((summary.requests, summary.rows.len(), changes.len()), (0, 0, 0));
}
