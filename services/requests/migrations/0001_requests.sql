-- The numbers behind short references. They are drawn, never reused; gaps are of no interest.
create sequence requests.reference start 10001;

-- The read model of requests: one row per request. `doc` is the folded state, with the free text that has not
-- been destroyed; the columns are what lists are filtered, ordered and scoped by.
create table requests.request (
    id uuid primary key,
    version int not null,
    reference bigint,
    state text not null,
    request_type text,
    confidentiality text,
    school text,
    team text,
    member text,
    requester text,
    submitter text,
    desks text[] not null,
    opened_at timestamptz,
    closes_at timestamptz,
    doc jsonb not null
) with (fillfactor = 85);
create unique index request_reference on requests.request (reference);
create index request_opened on requests.request (opened_at, id);
create index request_team on requests.request (team, opened_at, id);
create index request_school on requests.request (school, opened_at, id) where school is not null;
create index request_requester on requests.request (requester, opened_at, id) where requester is not null;
create index request_submitter on requests.request (submitter, opened_at, id);
create index request_desks on requests.request using gin (desks) where desks <> '{}';
create index request_closes on requests.request (closes_at) where closes_at is not null;

-- The read model of the catalogue: one row per request type; `doc` is the folded state.
create table requests.request_type (
    id text primary key,
    stream uuid not null,
    version int not null,
    retired boolean not null,
    doc jsonb not null
);
create unique index request_type_stream on requests.request_type (stream);

-- What the directory told: effective-dated, as it is known now.
create table requests.district (
    singleton boolean primary key default true check (singleton),
    zone text not null
);
create table requests.school (
    id text primary key,
    level text not null
);
create table requests.school_network (
    school text not null,
    effective_from date not null,
    network text not null,
    primary key (school, effective_from)
);
create table requests.school_tier (
    school text not null,
    effective_from date not null,
    tier text not null,
    primary key (school, effective_from)
);
create table requests.school_principal (
    school text not null,
    effective_from date not null,
    person text not null,
    primary key (school, effective_from)
);
create table requests.membership (
    person text not null,
    team text not null,
    role text not null,
    effective_from date not null,
    effective_until date,
    primary key (person, team, role, effective_from)
);

-- Who looked at special education requests, when and how much of them was shown.
create table requests.access_log (
    id bigint generated always as identity primary key,
    at timestamptz not null,
    subject text not null,
    request uuid not null,
    rpc text not null,
    text_shown boolean not null
);
create index access_log_request on requests.access_log (request, at);
