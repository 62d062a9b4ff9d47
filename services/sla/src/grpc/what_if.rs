//! `WhatIf`: the requests of a period under another policy. It reads, reckons and answers; nothing is written.
//!
//! The answer is a stream, since a year's changes do not fit one message: the summary first, then the changes. All is
//! reckoned before the first message, within the time limit of a batch; one replay at a time, so that others find the
//! database and the processor free.

use std::{collections::BTreeMap, pin::Pin, sync::Arc};

use chassis::{call::caller_of, fault::Fault, parse};
use futures::{Stream, stream};
use kernel::{CalendarId, Decider, TeamId, Timestamp};
use sla_domain::{
    calendar::{self, Calendar, Definition, Timetable},
    case::Calendars,
    policy::{self, Rules},
    versions::Versions,
    what_if::{self, Draft, Replayed, Tallies, Verdict},
    words::Metric,
};
use tokio::time::Instant;
use tonic::{Request, Status};
use wire::schoolside::sla::v1::{self as pb, WhatIfRequest, WhatIfResponse};

use super::{list_clocks, resource, warnings};
use crate::{
    access,
    app::App,
    books::Books,
    projection::history::{self, Period},
    replay,
};

/// The most calendars of one question.
const MOST_CALENDARS: usize = 20;

/// How many changes one message has: far below what a message may hold.
const CHANGES_PER_MESSAGE: usize = 5_000;

/// The messages of an answer.
pub(super) type Parts = Pin<Box<dyn Stream<Item = Result<WhatIfResponse, Status>> + Send>>;

pub(super) async fn what_if(app: &App, request: Request<WhatIfRequest>) -> Result<Parts, Fault> {
    let scope = access::scope(&caller_of(&request)?);
    let ask = request.into_inner();
    let period = period(&ask, scope)?;
    app.wait(&ask.after).await?;
    app.caught_up().await?;
    let mut connection = app.pool.acquire().await?;
    let books = app.shelf.current(&mut connection).await.map_err(resource::unread)?;
    drop(connection);
    let now = app.now();
    let shelves = Shelves { drafts: drafts(&ask, period.from, now)?, books };
    let rules = rules(&ask.policy_file, &shelves)?;
    let mut warnings = warnings::of_rules(app, &rules).await?;
    warnings.extend(oddities(&rules, period.metric, &shelves));
    let draft = Draft::new((resource::draft_id()?, &rules), period.metric, shelves, now);

    let turn = app.replays.acquire().await.map_err(Fault::bug)?;
    let began = Instant::now();
    let (tallies, unreadable) = replay(app, draft, period).await?;
    drop(turn);
    if unreadable > 0 {
        warnings.push(format!(
            "{unreadable} requests of the period cannot be read here and are left out; the log names them"
        ));
    }
    let mut summary = summary(&tallies, now);
    summary.seconds = began.elapsed().as_secs_f64();
    summary.warnings = warnings;
    Ok(parts(summary, tallies.changes))
}

fn period(ask: &WhatIfRequest, scope: access::Scope) -> Result<Period, Fault> {
    let team: Option<TeamId> = resource::optional_id("team", "teams", &ask.team)?;
    let metric = match ask.target.as_str() {
        "" => Metric::FirstResolution,
        word => list_clocks::metric("target", word)?,
    };
    let from = parse::instant("from", ask.from.as_ref())?;
    let to = parse::instant("to", ask.to.as_ref())?;
    if to <= from {
        return Err(Fault::invalid("to", "must lie after `from`"));
    }
    Ok(Period { from, to, team: team.map(|team| team.to_string()), metric, scope })
}

/// The published calendars, with drafts in the place of some of them.
struct Shelves {
    drafts: BTreeMap<CalendarId, Versions<Timetable>>,
    books: Arc<Books>,
}

impl Calendars for Shelves {
    fn calendar(&self, id: &CalendarId) -> Option<&Versions<Timetable>> {
        self.drafts.get(id).or_else(|| self.books.calendar(id))
    }
}

/// The calendars of the question, as if each had been in force all along: of one version, that is what counts before it too.
fn drafts(
    ask: &WhatIfRequest,
    from: Timestamp,
    now: Timestamp,
) -> Result<BTreeMap<CalendarId, Versions<Timetable>>, Fault> {
    if ask.calendars.len() > MOST_CALENDARS {
        let problem = format!("are {}; at most {MOST_CALENDARS} are taken", ask.calendars.len());
        return Err(Fault::invalid("calendars", problem));
    }
    let mut drafts = BTreeMap::new();
    for (index, given) in ask.calendars.iter().enumerate() {
        let (name, field) =
            (format!("calendars[{index}].name"), format!("calendars[{index}].file"));
        let id: CalendarId = resource::id(&name, "calendars", &given.name)?;
        let definition =
            Definition::read(resource::file_in(&field, &given.file)?).map_err(|faults| {
                resource::flawed_in(&field, &calendar::Refusal::Invalid(faults.clone()), &faults)
            })?;
        let publish = calendar::Publish { id: id.clone(), definition, effective_from: Some(from) };
        let events =
            Calendar::decide(&calendar::State::default(), calendar::Command::Publish(publish), now)
                .map_err(|refusal| Fault::refused(&refusal))?;
        let published = events.iter().fold(calendar::State::default(), Calendar::evolve);
        if drafts.insert(id, published.versions).is_some() {
            return Err(Fault::invalid(name, format!("{} is given twice", given.name)));
        }
    }
    Ok(drafts)
}

/// The rules of the question, held to what a publication is held to.
fn rules(file: &str, shelves: &Shelves) -> Result<Rules, Fault> {
    const FIELD: &str = "policy_file";
    let rules = Rules::read(resource::file_in(FIELD, file)?).map_err(|faults| {
        resource::flawed_in(FIELD, &policy::Refusal::Invalid(faults.clone()), &faults)
    })?;
    if let Some(id) = rules.calendars().find(|id| shelves.calendar(id).is_none()) {
        let message = format!(
            "the policy reckons in calendar {id}, which is neither published nor given: give its file with the question"
        );
        return Err(Fault::refused(&policy::Refusal::UnknownCalendar(id.clone())).saying(message));
    }
    Ok(rules)
}

/// What of the question has no effect.
fn oddities(rules: &Rules, metric: Metric, shelves: &Shelves) -> Vec<String> {
    let mut found = Vec::new();
    if rules.entries.iter().all(|entry| entry.target(metric).is_none()) {
        found.push(format!("policy_file: has no target for {metric}, so nothing is judged by it"));
    }
    for id in shelves.drafts.keys() {
        if rules.calendars().all(|used| used != id) {
            found.push(format!("calendars: no target of the policy is reckoned in {id}"));
        }
    }
    found
}

async fn replay(app: &App, draft: Draft<Shelves>, period: Period) -> Result<(Tallies, u32), Fault> {
    let draft = Arc::new(draft);
    let take =
        move |tallies: &mut Tallies, chapter: &history::Chapter, case: crate::facts::Case| {
            let after = draft.judge(case.facts, &case.subject).map_err(resource::unready)?;
            tallies.take(Replayed {
                request: chapter.request,
                team: case.snapshot.team,
                tier: case.snapshot.tier,
                before: chapter.verdicts(),
                after,
            });
            Ok(())
        };
    let pieces = replay::each(history::opened(&app.pool, period), take).await?;
    let unreadable = pieces.iter().map(|piece| piece.unreadable).sum();
    let all = pieces.into_iter().fold(Tallies::default(), |all, piece| all.with(piece.found));
    Ok((all.sorted(), unreadable))
}

fn count(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn summary(tallies: &Tallies, now: Timestamp) -> pb::WhatIfSummary {
    let rows = tallies.teams.iter().map(|(team, row)| pb::WhatIfRow {
        team: team.as_ref().map(|team| format!("teams/{team}")).unwrap_or_default(),
        attainment: Some(comparison(row.all)),
        tiers: row
            .tiers
            .iter()
            .map(|(tier, one)| pb::WhatIfTier {
                tier: tier.and_then(|tier| tier.as_str().parse().ok()).unwrap_or_default(),
                attainment: Some(comparison(*one)),
            })
            .collect(),
    });
    pb::WhatIfSummary {
        requests: count(tallies.requests),
        attainment: Some(comparison(tallies.all)),
        rows: rows.collect(),
        changes: i32::try_from(tallies.changes.len()).unwrap_or(i32::MAX),
        evaluated_at: Some(wire::time::to_proto(now)),
        seconds: 0.0,
        warnings: Vec::new(),
    }
}

fn comparison(comparison: what_if::Comparison) -> pb::Comparison {
    let kept =
        |ratio: what_if::Ratio| Some(pb::Kept { met: count(ratio.met), of: count(ratio.of) });
    pb::Comparison { before: kept(comparison.before), after: kept(comparison.after) }
}

/// A verdict's word on the wire.
pub(super) const fn verdict(verdict: Verdict) -> pb::Verdict {
    match verdict {
        Verdict::None => pb::Verdict::None,
        Verdict::Met => pb::Verdict::Met,
        Verdict::Missed => pb::Verdict::Missed,
        Verdict::MissedOpen => pb::Verdict::MissedOpen,
        Verdict::Running => pb::Verdict::Running,
        Verdict::Paused => pb::Verdict::Paused,
        Verdict::Cancelled => pb::Verdict::Cancelled,
    }
}

fn change(change: &what_if::Change) -> pb::WhatIfChange {
    pb::WhatIfChange {
        request: format!("requests/{}", change.request),
        cycle: count(change.cycle),
        before: verdict(change.before).into(),
        after: verdict(change.after).into(),
    }
}

/// The messages, each made when it is sent.
fn parts(summary: pb::WhatIfSummary, changes: Vec<what_if::Change>) -> Parts {
    let first = WhatIfResponse { summary: Some(summary), changes: Vec::new() };
    let messages = (0..changes.len()).step_by(CHANGES_PER_MESSAGE).map(move |start| {
        let some = changes.iter().skip(start).take(CHANGES_PER_MESSAGE);
        WhatIfResponse { summary: None, changes: some.map(change).collect() }
    });
    Box::pin(stream::iter(std::iter::once(first).chain(messages).map(Ok)))
}

#[cfg(test)]
mod tests {
    use futures::{TryStreamExt, executor::block_on};
    use kernel::StreamId;
    use prost::Message;

    use super::*;

    #[test]
    fn a_years_changes_come_in_messages_that_fit_and_none_is_lost() {
        let change = |place: u32| what_if::Change {
            request: StreamId::of("request", &place.to_string()),
            cycle: 1,
            before: Verdict::MissedOpen,
            after: Verdict::Cancelled,
        };
        let changes: Vec<_> = (0..12_001).map(change).collect();
        let sent = parts(pb::WhatIfSummary::default(), changes.clone());
        let sent: Vec<WhatIfResponse> = block_on(sent.try_collect()).unwrap();
        let sizes: Vec<_> = sent.iter().map(|part| part.changes.len()).collect();
        assert_eq!(sizes, [0, 5_000, 5_000, 2_001]);
        assert!(sent.iter().all(|part| part.encoded_len() < 1024 * 1024));
        let requests = sent.iter().flat_map(|part| &part.changes).map(|change| &change.request);
        assert!(
            requests.eq(changes
                .iter()
                .map(|change| &change.request)
                .map(|id| format!("requests/{id}"))
                .collect::<Vec<_>>()
                .iter())
        );
    }
}
