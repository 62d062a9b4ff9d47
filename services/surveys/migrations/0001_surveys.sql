-- Requests that someone may be asked about: not imported ones.
create table surveys.request (
    id              uuid primary key,
    requester       text not null,
    channel         text not null,
    confidentiality text not null,
    school          text not null,
    tier            int  not null,
    resolutions     int  not null default 0  -- how often it has been resolved
);

create table surveys.invitation (
    id                 uuid primary key,
    request            uuid not null,
    resolution         int  not null,
    instrument         text not null,
    instrument_version int  not null,
    respondent         text not null,
    team               text not null,
    stage              text not null,        -- scheduled | sent | answered | withdrawn | expired
    send_at            timestamptz not null,
    expires_at         timestamptz,          -- null before it is sent
    token_hash         bytea,                -- SHA-256 of the token; the token is never stored
    version            int  not null
);
create unique index on surveys.invitation (token_hash);
create index on surveys.invitation (send_at) where stage = 'scheduled';
create index on surveys.invitation (expires_at) where stage = 'sent';
create index on surveys.invitation (respondent, send_at);
create index on surveys.invitation (request);
