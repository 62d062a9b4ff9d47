//! What `up` leaves for the command line: where it answers, and a token for every role.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use chassis::identity::{CallerRole, Claims, Keys};
use secrecy::SecretString;

use crate::{
    assembly::{Foundation, claims},
    datadir::{Endpoints, RunState},
    failure::Failure,
};

/// Who the tokens of a demo system speak as: people who are there in Alder Bay.
const LEAD: (&str, &str) = ("T1-lead-1", "T1");
const MEMBER: (&str, &str) = ("T1-operations-1", "T1");
const PRINCIPAL: (&str, &str) = ("P-0101", "0101");

/// The address to call: loopback when it listens everywhere.
pub(super) fn address(listening: SocketAddr) -> String {
    let ip = match listening.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    format!("http://{}", SocketAddr::new(ip, listening.port()))
}

/// Writes the tokens, and gives what `endpoints.json` says.
pub(super) fn of(foundation: &Foundation, grpc: String, empty: bool) -> Result<Endpoints, Failure> {
    let claims: Vec<_> =
        CallerRole::ALL.into_iter().map(|role| (role, speaking_as(role, empty))).collect();
    Ok(Endpoints {
        grpc,
        tokens: foundation.write_tokens(&claims)?,
        state: RunState::Ready,
        pid: std::process::id(),
    })
}

fn speaking_as(role: CallerRole, empty: bool) -> Claims {
    let person = |person: &str| claims(role, &format!("people/{person}"));
    match role {
        CallerRole::Lead if !empty => person(LEAD.0).with_teams([LEAD.1]),
        CallerRole::TeamMember if !empty => person(MEMBER.0).with_teams([MEMBER.1]),
        CallerRole::Principal if !empty => person(PRINCIPAL.0).with_schools([PRINCIPAL.1]),
        _ => claims(role, &format!("systems/{role}")),
    }
}

/// A token of an operator, for the demo's driver.
pub(super) fn operator(foundation: &Foundation) -> Result<SecretString, Failure> {
    let keys = Keys::open(&foundation.directory.keys().map_err(Failure::unavailable)?);
    let claims = claims(CallerRole::Operator, "systems/demo");
    keys.and_then(|keys| keys.mint(&claims)).map_err(Failure::unavailable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_listens_everywhere_is_called_on_loopback() {
        assert_eq!(address("0.0.0.0:80".parse().unwrap()), "http://127.0.0.1:80");
        assert_eq!(address("[::]:80".parse().unwrap()), "http://[::1]:80");
        assert_eq!(address("192.0.2.7:80".parse().unwrap()), "http://192.0.2.7:80");
    }

    #[test]
    fn the_demos_tokens_speak_as_people_who_are_there() {
        use crate::district::{alder_bay::ALDER_BAY, read};
        let facts = format!("{:?}", read(&ALDER_BAY).unwrap().entries);
        for (person, place) in [LEAD, MEMBER, PRINCIPAL] {
            assert!(
                facts.contains(&format!("{person:?}")) && facts.contains(&format!("{place:?}"))
            );
        }
    }
}
