-- The read models of the directory. `position` is the event's place in the log: of two facts the one with the
-- greater position was recorded later, and wins from its effective day on.

create table directory.district (
    one boolean primary key default true check (one),
    display_name text not null,
    zone text not null,
    lea_id text not null,
    version integer not null
);

create table directory.network (
    id text collate "C" primary key,
    display_name text not null,
    external_keys jsonb not null,
    version integer not null
);

create table directory.school (
    id text collate "C" primary key,
    display_name text not null,
    nces_id text not null,
    level smallint not null,
    enrolment integer not null,
    effective_from date,
    external_keys jsonb not null,
    version integer not null
);

create table directory.team (
    id text collate "C" primary key,
    display_name text not null,
    kind smallint not null,
    external_keys jsonb not null,
    version integer not null
);

create table directory.person (
    id text collate "C" primary key,
    display_name text not null,
    email text not null,
    erased boolean not null default false,
    version integer not null
);

-- Bitemporal: when a fact holds (effective_from) and since when it is known (recorded_at).
-- kind: school_network, school_tier, school_principal, school_closed (subject: school), network_team (subject: network).
create table directory.fact (
    position bigint primary key,
    kind text collate "C" not null,
    subject text collate "C" not null,
    value text collate "C" not null,
    effective_from date not null,
    recorded_at timestamptz not null
);
create index fact_subject on directory.fact (kind, subject, position desc);
create index fact_value on directory.fact (kind, value);

-- The same for memberships; without capacity from the day after the last one.
create table directory.membership (
    position bigint primary key,
    person text collate "C" not null,
    team text collate "C" not null,
    role text collate "C" not null,
    capacity_percent integer,
    effective_from date not null,
    recorded_at timestamptz not null
);
create index membership_person on directory.membership (person, team, role, position desc);
create index membership_team on directory.membership (team);

-- What holds on a day, as known at an instant: of the facts that have begun the latest recorded.
create function directory.in_force(fact_kind text, fact_subject text, day date, known_at timestamptz)
returns text language sql stable as $$
    select value from directory.fact
    where kind = fact_kind and subject = fact_subject
      and effective_from <= day and recorded_at <= coalesce(known_at, 'infinity')
    order by position desc limit 1
$$;

-- Every school as it is on a day, as known at an instant. A closed school belongs to nothing after its last day.
create function directory.schools_on(day date, known_at timestamptz)
returns table (
    id text, display_name text, nces_id text, level smallint, enrolment integer, effective_from date,
    external_keys jsonb, version integer, closed_on date, merged_into text,
    network text, tier text, principal text, team text
) language sql stable as $$
    select s.id, s.display_name, s.nces_id, s.level, s.enrolment, s.effective_from,
           s.external_keys, s.version, c.effective_from, c.value,
           n.network,
           case when o.open then directory.in_force('school_tier', s.id, day, known_at) end,
           case when o.open then directory.in_force('school_principal', s.id, day, known_at) end,
           directory.in_force('network_team', n.network, day, known_at)
    from directory.school s
    left join lateral (
        select f.effective_from, f.value from directory.fact f
        where f.kind = 'school_closed' and f.subject = s.id
          and f.recorded_at <= coalesce(known_at, 'infinity')
        order by f.position desc limit 1
    ) c on true
    cross join lateral (select c.effective_from is null or c.effective_from >= day as open) o
    cross join lateral (
        select case when o.open then directory.in_force('school_network', s.id, day, known_at) end as network
    ) n
$$;

-- Every membership that holds on a day, as known at an instant.
create function directory.members_on(day date, known_at timestamptz)
returns table (person text, team text, role text, capacity_percent integer, effective_from date)
language sql stable as $$
    select held.person, held.team, held.role, held.capacity_percent, held.effective_from
    from (
        select distinct on (m.person, m.team, m.role) m.*
        from directory.membership m
        where m.effective_from <= day and m.recorded_at <= coalesce(known_at, 'infinity')
        order by m.person, m.team, m.role, m.position desc
    ) held
    where held.capacity_percent is not null
$$;
