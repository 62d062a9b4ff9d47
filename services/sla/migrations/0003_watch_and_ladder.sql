-- Which policy judges a clock, so that the board can be asked by it; null where the source states the due instant.
alter table sla.clock add column policy text;

-- The transaction that last changed a row. Whoever watches the board asks for rows of transactions that were not over when it
-- last looked; all before the oldest one still running are over, so nothing is missed however commits overtake each other.
alter table sla.clock add column changed xid8 not null default pg_current_xact_id();
create index clock_changed on sla.clock (changed, request, metric, cycle);
create index clock_board_network on sla.clock (network, sort_at, request, metric, cycle) where live;
create index clock_breached on sla.clock (breached_at) where breached_at is not null;

-- What people were told, by the steps of the ladder of each clock.
create table sla.escalation (
    request uuid not null,
    metric text not null,
    cycle int not null,
    step int not null,
    percent int not null,                     -- 0 for the breach
    after_seconds int not null,
    audience text not null,                   -- holder | lead | director
    member text not null,                     -- who holds the request now; empty if the team does
    reached_at timestamptz not null,
    told_at timestamptz not null,
    acknowledged_by text,
    acknowledged_at timestamptz,
    primary key (request, metric, cycle, step)
);
create index escalation_inbox on sla.escalation (told_at, request, metric, cycle, step) where acknowledged_at is null;

-- The documents of request_facts have another shape now: what was known is moved into it. Folding them anew from the log instead
-- would look at clocks in the middle of lives that are told already, and tell false breaches.
update sla.request_facts set doc = (doc - 'team' - 'priority' - 'first_reply' - 'opening')
    || case when doc ? 'team'
        then jsonb_build_object('tenures', jsonb_build_array(
            jsonb_build_array(coalesce(doc #> '{opening,at}', '0'), doc -> 'team')))
        else '{}' end
    || case when doc ? 'first_reply'
        then jsonb_build_object('active', doc -> 'first_reply',
            'messages', jsonb_build_array(jsonb_build_array(doc -> 'first_reply', true)))
        else '{}' end
    || case when doc ? 'opening'
        then jsonb_build_object('opening', jsonb_strip_nulls(jsonb_build_object(
            'at', doc #> '{opening,at}', 'imported', doc #> '{opening,imported}',
            'school', doc #> '{opening,school}', 'network', doc #> '{opening,network}',
            'seen', jsonb_build_object(
                'request_type', doc #> '{opening,request_type}', 'category', doc #> '{opening,category}',
                'level', doc #> '{opening,level}', 'tier', doc #> '{opening,tier}', 'priority', doc -> 'priority'))))
        else '{}' end;

-- For operations and reports: documented in the service's README, and kept from version to version.
create view sla.board as
select request, metric, cycle, state, started_at, due_at, breached_at, warned_percent, policy, calendar,
       request_type, priority, team, school, network, tier
from sla.clock where live;
comment on view sla.board is 'Clocks that still matter: running, paused, missed_open. due_at is null while paused.';

create view sla.breaches as
select request, metric, cycle, state, due_at, breached_at, fulfilled_at, policy, calendar,
       request_type, priority, team, school, network, tier
from sla.clock where breached_at is not null;
comment on view sla.breaches is 'Clocks whose due instant passed unfulfilled. breached_at is the computed instant; retracted breaches are not here.';

create view sla.about_to_breach as
select request, metric, cycle, started_at, due_at, warned_percent, policy, calendar,
       request_type, priority, team, school, network, tier
from sla.clock where live and state = 'running' and due_at is not null;
comment on view sla.about_to_breach is 'Running clocks with their due instants: ask for due_at below an instant of the domain clock.';

create view sla.inbox as
select e.request, e.metric, e.cycle, e.step, e.audience, e.percent, e.after_seconds, e.reached_at, e.told_at,
       e.member, c.state, c.due_at, c.request_type, c.priority, c.team, c.school, c.network
from sla.escalation e join sla.clock c using (request, metric, cycle)
where e.acknowledged_at is null and c.live;
comment on view sla.inbox is 'What people were told of late clocks and nobody has taken notice of yet.';
