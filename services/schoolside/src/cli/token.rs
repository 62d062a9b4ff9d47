//! `schoolside token`: makes tokens with the data directory's key.

use std::time::Duration;

use chassis::identity::{CallerRole, Claims, Keys};
use clap::Subcommand;
use kernel::{SchoolId, TeamId};
use secrecy::ExposeSecret;
use serde_json::json;

use crate::{context::Context, failure::Failure, out};

/// What can be done with tokens.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token, signed with the key of the data directory.
    #[command(after_help = "Example:
  schoolside token mint --role lead --subject people/T1-lead-1 --team T1 --ttl 8h")]
    Mint {
        /// In which capacity; may be repeated: principal, team_member, lead, director, operator, integrator, importer.
        #[arg(long, required = true)]
        role: Vec<CallerRole>,
        /// Who: an opaque id such as people/T1-lead-1 or systems/erp.
        #[arg(long, default_value = "systems/command-line")]
        subject: String,
        /// A team in scope; may be repeated.
        #[arg(long)]
        team: Vec<TeamId>,
        /// A school in scope; may be repeated.
        #[arg(long)]
        school: Vec<SchoolId>,
        /// How long it holds: a number and s, m, h or d.
        #[arg(long, default_value = "1h", value_parser = parse_ttl)]
        ttl: Duration,
    },
}

/// Runs a token command.
///
/// # Errors
/// When there is no key.
pub fn run(command: TokenCommand, context: &Context) -> Result<(), Failure> {
    let TokenCommand::Mint { role, subject, team, school, ttl } = command;
    let keys = Keys::open(&context.connection.data_dir().join("keys")).map_err(Failure::usage)?;
    let claims = Claims::new(&subject, &role, ttl).with_teams(team).with_schools(school);
    let token = keys.mint(&claims).map_err(Failure::usage)?;
    if context.json {
        out::json(&json!({ "token": token.expose_secret(), "expires_at": claims.exp }));
    } else {
        out::line(token.expose_secret());
    }
    Ok(())
}

fn parse_ttl(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is not a time such as 30m, 8h or 7d");
    let (count, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(wrong)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(wrong()),
    };
    let count: u64 = count.parse().map_err(|_| wrong())?;
    count
        .checked_mul(seconds)
        .filter(|seconds| *seconds > 0)
        .map(Duration::from_secs)
        .ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_number_and_a_unit() {
        assert_eq!(parse_ttl("8h"), Ok(Duration::from_secs(28_800)));
        for bad in ["", "h", "8", "0s", "-1h", "1w", "99999999999999999999d"] {
            assert!(parse_ttl(bad).is_err(), "{bad:?} was taken");
        }
    }
}
