-- The publications behind a position, held against further ones to the end of the transaction by the lock `S`, `L`, `A`.
-- Each statement of a volatile function sees what is committed when it begins: the terms are read after the lock is had.
create function sla.terms_behind(p_after bigint)
returns table (pos bigint, kind text, revision smallint, payload bytea)
language plpgsql volatile as $function$
#variable_conflict use_column
begin
    perform pg_advisory_xact_lock_shared(x'534C41'::bigint);
    return query select t.pos, t.kind, t.revision, t.payload from sla.term t where t.pos > p_after order by t.pos;
end
$function$;
