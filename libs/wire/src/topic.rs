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

/// The CloudEvents source of a context's events: `/schoolside/requests`.
#[must_use]
pub fn source(context: &str) -> String {
    format!("/schoolside/{context}")
}

/// Whether that is the source of a context's events.
#[must_use]
pub fn is_source(context: &str, source: &str) -> bool {
    source.strip_prefix("/schoolside/") == Some(context)
}

/// The CloudEvents subject of an event: `request/{stream}`.
#[must_use]
pub fn subject(aggregate: &str, stream: &str) -> String {
    format!("{aggregate}/{stream}")
}

/// The message that an event's payload is: `schoolside.requests.v1.RequestOpened`, from the log's `request.opened`.
#[must_use]
pub fn message(context: &str, event: &str) -> String {
    let mut message = format!("schoolside.{context}.v1.");
    push_name(&mut message, event);
    message
}

/// Adds the name of an event's message: `RequestOpened` for `request.opened`.
fn push_name(to: &mut String, event: &str) {
    let mut begins = true;
    for letter in event.chars() {
        match letter {
            '.' | '_' => begins = true,
            _ if begins => {
                to.extend(letter.to_uppercase());
                begins = false;
            }
            _ => to.push(letter),
        }
    }
}

/// Where the schema of an event's payload is, below `proto/`:
/// `schoolside/requests/v1/request_events.proto#RequestOpened`.
#[must_use]
pub fn schema(context: &str, event: &str) -> String {
    let aggregate = event.split_once('.').map_or(event, |(aggregate, _)| aggregate);
    let mut schema = format!("schoolside/{context}/v1/{aggregate}_events.proto#");
    push_name(&mut schema, event);
    schema
}

/// The log's name of an event of a context from its CloudEvents type: `request.opened`; `None` when it is not one.
#[must_use]
pub fn parse_cloud_event_type<'a>(context: &str, r#type: &'a str) -> Option<&'a str> {
    let rest = r#type.strip_prefix("schoolside.")?.strip_prefix(context)?.strip_prefix('.')?;
    let event = rest.strip_suffix(".v1")?;
    let (aggregate, name) = event.split_once('.')?;
    (!aggregate.is_empty() && !name.is_empty() && !name.contains('.')).then_some(event)
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

    #[test]
    fn an_events_type_reads_back_and_names_its_message() {
        let said = cloud_event_type("requests", "request.due_date_stated");
        assert_eq!(said, "schoolside.requests.request.due_date_stated.v1");
        assert_eq!(parse_cloud_event_type("requests", &said), Some("request.due_date_stated"));
        for bad in [
            "",
            "schoolside.sla.case.met.v1",
            "schoolside.requests.request.v1",
            "schoolside.requests.a.b.c.v1",
        ] {
            assert_eq!(parse_cloud_event_type("requests", bad), None, "{bad}");
        }
        assert_eq!(
            schema("requests", "request_type.defined"),
            "schoolside/requests/v1/request_type_events.proto#RequestTypeDefined"
        );
    }
}
