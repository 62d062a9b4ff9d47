//! Who waits for a log learns that it has grown: from this process at once, from another by `NOTIFY`.
//!
//! A hint, never the only trigger: `LISTEN` loses messages when its connection breaks, so [`crate::LogReader`]
//! looks for itself every 250 ms. Per process and database there is one listening connection and one that
//! notifies, whatever the number of logs and readers. `NOTIFY` inside the appending transaction would take a
//! lock of the whole cluster at every commit; it goes out afterwards, at most once in 10 ms.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use kernel::Position;
use sqlx::{
    PgPool,
    postgres::{PgListener, PgPoolOptions},
};
use tokio::sync::{Notify, watch};

use crate::tail::Tail;

const CHANNEL: &str = "schoolside_log";
/// The least time between two notifications.
const DEBOUNCE: Duration = Duration::from_millis(10);
const RETRY: Duration = Duration::from_millis(500);

/// The wake-ups of one database, shared by everyone in the process who uses it. Cheap to clone.
#[derive(Clone)]
pub struct Wakeups {
    inner: Arc<Inner>,
}

struct Inner {
    /// Per context the highest position known to be committed.
    heads: Mutex<HashMap<String, watch::Sender<i64>>>,
    /// Per context the end of its log, as far as it has been read.
    tails: Mutex<HashMap<String, Arc<Tail>>>,
    /// While someone holds the heads back: how far each would have been raised.
    held: Mutex<Option<HashMap<String, i64>>>,
    /// What the next notification will say.
    unsent: Mutex<HashMap<&'static str, i64>>,
    announced: Notify,
    /// Closes, and so ends the tasks, when the last handle goes.
    _alive: watch::Sender<()>,
}

/// The wake-ups in use, by database.
static IN_USE: LazyLock<Mutex<HashMap<String, Weak<Inner>>>> = LazyLock::new(Mutex::default);

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Wakeups {
    /// The wake-ups of the database behind `pool`: those already in use, else new ones. Needs a Tokio runtime.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "below the chassis; readers do without them if they end"
    )]
    pub fn of(pool: &PgPool) -> Self {
        let options = pool.connect_options();
        let key = format!(
            "{}:{}:{}:{:?}:{:?}",
            options.get_username(),
            options.get_host(),
            options.get_port(),
            options.get_socket(),
            options.get_database()
        );
        let mut in_use = locked(&IN_USE);
        if let Some(inner) = in_use.get(&key).and_then(Weak::upgrade) {
            return Self { inner };
        }
        let (alive, ended) = watch::channel(());
        let inner = Arc::new(Inner {
            heads: Mutex::default(),
            tails: Mutex::default(),
            held: Mutex::default(),
            unsent: Mutex::default(),
            announced: Notify::new(),
            _alive: alive,
        });
        in_use.retain(|_, inner| inner.strong_count() > 0);
        in_use.insert(key, Arc::downgrade(&inner));
        let connections = PgPoolOptions::new()
            .max_connections(2)
            .connect_lazy_with(options.as_ref().clone().application_name("schoolside wake-ups"));
        tokio::spawn(until(ended.clone(), listen(Arc::downgrade(&inner), connections.clone())));
        tokio::spawn(until(ended, notify(Arc::downgrade(&inner), connections)));
        Self { inner }
    }

    /// The head of a context as far as it is known here.
    pub(crate) fn head(&self, context: &str) -> watch::Receiver<i64> {
        let mut heads = locked(&self.inner.heads);
        heads.entry(context.to_owned()).or_insert_with(|| watch::Sender::new(0)).subscribe()
    }

    /// What the readers of a context share.
    pub(crate) fn tail(&self, context: &str) -> Arc<Tail> {
        locked(&self.inner.tails).entry(context.to_owned()).or_default().clone()
    }

    /// Lets the readers of this process hear of nothing new until the answer is dropped, so that they then read at once
    /// what would have come bit by bit. They still look for themselves four times a second.
    #[must_use]
    pub fn hold(&self) -> Held {
        locked(&self.inner.held).get_or_insert_default();
        Held { inner: self.inner.clone() }
    }

    /// Says that `context` has been committed up to `position`: here at once, elsewhere soon.
    pub(crate) fn announce(&self, context: &'static str, position: Position) {
        self.inner.raise(context, position.0);
        let mut unsent = locked(&self.inner.unsent);
        let highest = unsent.entry(context).or_default();
        *highest = position.0.max(*highest);
        drop(unsent);
        self.inner.announced.notify_one();
    }
}

/// Holds wake-ups back. One at a time.
pub struct Held {
    inner: Arc<Inner>,
}

impl Drop for Held {
    fn drop(&mut self) {
        let held = locked(&self.inner.held).take();
        for (context, position) in held.into_iter().flatten() {
            self.inner.raise(&context, position);
        }
    }
}

impl Inner {
    fn raise(&self, context: &str, position: i64) {
        if let Some(held) = &mut *locked(&self.held) {
            let highest = held.entry(context.to_owned()).or_default();
            *highest = position.max(*highest);
            return;
        }
        if let Some(head) = locked(&self.heads).get(context) {
            head.send_if_modified(|known| {
                let grown = position > *known;
                *known = position.max(*known);
                grown
            });
        }
    }
}

async fn until(mut ended: watch::Receiver<()>, work: impl Future<Output = ()>) {
    tokio::select! {
        _ = ended.changed() => {}
        () = work => {}
    }
}

async fn listen(inner: Weak<Inner>, connections: PgPool) {
    loop {
        let failure = match follow(&inner, &connections).await {
            Ok(()) => return,
            Err(failure) => failure,
        };
        tracing::debug!(error = %failure, "the wake-up connection broke; it is opened again");
        tokio::time::sleep(RETRY).await;
    }
}

/// Passes notifications on; ends well only when nobody wants them any more.
async fn follow(inner: &Weak<Inner>, connections: &PgPool) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(connections).await?;
    listener.listen(CHANNEL).await?;
    loop {
        let notification = listener.recv().await?;
        let Some(inner) = inner.upgrade() else { return Ok(()) };
        if let Some((context, position)) = parse(notification.payload()) {
            inner.raise(context, position);
        }
    }
}

fn parse(payload: &str) -> Option<(&str, i64)> {
    let (context, position) = payload.split_once(':')?;
    Some((context, position.parse().ok()?))
}

async fn notify(inner: Weak<Inner>, connections: PgPool) {
    loop {
        let Some(payloads) = unsent(&inner).await else { return };
        let sent = sqlx::query("select pg_notify($1, payload) from unnest($2::text[]) payload")
            .bind(CHANNEL)
            .bind(&payloads)
            .execute(&connections)
            .await;
        if let Err(failure) = sent {
            tracing::debug!(error = %failure, "a wake-up was not sent; readers find out by themselves");
        }
        tokio::time::sleep(DEBOUNCE).await;
    }
}

/// What is to be said, as soon as there is something.
async fn unsent(inner: &Weak<Inner>) -> Option<Vec<String>> {
    loop {
        let inner = inner.upgrade()?;
        let drained: Vec<_> = locked(&inner.unsent).drain().collect();
        if !drained.is_empty() {
            return Some(
                drained.iter().map(|(context, head)| format!("{context}:{head}")).collect(),
            );
        }
        inner.announced.notified().await;
    }
}
