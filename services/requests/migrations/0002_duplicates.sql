-- The request that asks for the same, while a resolution as a duplicate stands: by it the other one shows its duplicates.
alter table requests.request add column duplicate_of uuid;
update requests.request set duplicate_of = (doc->'resolution'->>'duplicate_of')::uuid
    where doc->'resolution'->>'duplicate_of' is not null;
create index request_duplicate_of on requests.request (duplicate_of, opened_at, id) where duplicate_of is not null;
