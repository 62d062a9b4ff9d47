//! `[times]`: formats, zones, the skipped and the repeated hour, what is plausible, the end of a day.

use rstest::rstest;

use super::{SMALL, WarningKind, history, one, refused, warnings};

/// A mapping with one format for `opened`.
fn with(format: &str) -> String {
    SMALL.replace("%Y-%m-%d %H:%M:%S", format)
}

fn opened(mapping: &str, value: &str) -> String {
    history(&one(mapping, "id;opened;type", &format!("1;{value};t"))).opened.to_string()
}

fn expected(mapping: &str, value: &str) -> String {
    let row = one(mapping, "id;opened;type", &format!("1;{value};t"));
    assert_eq!(refused(&row).field, "opened");
    refused(&row).expected.clone()
}

// Expected instants from GNU date, e.g. TZ=America/New_York date -d '2015-07-04 13:05:09' --utc -Iseconds
#[rstest]
#[case("%Y-%m-%dT%H:%M:%S", "2015-07-04T13:05:09", "2015-07-04T17:05:09Z")]
#[case("%Y-%m-%d %H:%M:%S%.f", "2015-07-04 13:05:09.25", "2015-07-04T17:05:09.25Z")]
#[case("%Y-%m-%d %H:%M:%S%.f", "2015-07-04 13:05:09", "2015-07-04T17:05:09Z")]
#[case("%Y-%m-%d %H:%M:%S%.f", "2015-07-04 13:05:09.123456789", "2015-07-04T17:05:09.123456Z")]
#[case("%m/%d/%Y %I:%M:%S %p", "7/4/2015 1:05:09 PM", "2015-07-04T17:05:09Z")]
#[case("%m/%d/%Y %I:%M %p", "07/04/2015 12:05 am", "2015-07-04T04:05:00Z")]
#[case("%m/%d/%Y %I:%M %p", "07/04/2015 12:05 p.m.", "2015-07-04T16:05:00Z")]
#[case("%d %b %Y %H:%M", "4 Jul 2015 13:05", "2015-07-04T17:05:00Z")]
#[case("%B %d, %Y %H:%M", "SEPTEMBER 4, 2015 13:05", "2015-09-04T17:05:00Z")]
#[case("%A, %d. %b %Y", "Saturday, 04. Sept. 2015", "2015-09-04T04:00:00Z")]
#[case("%d.%m.%y %H:%M", "04.07.15 13:05", "2015-07-04T17:05:00Z")]
#[case("%D %R", "07/04/15 13:05", "2015-07-04T17:05:00Z")]
#[case("%Y%m%d%H%M%S", "20150704130509", "2015-07-04T17:05:09Z")]
#[case("%FT%T%z", "2015-07-04T13:05:09Z", "2015-07-04T13:05:09Z")]
#[case("%FT%T%z", "2015-07-04T13:05:09+02:00", "2015-07-04T11:05:09Z")]
#[case("%FT%T %z", "2015-07-04T13:05:09 -0330", "2015-07-04T16:35:09Z")]
#[case("%FT%T%Z", "2015-07-04T13:05:09Z", "2015-07-04T13:05:09Z")]
#[case("%F %T %Z", "2015-07-04 13:05:09 EDT", "2015-07-04T17:05:09Z")]
#[case("%F %T %Z", "2015-07-04 13:05:09 pst", "2015-07-04T21:05:09Z")]
#[case("unix-seconds", "1436029509", "2015-07-04T17:05:09Z")]
#[case("unix-seconds", "1436029509.5", "2015-07-04T17:05:09.5Z")]
#[case("unix-milliseconds", "1436029509250", "2015-07-04T17:05:09.25Z")]
// LibreOffice: =VALUE("2015-07-04 13:05:09") is 42189.5452430556; 42189 is 2015-07-04; less 1462 in the 1904 system
#[case("spreadsheet-days", "42189.5452430556", "2015-07-04T17:05:09Z")]
#[case("spreadsheet-days", "42189", "2015-07-04T04:00:00Z")]
#[case("spreadsheet-days-1904", "40727.5452430556", "2015-07-04T17:05:09Z")]
fn a_time_is_read_by_its_format(#[case] format: &str, #[case] value: &str, #[case] instant: &str) {
    let mapping = format!("{}\n[file]\ndelimiter = \";\"", with(format));
    assert_eq!(opened(&mapping, value), instant);
}

#[rstest]
#[case("%Y-%m-%d", "2015-02-29")]
#[case("%Y-%m-%d", "15-02-01")]
#[case("%Y-%m-%d", "2015-02-01 10:00")]
#[case("%m/%d/%Y %I:%M %p", "07/04/2015 13:05 PM")]
#[case("%m/%d/%Y %I:%M %p", "07/04/2015 00:05 AM")]
#[case("%F %T %Z", "2015-07-04 13:05:09 XYZ")]
#[case("%F %H:%M", "2015-07-04 24:00")]
#[case("unix-seconds", "1.4E+9")]
#[case("spreadsheet-days", "60")]
#[case("spreadsheet-days", "42.189,5")]
fn what_does_not_fit_the_format_is_refused(#[case] format: &str, #[case] value: &str) {
    let mapping = format!("{}\n[file]\ndelimiter = \";\"", with(format));
    assert!(expected(&mapping, value).contains(format));
}

fn mapping_with(times: &str) -> String {
    format!("{}\n[file]\ndelimiter = \";\"", SMALL.replace("[times]", &format!("[times]\n{times}")))
}

#[test]
fn formats_are_tried_in_their_order() {
    let mapping =
        mapping_with("").replace("[\"%Y-%m-%d %H:%M:%S\"]", "[\"%d/%m/%Y\", \"%m/%d/%Y\"]");
    assert_eq!(opened(&mapping, "03/04/2015"), "2015-04-03T04:00:00Z");
    assert_eq!(opened(&mapping, "12/31/2015"), "2015-12-31T05:00:00Z");
}

#[test]
fn the_decimal_sign_can_be_a_comma() {
    let mapping = format!(
        "{}\n[file]\ndelimiter = \";\"\n[cells]\ndecimal = \",\"",
        with("spreadsheet-days")
    );
    assert_eq!(opened(&mapping, "42189,5"), "2015-07-04T16:00:00Z");
}

#[test]
fn two_digit_years_lie_in_the_hundred_years_that_the_mapping_says() {
    let with_years = |from: &str| {
        mapping_with(&format!("earliest = \"1900-01-01\"\n{from}")).replace("%Y-", "%y-")
    };
    assert_eq!(opened(&with_years(""), "69-01-01 12:00:00"), "2069-01-01T17:00:00Z");
    assert_eq!(opened(&with_years(""), "70-01-01 12:00:00"), "1970-01-01T17:00:00Z");
    assert_eq!(
        opened(&with_years("two_digit_years_from = 1950"), "69-01-01 12:00:00"),
        "1969-01-01T17:00:00Z"
    );
}

#[test]
fn a_mapping_can_add_zone_letters() {
    let mapping = mapping_with("zone_letters = { CST = \"+08:00\" }").replace("%S\"", "%S %Z\"");
    assert_eq!(opened(&mapping, "2015-07-04 13:05:09 CST"), "2015-07-04T05:05:09Z");
}

#[test]
fn a_column_can_have_its_own_zone_and_formats() {
    let mapping = SMALL.replace("opened = \"opened\"", "opened = { column = \"opened\", zone = \"America/Chicago\", formats = [\"%m/%d/%y %H:%M\"] }");
    assert_eq!(
        opened(&format!("{mapping}\n[file]\ndelimiter = \";\""), "07/04/15 13:05"),
        "2015-07-04T18:05:00Z"
    );
}

#[test]
fn a_time_in_the_skipped_hour_is_refused_or_moved_if_the_mapping_says_so() {
    assert!(expected(&mapping_with(""), "2015-03-08 02:30:00").contains("skipped"));
    assert_eq!(
        opened(&mapping_with("skipped_hour = \"later\""), "2015-03-08 02:30:00"),
        "2015-03-08T07:30:00Z"
    );
}

#[rstest]
#[case("", "2015-11-01T05:16:00Z")]
#[case("repeated_hour = \"first\"", "2015-11-01T05:16:00Z")]
#[case("repeated_hour = \"second\"", "2015-11-01T06:16:00Z")]
fn a_time_in_the_repeated_hour_is_chosen_and_reported(#[case] rule: &str, #[case] instant: &str) {
    let row = one(&mapping_with(rule), "id;opened;type", "1;2015-11-01 01:16:00;t");
    assert_eq!(history(&row).opened.to_string(), instant);
    assert_eq!(warnings(&row), [WarningKind::RepeatedHour]);
}

#[test]
fn a_time_in_the_repeated_hour_is_refused_if_the_mapping_says_so() {
    assert!(
        expected(&mapping_with("repeated_hour = \"refuse\""), "2015-11-01 01:16:00")
            .contains("repeated")
    );
}

#[test]
fn zone_letters_make_the_repeated_hour_unambiguous() {
    let mapping = mapping_with("").replace("%S\"", "%S %Z\"");
    let row = one(&mapping, "id;opened;type", "1;2015-11-01 01:16:00 EST;t");
    assert_eq!(
        (history(&row).opened.to_string().as_str(), warnings(&row)),
        ("2015-11-01T06:16:00Z", vec![])
    );
}

#[test]
fn an_implausible_time_is_refused() {
    let mapping = mapping_with("earliest = \"2010-01-01\"\nlatest = \"2020-01-01\"");
    assert_eq!(opened(&mapping, "2010-01-01 00:00:00"), "2010-01-01T05:00:00Z");
    assert_eq!(
        expected(&mapping, "2009-12-31 23:59:59"),
        "a time from 2010-01-01 to before 2020-01-01"
    );
    assert_eq!(
        expected(&mapping, "2020-01-01 00:00:00"),
        "a time from 2010-01-01 to before 2020-01-01"
    );
    assert!(expected(&mapping_with(""), "1900-01-01 00:00:00").contains("from 1990-01-01"));
}

#[rstest]
#[case("end_of_day = true", "2015-07-04", "2015-07-05T03:59:59Z")]
#[case("end_of_day = true", "2015-07-04 00:00:00", "2015-07-05T03:59:59Z")]
#[case("end_of_day = true", "2015-07-04 00:00:01", "2015-07-04T04:00:01Z")]
#[case("", "2015-07-04", "2015-07-04T04:00:00Z")]
fn a_due_date_without_a_time_can_mean_the_end_of_its_day(
    #[case] rule: &str,
    #[case] due: &str,
    #[case] instant: &str,
) {
    let comma = if rule.is_empty() { "" } else { ", " };
    let mapping =
        format!("{SMALL}due = {{ column = \"due\", formats = [\"%F %T\", \"%F\"]{comma}{rule} }}");
    let row = one(&mapping, "id,opened,type,due", &format!("1,2015-01-05 08:00:00,t,{due}"));
    assert_eq!(history(&row).due.unwrap().to_string(), instant);
}
