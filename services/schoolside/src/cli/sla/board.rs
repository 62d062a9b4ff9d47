//! `schoolside sla board`: clocks, most urgent first.

use clap::Args;
use wire::schoolside::sla::v1::{
    ClockState, ListClocksRequest, ListClocksResponse, sla_service_client::SlaServiceClient,
};

use super::standing;
use crate::{cli::words, connection::Authorized, context::Context, failure::Failure, out};

/// Among which clocks.
#[derive(Debug, Args)]
pub struct AmongArgs {
    /// Only clocks of requests this team holds.
    #[arg(long, default_value = "")]
    pub(super) team: String,
    /// Only clocks of requests of this school.
    #[arg(long, default_value = "")]
    pub(super) school: String,
    /// Only clocks of requests of schools of this network.
    #[arg(long, default_value = "")]
    pub(super) network: String,
    /// Only clocks that this policy judges; `stated` for those that an import's source states.
    #[arg(long, default_value = "")]
    pub(super) policy: String,
    /// Only this metric: first_response, next_response, periodic_update, first_resolution, total_resolution, ownership.
    #[arg(long, default_value = "")]
    pub(super) metric: String,
}

/// Which clocks.
#[derive(Debug, Args)]
pub struct BoardArgs {
    #[command(flatten)]
    among: AmongArgs,
    /// Only this state: running, paused, missed_open, met, missed, cancelled, superseded.
    #[arg(long, default_value = "")]
    state: String,
    /// Only clocks due within so long from now, e.g. `90m` or `4h`; overdue ones too unless `--state running`.
    #[arg(long)]
    due_within: Option<jiff::SignedDuration>,
    /// Only clocks breached since this instant, ended ones too unless a state is given.
    #[arg(long)]
    breached_since: Option<jiff::Timestamp>,
    /// At most so many.
    #[arg(long, default_value_t = 50)]
    limit: i32,
}

/// Shows the board.
///
/// # Errors
/// When the system declines.
pub async fn run(args: BoardArgs, context: &Context) -> Result<(), Failure> {
    let connection = context.connection.open("director")?;
    let mut client = SlaServiceClient::new(connection.service("sla")?);
    let mut request = ListClocksRequest {
        team: words::resource("teams", &args.among.team),
        school: words::resource("schools", &args.among.school),
        network: words::resource("networks", &args.among.network),
        policy: words::resource("policies", &args.among.policy),
        metric: args.among.metric,
        state: state_of(&args.state)?.into(),
        breached_since: args.breached_since.map(wire::time::to_proto),
        page_size: args.limit,
        ..Default::default()
    };
    if let Some(within) = args.due_within {
        request.due_before = Some(now_and(within, &mut client).await?);
    }
    let board = client.list_clocks(request).await?.into_inner();
    context.print(&board, board_text);
    Ok(())
}

/// A state's word, as the board shows it.
fn state_of(word: &str) -> Result<ClockState, Failure> {
    if word.is_empty() {
        return Ok(ClockState::Unspecified);
    }
    let name = format!("CLOCK_STATE_{}", word.to_ascii_uppercase());
    ClockState::from_str_name(&name).filter(|state| *state != ClockState::Unspecified).ok_or_else(|| {
        Failure::Usage(format!(
            "--state {word}: expected running, paused, missed_open, met, missed, cancelled or superseded"
        ))
    })
}

/// So long from the domain clock's present instant.
async fn now_and(
    within: jiff::SignedDuration,
    client: &mut SlaServiceClient<Authorized>,
) -> Result<prost_types::Timestamp, Failure> {
    let ask = ListClocksRequest { page_size: 1, ..Default::default() };
    let now = client.list_clocks(ask).await?.into_inner().now;
    let now = now.as_ref().and_then(wire::time::from_proto).unwrap_or_default();
    Ok(wire::time::to_proto(now.checked_add(within).unwrap_or(now)))
}

fn board_text(board: &ListClocksResponse) -> String {
    let rows: Vec<Vec<String>> = board
        .clocks
        .iter()
        .map(|clock| {
            let snapshot = clock.snapshot.clone().unwrap_or_default();
            vec![
                standing(clock, board.now.as_ref()),
                clock.clock.as_ref().map(|clock| clock.metric.clone()).unwrap_or_default(),
                snapshot.priority,
                snapshot.request_type_id,
                snapshot.school_id,
                snapshot.team_id,
                words::id(&clock.request).to_owned(),
            ]
        })
        .collect();
    format!(
        "{}\n\nas of {}",
        out::table(&["due", "metric", "priority", "type", "school", "team", "request"], &rows),
        words::instant(board.now.as_ref())
    )
}
