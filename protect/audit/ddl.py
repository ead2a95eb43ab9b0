"""The database's own guard of the trail, as text frozen for migration 0001: `python -m protect.audit.ddl [role]`."""

import re
import sys

GUARD = """\
create function trail_refuse() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  raise exception 'the trail is only ever appended to' using errcode = 'insufficient_privilege';
end
$$;
create trigger trail_entry_unsealed before insert on trail_entry for each row
  when (new.sequence is not null or new.written_xid <> pg_current_xact_id()) execute function trail_refuse();
create trigger trail_entry_sealed before update on trail_entry for each row
  when (old.sequence is not null
    or (old.id, old.written_xid, old.at, old.actor_id, old.agency_id, old.role, old.session_hash, old.action,
        old.result, old.purpose, old.consent_id, old.authorisation, old.case_generation, old.program, old.detail,
        old.leaf)
    is distinct from
       (new.id, new.written_xid, new.at, new.actor_id, new.agency_id, new.role, new.session_hash, new.action,
        new.result, new.purpose, new.consent_id, new.authorisation, new.case_generation, new.program, new.detail,
        new.leaf))
  execute function trail_refuse();
create trigger trail_entry_kept before delete on trail_entry for each row execute function trail_refuse();
create trigger trail_entry_whole before truncate on trail_entry for each statement execute function trail_refuse();
create trigger trail_head_kept before update or delete on trail_head for each row execute function trail_refuse();
create trigger trail_head_whole before truncate on trail_head for each statement execute function trail_refuse();
create trigger trail_epoch_kept before update or delete on trail_epoch for each row execute function trail_refuse();
create trigger trail_epoch_whole before truncate on trail_epoch for each statement execute function trail_refuse();
create trigger trail_state_forward before update on trail_state for each row
  when (new.id <> old.id or new.sequence < old.sequence or new.epoch < old.epoch) execute function trail_refuse();
create trigger trail_state_kept before delete on trail_state for each row execute function trail_refuse();
create trigger trail_state_whole before truncate on trail_state for each statement execute function trail_refuse();
"""
"""Refuses every change but the sealer's one: numbering an entry that has no number yet."""

_GRANTS = """\
revoke all on trail_entry, trail_head, trail_epoch, trail_state from {role};
grant select on trail_entry, trail_head, trail_epoch, trail_state to {role};
grant insert (at, actor_id, agency_id, role, session_hash, action, result, purpose, consent_id, authorisation,
  case_generation, program, detail, leaf) on trail_entry to {role};
grant update (sequence, epoch, mac) on trail_entry to {role};
grant insert on trail_head, trail_epoch, trail_state to {role};
grant update (sequence, epoch, ratchet, frontier, root, up_to_xid) on trail_state to {role};
"""


def grants(role: str) -> str:
    """What the web role may do to the trail, in full: all it had before is taken first."""
    if not re.fullmatch(r"[a-z_][a-z0-9_]*", role):
        raise ValueError("a role is named by lower-case letters, digits and underscores")
    return _GRANTS.format(role=role)


if __name__ == "__main__":
    sys.stdout.write(GUARD + grants(sys.argv[1] if len(sys.argv) > 1 else "protect_web"))
