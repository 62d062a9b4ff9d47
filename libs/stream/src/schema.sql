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
create index if not exists parked_stream on {context}.parked (subscription, stream, position);
