//! Content lines: unfolded, and cut into name, parameters and value.

use crate::fault::Faults;

/// One content line.
#[derive(Debug)]
pub(super) struct Line {
    /// Where it begins in the file, from 1.
    pub(super) number: usize,
    /// The name of the property, in capitals.
    pub(super) name: String,
    parameters: Vec<(String, String)>,
    /// What follows the colon, as it stands.
    pub(super) value: String,
}

impl Line {
    /// The value of a parameter, without quotes.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The value as text, its escapes undone.
    pub(super) fn text(&self) -> String {
        let mut text = String::with_capacity(self.value.len());
        let mut letters = self.value.chars();
        while let Some(letter) = letters.next() {
            match letter {
                '\\' => match letters.next() {
                    Some('n' | 'N') | None => text.push(' '),
                    Some(other) => text.push(other),
                },
                letter => text.push(letter),
            }
        }
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// The lines of a file.
pub(super) fn lines(text: &str, faults: &mut Faults) -> Vec<Line> {
    let mut folded: Vec<(usize, String)> = Vec::new();
    for (number, line) in (1..).zip(text.trim_start_matches('\u{feff}').split('\n')) {
        let line = line.strip_suffix('\r').unwrap_or(line);
        match (line.strip_prefix([' ', '\t']), folded.last_mut()) {
            (Some(rest), Some((_, last))) => last.push_str(rest),
            _ if line.trim().is_empty() => {}
            _ => folded.push((number, line.to_owned())),
        }
    }
    let read = |(number, line): (usize, String)| {
        let found = cut(number, &line);
        if found.is_none() {
            faults.add(format!("line {number}"), "is no iCalendar line; expected NAME:VALUE");
        }
        found
    };
    folded.into_iter().filter_map(read).collect()
}

fn cut(number: usize, line: &str) -> Option<Line> {
    let mut quoted = false;
    let mut parts = vec![String::new()];
    let mut rest = None;
    for (place, letter) in line.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            ':' if !quoted => {
                rest = Some(&line[place + 1..]);
                break;
            }
            ';' if !quoted => parts.push(String::new()),
            letter => parts.last_mut()?.push(letter),
        }
    }
    let mut parts = parts.into_iter();
    let name = parts.next().filter(|name| !name.is_empty())?.to_ascii_uppercase();
    let parameters = parts.map(|part| {
        let (name, value) = part.split_once('=')?;
        Some((name.to_ascii_uppercase(), value.to_owned()))
    });
    Some(Line { number, name, parameters: parameters.collect::<Option<_>>()?, value: rest?.into() })
}
