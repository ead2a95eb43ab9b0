"""The database's own guard of releases, as text frozen for migration 0001."""

GUARD = """\
create function release_refuse() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  raise exception 'a release is decided once, by another than its author, and then stands'
    using errcode = 'insufficient_privilege';
end
$$;
create trigger release_new before insert on release for each row
  when (new.status <> 'proposed' or num_nonnulls(new.number, new.decided_by, new.decided_at) > 0)
  execute function release_refuse();
create trigger release_decided before update on release for each row
  when (old.status <> 'proposed'
    or new.status not in ('published', 'refused')
    or num_nulls(new.decided_by, new.decided_at) > 0
    or new.decided_by = new.proposed_by
    or (new.number is null) is distinct from (new.status = 'refused')
    or (old.id, old.period_start, old.period_end, old.extracted_at, old.threshold, old.excluded,
        old.unreadable, old.tables, old.digest, old.proposed_by, old.proposed_at)
    is distinct from
       (new.id, new.period_start, new.period_end, new.extracted_at, new.threshold, new.excluded,
        new.unreadable, new.tables, new.digest, new.proposed_by, new.proposed_at))
  execute function release_refuse();
create trigger release_kept before delete on release for each row execute function release_refuse();
create trigger release_whole before truncate on release for each statement execute function release_refuse();
"""
"""A release enters as a proposal; the one change it takes is the decision of somebody else; nothing removes it."""
