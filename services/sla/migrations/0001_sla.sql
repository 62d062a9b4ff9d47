-- The published versions of calendars and policies, as their events say them, by their positions in the own log.
create table sla.term (
    pos bigint primary key,
    kind text not null,                       -- calendar | policy
    id text not null,
    version int not null,
    revision smallint not null,
    payload bytea not null,
    unique (kind, id, version)
);

-- The codes of the catalogue and their category paths: what a policy can refer to.
create table sla.request_type (
    id text primary key,
    category text[] not null
);

-- What is known of each request: `doc` holds the facts that its clocks depend on. `next_wake` is when its clocks
-- must be looked at next, null if nothing changes by itself; `wake_cause` why, where it is not the passing of time.
create table sla.request_facts (
    request uuid primary key,
    version int not null,
    imported boolean not null,
    open boolean not null,
    next_wake timestamptz,
    wake_cause text,
    doc jsonb not null
) with (fillfactor = 85);
create index request_facts_wake on sla.request_facts (next_wake) where next_wake is not null;

-- One row per cycle of each clock: the board. `sort_at` puts clocks without a due instant last.
create table sla.clock (
    request uuid not null,
    metric text not null,
    cycle int not null,
    state text not null,
    live boolean not null,                    -- running, paused or missed_open
    started_at timestamptz not null,
    due_at timestamptz,
    sort_at timestamptz not null generated always as (coalesce(due_at, 'infinity'::timestamptz)) stored,
    fulfilled_at timestamptz,
    breached_at timestamptz,
    warned_percent int not null,
    calendar text,                            -- null where the source states the due instant
    basis bytea not null,
    request_type text not null,
    priority text not null,
    team text not null,
    school text not null,
    network text not null,
    tier int not null,
    primary key (request, metric, cycle)
) with (fillfactor = 85);
create index clock_board on sla.clock (sort_at, request, metric, cycle) where live;
create index clock_board_team on sla.clock (team, sort_at, request, metric, cycle) where live;
create index clock_board_school on sla.clock (school, sort_at, request, metric, cycle) where live;
create index clock_ended on sla.clock (sort_at, request, metric, cycle) where not live;
create index clock_calendar on sla.clock (calendar) where live and calendar is not null;
