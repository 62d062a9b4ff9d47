//! How long a call may take: the caller's own wish, capped by the kind of the rpc.

use std::{collections::HashMap, time::Duration};

use http::HeaderMap;

use crate::service::TimeLimit;

const COMMAND: Duration = Duration::from_secs(2);
const QUERY: Duration = Duration::from_secs(5);
const BATCH: Duration = Duration::from_secs(60);

/// The transport answers CANCELLED at the caller's own deadline; ours comes a little earlier and says what it is.
const EARLIER: Duration = Duration::from_millis(4);

/// The cap of an rpc; `None` for streams.
pub fn cap(path: &str, declared: &HashMap<&'static str, TimeLimit>) -> Option<Duration> {
    let limit = declared.get(path).copied().unwrap_or_else(|| by_name(path));
    match limit {
        TimeLimit::Command => Some(COMMAND),
        TimeLimit::Query => Some(QUERY),
        TimeLimit::Batch => Some(BATCH),
        TimeLimit::Stream => None,
    }
}

fn by_name(path: &str) -> TimeLimit {
    let method = path.rsplit_once('/').map_or(path, |(_, method)| method);
    let reads = ["Get", "List", "Explain", "Check"].iter().any(|verb| method.starts_with(verb));
    if path.contains("ServerReflection") || method == "Watch" {
        TimeLimit::Stream
    } else if reads {
        TimeLimit::Query
    } else {
        TimeLimit::Command
    }
}

/// What the caller allows, from the header `grpc-timeout`; `None` without one, `Some(None)` when it is malformed.
pub fn wish(headers: &HeaderMap) -> Option<Option<Duration>> {
    let value = headers.get("grpc-timeout")?;
    Some(value.to_str().ok().and_then(parse).map(|wish| wish.saturating_sub(EARLIER)))
}

fn parse(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 {
        return None;
    }
    let count: u64 = digits.parse().ok()?;
    Some(match unit {
        "H" => Duration::from_secs(count * 3_600),
        "M" => Duration::from_secs(count * 60),
        "S" => Duration::from_secs(count),
        "m" => Duration::from_millis(count),
        "u" => Duration::from_micros(count),
        "n" => Duration::from_nanos(count),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_has_eight_digits_and_a_unit() {
        assert_eq!(parse("100m"), Some(Duration::from_millis(100)));
        assert_eq!(parse("2S"), Some(Duration::from_secs(2)));
        for bad in ["", "m", "1", "-1S", "123456789S", "1x", "1é"] {
            assert_eq!(parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn reads_may_take_longer_than_changes_and_streams_as_long_as_they_like() {
        let none = HashMap::new();
        assert_eq!(cap("/a.B/GetFigures", &none), Some(QUERY));
        assert_eq!(cap("/a.B/Open", &none), Some(COMMAND));
        let declared = HashMap::from([("/a.B/Read", TimeLimit::Stream)]);
        assert_eq!(cap("/a.B/Read", &declared), None);
    }
}
