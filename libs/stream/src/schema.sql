-- How far each subscription of this context has come, per lane (a log, or a partition of a topic).
create table if not exists {context}.checkpoint (
    subscription text not null,
    lane text not null,
    position bigint not null,
    primary key (subscription, lane)
) with (fillfactor = 50);

-- Records that could not be handled, and those that wait behind them; without private parts.
create table if not exists {context}.parked (
    subscription text not null,
    lane text not null,
    position bigint not null,
    stream uuid not null,
    version int not null,
    type text not null,
    revision smallint not null,
    event_id uuid not null,
    command uuid not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    meta bytea not null,
    payload bytea not null,
    state text not null check (state in ('parked', 'held', 'retry', 'drop', 'dropped')),
    error text not null,
    attempts int not null,
    parked_at timestamptz not null default now(),
    primary key (subscription, lane, position)
);
drop index if exists {context}.parked_stream;
create index if not exists parked_stream_version on {context}.parked (subscription, stream, version, position);

-- The last version of each stream that a subscription has applied, where the bus can bring an event more than once; and
-- what it was before, by which two runners notice one another.
create table if not exists {context}.heard (
    subscription text not null,
    stream uuid not null,
    version int not null,
    before int not null,
    primary key (subscription, stream)
) with (fillfactor = 85);

-- The relay of this context's log: how far the log is on its topics, and who is at it. One row; the shard is reserved.
create table if not exists {context}.relay (
    shard int primary key,
    -- Everything up to here has been acknowledged by the broker.
    position bigint not null,
    -- For each topic/partition the offset behind the last acknowledged record.
    places jsonb not null,
    -- The Kafka cluster that all this is about, with the namespace behind a slash; null before the first.
    cluster text,
    holder uuid,
    epoch bigint not null,
    expires_at timestamptz not null,
    -- Why it does not go on, in words; null when it does.
    trouble text
) with (fillfactor = 10);
insert into {context}.relay (shard, position, places, epoch, expires_at)
values (0, 0, '{}', 0, '-infinity') on conflict do nothing;

-- What an operator had the relay leave out, for ever.
create table if not exists {context}.relay_skipped (
    position bigint primary key,
    operator text not null,
    reason text not null,
    skipped_at timestamptz not null default now()
);
