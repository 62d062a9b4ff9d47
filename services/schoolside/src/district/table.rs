//! A CSV file with a header line: columns by name, every fault noted with its line.

use std::{collections::BTreeMap, fmt::Display, str::FromStr};

use jiff::{Timestamp, civil::Date, civil::time, tz::TimeZone};

use super::error::{FileError, Place};

/// The hour at which something recorded on a date is taken to be recorded.
const OFFICE_OPENS: jiff::civil::Time = time(8, 0, 0, 0);

/// The columns of a file.
pub(super) struct Columns {
    /// Those that must be there, with a value in every row.
    pub required: &'static [&'static str],
    /// Those that may be there, or be empty.
    pub optional: &'static [&'static str],
}

/// One row, by column.
pub(super) struct Row {
    /// Where it stands.
    pub place: Place,
    cells: BTreeMap<&'static str, String>,
}

/// The rows of a file; what cannot be read is noted in `errors`.
pub(super) fn rows(
    file: &str,
    text: &str,
    columns: &Columns,
    errors: &mut Vec<FileError>,
) -> Vec<Row> {
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let header: Vec<String> = match reader.headers() {
        Ok(header) => header.iter().map(str::to_owned).collect(),
        Err(error) => {
            errors.push(Place::new(file, Some(1)).error(
                "",
                "",
                format!("the header cannot be read: {error}"),
            ));
            return Vec::new();
        }
    };
    let Some(names) = header_names(file, &header, columns, errors) else { return Vec::new() };
    let mut rows = Vec::new();
    for record in reader.into_records() {
        match record {
            Ok(record) => rows.extend(row(file, &record, &names, columns, errors)),
            Err(error) => {
                let line = error.position().map(csv::Position::line);
                errors.push(Place::new(file, line).error(
                    "",
                    "",
                    format!("the line cannot be read: {error}"),
                ));
            }
        }
    }
    rows
}

fn header_names(
    file: &str,
    header: &[String],
    columns: &Columns,
    errors: &mut Vec<FileError>,
) -> Option<Vec<&'static str>> {
    let place = Place::new(file, Some(1));
    let known: Vec<&'static str> =
        columns.required.iter().chain(columns.optional).copied().collect();
    let before = errors.len();
    let mut names: Vec<&'static str> = Vec::new();
    for name in header {
        match known.iter().find(|known| *known == name) {
            Some(known) if names.contains(known) => {
                errors.push(place.error(name, "", "stands twice in the header: remove one"));
            }
            Some(known) => names.push(known),
            None => errors.push(place.error(
                name,
                "",
                format!("is no column of this file: use {}", known.join(", ")),
            )),
        }
    }
    for name in columns.required.iter().filter(|name| !names.contains(name)) {
        errors.push(place.error(name, "", "is missing from the header: add the column"));
    }
    (errors.len() == before).then_some(names)
}

fn row(
    file: &str,
    record: &csv::StringRecord,
    names: &[&'static str],
    columns: &Columns,
    errors: &mut Vec<FileError>,
) -> Option<Row> {
    let place = Place::new(file, record.position().map(csv::Position::line));
    if record.len() != names.len() {
        let problem = format!(
            "has {} fields where the header has {}: check commas and quotes",
            record.len(),
            names.len()
        );
        errors.push(place.error("", "", problem));
        return None;
    }
    let cells: BTreeMap<_, _> =
        names.iter().copied().zip(record.iter().map(str::to_owned)).collect();
    let before = errors.len();
    for name in
        columns.required.iter().filter(|name| cells.get(*name).is_some_and(String::is_empty))
    {
        errors.push(place.error(name, "", "is empty: fill it in"));
    }
    (errors.len() == before).then_some(Row { place, cells })
}

impl Row {
    /// A cell's text; empty when the column is not there.
    pub(super) fn text(&self, column: &str) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    /// A cell read by its type; `None` when it is empty, or wrong, which is noted.
    pub(super) fn read<T: FromStr<Err: Display>>(
        &self,
        column: &str,
        errors: &mut Vec<FileError>,
    ) -> Option<T> {
        let text = self.text(column);
        if text.is_empty() {
            return None;
        }
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                errors.push(self.place.error(column, text, error.to_string()));
                None
            }
        }
    }

    /// A date; `None` when it is empty, or wrong, which is noted.
    pub(super) fn date(&self, column: &str, errors: &mut Vec<FileError>) -> Option<Date> {
        let text = self.text(column);
        let date = wire::time::parse_date(text);
        if date.is_none() && !text.is_empty() {
            errors.push(self.place.error(column, text, "is no date: write it as YYYY-MM-DD"));
        }
        date
    }

    /// `true` or `false`; false when it is empty.
    pub(super) fn flag(&self, column: &str, errors: &mut Vec<FileError>) -> bool {
        match self.text(column) {
            "true" => true,
            "false" | "" => false,
            other => {
                errors.push(self.place.error(column, other, "is neither true nor false"));
                false
            }
        }
    }

    /// When the row was recorded: an instant, or a date, which stands for 08:00 of it in the district's zone.
    pub(super) fn recorded(
        &self,
        zone: &TimeZone,
        errors: &mut Vec<FileError>,
    ) -> Option<Timestamp> {
        let text = self.text("recorded");
        if text.is_empty() {
            return None;
        }
        let recorded = instant(text, zone);
        if recorded.is_none() {
            let problem =
                "is neither a date (YYYY-MM-DD) nor an instant (2026-01-27T05:40:00-05:00)";
            errors.push(self.place.error("recorded", text, problem));
        }
        recorded
    }
}

/// An instant, or a date, which stands for 08:00 of it.
pub(super) fn instant(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    match wire::time::parse_date(text) {
        Some(date) => zone.to_timestamp(date.to_datetime(OFFICE_OPENS)).ok(),
        None => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: Columns = Columns { required: &["school", "name"], optional: &["tier"] };

    fn problems(text: &str) -> Vec<String> {
        let mut errors = Vec::new();
        rows("schools.csv", text, &COLUMNS, &mut errors);
        errors.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn rows_are_read_by_column_name_in_any_order() {
        let mut errors = Vec::new();
        let rows =
            rows("schools.csv", "name,school\n\"Pier, Avenue\",0103\n", &COLUMNS, &mut errors);
        assert_eq!(
            (rows[0].text("school"), rows[0].text("name"), rows[0].text("tier")),
            ("0103", "Pier, Avenue", "")
        );
        assert_eq!(rows[0].place.line, Some(2));
        assert!(errors.is_empty());
    }

    #[test]
    fn a_header_must_have_its_columns_and_no_others() {
        assert_eq!(
            problems("school,nmae\n"),
            [
                "schools.csv:1: nmae: is no column of this file: use school, name, tier",
                "schools.csv:1: name: is missing from the header: add the column",
            ]
        );
    }

    #[test]
    fn a_row_must_fit_the_header_and_be_filled() {
        assert_eq!(
            problems("school,name\n0101,Canal, Street\n0102,\n"),
            [
                "schools.csv:2: has 3 fields where the header has 2: check commas and quotes",
                "schools.csv:3: name: is empty: fill it in",
            ]
        );
    }

    #[test]
    fn a_date_of_recording_is_eight_in_the_morning_there() {
        let zone = TimeZone::get("America/New_York").unwrap();
        assert_eq!(instant("2026-01-12", &zone), "2026-01-12T08:00:00-05:00".parse().ok());
        assert_eq!(
            instant("2026-01-27T05:40:00-05:00", &zone),
            "2026-01-27T10:40:00Z".parse().ok()
        );
        assert_eq!(instant("12 January", &zone), None);
    }
}
