//! What is lawful in a policy, but may be a mistake.

use chassis::fault::Fault;
use sla_domain::policy::{Categories, Rules, overlaps};

use crate::{
    app::App,
    projection::request_type::{self, Catalogue},
};

/// How many overlaps are named.
const MOST_OVERLAPS: usize = 100;

/// What the rules refer to that the catalogue does not have (yet), and entries that overlap.
pub(super) async fn of_rules(app: &App, rules: &Rules) -> Result<Vec<String>, Fault> {
    let catalogue = request_type::catalogue(&app.pool).await?;
    let mut warnings = unknown(rules, &catalogue);
    let types = catalogue.types.iter();
    let known = types.filter_map(|(id, path)| Some((id.parse().ok()?, path.clone())));
    let overlaps = overlaps(rules, &known.collect::<Categories>(), MOST_OVERLAPS + 1);
    warnings.extend(overlaps.iter().take(MOST_OVERLAPS).map(ToString::to_string));
    if overlaps.len() > MOST_OVERLAPS {
        warnings.push("entries: and more of them overlap".to_owned());
    }
    Ok(warnings)
}

fn unknown(rules: &Rules, catalogue: &Catalogue) -> Vec<String> {
    let mut warnings = Vec::new();
    for (index, entry) in rules.entries.iter().enumerate() {
        let path = format!("entries[{index}].match");
        let types = entry.matching.request_types.iter();
        for id in types.filter(|id| !catalogue.types.contains_key(id.as_str())) {
            warnings.push(format!("{path}.request_types: the catalogue has no request type {id}"));
        }
        let categories = entry.matching.categories.iter();
        for category in categories.filter(|category| !catalogue.categories.contains(*category)) {
            warnings.push(format!(
                "{path}.categories: no request type of the catalogue is of category {category}"
            ));
        }
    }
    warnings
}
