//! A log with a subscription to it, over either bus: what holds of one must hold of the other.

use std::sync::Arc;

use eventlog::Log;
use kernel::StreamId;
use stream::{
    Bus, Handler, LogBus, Subscription,
    kafka::{
        Kafka, KafkaBus,
        relay::{self, Relay},
        topics,
    },
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    common::{CONTEXT, Database},
    tally::{Fault, PATIENCE, Running, TALLY, Tally, check, no_fault, prepared, write},
};

/// What carries the events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    Log,
    Kafka,
}

/// A log, the tables of a subscription, and a way between them.
pub struct Rig {
    pub database: Database,
    pub log: Log,
    /// The broker, with names of this test's own.
    pub kafka: Option<Kafka>,
    relay: Option<Relaying>,
}

/// A relay at work.
pub struct Relaying {
    pub task: JoinHandle<()>,
    pub shutdown: CancellationToken,
}

/// The shared broker, with names of a test's own.
pub fn kafka() -> Kafka {
    let bootstrap = std::env::var("SCHOOLSIDE_TEST_KAFKA")
        .expect("SCHOOLSIDE_TEST_KAFKA must name a Kafka broker: run ./dev test");
    let kafka: Kafka = bootstrap.parse().unwrap();
    kafka.in_namespace(&format!("t{}", Uuid::new_v4().simple()))
}

impl Rig {
    pub async fn of(carrier: Carrier) -> Self {
        let (database, log) = prepared().await;
        let mut rig = Self { database, log, kafka: None, relay: None };
        if carrier == Carrier::Kafka {
            let kafka = kafka();
            topics::apply(&kafka, &[kafka.topic(CONTEXT, "thing")]).await.unwrap();
            rig.kafka = Some(kafka);
            rig.relay = Some(rig.relay());
            rig.begin().await;
        }
        rig
    }

    /// Lets the subscription take its partitions up while the log is empty: what comes after that comes through Kafka.
    async fn begin(&self) {
        let running = self.tally(1, no_fault());
        let sql = "select count(*) from trial.checkpoint where lane like 'kafka/%'";
        let begun = async {
            while sqlx::query_scalar::<_, i64>(sql).fetch_one(&self.database.pool).await.unwrap()
                < 12
            {
                tokio::task::yield_now().await;
            }
        };
        assert!(
            tokio::time::timeout(PATIENCE, begun).await.is_ok(),
            "the partitions are not taken up"
        );
        running.stop().await;
    }

    /// One more relay of the log.
    pub fn relay(&self) -> Relaying {
        let relay = Relay {
            kafka: self.kafka.clone().unwrap(),
            reader: self.log.reader(),
            pool: self.database.pool.clone(),
            aggregates: vec!["thing", "other"],
            makes_topics: true,
        };
        let shutdown = CancellationToken::new();
        Relaying { task: tokio::spawn(relay.run(shutdown.clone())), shutdown }
    }

    /// Ends the relay in good order.
    pub async fn stop_relay(&mut self) {
        let relay = self.relay.take().unwrap();
        relay.shutdown.cancel();
        relay.task.await.unwrap();
    }

    pub fn bus(&self, page: i64) -> Arc<dyn Bus> {
        let reader = self.log.reader();
        match &self.kafka {
            None => Arc::new(LogBus::new(reader).with_page(page)),
            Some(kafka) => {
                Arc::new(KafkaBus::new(kafka.clone(), reader, self.database.pool.clone()))
            }
        }
    }

    pub fn start(&self, page: i64, handler: impl Handler, subscription: Subscription) -> Running {
        Running::start(&self.database.pool, self.bus(page), handler, subscription)
    }

    pub fn tally(&self, page: i64, fault: Fault) -> Running {
        self.start(page, Tally(fault), TALLY)
    }

    pub async fn write(&self, streams: usize, rounds: i32) -> Vec<StreamId> {
        write(&self.log, streams, rounds).await
    }

    /// Invariant 7: the read model is the fold of what the subscription counts as applied.
    pub async fn check(&self) {
        match self.kafka {
            None => check(&self.database.pool, TALLY.name).await.unwrap(),
            Some(_) => self.check_heard().await,
        }
    }

    async fn check_heard(&self) {
        let sql = "select coalesce(h.stream, t.stream)::text, h.version, t.events, t.last
            from (select * from trial.heard where subscription = $1) h full join trial.tally t using (stream)
            where (h.version, h.version) is distinct from (t.events, t.last)";
        type Row = (String, Option<i32>, Option<i32>, Option<i32>);
        let ask = || sqlx::query_as::<_, Row>(sql).bind(TALLY.name).fetch_all(&self.database.pool);
        // A test that breaks connections can have broken one of these.
        let mut asked = ask().await;
        for _ in 0..20 {
            if asked.is_err() {
                asked = ask().await;
            }
        }
        let wrong = asked.unwrap();
        assert_eq!(wrong, []);
    }

    /// Everything in the log has been applied.
    pub async fn check_whole(&self) {
        self.check().await;
        let sql = "select stream::text from (select stream, max(version) as last from trial.event
                where type like 'thing.%' group by stream) e full join trial.tally t using (stream)
            where e.last is distinct from t.last";
        let wrong: Vec<String> =
            sqlx::query_scalar(sql).fetch_all(&self.database.pool).await.unwrap();
        assert_eq!(wrong, Vec::<String>::new());
    }

    /// Waits until the broker has acknowledged the whole log.
    pub async fn published(&self) {
        let published = async {
            loop {
                let status = relay::status(&self.database.pool, CONTEXT).await.unwrap();
                if status.cursor == status.head {
                    return;
                }
                tokio::task::yield_now().await;
            }
        };
        let published = tokio::time::timeout(PATIENCE, published).await;
        let status = relay::status(&self.database.pool, CONTEXT).await.unwrap();
        assert!(published.is_ok(), "{status:?}");
    }

    pub async fn drop(mut self) {
        if self.relay.is_some() {
            self.stop_relay().await;
        }
        self.database.drop().await;
    }
}
