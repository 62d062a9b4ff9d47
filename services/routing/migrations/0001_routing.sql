-- What routing needs of the directory, from a day on; what can be asked for; and who holds which open request.
create table routing.district (
    one  boolean primary key default true check (one),
    zone text not null
);

create table routing.team (
    id   text primary key,
    kind text not null                    -- network_team | desk | intake
);

create table routing.network (
    id text primary key
);

create table routing.school (
    id text primary key
);

create table routing.school_network (
    school         text not null,
    effective_from date not null,
    network        text not null,
    primary key (school, effective_from)
);

create table routing.school_principal (
    school         text not null,
    effective_from date not null,
    person         text not null,
    primary key (school, effective_from)
);

create table routing.serving (
    network        text not null,
    effective_from date not null,
    team           text not null,
    primary key (network, effective_from)
);

create table routing.membership (
    person           text not null,
    team             text not null,
    role             text not null,
    effective_from   date not null,
    effective_until  date,
    capacity_percent int  not null,
    primary key (person, team, role, effective_from)
);

create table routing.request_type (
    id         text primary key,
    category   text    not null,          -- the path, parts joined by /
    attributes text[]  not null,          -- those published
    retired    boolean not null
);

-- Requests that are routed here: not imported ones.
create table routing.request (
    id               uuid primary key,
    snapshot         jsonb   not null,    -- field -> value at the opening
    requester        text    not null,
    accountable_role text    not null,
    contributing     text[]  not null,
    open             boolean not null,
    team             text,                -- null until it is decided
    role             text,
    member           text,                -- null while the team holds it
    priority         text
);
create index on routing.request (member) where open and member is not null;
