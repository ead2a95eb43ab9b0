-- What an entry says of the sealed rows that were written with it.

alter table trail_entry add column written bytea;
alter table coded_record add column generation integer not null default 1;
alter table coded_record alter column generation drop default;

drop trigger trail_entry_sealed on trail_entry;
create trigger trail_entry_sealed before update on trail_entry for each row
  when (old.sequence is not null
    or (old.id, old.written_xid, old.at, old.actor_id, old.agency_id, old.role, old.session_hash, old.action,
        old.result, old.purpose, old.consent_id, old.authorisation, old.case_generation, old.program, old.detail,
        old.written, old.leaf)
    is distinct from
       (new.id, new.written_xid, new.at, new.actor_id, new.agency_id, new.role, new.session_hash, new.action,
        new.result, new.purpose, new.consent_id, new.authorisation, new.case_generation, new.program, new.detail,
        new.written, new.leaf))
  execute function trail_refuse();

create table trail_row (
  mark bytea not null,
  generation integer not null,
  entry_id bigint not null,
  digest bytea not null,
  constraint pk_trail_row primary key (mark, generation, entry_id)
);

create function trail_spread() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  if octet_length(new.written) = 0 or mod(octet_length(new.written), 52) <> 0 then
    raise exception 'states of rows have 52 bytes each' using errcode = 'check_violation';
  end if;
  insert into public.trail_row (mark, entry_id, generation, digest)
    select substring(new.written from at for 16), new.id,
           (get_byte(new.written, at + 15) << 24) + (get_byte(new.written, at + 16) << 16)
             + (get_byte(new.written, at + 17) << 8) + get_byte(new.written, at + 18),
           substring(new.written from at + 20 for 32)
    from generate_series(1, octet_length(new.written), 52) as at;
  return null;
end
$$;
create trigger trail_entry_spread after insert on trail_entry for each row
  when (new.written is not null) execute function trail_spread();

-- Only the trigger above writes here: a statement of its own stands at depth 0.
create trigger trail_row_derived before insert on trail_row for each row
  when (pg_trigger_depth() = 0) execute function trail_refuse();
create trigger trail_row_kept before update or delete on trail_row for each row execute function trail_refuse();
create trigger trail_row_whole before truncate on trail_row for each statement execute function trail_refuse();

-- The tree above its leaves, its signed heads, and what witnesses and members say of them.

create table trail_node (
  level smallint not null,
  position bigint not null,
  hash bytea not null,
  constraint pk_trail_node primary key (level, position)
);

create table trail_checkpoint (
  size bigint not null,
  note text not null,
  constraint pk_trail_checkpoint primary key (size)
);

create table trail_cosignature (
  size bigint not null,
  witness text not null,
  at timestamp with time zone not null,
  note text not null,
  constraint pk_trail_cosignature primary key (size, witness, at)
);

create table trail_contradiction (
  id bigint generated always as identity,
  member_id uuid,
  at timestamp with time zone not null,
  seen text,
  found text,
  constraint pk_trail_contradiction primary key (id)
);
create index ix_trail_contradiction_member_id on trail_contradiction (member_id);

create trigger trail_node_kept before update or delete on trail_node for each row execute function trail_refuse();
create trigger trail_node_whole before truncate on trail_node for each statement execute function trail_refuse();
create trigger trail_checkpoint_kept before update or delete on trail_checkpoint for each row execute function trail_refuse();
create trigger trail_checkpoint_whole before truncate on trail_checkpoint for each statement execute function trail_refuse();
create trigger trail_cosignature_kept before update or delete on trail_cosignature for each row execute function trail_refuse();
create trigger trail_cosignature_whole before truncate on trail_cosignature for each statement execute function trail_refuse();
create trigger trail_contradiction_kept before update or delete on trail_contradiction for each row execute function trail_refuse();
create trigger trail_contradiction_whole before truncate on trail_contradiction for each statement execute function trail_refuse();

grant insert (written) on trail_entry to protect_web;
grant select, insert on trail_row, trail_node, trail_checkpoint, trail_cosignature, trail_contradiction to protect_web;
grant usage on all sequences in schema public to protect_web;
