//! `schoolside sla inbox`, `acknowledge` and `watch`: what people are told of late clocks, and the board as it changes.

use clap::Args;
use wire::schoolside::sla::v1::{
    AcknowledgeEscalationRequest, Escalation, ListEscalationsRequest, ListEscalationsResponse,
    WatchClocksRequest, WatchClocksResponse, sla_service_client::SlaServiceClient,
};

use super::{board::AmongArgs, standing};
use crate::{
    cli::{request, words},
    context::Context,
    failure::Failure,
    out,
};

/// Whose inbox.
#[derive(Debug, Args)]
pub struct InboxArgs {
    /// Only of requests this team holds.
    #[arg(long, default_value = "")]
    team: String,
    /// Only what holders, leads or directors are told: holder, lead, director.
    #[arg(long, default_value = "")]
    audience: String,
    /// Only of requests this member holds.
    #[arg(long, default_value = "")]
    member: String,
    /// Also what somebody took notice of, and what has ended.
    #[arg(long)]
    all: bool,
    /// At most so many.
    #[arg(long, default_value_t = 50)]
    limit: i32,
}

/// Which step.
#[derive(Debug, Args)]
pub struct AcknowledgeArgs {
    /// The request: its reference or UUID.
    request: String,
    /// The target.
    #[arg(long, default_value = "first_resolution")]
    target: String,
    /// Which run of the clock.
    #[arg(long, default_value_t = 1)]
    cycle: i32,
    /// Which step of the ladder.
    #[arg(long)]
    step: i32,
}

/// What to watch.
#[derive(Debug, Args)]
pub struct WatchArgs {
    #[command(flatten)]
    among: AmongArgs,
    /// Where an earlier watch stood.
    #[arg(long, default_value = "")]
    resume: String,
}

/// Shows an inbox.
///
/// # Errors
/// When the system declines.
pub async fn inbox(args: InboxArgs, context: &Context) -> Result<(), Failure> {
    let connection = context.connection.open("director")?;
    let mut client = SlaServiceClient::new(connection.service("sla")?);
    let ask = ListEscalationsRequest {
        team: words::resource("teams", &args.team),
        member: words::resource("people", &args.member),
        audience: args.audience,
        settled: args.all,
        page_size: args.limit,
        ..Default::default()
    };
    let inbox = client.list_escalations(ask).await?.into_inner();
    context.print(&inbox, inbox_text);
    Ok(())
}

fn inbox_text(inbox: &ListEscalationsResponse) -> String {
    let row = |one: &Escalation| {
        let clock = one.clock.clone().unwrap_or_default();
        let snapshot = one.snapshot.clone().unwrap_or_default();
        let reached = match (one.percent, one.after_seconds) {
            (0, 0) => "breached".to_owned(),
            (0, after) => format!("{} after the breach", words::duration(after.into())),
            (percent, _) => format!("{percent} %"),
        };
        vec![
            words::instant(one.told_at.as_ref()),
            one.audience.clone(),
            reached,
            words::instant(one.due_at.as_ref()),
            format!("{} {}/{}", clock.metric, clock.cycle, one.step),
            snapshot.priority,
            snapshot.team_id,
            words::id(&one.member).to_owned(),
            words::id(&one.request).to_owned(),
            one.acknowledged_by.clone(),
        ]
    };
    if inbox.escalations.is_empty() {
        return "nothing that anybody must take notice of".to_owned();
    }
    let header = [
        "told",
        "to",
        "reached",
        "due",
        "clock/step",
        "priority",
        "team",
        "member",
        "request",
        "noticed by",
    ];
    out::table(&header, &inbox.escalations.iter().map(row).collect::<Vec<_>>())
}

/// Takes notice of a step.
///
/// # Errors
/// When the system declines.
pub async fn acknowledge(args: AcknowledgeArgs, context: &Context) -> Result<(), Failure> {
    let connection = context.connection.open("director")?;
    let mut client = SlaServiceClient::new(connection.service("sla")?);
    let ask = AcknowledgeEscalationRequest {
        request: request::canonical(&args.request, &connection).await?,
        target: args.target,
        cycle: args.cycle,
        step: args.step,
        command_id: words::command_id(),
    };
    let answer = client.acknowledge_escalation(ask).await?.into_inner();
    context.print(&answer, |answer| {
        let text = if answer.acknowledged { "noticed" } else { "somebody had taken notice before" };
        text.to_owned()
    });
    Ok(())
}

/// Follows the board until it is interrupted or the stream ends.
///
/// # Errors
/// When the system declines or ends the stream.
pub async fn watch(args: WatchArgs, context: &Context) -> Result<(), Failure> {
    let connection = context.connection.open("director")?;
    let mut client = SlaServiceClient::new(connection.service("sla")?);
    let ask = WatchClocksRequest {
        resume_token: args.resume,
        team: words::resource("teams", &args.among.team),
        school: words::resource("schools", &args.among.school),
        network: words::resource("networks", &args.among.network),
        policy: words::resource("policies", &args.among.policy),
        metric: args.among.metric,
    };
    let mut board = client.watch_clocks(ask).await?.into_inner();
    while let Some(message) = board.message().await? {
        if context.json {
            out::line(out::to_json(&message).to_string());
        } else {
            out::line(watched_text(&message));
        }
    }
    Ok(())
}

fn watched_text(message: &WatchClocksResponse) -> String {
    let clocks = message.clocks.iter().map(|clock| {
        let metric = clock.clock.as_ref().map(|clock| clock.metric.as_str()).unwrap_or_default();
        format!(
            "{}  {metric}  {}",
            words::id(&clock.request),
            standing(clock, message.now.as_ref())
        )
    });
    let gone = message.gone.iter().map(|gone| {
        let metric = gone.clock.as_ref().map(|clock| clock.metric.as_str()).unwrap_or_default();
        format!("{}  {metric}  no longer among these", words::id(&gone.request))
    });
    let token = Some(&message.resume_token).filter(|token| !token.is_empty());
    let token = token.map(|token| format!("-- so far; go on with --resume {token}"));
    clocks.chain(gone).chain(token).collect::<Vec<_>>().join("\n")
}
