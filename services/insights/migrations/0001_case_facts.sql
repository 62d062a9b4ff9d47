-- Case facts: what is known of each request, one column per source, and how that knowledge grew.
create table insights.case_facts (
    request       uuid primary key,
    opened_at     timestamptz,            -- null until the request's first event is seen
    teams         text[] not null default '{}',  -- every team that ever held it
    request_facts bytea,                  -- RequestFacts
    clock_facts   bytea                   -- ClockFacts
);
create index on insights.case_facts (opened_at);
create index on insights.case_facts using gin (teams);

-- Every state of knowledge of every part: known from this instant until the part's next version.
create table insights.case_part (
    request    uuid not null,
    source     text not null,             -- requests | sla
    version    int not null,              -- of the stream, with the last event folded in
    known_from timestamptz not null,
    facts      bytea not null,
    primary key (request, source, version)
);

create table insights.survey (
    invitation uuid primary key,
    request    uuid,
    team       text not null default '',
    facts      bytea not null             -- SurveyFacts
);
create index on insights.survey (request);
create index on insights.survey (team);

create table insights.team (
    team  text primary key,
    label text not null                   -- the name in the source system if an import made it, else the id
);

create table insights.district (
    one  bool primary key default true check (one),
    zone text not null
);

create table insights.calendar (
    calendar  text primary key,
    published bytea not null              -- the payload of calendar.published, its latest version
);
