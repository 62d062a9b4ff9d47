//! Going through many requests at once: they are judged on threads of their own while the next ones arrive.

use chassis::fault::Fault;
use futures::{Stream, StreamExt, TryStreamExt};

use crate::{facts::Case, projection::history::Chapter};

/// How many requests are judged in one go.
const PIECE: usize = 2_000;

/// How many pieces are under way at once; the arriving rows keep a core busy too.
const AT_ONCE: usize = 2;

/// What came of a piece.
pub(crate) struct Piece<T> {
    /// What the requests that could be read led to.
    pub(crate) found: T,
    /// How many could not be read.
    pub(crate) unreadable: u32,
}

/// Gives every request to `take`, which adds to what is found of its piece; gives the pieces in their order.
///
/// # Errors
/// The first failure of the database or of `take`.
pub(crate) async fn each<T, F>(
    chapters: impl Stream<Item = Result<Chapter, sqlx::Error>>,
    take: F,
) -> Result<Vec<Piece<T>>, Fault>
where
    T: Default + Send + 'static,
    F: Fn(&mut T, &Chapter, Case) -> Result<(), Fault> + Clone + Send + 'static,
{
    let pieces = chapters.try_chunks(PIECE).map(|piece| {
        let take = take.clone();
        async move {
            let piece = piece.map_err(|error| Fault::from(error.1))?;
            tokio::task::spawn_blocking(move || read(&piece, take)).await.map_err(Fault::bug)?
        }
    });
    pieces.buffered(AT_ONCE).try_collect().await
}

fn read<T: Default>(
    chapters: &[Chapter],
    take: impl Fn(&mut T, &Chapter, Case) -> Result<(), Fault>,
) -> Result<Piece<T>, Fault> {
    let mut piece = Piece { found: T::default(), unreadable: 0 };
    for chapter in chapters {
        let known = chapter.known().map_err(Into::into);
        match known.and_then(|known| known.case()) {
            Ok(Some(case)) => take(&mut piece.found, chapter, case)?,
            // It was not opened yet.
            Ok(None) => {}
            // One request that cannot be understood must not keep the others from being judged.
            Err(error) => {
                let request = chapter.request;
                tracing::error!(error = kernel::chain(&error), %request, "a request cannot be read");
                piece.unreadable += 1;
            }
        }
    }
    Ok(piece)
}
