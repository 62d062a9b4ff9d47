//! The end of a log in memory: what the process has just appended, or one of its readers has just read, the others need
//! not ask for.
//!
//! Events never change and positions have no gaps, so what is kept is as good as what the database would say. Without
//! private parts, which can be destroyed.

use std::collections::VecDeque;

use kernel::Position;
use tokio::sync::Mutex;

use crate::{ReadError, Recorded};

/// How much is kept, in bytes of payload and metadata.
const MOST_BYTES: usize = 2 * 1024 * 1024;

/// The last events of a log that anybody in the process has read.
#[derive(Default)]
pub(crate) struct Tail {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    /// Follow upon each other without a gap.
    events: VecDeque<Recorded>,
    bytes: usize,
}

impl Tail {
    /// At most `limit` events behind `after`, by `read` where they are not kept; fewer than there are when only those are
    /// kept. Whoever is at the end of what is kept reads for all the others, who wait meanwhile.
    pub(crate) async fn page(
        &self,
        after: Position,
        limit: usize,
        read: impl Future<Output = Result<Vec<Recorded>, ReadError>>,
    ) -> Result<Vec<Recorded>, ReadError> {
        let mut kept = self.kept.lock().await;
        if let Some(page) = kept.behind(after, limit) {
            return Ok(page);
        }
        if kept.begins_behind(after) {
            drop(kept);
            // Far behind the others: this page is nothing to them.
            return read.await;
        }
        let page = read.await?;
        kept.add(&page);
        Ok(page)
    }

    /// Keeps what this process has just appended, unless a reader is at the database: it will find that there.
    pub(crate) fn add(&self, appended: &[Recorded]) {
        if let Ok(mut kept) = self.kept.try_lock() {
            kept.add(appended);
        }
    }
}

impl Kept {
    /// At most `limit` kept events behind a position; `None` when the one right behind it is not kept.
    fn behind(&self, after: Position, limit: usize) -> Option<Vec<Recorded>> {
        let first = self.events.front()?.position.0;
        let skipped = usize::try_from(after.0 + 1 - first).ok()?;
        let page: Vec<_> = self.events.iter().skip(skipped).take(limit).cloned().collect();
        (!page.is_empty()).then_some(page)
    }

    /// Whether all that is kept lies further on.
    fn begins_behind(&self, after: Position) -> bool {
        self.events.front().is_some_and(|first| first.position.0 > after.0 + 1)
    }

    fn add(&mut self, page: &[Recorded]) {
        let reach = self.events.back().map_or(0, |last| last.position.0);
        let page = &page[page.partition_point(|event| event.position.0 <= reach)..];
        if page.first().is_some_and(|first| first.position.0 != reach + 1) {
            self.events.clear();
            self.bytes = 0;
        }
        for event in page {
            self.bytes += size(event);
            self.events.push_back(event.clone());
        }
        while self.bytes > MOST_BYTES
            && let Some(first) = self.events.pop_front()
        {
            self.bytes -= size(&first);
        }
    }
}

fn size(event: &Recorded) -> usize {
    size_of::<Recorded>() + event.payload.len() + prost::Message::encoded_len(&event.meta)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use kernel::{CommandId, EventId, StreamId, Timestamp, Version};
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::EventMeta;

    fn event(position: i64, size: usize) -> Recorded {
        Recorded {
            context: "test",
            position: Position(position),
            stream: StreamId(Uuid::nil()),
            version: Version(1),
            name: "thing.happened".to_owned(),
            revision: 1,
            event_id: EventId(Uuid::nil()),
            command_id: CommandId(Uuid::nil()),
            occurred_at: Timestamp::UNIX_EPOCH,
            recorded_at: Timestamp::UNIX_EPOCH,
            meta: EventMeta::default(),
            payload: vec![0; size],
            private: None,
        }
    }

    fn positions(page: &[Recorded]) -> Vec<i64> {
        page.iter().map(|event| event.position.0).collect()
    }

    /// What a log with events up to `head` has behind `after`.
    fn stored(head: i64, after: i64, limit: usize) -> Vec<Recorded> {
        (after + 1..=head).take(limit).map(|position| event(position, 300_000)).collect()
    }

    fn page(tail: &Tail, head: i64, after: i64, limit: usize, reads: &Cell<u32>) -> Vec<Recorded> {
        let read = async {
            reads.set(reads.get() + 1);
            Ok(stored(head, after, limit))
        };
        futures::executor::block_on(tail.page(Position(after), limit, read)).unwrap()
    }

    #[test]
    fn what_one_reader_has_read_the_next_need_not_ask_for() {
        let (tail, reads) = (Tail::default(), Cell::new(0));
        assert_eq!(positions(&page(&tail, 3, 0, 10, &reads)), [1, 2, 3]);
        assert_eq!(positions(&page(&tail, 3, 0, 10, &reads)), [1, 2, 3]);
        assert_eq!(positions(&page(&tail, 3, 1, 1, &reads)), [2]);
        assert_eq!(reads.get(), 1);
        assert_eq!(positions(&page(&tail, 4, 3, 10, &reads)), [4]);
        assert_eq!(positions(&page(&tail, 4, 1, 10, &reads)), [2, 3, 4]);
        assert_eq!(reads.get(), 2);
    }

    proptest! {
        #[test]
        fn a_page_is_what_the_log_has_whoever_appends_or_reads_what_before(
            steps in prop::collection::vec((0_usize..5, any::<bool>(), 0_i64..40, 1_usize..9), 1..60),
        ) {
            let (tail, reads) = (Tail::default(), Cell::new(0));
            let mut head = 0;
            for (appended, here, after, limit) in steps {
                let before = head;
                head += i64::try_from(appended).unwrap();
                if here {
                    tail.add(&stored(head, before, appended));
                }
                let after = after.min(head);
                let got = positions(&page(&tail, head, after, limit, &reads));
                let expected = positions(&stored(head, after, limit));
                prop_assert!(expected.starts_with(&got), "{got:?} of {expected:?}");
                prop_assert_eq!(got.is_empty(), expected.is_empty());
                prop_assert!(futures::executor::block_on(tail.kept.lock()).bytes <= MOST_BYTES);
            }
        }
    }
}
