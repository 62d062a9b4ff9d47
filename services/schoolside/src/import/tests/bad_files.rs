//! Files that are broken: refused by row where rows can be told apart, as a whole where they cannot.

use rstest::rstest;

use super::{
    Outcome, SMALL, WarningKind, file_error, gzip, history, on_disk, plan, refused, rows, try_rows,
};

const HEAD: &str = "id,opened,type\n";

fn good(id: u32) -> String {
    format!("{id},2015-01-05 08:00:00,t\n")
}

fn taken(rows: &[super::Row]) -> Vec<&str> {
    let histories = rows.iter().filter(|row| matches!(row.outcome, Outcome::New(_)));
    histories.map(|row| history(row).external_id.as_str()).collect()
}

#[rstest]
#[case("9,2015-01-05 08:00:00\n", "3 cells as in the header, found 2")]
#[case("9,2015-01-05 08:00:00,t,more\n", "3 cells as in the header, found 4")]
#[case("9,2015-01-05 08:00:00,\"a\"b\n", "behind a closing quote")]
#[case("9,2015-01-05 08:00:00,\"a\n", "a closing quote")]
#[case("9,\"2015-01-05 08:00:00,t\n", "a closing quote")]
fn a_malformed_row_is_refused_and_the_next_is_read(#[case] line: &str, #[case] expected: &str) {
    let rows = rows(SMALL, format!("{HEAD}{}{line}{}{}", good(1), good(2), good(3)).as_bytes());
    assert_eq!(taken(&rows), ["1", "2", "3"]);
    let refused = refused(&rows[1]);
    assert_eq!((refused.row, refused.line, refused.field.as_str()), (2, 3, "row"));
    assert_eq!(refused.value, line.trim_end());
    assert!(refused.expected.contains(expected), "{refused:?}");
}

#[test]
fn an_unclosed_quote_that_a_later_quote_closes_by_chance_swallows_no_row() {
    let text = format!(
        "{HEAD}1,2015-01-05 08:00:00,\"pipe\n{}3,2015-01-05 08:00:00,12\"\n{}",
        good(2),
        good(4)
    );
    let rows = rows(SMALL, text.as_bytes());
    assert_eq!(taken(&rows), ["2", "3", "4"]);
    assert_eq!((refused(&rows[0]).row, refused(&rows[0]).line), (1, 2));
}

#[test]
fn a_quoted_cell_of_many_lines_with_a_wrong_count_is_one_refusal() {
    let text = format!("{HEAD}1,2015-01-05 08:00:00,\"a\nb\nc\",more\n{}", good(2));
    let rows = rows(SMALL, text.as_bytes());
    assert_eq!((rows.len(), taken(&rows)), (2, vec!["2"]));
}

#[test]
fn bad_bytes_are_refused_in_a_mapped_column_and_reported_elsewhere() {
    let rows = rows(
        SMALL,
        b"id,opened,type,note\n1,2015-01-05 08:00:00,Caf\xe9,\n2,2015-01-05 08:00:00,t,Caf\xe9\n",
    );
    assert_eq!(refused(&rows[0]).field, "type");
    assert!(refused(&rows[0]).expected.contains("file.encoding"));
    assert_eq!(super::warnings(&rows[1]), [WarningKind::BadBytesElsewhere]);
}

#[rstest]
#[case("windows-1252", b"1,2015-01-05 08:00:00,a\x81b\n".to_vec())]
#[case("utf-16le", "1,2015-01-05 08:00:00,a\u{e000}b\n".encode_utf16().map(|unit| if unit == 0xE000 { 0xD800 } else { unit }).flat_map(u16::to_le_bytes).collect())]
fn bad_bytes_are_found_in_every_encoding(#[case] encoding: &str, #[case] line: Vec<u8>) {
    let mut bytes: Vec<u8> = match encoding {
        "utf-16le" => HEAD.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        _ => HEAD.as_bytes().to_vec(),
    };
    bytes.extend(line);
    let rows = rows(&format!("{SMALL}\n[file]\nencoding = \"{encoding}\""), &bytes);
    assert_eq!(refused(&rows[0]).field, "type");
}

#[test]
fn a_huge_cell_that_nobody_mapped_is_harmless() {
    let huge = "x".repeat(10_000_000);
    let text = format!(
        "id,opened,type,note\n1,2015-01-05 08:00:00,t,\"{huge}\n\0\n\"\n2,2015-01-05 08:00:00,t,\n"
    );
    assert_eq!(taken(&rows(SMALL, text.as_bytes())), ["1", "2"]);
}

#[test]
fn a_huge_cell_in_a_mapped_column_is_refused() {
    let text = format!("{HEAD}1,2015-01-05 08:00:00,{}\n{}", "x".repeat(501), good(2));
    let rows = rows(SMALL, text.as_bytes());
    assert_eq!(refused(&rows[0]).expected, "at most 500 characters, found 501");
    assert_eq!(refused(&rows[0]).value.chars().count(), 120);
    assert_eq!(taken(&rows), ["2"]);
}

#[rstest]
#[case("\"")]
#[case("")]
fn a_row_beyond_the_limit_is_refused_and_the_next_is_read(#[case] quote: &str) {
    let text =
        format!("{HEAD}1,2015-01-05 08:00:00,{quote}{}\n{}", "x".repeat(20_000_000), good(2));
    let rows = rows(SMALL, text.as_bytes());
    assert_eq!(refused(&rows[0]).expected, "a row of at most 16777216 bytes");
    assert_eq!((taken(&rows), rows[1].line), (vec!["2"], 3));
}

#[test]
fn a_cut_gzip_file_gives_its_rows_and_one_refusal() {
    let text: String = HEAD.to_owned() + &(1..=5000).map(good).collect::<String>();
    let packed = gzip(text.as_bytes());
    let plan = plan(SMALL, &packed[..packed.len() / 2]);
    let refused = &plan.report.refused;
    assert_eq!(refused.len(), 1);
    assert_eq!((refused[0].field.as_str(), refused[0].row), ("file", plan.report.rows));
    assert!(plan.report.accepted > 100 && refused[0].expected.contains("it is cut here"));
}

#[test]
fn a_gzip_file_cut_within_its_checksum_gives_all_rows_and_one_refusal() {
    let packed = gzip(format!("{HEAD}{}", good(1)).as_bytes());
    let rows = rows(SMALL, &packed[..packed.len() - 3]);
    assert_eq!((taken(&rows), refused(&rows[1]).field.as_str()), (vec!["1"], "file"));
}

#[test]
fn a_gzip_file_with_a_wrong_checksum_is_unusable_as_a_whole() {
    let mut packed = gzip(format!("{HEAD}{}", good(1)).as_bytes());
    let checksum = packed.len() - 8;
    packed[checksum] ^= 1;
    assert!(file_error(SMALL, &packed).contains("is damaged"));
    assert!(super::Plan::read(on_disk(&packed).path(), &super::mapping(SMALL)).is_err());
}

#[rstest]
#[case(b"", "has no line 1")]
#[case(b"id,type\n", "column \"opened\", which opened needs, is missing")]
#[case(b"case,when,what\n", "it has \"case\", \"when\", \"what\"")]
#[case(b"id,opened,type,id\n", "is there 2 times; say which with nth = 1 to 2")]
#[case(b"PK\x03\x04....", "save the sheet as CSV")]
#[case(b"\xff\xfei\0d\0", "file.encoding = \"utf-16le\"")]
#[case(b"i\0d\0,\0o\0p\0e\0n\0e\0d\0", "set file.encoding")]
#[case(b"id,\"opened,type\n1,2,3\n", "a quote in the header")]
fn a_file_that_does_not_fit_its_mapping_is_unusable_as_a_whole(
    #[case] bytes: &[u8],
    #[case] says: &str,
) {
    let mapping = format!("{SMALL}\n[file]\nencoding = \"utf-8\"");
    let error = file_error(&mapping, bytes);
    assert!(error.contains(says), "{error}");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = super::Reader::open(std::path::Path::new("/nowhere/x.csv"), &super::mapping(SMALL))
        .err()
        .unwrap();
    assert!(error.to_string().starts_with("/nowhere/x.csv cannot be read"));
}

#[test]
fn a_repeated_name_that_is_not_often_enough_there_is_a_fault() {
    let mapping = SMALL.replace("\"type\"", "{ column = \"type\", nth = 2 }");
    assert!(file_error(&mapping, HEAD.as_bytes()).contains("is there only 1 times"));
    assert!(try_rows(&mapping, b"id,opened,type,type\n").unwrap().is_empty());
}
