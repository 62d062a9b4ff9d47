//! Whatever well-formed rows hold, they read back as they were written.

use std::sync::Arc;

use proptest::prelude::*;

use super::{Mapping, Outcome, Plan, Reader, SMALL, gzip, on_disk, plan};

/// What damaged lines are made of.
const PIECES: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "7",
    "8",
    "9",
    "a",
    "\"",
    ",",
    "\n",
    "2015-01-05 08:00:00",
];

#[derive(Debug, Clone, Copy)]
struct Written {
    encoding: &'static str,
    delimiter: u8,
    quote: u8,
    crlf: bool,
    packed: bool,
    mark: bool,
}

fn written() -> impl Strategy<Value = Written> {
    let encodings = prop::sample::select(vec!["utf-8", "utf-16le", "utf-16be", "windows-1252"]);
    let delimiters = prop::sample::select(b",;\t|".to_vec());
    let quotes = prop::sample::select(b"\"'".to_vec());
    (encodings, delimiters, quotes, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |(encoding, delimiter, quote, crlf, packed, mark)| Written {
            encoding,
            delimiter,
            quote,
            crlf,
            packed,
            mark,
        },
    )
}

fn write(how: Written, rows: &[(String, String)]) -> Vec<u8> {
    let terminator = if how.crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
    let mut writer = csv::WriterBuilder::new()
        .delimiter(how.delimiter)
        .quote(how.quote)
        .terminator(terminator)
        .from_writer(Vec::new());
    writer.write_record(["type", "opened", "school", "id"]).unwrap();
    for (index, (request_type, school)) in rows.iter().enumerate() {
        writer
            .write_record([request_type, "2015-01-05 08:00:00", school, &index.to_string()])
            .unwrap();
    }
    let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
    let mark = if how.mark { "\u{feff}" } else { "" };
    let bytes: Vec<u8> = match how.encoding {
        "utf-8" => format!("{mark}{text}").into_bytes(),
        "utf-16le" => format!("{mark}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect(),
        "utf-16be" => format!("{mark}{text}").encode_utf16().flat_map(u16::to_be_bytes).collect(),
        _ => encoding_rs::WINDOWS_1252.encode(&text).0.into_owned(),
    };
    if how.packed { gzip(&bytes) } else { bytes }
}

fn mapping(how: Written) -> Arc<Mapping> {
    let (delimiter, quote) = (char::from(how.delimiter), char::from(how.quote));
    let text = format!(
        "{SMALL}school = \"school\"\n[cells]\ntrim = false\n[file]\nencoding = \"{}\"\ndelimiter = {delimiter:?}\nquote = {:?}",
        how.encoding,
        quote.to_string(),
    );
    super::mapping(
        &text
            .replace("delimiter = '\\t'", "delimiter = \"tab\"")
            .replace(&format!("= {delimiter:?}"), &format!("= \"{delimiter}\"")),
    )
}

/// Characters of Windows-1252, so that every encoding can write them, with all that is special in CSV.
fn cell() -> impl Strategy<Value = String> {
    "[ -~éÄß€–\t\n\r\"',;|]{1,30}"
}

proptest! {
    #[test]
    fn well_formed_rows_read_back_equal(how in written(), rows in prop::collection::vec((cell(), cell()), 1..20)) {
        let file = on_disk(&write(how, &rows));
        let read: Vec<_> = Reader::open(file.path(), &mapping(how)).unwrap().map(Result::unwrap).collect();
        prop_assert_eq!(read.len(), rows.len());
        for (row, (request_type, school)) in read.iter().zip(&rows) {
            let Outcome::New(history) = &row.outcome else { panic!("{row:?}") };
            prop_assert_eq!(&history.request_type, request_type);
            prop_assert_eq!(history.school.as_ref(), Some(school));
        }
    }

    #[test]
    fn any_bytes_at_all_are_counted_and_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut file = b"id,opened,type\n".to_vec();
        file.extend(bytes);
        plan(SMALL, &file);
    }

    #[test]
    fn any_damage_to_quotes_and_delimiters_leaves_rows_accounted_for(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..200)) {
        let lines = pieces.concat();
        let report = plan(SMALL, format!("id,opened,type\n{lines}").as_bytes()).report;
        // Every physical line is ignored, or is part of a row that was counted.
        prop_assert!(report.rows + report.ignored_lines <= lines.lines().count() as u64);
    }

    #[test]
    fn a_damaged_gzip_file_is_an_error_or_says_so(at in 10_usize..200, bit in 0_u8..8) {
        let text: String = (0..400).map(|id| format!("{id},2015-01-05 08:00:00,type {}\n", id * 7919 % 13)).collect();
        let mut packed = gzip(format!("id,opened,type\n{text}").as_bytes());
        let at = at % packed.len();
        packed[at] ^= 1 << bit;
        if let Ok(plan) = Plan::read(on_disk(&packed).path(), &super::mapping(SMALL)) {
            prop_assert!(!plan.report.refused.is_empty());
        }
    }
}
