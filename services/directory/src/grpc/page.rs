//! One page of a list that is ordered by id.

use chassis::{fault::Fault, paging};

/// A page that is asked for.
pub(super) struct Page {
    size: i64,
    behind: String,
    question: u64,
}

impl Page {
    /// The page behind a token, for a question without its paging fields.
    pub(super) fn of(
        token: &str,
        size: i32,
        question: &impl prost::Message,
    ) -> Result<Self, Fault> {
        let question = paging::filter_hash(question);
        let behind = paging::decode(token, question)?.unwrap_or_default();
        Ok(Self { size: paging::page_size(size)?, behind, question })
    }

    /// The id behind which it begins; empty at the beginning.
    pub(super) fn behind(&self) -> &str {
        &self.behind
    }

    /// How many rows to read: one more than is shown, to know whether there are more.
    pub(super) const fn limit(&self) -> i64 {
        self.size + 1
    }

    /// The rows to show, and the token of the next page; empty after the last.
    pub(super) fn cut<R>(&self, mut rows: Vec<R>, id: impl Fn(&R) -> &String) -> (Vec<R>, String) {
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        let more = rows.len() > size;
        rows.truncate(size);
        let token =
            rows.last().filter(|_| more).map(|last| paging::encode(id(last), self.question));
        (rows, token.unwrap_or_default())
    }
}
