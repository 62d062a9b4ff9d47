//! The mapping: rules in order, the first that matches an event says what it means.

use crate::{
    calendar::{
        definition::{DAY_SECONDS, Span},
        file::{part, wrapped},
    },
    document::{Table, parse},
    fault::Faults,
};

/// What an event means for the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Shut: by these hours, or by the event's own.
    Closed(Option<Span>),
    /// Open by these hours.
    Open(Span),
    /// Nothing.
    Ignore,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    exact: Option<String>,
    prefix: Option<String>,
    contains: Option<String>,
    category: Option<String>,
    meaning: Meaning,
}

/// A mapping file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping(Vec<Rule>);

impl Mapping {
    /// Reads a mapping file.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with its path.
    pub fn read(text: &str) -> Result<Self, Faults> {
        let document = parse(text)?;
        let mut faults = Faults::default();
        let mut rules = Vec::new();
        if let Some(table) = Table::of(&document, "", &["rules"], &mut faults) {
            for (path, value) in table.list("rules", &mut faults) {
                let keys = ["exact", "prefix", "contains", "category", "means", "from", "to"];
                if let Some(table) = Table::of(value, &path, &keys, &mut faults) {
                    rules.extend(rule(&table, &mut faults));
                }
            }
        }
        if rules.is_empty() && faults.0.is_empty() {
            faults.add("rules", "is missing; give at least one rule");
        }
        faults.or(Self(rules))
    }

    /// What an event of this summary and these categories means; `None` when no rule says.
    #[must_use]
    pub fn meaning(&self, summary: &str, categories: &[String]) -> Option<Meaning> {
        let summary = summary.trim().to_lowercase();
        let filed: Vec<_> = categories.iter().map(|one| one.trim().to_lowercase()).collect();
        let says = |wanted: &Option<String>, holds: &dyn Fn(&str) -> bool| {
            wanted.as_deref().is_none_or(holds)
        };
        let matches = |rule: &&Rule| {
            says(&rule.exact, &|text| summary == text)
                && says(&rule.prefix, &|text| summary.starts_with(text))
                && says(&rule.contains, &|text| summary.contains(text))
                && says(&rule.category, &|text| filed.iter().any(|one| one == text))
        };
        self.0.iter().find(matches).map(|rule| rule.meaning)
    }
}

fn rule(table: &Table<'_>, faults: &mut Faults) -> Option<Rule> {
    let known = faults.0.len();
    let mut lower = |key| table.text(key, faults).map(|text: &str| text.trim().to_lowercase());
    let texts = ["exact", "prefix", "contains", "category"].map(&mut lower);
    if texts.iter().all(|text| text.as_ref().is_none_or(String::is_empty)) {
        faults.add(table.path("exact"), "a rule needs exact, prefix, contains or category");
    }
    let part = part(table, faults);
    let given = table.get("from").is_some() || table.get("to").is_some();
    let meaning = match (table.required("means", faults), part) {
        (Some("closed"), Some(span)) => Some(Meaning::Closed(given.then_some(span))),
        (Some("open"), Some(span)) => {
            if table.get("from").is_none() || table.get("to").is_none() {
                faults.add(table.path("from"), "`open` needs both `from` and `to`");
            }
            Some(Meaning::Open(wrapped(span.from, span.to)))
        }
        (Some("ignore"), Some(_)) => {
            if given {
                faults.add(table.path("from"), "`ignore` has no hours");
            }
            Some(Meaning::Ignore)
        }
        (Some(other), Some(_)) => {
            let problem = format!("{other:?} is no meaning; expected closed, open or ignore");
            faults.add(table.path("means"), problem);
            None
        }
        (_, _) => None,
    };
    if let Some(Meaning::Closed(Some(Span { from, to }))) = meaning
        && (from >= to || to > DAY_SECONDS)
    {
        faults.add(table.path("to"), "must lie after `from`");
    }
    let [exact, prefix, contains, category] = texts;
    let meaning = meaning.filter(|_| faults.0.len() == known)?;
    Some(Rule { exact, prefix, contains, category, meaning })
}
