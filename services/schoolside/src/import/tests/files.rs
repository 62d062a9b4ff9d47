//! `[file]`: encodings, delimiters, quotes, gzip, the header's line, lines that are no rows.

use rstest::rstest;

use super::{Outcome, SMALL, gzip, history, plan, refused, rows};

const TEXT: &str = "id,opened,type\n1,2015-01-05 08:00:00,Caf\u{e9} \u{20ac}\n";

fn utf_16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

#[rstest]
#[case("auto", TEXT.as_bytes().to_vec())]
#[case("utf-8", TEXT.as_bytes().to_vec())]
#[case("utf-8", format!("\u{feff}{TEXT}").into_bytes())]
#[case("auto", format!("\u{feff}{TEXT}").into_bytes())]
#[case("utf-16", utf_16(TEXT, u16::to_le_bytes))]
#[case("utf-16le", utf_16(TEXT, u16::to_le_bytes))]
#[case("utf-16be", utf_16(TEXT, u16::to_be_bytes))]
#[case("utf-16", utf_16(&format!("\u{feff}{TEXT}"), u16::to_be_bytes))]
#[case("utf-16be", utf_16(&format!("\u{feff}{TEXT}"), u16::to_be_bytes))]
#[case("utf-16le", utf_16(&format!("\u{feff}{TEXT}"), u16::to_le_bytes))]
#[case("auto", utf_16(&format!("\u{feff}{TEXT}"), u16::to_le_bytes))]
#[case("windows-1252", b"id,opened,type\n1,2015-01-05 08:00:00,Caf\xe9 \x80\n".to_vec())]
fn a_file_is_read_in_its_encoding(#[case] encoding: &str, #[case] bytes: Vec<u8>) {
    let mapping = format!("{SMALL}\n[file]\nencoding = \"{encoding}\"");
    for bytes in [gzip(&bytes), bytes] {
        assert_eq!(history(&rows(&mapping, &bytes)[0]).request_type, "Café €");
    }
}

#[rstest]
#[case("delimiter = \";\"", "id;opened;type\n1;2015-01-05 08:00:00;\"a;b\"\n", "a;b")]
#[case("delimiter = \"tab\"", "id\topened\ttype\n1\t2015-01-05 08:00:00\ta,b\n", "a,b")]
#[case("delimiter = \"|\"", "id|opened|type\r\n1|2015-01-05 08:00:00|a,b\r\n", "a,b")]
#[case("quote = \"'\"", "id,opened,type\n1,2015-01-05 08:00:00,'a,''b'\n", "a,'b")]
#[case("quote = \"none\"", "id,opened,type\n1,2015-01-05 08:00:00,\"a\n", "\"a")]
#[case("escape = \"\\\\\"", "id,opened,type\n1,2015-01-05 08:00:00,\"a\\\"b\\\\\"\n", "a\"b\\")]
#[case("", "id,opened,type\r1,2015-01-05 08:00:00,old Mac\r", "old Mac")]
#[case("", "id,opened,type\n1,2015-01-05 08:00:00,no line end", "no line end")]
#[case("", "id,opened,type\n1,2015-01-05 08:00:00,\"two\r\nlines\"", "two\r\nlines")]
#[case("", "id,opened,type\n1,2015-01-05 08:00:00,5\" pipe\n", "5\" pipe")]
fn cells_are_separated_and_quoted_as_the_mapping_says(
    #[case] file: &str,
    #[case] text: &str,
    #[case] value: &str,
) {
    assert_eq!(
        history(&rows(&format!("{SMALL}\n[file]\n{file}"), text.as_bytes())[0]).request_type,
        value
    );
}

#[test]
fn rows_count_records_and_lines_count_the_files_lines() {
    let text =
        "id,opened,type\n1,2015-01-05 08:00:00,\"two\nlines\"\n\n2,2015-01-05 08:00:00,b\nshort\n";
    let rows = rows(SMALL, text.as_bytes());
    let places: Vec<_> = rows.iter().map(|row| (row.row, row.line)).collect();
    assert_eq!(places, [(1, 2), (2, 5), (3, 6)]);
    assert_eq!((refused(&rows[2]).row, refused(&rows[2]).line), (3, 6));
}

#[test]
fn lines_before_the_header_blank_rows_and_totals_are_ignored_and_counted() {
    let mapping = format!(
        "{SMALL}\n[file]\nheader_line = 3\nignore_lines = [\"Total*\", \"--*\"]\nignore_rows = [{{ column = \"type\", pattern = \"SUBTOTAL\" }}]"
    );
    let text = "Requests of 2015\nprinted \"today\nid,opened,type\n1,2015-01-05 08:00:00,a\n\n,,\n---\n,,SUBTOTAL\n2,2015-01-05 08:00:00,b\nTotal: \"2\n";
    let plan = plan(&mapping, text.as_bytes());
    assert_eq!((plan.report.rows, plan.report.accepted, plan.report.ignored_lines), (2, 2, 7));
}

#[test]
fn blank_rows_are_refused_when_the_mapping_says_so() {
    let mapping = format!("{SMALL}\n[file]\nignore_blank = false");
    let rows = rows(&mapping, b"id,opened,type\n,,\n");
    assert!(matches!(rows[0].outcome, Outcome::Refused(_)));
    assert_eq!(refused(&rows[0]).also.len(), 2);
}

#[test]
fn several_gzip_members_are_one_file() {
    let mut bytes = gzip(b"id,opened,type\n1,2015-01-05 08:00:00,a\n");
    bytes.extend(gzip(b"2,2015-01-05 08:00:00,b\n"));
    assert_eq!(rows(SMALL, &bytes).len(), 2);
}
