//! A calendar as its file, so that what was imported can be read, reviewed and published.

use jiff::Timestamp;

use crate::calendar::definition::{DAY_SECONDS, Definition, Span, Weekly, time_of_day};

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The file that says what the definition says.
#[must_use]
pub fn to_toml(definition: &Definition) -> String {
    let mut lines = vec![format!("zone = {}", quoted(&definition.zone))];
    lines.push("closures = [".into());
    for one in &definition.closures {
        let Span { from, to } = one.hours;
        let from = (from > 0).then(|| format!("from = {}", time(from)));
        let to = (to < DAY_SECONDS).then(|| format!("to = {}", time(to)));
        let yearly = one.yearly.then(|| "yearly = true".to_owned());
        let rest = [from, to, yearly, known(one.known_from), label(&one.label)];
        lines.push(row(one.date, rest));
    }
    lines.push("]\nopenings = [".into());
    for one in &definition.openings {
        let (from, to) = (time(one.hours.from), time(one.hours.to));
        let hours = Some(format!("from = {from}, to = {to}"));
        lines.push(row(one.date, [hours, known(one.known_from), label(&one.label)]));
    }
    lines.push("]\n\n[weekly]".into());
    lines.extend(weekly(&definition.weekly));
    for season in &definition.seasons {
        let hours = weekly(&season.weekly).join(", ");
        let (from, to) = (season.from, season.to);
        lines.push(format!("\n[[seasons]]\nfrom = {from}\nto = {to}\nweekly = {{ {hours} }}"));
    }
    lines.join("\n") + "\n"
}

fn row<const N: usize>(date: jiff::civil::Date, rest: [Option<String>; N]) -> String {
    let rest = rest.into_iter().flatten().map(|part| format!(", {part}"));
    format!("  {{ date = \"{date}\"{} }},", rest.collect::<String>())
}

fn weekly(weekly: &Weekly) -> Vec<String> {
    let days = WEEKDAYS.iter().zip(&weekly.0).filter(|(_, hours)| !hours.is_empty());
    let pair = |span: &Span| format!("[{}, {}]", time(span.from), time(span.to));
    days.map(|(day, hours)| {
        format!("{day} = [{}]", hours.iter().map(pair).collect::<Vec<_>>().join(", "))
    })
    .collect()
}

fn time(second: u32) -> String {
    format!("\"{}\"", time_of_day(second))
}

fn known(from: Option<Timestamp>) -> Option<String> {
    from.map(|from| format!("known_from = \"{from}\""))
}

fn label(label: &str) -> Option<String> {
    (!label.is_empty()).then(|| format!("label = {}", quoted(label)))
}

fn quoted(text: &str) -> String {
    // A JSON string is a TOML string too, but for one character.
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}
