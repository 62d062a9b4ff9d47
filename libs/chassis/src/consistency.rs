//! Reading what one wrote: the opaque token of a command's reply, and waiting until a view includes it.

use std::time::Duration;

use kernel::{Position, StreamId, Version};
use stream::Progress;

use crate::fault::Fault;

/// The token of a change: where it stands in which log, and as what version of which stream.
#[must_use]
pub fn encode(context: &str, position: Position, stream: StreamId, version: Version) -> String {
    hex::encode(format!("{context} {position} {stream} {version}"))
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The context whose log it is.
    pub context: String,
    /// The place in that log.
    pub position: Position,
    /// The stream that changed.
    pub stream: StreamId,
    /// The stream's version with the change.
    pub version: Version,
}

/// Reads a token; `None` when it is empty.
///
/// # Errors
/// When it is not one of ours.
pub fn decode(after: &str) -> Result<Option<Token>, Fault> {
    if after.is_empty() {
        return Ok(None);
    }
    let text = hex::decode(after).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    text.as_deref().and_then(parse).map(Some).ok_or_else(|| {
        Fault::invalid("after", "must be the consistency token of an earlier reply, or empty")
    })
}

fn parse(text: &str) -> Option<Token> {
    let mut parts = text.split(' ');
    let token = Token {
        context: parts.next()?.to_owned(),
        position: Position(parts.next()?.parse().ok()?),
        stream: parts.next()?.parse().ok()?,
        version: Version(parts.next()?.parse().ok()?),
    };
    parts.next().is_none().then_some(token)
}

/// Waits until the view has applied what `after` names, in real time at most `patience`.
///
/// # Errors
/// When the token is not one, names a log that the view does not follow, or the view stays behind.
pub async fn wait(after: &str, progress: &Progress, patience: Duration) -> Result<(), Fault> {
    wait_any(after, std::slice::from_ref(progress), patience).await
}

/// As [`wait`], for a view that follows several logs: the one that the token names is waited for.
///
/// # Errors
/// As [`wait`].
pub async fn wait_any(after: &str, views: &[Progress], patience: Duration) -> Result<(), Fault> {
    let Some(token) = decode(after)? else { return Ok(()) };
    let mut follows = false;
    for view in views.iter().filter(|view| view.source() == token.context) {
        follows = true;
        if !view.wait_for(token.position, patience).await {
            return Err(Fault::behind());
        }
    }
    if follows {
        Ok(())
    } else {
        Err(Fault::invalid(
            "after",
            format!("is a token of {}, whose changes this view does not show", token.context),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_and_another_text_is_refused() {
        let stream = StreamId::of("request", "1");
        let token = decode(&encode("requests", Position(7), stream, Version(2))).unwrap().unwrap();
        assert_eq!(
            (token.position, token.version, token.stream),
            (Position(7), Version(2), stream)
        );
        assert!(decode("abcd").is_err());
        assert_eq!(decode("").unwrap(), None);
    }
}
