//! What the simulator's people say: invented, from small templates, and never a person's name.

use std::collections::BTreeMap;

use jiff::{ToSpan, civil::Date};
use kernel::RequestTypeId;

use super::chance::Chance;
use crate::district::catalogue::{Attribute, AttributeKind, RequestType};

const URGENCIES: [&str; 6] = [
    "",
    "",
    ", please",
    ", before the end of the week",
    ", it is the second time this month",
    ", we have a workaround for now",
];
const ROOMS: [&str; 10] = [
    "room 12",
    "room 104",
    "room 207",
    "room 215",
    "the gym",
    "the library",
    "the cafeteria",
    "the front office",
    "the science lab",
    "the boiler room",
];
const VENDORS: [&str; 8] = [
    "Northline Supply",
    "Harbor Print Works",
    "Keystone Learning",
    "Bayside Music",
    "Summit Furniture",
    "Lantern Books",
    "Clearwater Mechanical",
    "Meridian Software",
];
const ITEMS: [&str; 10] = [
    "a bookcase",
    "two classroom desks",
    "the projector",
    "a door closer",
    "a laptop cart",
    "the copier",
    "ceiling tiles",
    "a whiteboard",
    "the bell schedule panel",
    "a set of blinds",
];
const FIRST_REPLIES: [&str; 5] = [
    "Thank you, we have this and are looking into it.",
    "We have it. The next step is on our side; you will hear from us.",
    "Received. We are checking what is needed and will come back to you.",
    "Thank you for the details. This is with the right person now.",
    "We have started on this.",
];
const QUESTIONS: [&str; 4] = [
    "Could you confirm the details before we go on?",
    "We need one more document from the school for this.",
    "Which of the two options should we take?",
    "When can someone be let in to look at it?",
];
const ANSWERS: [&str; 4] = [
    "Here is what you asked for.",
    "Confirmed, please go on.",
    "The second option, please.",
    "Any day before three works for us.",
];
const DONE: [&str; 5] = [
    "Done as asked.",
    "Finished; please tell us if anything is missing.",
    "This is settled and recorded.",
    "Completed. The papers are on file.",
    "Done and checked with the school.",
];
const NOT_FIXED: [&str; 3] = [
    "It is still not solved.",
    "It worked for a day and came back.",
    "A part of what we asked for is missing.",
];

/// What is asked, in one line.
pub(super) fn summary(request_type: &RequestType, chance: &mut Chance) -> String {
    let urgency = pick(chance, &URGENCIES);
    let what = match request_type.category.first().map(String::as_str) {
        Some("facilities") => format!("{} in {}", request_type.name, pick(chance, &ROOMS)),
        Some("procurement" | "accounting") => {
            format!("{}, {}", request_type.name, pick(chance, &VENDORS))
        }
        _ => request_type.name.clone(),
    };
    format!("{what}{urgency}")
}

/// Values for what a type asks; what is not required is sometimes left out.
pub(super) fn attributes(
    request_type: &RequestType,
    day: Date,
    chance: &mut Chance,
) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for attribute in &request_type.attributes {
        if attribute.required || chance.happens(0.7) {
            values.insert(attribute.name.clone(), value(&request_type.id, attribute, day, chance));
        }
    }
    values
}

fn value(
    request_type: &RequestTypeId,
    attribute: &Attribute,
    day: Date,
    chance: &mut Chance,
) -> String {
    match attribute.kind {
        AttributeKind::Text => text(&attribute.name, chance),
        AttributeKind::Integer => whole(&attribute.name, chance).to_string(),
        AttributeKind::Amount if attribute.name == "fte" => pick(chance, &["0.5", "1.0", "1.0"]),
        AttributeKind::Amount => format!("{:.2}", chance.lognormal(900.0, 1.1)),
        AttributeKind::Date => {
            let past = matches!(attribute.name.as_str(), "received" | "consent_date")
                || request_type.as_str() == "CMP3";
            let days = chance.whole(2, 40);
            day.saturating_add(if past { (-days / 4).days() } else { days.days() }).to_string()
        }
        AttributeKind::Boolean => chance.happens(0.25).to_string(),
        // The widest scope is the rarest: the first choices are drawn more often.
        AttributeKind::Choice => {
            let weights: Vec<f64> =
                (1..=attribute.choices.len()).map(|nth| 1.0 / (nth * nth) as f64).collect();
            attribute.choices.get(chance.weighted(&weights)).cloned().unwrap_or_default()
        }
    }
}

fn whole(name: &str, chance: &mut Chance) -> i64 {
    match name {
        "temp" => chance.whole(48, 62),
        "minutes" => chance.whole(10, 60),
        "weeks" => chance.whole(3, 16),
        "priority" => chance.whole(1, 5),
        _ => chance.whole(1, 60),
    }
}

fn text(name: &str, chance: &mut Chance) -> String {
    match name {
        "vendor" | "product" => pick(chance, &VENDORS),
        "room" | "location" => pick(chance, &ROOMS),
        "item" => pick(chance, &ITEMS),
        "student_ref" => format!("student {}", chance.whole(100_000, 999_999)),
        "employee" | "user" | "candidate_ref" => {
            format!("employee {}", chance.whole(10_000, 99_999))
        }
        "account" | "from" | "to" => {
            format!("{}-{}", chance.whole(100, 499), chance.whole(5_000, 6_999))
        }
        "card_last4" => chance.whole(1_000, 9_999).to_string(),
        "route" => format!("route {}", chance.whole(1, 140)),
        "asset" => format!("AB{}", chance.whole(10_000, 99_999)),
        "po" | "invoice" => format!("{}-{}", chance.whole(25, 26), chance.whole(1_000, 9_999)),
        _ => pick(
            chance,
            &[
                "see the description",
                "as agreed on the phone",
                "for the spring term",
                "as in the plan",
            ],
        ),
    }
}

pub(super) fn first_reply(chance: &mut Chance) -> String {
    pick(chance, &FIRST_REPLIES)
}

pub(super) fn question(chance: &mut Chance) -> String {
    pick(chance, &QUESTIONS)
}

pub(super) fn answer(chance: &mut Chance) -> String {
    pick(chance, &ANSWERS)
}

pub(super) fn done(chance: &mut Chance) -> String {
    pick(chance, &DONE)
}

pub(super) fn not_fixed(chance: &mut Chance) -> String {
    pick(chance, &NOT_FIXED)
}

fn pick(chance: &mut Chance, choices: &[&str]) -> String {
    chance.one_of(choices).copied().unwrap_or_default().to_owned()
}
