-- The tables and functions of one context's log. `{context}` is replaced by the context's name, a checked word.
create schema if not exists {context};

-- One row: the log's last position and instant. Locking it is what orders commits.
create table if not exists {context}.head (
    shard int primary key,
    pos bigint not null,
    recorded_at timestamptz not null
) with (fillfactor = 10);
insert into {context}.head (shard, pos, recorded_at) values (0, 0, '-infinity') on conflict do nothing;

create table if not exists {context}.stream (
    id uuid primary key,
    kind text not null,
    version int not null
) with (fillfactor = 85);

create table if not exists {context}.event (
    pos bigint primary key,
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
    unique (stream, version)
);

create table if not exists {context}.private (
    pos bigint primary key,
    body bytea not null
);

-- `recorded_at` is real time here, not the domain's clock: how long ids are kept is a matter of callers' retries.
create table if not exists {context}.command (
    id uuid primary key,
    stream uuid not null,
    version int not null,
    request_hash bytea not null,
    recorded_at timestamptz not null default now()
);
create index if not exists command_recorded_at on {context}.command using brin (recorded_at);

-- Appends a batch of commands, at most one per stream and per command id. One row per command, in order:
-- status 0 accepted, 1 duplicate, 2 conflict, 3 command id reused; the stream's version; the position; when an accepted
-- one was recorded.
create or replace function {context}.append_commands(
    p_id uuid[], p_stream uuid[], p_kind text[], p_expected int[], p_hash bytea[], p_at timestamptz[],
    p_erase boolean[], p_count int[],
    e_command int[], e_index int[], e_type text[], e_revision smallint[], e_id uuid[], e_occurred timestamptz[],
    e_meta bytea[], e_payload bytea[],
    x_command int[], x_index int[], x_body bytea[]
) returns table (out_status smallint, out_version int, out_pos bigint, out_recorded_at timestamptz)
language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
set plan_cache_mode = force_generic_plan set lock_timeout = '5s'
as $function$
#variable_conflict use_column
declare
    v_base bigint;
    v_floor timestamptz;
    v_status smallint[];
    v_version int[];
    v_pos bigint[];
    v_start bigint[];
    v_at timestamptz[];
    v_total bigint;
    v_last timestamptz;
begin
    select h.pos, h.recorded_at into strict v_base, v_floor from {context}.head h where h.shard = 0 for update;

    -- Every look-up is a scalar sub-select on a primary key: a join here would be planned as a sequential scan
    -- while the tables are young, and stay so.
    with asked as materialized (
        select a.ord, a.stream, a.expected, a.hash, a.at, a.n,
            (select k from {context}.command k where k.id = a.id) as known,
            coalesce((select s.version from {context}.stream s where s.id = a.stream), 0) as current
        from unnest(p_id, p_stream, p_expected, p_hash, p_at, p_count)
            with ordinality as a(id, stream, expected, hash, at, n, ord)
    ), judged as materialized (
        select ord, expected, at, n, known, current, (case
            when (known).id is null then case when current = expected then 0 else 2 end
            when (known).request_hash = hash and (known).stream = stream then 1
            else 3 end)::smallint as status
        from asked
    ), placed as materialized (
        select j.*,
            v_base + coalesce(sum(case when status = 0 then n end)
                over (order by ord rows between unbounded preceding and 1 preceding), 0) as start,
            greatest(v_floor, max(case when status = 0 then at end)
                over (order by ord rows between unbounded preceding and current row)) as recorded
        from judged j
    )
    select array_agg(status order by ord),
        array_agg(case status when 0 then expected + n when 1 then (known).version else current end order by ord),
        array_agg(case status when 0 then start + n when 1 then (
            select e.pos from {context}.event e
            where e.stream = (known).stream and e.version = (known).version) end order by ord),
        array_agg(case status when 0 then start end order by ord),
        array_agg(recorded order by ord),
        coalesce(sum(n) filter (where status = 0), 0),
        max(recorded)
    into v_status, v_version, v_pos, v_start, v_at, v_total, v_last
    from placed;

    if v_total > 0 then
        if true = any(p_erase) then
            delete from {context}.private where pos = any(array(
                select e.pos
                from unnest(p_stream, p_expected, p_erase, v_status) as a(stream, expected, erase, status),
                    {context}.event e
                where a.erase and a.status = 0 and e.stream = a.stream and e.version <= a.expected));
        end if;

        insert into {context}.event
            (pos, stream, version, type, revision, event_id, command, occurred_at, recorded_at, meta, payload)
        select v_start[e.c] + e.i, p_stream[e.c], p_expected[e.c] + e.i, e.type, e.revision, e.id, p_id[e.c],
            e.occurred, v_at[e.c], e.meta, e.payload
        from unnest(e_command, e_index, e_type, e_revision, e_id, e_occurred, e_meta, e_payload)
            as e(c, i, type, revision, id, occurred, meta, payload)
        where v_start[e.c] is not null;

        if cardinality(x_command) > 0 then
            insert into {context}.private (pos, body)
            select v_start[x.c] + x.i, x.body
            from unnest(x_command, x_index, x_body) as x(c, i, body)
            where v_start[x.c] is not null;
        end if;

        insert into {context}.stream (id, kind, version)
        select a.stream, a.kind, a.version
        from unnest(p_stream, p_kind, v_version, v_status) as a(stream, kind, version, status)
        where a.status = 0
        on conflict (id) do update set version = excluded.version;

        insert into {context}.command (id, stream, version, request_hash)
        select a.id, a.stream, a.version, a.hash
        from unnest(p_id, p_stream, v_version, p_hash, v_status) as a(id, stream, version, hash, status)
        where a.status = 0;

        update {context}.head set pos = v_base + v_total, recorded_at = v_last where shard = 0;
    end if;

    return query select * from unnest(v_status, v_version, v_pos, v_at);
end
$function$;

-- The reads are functions for the same reason: their plan must not depend on how young the tables are.
create or replace function {context}.page(p_after bigint, p_limit bigint)
returns table (pos bigint, stream uuid, version int, type text, revision smallint, event_id uuid, command uuid,
    occurred_at timestamptz, recorded_at timestamptz, meta bytea, payload bytea, body bytea)
language plpgsql stable
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_column
begin
    return query select e.*, null::bytea from {context}.event e where e.pos > p_after order by e.pos limit p_limit;
end
$function$;

create or replace function {context}.page_with_private(p_after bigint, p_limit bigint)
returns table (pos bigint, stream uuid, version int, type text, revision smallint, event_id uuid, command uuid,
    occurred_at timestamptz, recorded_at timestamptz, meta bytea, payload bytea, body bytea)
language plpgsql stable
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set enable_hashjoin = off
set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_column
begin
    return query select e.*, (select p.body from {context}.private p where p.pos = e.pos)
        from {context}.event e where e.pos > p_after order by e.pos limit p_limit;
end
$function$;

create or replace function {context}.load(p_stream uuid)
returns table (pos bigint, stream uuid, version int, type text, revision smallint, event_id uuid, command uuid,
    occurred_at timestamptz, recorded_at timestamptz, meta bytea, payload bytea, body bytea)
language plpgsql stable
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_column
begin
    return query select e.*, (select p.body from {context}.private p where p.pos = e.pos)
        from {context}.event e where e.stream = p_stream order by e.version;
end
$function$;

create or replace function {context}.load_all(p_streams uuid[])
returns table (pos bigint, stream uuid, version int, type text, revision smallint, event_id uuid, command uuid,
    occurred_at timestamptz, recorded_at timestamptz, meta bytea, payload bytea, body bytea)
language plpgsql stable
set enable_seqscan = off set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_column
begin
    return query select e.*, (select p.body from {context}.private p where p.pos = e.pos)
        from {context}.event e where e.stream = any(p_streams) order by e.stream, e.version;
end
$function$;
