//! A policy's entries between the domain and protobuf.

use std::str::FromStr;

use kernel::DecodeError;
use wire::schoolside::sla::v1 as proto;

use super::entry::{Entry, Match, Target};
use crate::{
    clock::{Escalation, Length, Rung},
    codec::{count, number, optional_word, word},
    words::{OnChange, Start},
};

pub(super) fn entry_to(entry: &Entry) -> proto::PolicyEntry {
    let matching = &entry.matching;
    proto::PolicyEntry {
        name: entry.name.clone(),
        r#match: Some(proto::EntryMatch {
            request_type_ids: texts(&matching.request_types),
            categories: matching.categories.clone(),
            priorities: texts(&matching.priorities),
            tiers: texts(&matching.tiers),
            school_levels: texts(&matching.school_levels),
        }),
        targets: entry.targets.iter().map(target_to).collect(),
        without: texts(&entry.without),
    }
}

fn target_to(target: &Target) -> proto::PolicyTarget {
    let by_tier = target.length_by_tier.iter();
    proto::PolicyTarget {
        metric: target.metric.to_string(),
        length: Some(length_to(target.length)),
        length_by_tier: by_tier.map(|(tier, one)| (tier.to_string(), length_to(*one))).collect(),
        calendar_id: target.calendar.to_string(),
        pauses: texts(&target.pauses),
        warn_at: target.warn_at.iter().map(|percent| i32::from(*percent)).collect(),
        calendar_mode: target.calendar_mode.to_string(),
        policy_mode: target.policy_mode.to_string(),
        on_reopen: target.on_reopen.to_string(),
        // What a version before these rules says is what they say by default: empty.
        start: unless(&target.start, &Start::Received),
        on_change: unless(&target.on_change, &OnChange::CarryElapsed),
        escalations: target.escalations.iter().map(escalation_to).collect(),
        notification_calendar_id: texts(target.notification_calendar.as_slice()).concat(),
    }
}

/// The word, or nothing where it is the usual one.
fn unless<T: PartialEq + ToString>(word: &T, usual: &T) -> String {
    if word == usual { String::new() } else { word.to_string() }
}

fn escalation_to(step: &Escalation) -> proto::EscalationStep {
    let (percent, after_seconds) = match step.at {
        Rung::Percent(percent) => (i32::from(percent), 0),
        Rung::Breach { after_seconds } => (0, count(after_seconds)),
    };
    proto::EscalationStep { percent, after_seconds, audience: step.tell.to_string() }
}

fn length_to(length: Length) -> proto::TargetLength {
    let (unit, number) = match length {
        Length::Open(seconds) => ("seconds", u32::try_from(seconds).unwrap_or(u32::MAX)),
        Length::BusinessDays(days) => ("business_days", days),
        Length::CalendarDays(days) => ("calendar_days", days),
    };
    proto::TargetLength { unit: unit.to_owned(), count: count(number) }
}

fn texts<T: ToString>(words: &[T]) -> Vec<String> {
    words.iter().map(ToString::to_string).collect()
}

pub(super) fn entry_from(
    name: &'static str,
    read: proto::PolicyEntry,
) -> Result<Entry, DecodeError> {
    let matching = read.r#match.unwrap_or_default();
    let targets = read.targets.iter().map(|target| target_from(name, target));
    Ok(Entry {
        name: read.name,
        matching: Match {
            request_types: words(name, "request_type_ids", &matching.request_type_ids)?,
            categories: matching.categories,
            priorities: words(name, "priorities", &matching.priorities)?,
            tiers: words(name, "tiers", &matching.tiers)?,
            school_levels: words(name, "school_levels", &matching.school_levels)?,
        },
        targets: targets.collect::<Result<_, _>>()?,
        without: words(name, "without", &read.without)?,
    })
}

fn target_from(name: &'static str, read: &proto::PolicyTarget) -> Result<Target, DecodeError> {
    let length = read.length.as_ref().ok_or(DecodeError::Invalid { name, field: "length" })?;
    let by_tier = read.length_by_tier.iter().map(|(tier, length)| {
        Ok((word(name, "length_by_tier", tier)?, length_from(name, length)?))
    });
    let warn_at = read.warn_at.iter().map(|percent| number(name, "warn_at", *percent));
    Ok(Target {
        metric: word(name, "metric", &read.metric)?,
        length: length_from(name, length)?,
        length_by_tier: by_tier.collect::<Result<_, _>>()?,
        calendar: word(name, "calendar_id", &read.calendar_id)?,
        pauses: words(name, "pauses", &read.pauses)?,
        warn_at: warn_at.collect::<Result<_, _>>()?,
        calendar_mode: word(name, "calendar_mode", &read.calendar_mode)?,
        policy_mode: word(name, "policy_mode", &read.policy_mode)?,
        start: optional_word(name, "start", &read.start)?.unwrap_or(Start::Received),
        on_change: optional_word(name, "on_change", &read.on_change)?
            .unwrap_or(OnChange::CarryElapsed),
        on_reopen: word(name, "on_reopen", &read.on_reopen)?,
        escalations: { read.escalations.iter() }
            .map(|step| escalation_from(name, step))
            .collect::<Result<_, _>>()?,
        notification_calendar: optional_word(
            name,
            "notification_calendar_id",
            &read.notification_calendar_id,
        )?,
    })
}

fn escalation_from(
    name: &'static str,
    read: &proto::EscalationStep,
) -> Result<Escalation, DecodeError> {
    let at = match read.percent {
        0 => Rung::Breach { after_seconds: number(name, "after_seconds", read.after_seconds)? },
        percent => Rung::Percent(number(name, "percent", percent)?),
    };
    Ok(Escalation { at, tell: word(name, "audience", &read.audience)? })
}

fn length_from(name: &'static str, read: &proto::TargetLength) -> Result<Length, DecodeError> {
    let number: u32 = number(name, "count", read.count)?;
    match read.unit.as_str() {
        "seconds" => Ok(Length::Open(u64::from(number))),
        "business_days" => Ok(Length::BusinessDays(number)),
        "calendar_days" => Ok(Length::CalendarDays(number)),
        _ => Err(DecodeError::Invalid { name, field: "unit" }),
    }
}

fn words<T: FromStr>(
    name: &'static str,
    field: &'static str,
    texts: &[String],
) -> Result<Vec<T>, DecodeError> {
    texts.iter().map(|text| word(name, field, text)).collect()
}
