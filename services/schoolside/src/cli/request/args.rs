//! The arguments of `schoolside request`.

use clap::{Args, Subcommand, ValueEnum};
use wire::schoolside::requests::v1::{ListRequest, Outcome, PauseReason, RequestState};

use super::correct::CorrectCommand;
use crate::{cli::words, failure::Failure};

/// What can be done with requests. REQUEST is a reference such as `1048-26`, or the request's UUID.
#[derive(Debug, Subcommand)]
pub enum RequestCommand {
    /// Ask for something.
    #[command(after_help = "Example:
  schoolside request open FAC1 --school 0101 --summary 'No heat in room 12' --attribute scope=room --attribute room=12 --attribute temp=11")]
    Open(OpenArgs),
    /// Tell the story of a request: what happened, who holds it, when it is due and by which policy.
    #[command(after_help = "Example:\n  schoolside request show 1048-26")]
    Show {
        /// The request.
        request: String,
    },
    /// List requests, the latest first.
    #[command(after_help = "Example:\n  schoolside request list --team T1 --open")]
    List(ListArgs),
    /// Write to the requester, or a note for the office.
    #[command(
        after_help = "Example:\n  schoolside request reply 1048-26 'A technician comes at ten.'"
    )]
    Reply {
        /// The request.
        request: String,
        /// What to write.
        body: String,
        /// For the office only.
        #[arg(long)]
        internal: bool,
    },
    /// Wait for something outside the team, with a reason.
    #[command(
        after_help = "Example:\n  schoolside request pause 1048-26 --reason waiting-for-vendor --note 'part ordered'"
    )]
    Pause {
        /// The request.
        request: String,
        /// What it waits for.
        #[arg(long)]
        reason: Reason,
        /// A note.
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Go on after a wait.
    #[command(after_help = "Example:\n  schoolside request resume 1048-26")]
    Resume {
        /// The request.
        request: String,
    },
    /// Hand it to another team, role or member.
    #[command(
        after_help = "Example:\n  schoolside request reassign 1048-26 --team T2 --reason wrong_team"
    )]
    Reassign {
        /// The request.
        request: String,
        /// The team; the present one if not given.
        #[arg(long, default_value = "")]
        team: String,
        /// The role; the present one if not given.
        #[arg(long, default_value = "")]
        role: String,
        /// The member; the team holds it if not given.
        #[arg(long, default_value = "")]
        member: String,
        /// Why: wrong_team, workload, absence, expertise, other.
        #[arg(long)]
        reason: String,
        /// A note for the next holder.
        #[arg(long, default_value = "")]
        note: String,
    },
    #[command(flatten)]
    Correct(CorrectCommand),
    /// Say that it is finished, and how.
    #[command(
        after_help = "Example:\n  schoolside request resolve 1048-26 --outcome done --summary 'Valve replaced.'"
    )]
    Resolve {
        /// The request.
        request: String,
        /// How it came out.
        #[arg(long)]
        outcome: Ending,
        /// The request that asks for the same, for the outcome duplicate.
        #[arg(long, default_value = "")]
        duplicate_of: String,
        /// What was done, for the requester.
        #[arg(long, default_value = "")]
        summary: String,
    },
    /// Take a resolution back.
    #[command(
        after_help = "Example:\n  schoolside request reopen 1048-26 --reason not_fixed --note 'cold again'"
    )]
    Reopen {
        /// The request.
        request: String,
        /// Why: not_fixed, recurred, wrong_outcome, other.
        #[arg(long)]
        reason: String,
        /// What is still wrong.
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Make a resolution final.
    #[command(after_help = "Example:\n  schoolside request close 1048-26")]
    Close {
        /// The request.
        request: String,
    },
    /// Withdraw it.
    #[command(after_help = "Example:\n  schoolside request cancel 1048-26 --reason withdrawn")]
    Cancel {
        /// The request.
        request: String,
        /// Why: withdrawn, opened_in_error, other.
        #[arg(long)]
        reason: String,
        /// A note.
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Destroy everything a person typed in it; the history and the figures stay. Cannot be undone.
    #[command(
        after_help = "Example:\n  schoolside request erase 1048-26 --ground parent_request --as operator"
    )]
    Erase {
        /// The request.
        request: String,
        /// On what ground: parent_request, retention_schedule, court_order, other.
        #[arg(long)]
        ground: String,
    },
}

/// Arguments of `request open`.
#[derive(Debug, Args)]
pub struct OpenArgs {
    /// What to ask for: a code of the catalogue, e.g. `FAC1`.
    pub request_type: String,
    /// The school it is for.
    #[arg(long, default_value = "")]
    pub school: String,
    /// For whom, if not for yourself.
    #[arg(long, default_value = "")]
    pub requester: String,
    /// What is asked, in one line.
    #[arg(long)]
    pub summary: String,
    /// What is asked, at length.
    #[arg(long, default_value = "")]
    pub description: String,
    /// NAME=VALUE, as the type asks; may be repeated.
    #[arg(long, value_name = "NAME=VALUE")]
    pub attribute: Vec<String>,
    /// P1 to P4; the type's default if not given.
    #[arg(long, default_value = "")]
    pub priority: String,
    /// How it came in.
    #[arg(long, default_value = "command_line")]
    pub channel: String,
}

/// Arguments of `request list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Only those held by this team.
    #[arg(long, default_value = "")]
    team: String,
    /// Only those of this school.
    #[arg(long, default_value = "")]
    school: String,
    /// Only those of this type.
    #[arg(long = "type", default_value = "")]
    request_type: String,
    /// Only duplicates of this request.
    #[arg(long, value_name = "REQUEST", default_value = "")]
    duplicate_of: String,
    /// Only open ones, paused ones included.
    #[arg(long)]
    open: bool,
    /// Only those in this state: open, paused, resolved, closed, cancelled.
    #[arg(long, default_value = "")]
    state: String,
    /// At most so many.
    #[arg(long, default_value_t = 50)]
    limit: i32,
    /// Where the last page ended.
    #[arg(long, default_value = "")]
    page_token: String,
}

impl TryFrom<ListArgs> for ListRequest {
    type Error = Failure;
    fn try_from(args: ListArgs) -> Result<Self, Failure> {
        let state = match args.state.as_str() {
            "" => RequestState::Unspecified,
            word => RequestState::from_str_name(&format!("REQUEST_STATE_{}", word.to_uppercase()))
                .ok_or_else(|| {
                    Failure::Usage(format!(
                        "--state {word:?} is not one of open, paused, resolved, closed, cancelled"
                    ))
                })?,
        };
        Ok(Self {
            team: words::resource("teams", &args.team),
            school: words::resource("schools", &args.school),
            request_type: words::resource("requestTypes", &args.request_type),
            duplicate_of: words::resource("requests", &args.duplicate_of),
            open_only: args.open,
            state: state.into(),
            page_size: args.limit,
            page_token: args.page_token,
            ..Self::default()
        })
    }
}

/// What a request waits for.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Reason {
    /// The requester must answer.
    WaitingForRequester,
    /// A vendor must deliver.
    WaitingForVendor,
    /// Another office must act.
    WaitingForThirdParty,
    /// It is planned for a later day.
    Scheduled,
}

impl From<Reason> for PauseReason {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::WaitingForRequester => Self::WaitingForRequester,
            Reason::WaitingForVendor => Self::WaitingForVendor,
            Reason::WaitingForThirdParty => Self::WaitingForThirdParty,
            Reason::Scheduled => Self::Scheduled,
        }
    }
}

/// How a resolution came out.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Ending {
    /// What was asked for is done.
    Done,
    /// It will not be done.
    Declined,
    /// It waits for a budget.
    Deferred,
    /// Another request asks for the same.
    Duplicate,
}

impl From<Ending> for Outcome {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Done => Self::Done,
            Ending::Declined => Self::Declined,
            Ending::Deferred => Self::Deferred,
            Ending::Duplicate => Self::Duplicate,
        }
    }
}
