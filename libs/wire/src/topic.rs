//! The names of topics and event types, derived from context, aggregate and event: one rule for all.

/// The topic of an aggregate: `schoolside.requests.request.v1`.
#[must_use]
pub fn topic(context: &str, aggregate: &str) -> String {
    format!("schoolside.{context}.{aggregate}.v1")
}

/// The CloudEvents type of an event: `schoolside.requests.request.opened.v1`, from the log's `request.opened`.
#[must_use]
pub fn cloud_event_type(context: &str, event: &str) -> String {
    format!("schoolside.{context}.{event}.v1")
}

/// Context and aggregate of a topic's name; `None` when it is not a topic's name.
#[must_use]
pub fn parse_topic(name: &str) -> Option<(&str, &str)> {
    let rest = name.strip_prefix("schoolside.")?.strip_suffix(".v1")?;
    let (context, aggregate) = rest.split_once('.')?;
    (!context.is_empty() && !aggregate.is_empty() && !aggregate.contains('.'))
        .then_some((context, aggregate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_names_context_and_aggregate() {
        assert_eq!(
            parse_topic(&topic("requests", "request_type")),
            Some(("requests", "request_type"))
        );
        assert_eq!(parse_topic("schoolside.requests.v1"), None);
        assert_eq!(parse_topic("other.requests.request.v1"), None);
    }
}
