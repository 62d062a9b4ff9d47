//! What a command names, with the answer to whether it exists: looked up before the rule is asked.

/// An id that a command refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference<I> {
    id: I,
    known: bool,
}

impl<I> Reference<I> {
    /// A reference to something that exists, or does not.
    #[must_use]
    pub fn looked_up(id: I, known: bool) -> Self {
        Self { id, known }
    }

    /// A reference to something that exists.
    #[must_use]
    pub fn known(id: I) -> Self {
        Self { id, known: true }
    }

    /// A reference to something that does not exist.
    #[must_use]
    pub fn unknown(id: I) -> Self {
        Self { id, known: false }
    }

    /// The id, or the refusal that names it.
    ///
    /// # Errors
    /// The refusal, when it does not exist.
    pub fn or_refuse<R>(self, refusal: impl FnOnce(I) -> R) -> Result<I, R> {
        if self.known { Ok(self.id) } else { Err(refusal(self.id)) }
    }
}
