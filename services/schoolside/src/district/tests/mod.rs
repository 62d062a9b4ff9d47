//! Whole districts, good and bad.

mod load;

use std::{collections::BTreeMap, fs};

use rstest::rstest;

use super::{DistrictFiles, Fact, Source, alder_bay::ALDER_BAY, read};

/// A small district without a fault: what each case below spoils.
const GOOD: [(&str, &str); 9] = [
    ("district.toml", "name = \"Small\"\nzone = \"America/New_York\"\n"),
    ("networks.csv", "network,name\nN1,Harbor\n"),
    (
        "schools.csv",
        "school,name,network,tier,from\n0101,Canal Street ES,N1,1,2025-07-01\n0102,Pier ES,,,\n",
    ),
    (
        "teams.csv",
        "team,name,kind,network,from\nT1,Harbor team,network_team,N1,2025-07-01\nIN,Intake,intake,,\n",
    ),
    ("members.csv", "person,team,role,from\nT1-lead-1,T1,lead,2025-07-01\n"),
    ("principals.csv", "school,person,from\n0101,P-0101,2025-07-01\n"),
    ("catalogue.csv", "type,name,category,contributing\nFAC1,Heating,facilities,desk:T1\n"),
    ("attributes.csv", "type,name,kind\nFAC1,room,text\n"),
    ("rules.toml", "[[rule]]\nname = \"rest\"\nteam = \"IN\"\n"),
];

/// Reads the small district with one file replaced or added.
fn with(file: &str, text: &str) -> Result<DistrictFiles, Vec<String>> {
    with_all(&[(file, text)])
}

/// Reads the small district with some files replaced or added.
fn with_all(changed: &[(&str, &str)]) -> Result<DistrictFiles, Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let mut files: BTreeMap<&str, &str> = GOOD.into_iter().collect();
    files.extend(changed.iter().copied());
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let read = read(&Source::Folder(folder.path().to_owned()));
    read.map_err(|errors| errors.iter().map(ToString::to_string).collect())
}

#[test]
fn the_small_district_is_good() {
    assert_eq!(with("networks.csv", GOOD[1].1).map(|files| files.entries.len()), Ok(15));
}

#[rstest]
#[case::unknown_network("schools.csv", "school,name,network,from\n0101,Canal,N9,2025-07-01\n",
    r#"schools.csv:2: network "N9": there is no such network: add it to networks.csv or correct it"#)]
#[case::unknown_team("members.csv", "person,team,role,from\nA,T9,lead,2025-07-01\n",
    r#"members.csv:2: team "T9": there is no such team: add it to teams.csv or desks.csv or correct it"#)]
#[case::unknown_role("members.csv", "person,team,role,from\nA,T1,boss,2025-07-01\n",
    r#"members.csv:2: role "boss": "boss" is not a role: one of academic, special_education, operations, human_resources, budget, social_work, intake, lead"#)]
#[case::twice("networks.csv", "network,name\nN1,Harbor\nN1,Port\n",
    r#"networks.csv:3: network "N1": this network is defined already in networks.csv, line 2: remove one"#)]
#[case::bad_date(
    "principals.csv",
    "school,person,from\n0101,P-0101,1 July\n",
    r#"principals.csv:2: from "1 July": is no date: write it as YYYY-MM-DD"#
)]
#[case::bad_id("networks.csv", "network,name\nN1,Harbor\nN/2,Port\n",
    r#"networks.csv:3: network "N/2": "N/2" is not an id: 1 to 64 letters, digits, '.', '_' or '-', beginning with a letter or digit"#)]
#[case::network_without_a_day(
    "schools.csv",
    "school,name,network,from\n0101,Canal,N1,\n",
    "schools.csv:2: from: is empty: give the first day of network and tier"
)]
#[case::desk_with_a_network(
    "teams.csv",
    "team,name,kind,network,from\nT1,Shop,desk,N1,2025-07-01\nIN,Intake,intake,,\n",
    r#"teams.csv:2: network "N1": only a network_team serves a network: leave it empty"#
)]
#[case::unknown_kind(
    "teams.csv",
    "team,name,kind\nT1,Shop,crew\nIN,Intake,intake\n",
    r#"teams.csv:2: kind "crew": is no kind of team: one of network_team, desk, intake"#
)]
#[case::until_before_from("members.csv", "person,team,role,from,until\nA,T1,lead,2025-07-01,2025-06-30\n",
    r#"members.csv:2: until "2025-06-30": lies before the first day, 2025-07-01: correct one of them"#)]
#[case::unknown_change("directory_changes.csv", "effective,recorded,what,subject,value\n2026-01-05,2026-01-12,moved,0101,N1\n",
    r#"directory_changes.csv:2: what "moved": is no change: one of school_network, school_tier, school_principal, school_closed, team_network"#)]
#[case::merged_into_nowhere("directory_changes.csv", "effective,recorded,what,subject,value\n2026-01-05,2026-01-12,school_closed,0101,merged_into:9\n",
    r#"directory_changes.csv:2: merged_into "9": there is no such school: add it to schools.csv or correct it"#)]
#[case::recorded_before_it_exists("networks.csv", "network,name,recorded\nN1,Harbor,2025-08-01\n",
    r#"schools.csv:2: network "N1": this network is recorded later than this line: correct one of the dates of recording"#)]
#[case::unknown_desk("catalogue.csv", "type,name,category,contributing\nFAC1,Heating,facilities,desk:SHOP\n",
    r#"catalogue.csv:2: contributing "SHOP": there is no such team: add it to teams.csv or desks.csv or correct it"#)]
#[case::attribute_of_nothing("attributes.csv", "type,name,kind\nFAC1,room,text\nFAC9,room,text\n",
    r#"attributes.csv:3: type "FAC9": there is no such request type in catalogue.csv: add it there or correct it"#)]
#[case::choice_without_choices(
    "attributes.csv",
    "type,name,kind\nFAC1,scope,choice\n",
    "attributes.csv:2: choices: the kind choice, and no other, has choices, with | between them"
)]
#[case::published_text("attributes.csv", "type,name,kind,published\nFAC1,room,text,true\n",
    r#"attributes.csv:2: published "true": free text is never published: write false, or make it a choice"#)]
#[case::no_zone(
    "district.toml",
    "name = \"Small\"\nzone = \"Mars/Olympus\"\n",
    r#"district.toml:1: zone "Mars/Olympus": is no IANA time zone: name one like America/New_York"#
)]
#[case::unknown_key(
    "district.toml",
    "name = \"Small\"\nzone = \"UTC\"\nnmae = 1\n",
    "district.toml:3: unknown field `nmae`, expected one of `name`, `zone`, `lea_id`, `recorded`: correct it"
)]
#[case::no_terminal_rule("rules.toml", "[[rule]]\nname = \"all\"\n",
    r#"rules.toml:2: rule "all": the last rule must have no condition and name the intake team, so that nothing is unowned"#)]
#[case::terminal_rule_names_no_intake(
    "rules.toml",
    "[[rule]]\nname = \"rest\"\nteam = \"T1\"\n",
    r#"rules.toml: rule "T1": the last rule must name a team of the kind intake"#
)]
#[case::rule_with_unknown_type("rules.toml",
    "[[rule]]\nname = \"a\"\nwhen = [{ field = \"request_type\", in = [\"FAC9\"] }]\n[[rule]]\nname = \"rest\"\nteam = \"IN\"\n",
    r#"rules.toml: rule[0].when.request_type "FAC9": there is no such request type: add it to catalogue.csv or correct it"#)]
#[case::rule_with_two_comparisons("rules.toml",
    "[[rule]]\nname = \"a\"\nwhen = [{ field = \"tier\", at_least = \"2\", at_most = \"3\" }]\n[[rule]]\nname = \"rest\"\nteam = \"IN\"\n",
    r#"rules.toml:3: when "tier": must compare in one way: in, not_in, at_least, at_most or present"#)]
#[case::satisfaction_item(
    "instruments.toml",
    "[[instrument]]\nid = \"t\"\nsatisfaction_item = \"x\"\nsettle_hours = 24\nexpiry_days = 14\n[[instrument.item]]\nkey = \"solved\"\ntext = \"Solved.\"\n",
    r#"instruments.toml:2: satisfaction_item "x": is the key of no item: name one of the items"#
)]
#[case::calendar_without_zone(
    "calendars/office.toml",
    "[weekly]\nmon = [[\"08:00\", \"16:30\"]]\n",
    "calendars/office.toml: zone: is missing"
)]
#[case::desk_with_unknown_calendar("desks.csv", "desk,name,calendar,target_unit,target\nSHOP,Shop,night,hours,8\n",
    r#"desks.csv:2: calendar "night": there is no such calendar: add it to the folder calendars or correct it"#)]
#[case::misspelt_file(
    "school.csv",
    "school,name\n",
    "school.csv: is no file of a district: rename or remove it; the files are networks.csv, schools.csv, teams.csv, people.csv, members.csv, principals.csv, district.toml, desks.csv, directory_changes.csv, catalogue.csv, attributes.csv, rules.toml, instruments.toml, and the folders calendars, policies"
)]
fn a_fault_is_named_by_file_line_and_remedy(
    #[case] file: &str,
    #[case] text: &str,
    #[case] expected: &str,
) {
    let errors = with(file, text).map(|files| files.entries.len()).unwrap_err();
    assert!(errors.iter().any(|error| error == expected), "{errors:#?}");
}

#[test]
fn a_second_policy_is_a_fault_because_it_would_judge_nothing() {
    let policy = "[[entries]]\ntargets = [{ metric = \"first_response\", length = \"8 hours\", calendar = \"office\", pauses = [] }]\n";
    let calendar = "zone = \"UTC\"\n[weekly]\nmon = [[\"08:00\", \"16:30\"]]\n";
    let (calendar, first) =
        (("calendars/office.toml", calendar), ("policies/promises.toml", policy));
    with_all(&[calendar, first]).expect("one policy is good");
    let errors = with_all(&[calendar, first, ("policies/targets.toml", policy)]).unwrap_err();
    assert_eq!(
        errors,
        [
            "policies/targets.toml: a district has one policy, and policies/promises.toml is it: put these entries there"
        ]
    );
}

#[test]
fn all_faults_are_reported_at_once() {
    let schools = "school,name,level,network,tier,from\n0101,Canal,primary,N1,4,2025-07-01\n0102,Pier,k8,N9,1,soon\n";
    let errors = with("schools.csv", schools).map(|files| files.entries.len()).unwrap_err();
    let of_schools = errors.iter().filter(|error| error.starts_with("schools.csv")).count();
    assert_eq!(of_schools, 3, "level, tier and day are wrong: {errors:#?}");
    assert!(
        errors.iter().any(|error| error.starts_with("principals.csv:2: school \"0101\"")),
        "{errors:#?}"
    );
}

#[test]
fn a_file_that_is_not_utf8_and_a_folder_that_is_not_there_are_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("district.toml"), b"name = \"Gar\xe7on\"\nzone = \"UTC\"\n")
        .unwrap();
    let errors = read(&Source::Folder(folder.path().to_owned()))
        .map(|files| files.entries.len())
        .unwrap_err();
    assert_eq!(errors[0].to_string(), "district.toml: is missing: write it with name and zone");
    assert_eq!(
        errors[1].to_string(),
        "district.toml: is not UTF-8 from byte 11 on: save it as UTF-8"
    );
    let nowhere = folder.path().join("nowhere");
    let errors = read(&Source::Folder(nowhere)).map(|files| files.entries.len()).unwrap_err();
    assert!(
        errors[0].to_string().ends_with("is no folder: name the folder that holds district.toml")
    );
}

fn count(files: &DistrictFiles, is: fn(&Fact) -> bool) -> usize {
    files.entries.iter().filter(|entry| is(&entry.fact)).count()
}

#[test]
fn alder_bay_is_good_and_whole() {
    let files = read(&ALDER_BAY).unwrap_or_else(|errors| panic!("{errors:#?}"));
    assert_eq!(count(&files, |fact| matches!(fact, Fact::School { .. })), 60);
    assert_eq!(count(&files, |fact| matches!(fact, Fact::Network { .. })), 4);
    assert_eq!(count(&files, |fact| matches!(fact, Fact::Principal { .. })), 60);
    assert_eq!(
        count(&files, |fact| matches!(fact, Fact::MembershipStarted { .. })),
        38,
        "36 and two of intake"
    );
    assert_eq!(count(&files, |fact| matches!(fact, Fact::RequestType(_))), 46);
    assert_eq!(
        count(&files, |fact| matches!(fact, Fact::Team { .. })),
        13,
        "four teams, eight desks, intake"
    );
    assert_eq!(files.desk_targets.len(), 8);
}

#[test]
fn facts_come_in_the_order_in_which_they_were_recorded() {
    let files = read(&ALDER_BAY).unwrap_or_else(|errors| panic!("{errors:#?}"));
    let facts = files.facts_in_recorded_order();
    let start = "2025-07-01T08:00:00-04:00".parse().ok();
    assert!(facts.iter().is_sorted_by_key(|(recorded, _)| *recorded));
    assert!(matches!(facts[0], (recorded, Fact::District { .. }) if recorded == start));
    let late = facts.iter().find(|(_, fact)| matches!(fact, Fact::SchoolNetwork { school, from, .. } if school.as_str() == "0208" && from.to_string() == "2026-01-05"));
    assert_eq!(late.map(|(recorded, _)| *recorded), Some("2026-01-12T08:00:00-05:00".parse().ok()));
    let snow = "2026-01-27T05:40:00-05:00".parse().ok();
    let learned = facts
        .iter()
        .filter(|(recorded, fact)| *recorded == snow && matches!(fact, Fact::Calendar { .. }));
    assert_eq!(learned.count(), 3, "office, accounts payable and the pupils' calendar");
}

#[test]
fn a_command_id_depends_on_what_is_said_and_when() {
    let files = read(&ALDER_BAY).unwrap_or_else(|errors| panic!("{errors:#?}"));
    let ids: std::collections::BTreeSet<_> = files
        .facts_in_recorded_order()
        .iter()
        .map(|(recorded, fact)| fact.command_id(*recorded))
        .collect();
    assert_eq!(ids.len(), files.facts_in_recorded_order().len());
}
