-- The foundation: tables, row-level security, guards and rights. Frozen: later changes are further migrations.

create extension if not exists btree_gist;

CREATE TABLE agency (
  id UUID NOT NULL,
  name VARCHAR NOT NULL,
  kind VARCHAR NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_agency PRIMARY KEY (id),
  CONSTRAINT uq_agency_name UNIQUE (name)
);

CREATE TABLE attempt (
  id SERIAL NOT NULL,
  account BYTEA NOT NULL,
  address BYTEA NOT NULL,
  at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_attempt PRIMARY KEY (id)
);

CREATE INDEX ix_attempt_account_at ON attempt (account, at);

CREATE INDEX ix_attempt_address_at ON attempt (address, at);

CREATE TABLE coded_record (
  id UUID NOT NULL,
  key_version INTEGER NOT NULL,
  record BYTEA NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  agency_id UUID NOT NULL,
  CONSTRAINT pk_coded_record PRIMARY KEY (id)
);

CREATE TABLE done_once (
  member_id UUID NOT NULL,
  key UUID NOT NULL,
  outcome VARCHAR NOT NULL,
  done_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_done_once PRIMARY KEY (member_id, key)
);

CREATE TABLE search_shard (
  id UUID NOT NULL,
  unit_id UUID NOT NULL,
  number INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  entries INTEGER NOT NULL,
  block BYTEA NOT NULL,
  agency_id UUID NOT NULL,
  CONSTRAINT pk_search_shard PRIMARY KEY (id),
  CONSTRAINT uq_search_shard_agency_id_unit_id_number UNIQUE (agency_id, unit_id, number)
);

CREATE TABLE trail_entry (
  id BIGINT GENERATED ALWAYS AS IDENTITY,
  written_xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  actor_id UUID,
  agency_id UUID,
  role TEXT NOT NULL,
  session_hash BYTEA,
  action TEXT NOT NULL,
  result TEXT NOT NULL,
  purpose TEXT,
  consent_id UUID,
  authorisation TEXT NOT NULL,
  case_generation INTEGER,
  program TEXT NOT NULL,
  detail BYTEA,
  leaf BYTEA NOT NULL,
  sequence BIGINT,
  epoch INTEGER,
  mac BYTEA,
  CONSTRAINT pk_trail_entry PRIMARY KEY (id),
  CONSTRAINT ck_trail_entry_result CHECK (result in ('allowed', 'denied', 'rejected', 'failed')),
  CONSTRAINT ck_trail_entry_sealed_whole CHECK (num_nulls(sequence, epoch, mac) in (0, 3))
);

CREATE INDEX ix_trail_entry_agency ON trail_entry (agency_id, id);

CREATE INDEX ix_trail_entry_pending ON trail_entry (written_xid, id) WHERE sequence is null;

CREATE UNIQUE INDEX uq_trail_entry_sequence ON trail_entry (sequence) WHERE sequence is not null;

CREATE TABLE trail_epoch (
  epoch INTEGER NOT NULL,
  agency_id UUID NOT NULL,
  sealed_start_key BYTEA NOT NULL,
  started_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_trail_epoch PRIMARY KEY (epoch, agency_id)
);

CREATE TABLE trail_head (
  last_sequence BIGINT NOT NULL,
  first_sequence BIGINT NOT NULL,
  root BYTEA NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_trail_head PRIMARY KEY (last_sequence)
);

CREATE TABLE trail_state (
  id SMALLINT NOT NULL,
  sequence BIGINT NOT NULL,
  epoch INTEGER NOT NULL,
  ratchet BYTEA NOT NULL,
  frontier BYTEA NOT NULL,
  root BYTEA NOT NULL,
  up_to_xid xid8 NOT NULL,
  CONSTRAINT pk_trail_state PRIMARY KEY (id),
  CONSTRAINT ck_trail_state_single CHECK (id = 1)
);

CREATE TABLE agency_root (
  agency_id UUID NOT NULL,
  kind VARCHAR NOT NULL,
  root_public BYTEA NOT NULL,
  directory_public BYTEA NOT NULL,
  statement BYTEA NOT NULL,
  CONSTRAINT pk_agency_root PRIMARY KEY (agency_id),
  CONSTRAINT fk_agency_root_agency_id_agency FOREIGN KEY(agency_id) REFERENCES agency (id)
);

CREATE TABLE service (
  id UUID NOT NULL,
  agency_id UUID NOT NULL,
  name VARCHAR NOT NULL,
  service_type VARCHAR NOT NULL,
  province VARCHAR NOT NULL,
  sexes TEXT[] NOT NULL,
  majorities TEXT[] NOT NULL,
  has_places BOOLEAN NOT NULL,
  free_places INTEGER DEFAULT '0' NOT NULL,
  free_places_at TIMESTAMP WITH TIME ZONE,
  is_open BOOLEAN DEFAULT true NOT NULL,
  CONSTRAINT pk_service PRIMARY KEY (id),
  CONSTRAINT uq_service_agency_id_name UNIQUE (agency_id, name),
  CONSTRAINT fk_service_agency_id_agency FOREIGN KEY(agency_id) REFERENCES agency (id)
);

CREATE TABLE unit (
  id UUID NOT NULL,
  agency_id UUID NOT NULL,
  name VARCHAR NOT NULL,
  province VARCHAR NOT NULL,
  CONSTRAINT pk_unit PRIMARY KEY (id),
  CONSTRAINT uq_unit_agency_id_name UNIQUE (agency_id, name),
  CONSTRAINT fk_unit_agency_id_agency FOREIGN KEY(agency_id) REFERENCES agency (id)
);

CREATE TABLE member (
  id UUID NOT NULL,
  agency_id UUID NOT NULL,
  unit_id UUID,
  role VARCHAR NOT NULL,
  sign_in_name VARCHAR NOT NULL,
  display_name VARCHAR NOT NULL,
  status VARCHAR DEFAULT 'invited' NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_member PRIMARY KEY (id),
  CONSTRAINT fk_member_agency_id_agency FOREIGN KEY(agency_id) REFERENCES agency (id),
  CONSTRAINT fk_member_unit_id_unit FOREIGN KEY(unit_id) REFERENCES unit (id),
  CONSTRAINT uq_member_sign_in_name UNIQUE (sign_in_name)
);

CREATE INDEX ix_member_agency_id ON member (agency_id);

CREATE TABLE place (
  id UUID NOT NULL,
  service_id UUID NOT NULL,
  label VARCHAR NOT NULL,
  agency_id UUID NOT NULL,
  CONSTRAINT pk_place PRIMARY KEY (id),
  CONSTRAINT uq_place_service_id_label UNIQUE (service_id, label),
  CONSTRAINT fk_place_service_id_service FOREIGN KEY(service_id) REFERENCES service (id)
);

CREATE INDEX ix_place_service_id ON place (service_id);

CREATE TABLE case_file (
  id UUID NOT NULL,
  unit_id UUID NOT NULL,
  code VARCHAR NOT NULL,
  person_code UUID NOT NULL,
  owner_id UUID NOT NULL,
  status VARCHAR NOT NULL,
  urgent BOOLEAN NOT NULL,
  administrative JSONB NOT NULL,
  coded_ref UUID NOT NULL,
  import_key BYTEA,
  opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  version INTEGER NOT NULL,
  agency_id UUID NOT NULL,
  CONSTRAINT pk_case_file PRIMARY KEY (id),
  CONSTRAINT uq_case_file_agency_id_code UNIQUE (agency_id, code),
  CONSTRAINT uq_case_file_agency_id_import_key UNIQUE (agency_id, import_key),
  CONSTRAINT fk_case_file_unit_id_unit FOREIGN KEY(unit_id) REFERENCES unit (id),
  CONSTRAINT fk_case_file_owner_id_member FOREIGN KEY(owner_id) REFERENCES member (id)
);

CREATE INDEX ix_case_file_unit_id_opened_at ON case_file (unit_id, opened_at);

CREATE TABLE credential (
  member_id UUID NOT NULL,
  salt BYTEA NOT NULL,
  verifier_hash BYTEA NOT NULL,
  slot BYTEA NOT NULL,
  identity BYTEA NOT NULL,
  CONSTRAINT pk_credential PRIMARY KEY (member_id),
  CONSTRAINT fk_credential_member_id_member FOREIGN KEY(member_id) REFERENCES member (id)
);

CREATE TABLE invitation (
  id UUID NOT NULL,
  member_id UUID NOT NULL,
  agency_id UUID NOT NULL,
  enrol_public BYTEA NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  statement BYTEA NOT NULL,
  pins BYTEA NOT NULL,
  used_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_invitation PRIMARY KEY (id),
  CONSTRAINT fk_invitation_member_id_member FOREIGN KEY(member_id) REFERENCES member (id),
  CONSTRAINT fk_invitation_agency_id_agency FOREIGN KEY(agency_id) REFERENCES agency (id),
  CONSTRAINT uq_invitation_enrol_public UNIQUE (enrol_public)
);

CREATE INDEX ix_invitation_member_id ON invitation (member_id);

CREATE TABLE key_grant (
  id UUID NOT NULL,
  agency_id UUID NOT NULL,
  recipient_id UUID NOT NULL,
  supplier_id UUID NOT NULL,
  compartment VARCHAR NOT NULL,
  version INTEGER NOT NULL,
  statement BYTEA NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  revoked_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_key_grant PRIMARY KEY (id),
  CONSTRAINT fk_key_grant_agency_id_agency FOREIGN KEY(agency_id) REFERENCES agency (id),
  CONSTRAINT fk_key_grant_recipient_id_member FOREIGN KEY(recipient_id) REFERENCES member (id),
  CONSTRAINT fk_key_grant_supplier_id_member FOREIGN KEY(supplier_id) REFERENCES member (id)
);

CREATE INDEX ix_key_grant_live ON key_grant (recipient_id, compartment) WHERE revoked_at IS NULL;

CREATE TABLE key_state (
  id UUID NOT NULL,
  agency_id UUID NOT NULL,
  compartment VARCHAR NOT NULL,
  version INTEGER NOT NULL,
  dropbox_public BYTEA NOT NULL,
  holder_id UUID NOT NULL,
  statement BYTEA NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_key_state PRIMARY KEY (id),
  CONSTRAINT uq_key_state_agency_id_compartment_version UNIQUE (agency_id, compartment, version),
  CONSTRAINT fk_key_state_agency_id_agency FOREIGN KEY(agency_id) REFERENCES agency (id),
  CONSTRAINT fk_key_state_holder_id_member FOREIGN KEY(holder_id) REFERENCES member (id)
);

CREATE TABLE lost_form (
  id UUID NOT NULL,
  member_id UUID NOT NULL,
  typed BYTEA NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_lost_form PRIMARY KEY (id),
  CONSTRAINT fk_lost_form_member_id_member FOREIGN KEY(member_id) REFERENCES member (id)
);

CREATE INDEX ix_lost_form_member_id ON lost_form (member_id);

CREATE TABLE release (
  id UUID NOT NULL,
  number INTEGER,
  status VARCHAR NOT NULL,
  period_start DATE NOT NULL,
  period_end DATE NOT NULL,
  extracted_at TIMESTAMP WITH TIME ZONE NOT NULL,
  threshold INTEGER NOT NULL,
  excluded VARCHAR NOT NULL,
  unreadable INTEGER NOT NULL,
  tables JSONB NOT NULL,
  digest BYTEA NOT NULL,
  proposed_by UUID NOT NULL,
  proposed_at TIMESTAMP WITH TIME ZONE NOT NULL,
  decided_by UUID,
  decided_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_release PRIMARY KEY (id),
  CONSTRAINT uq_release_number UNIQUE (number),
  CONSTRAINT fk_release_proposed_by_member FOREIGN KEY(proposed_by) REFERENCES member (id),
  CONSTRAINT fk_release_decided_by_member FOREIGN KEY(decided_by) REFERENCES member (id)
);

CREATE TABLE session (
  id UUID NOT NULL,
  token_hash BYTEA NOT NULL,
  member_id UUID NOT NULL,
  agency_id UUID NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  ended_at TIMESTAMP WITH TIME ZONE,
  keys BYTEA,
  CONSTRAINT pk_session PRIMARY KEY (id),
  CONSTRAINT uq_session_token_hash UNIQUE (token_hash),
  CONSTRAINT fk_session_member_id_member FOREIGN KEY(member_id) REFERENCES member (id)
);

CREATE INDEX ix_session_member_id ON session (member_id);

CREATE TABLE case_compartment (
  id UUID NOT NULL,
  case_id UUID NOT NULL,
  unit_id UUID NOT NULL,
  name VARCHAR NOT NULL,
  part INTEGER NOT NULL,
  key_version INTEGER NOT NULL,
  wrap VARCHAR NOT NULL,
  wrapped_key BYTEA NOT NULL,
  commitment BYTEA NOT NULL,
  generation INTEGER NOT NULL,
  manifest BYTEA NOT NULL,
  fields BYTEA NOT NULL,
  agency_id UUID NOT NULL,
  CONSTRAINT pk_case_compartment PRIMARY KEY (id),
  CONSTRAINT uq_case_compartment_case_id_name_part UNIQUE (case_id, name, part),
  CONSTRAINT fk_case_compartment_case_id_case_file FOREIGN KEY(case_id) REFERENCES case_file (id) ON DELETE CASCADE
);

CREATE TABLE certificate (
  id UUID NOT NULL,
  member_id UUID NOT NULL,
  invitation_id UUID NOT NULL,
  epoch INTEGER NOT NULL,
  statement BYTEA NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  revoked_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_certificate PRIMARY KEY (id),
  CONSTRAINT uq_certificate_member_id_epoch UNIQUE (member_id, epoch),
  CONSTRAINT fk_certificate_member_id_member FOREIGN KEY(member_id) REFERENCES member (id),
  CONSTRAINT fk_certificate_invitation_id_invitation FOREIGN KEY(invitation_id) REFERENCES invitation (id)
);

CREATE INDEX ix_certificate_member_id ON certificate (member_id);

CREATE TABLE consent (
  id UUID NOT NULL,
  case_id UUID NOT NULL,
  unit_id UUID NOT NULL,
  scope VARCHAR NOT NULL,
  status VARCHAR NOT NULL,
  given_by VARCHAR NOT NULL,
  child_assent VARCHAR,
  mode VARCHAR NOT NULL,
  language VARCHAR NOT NULL,
  legal_basis VARCHAR NOT NULL,
  recipient_agency_id UUID,
  recipient_service_id UUID,
  classes TEXT[] NOT NULL,
  fields TEXT[] NOT NULL,
  information TEXT[] NOT NULL,
  restrictions BYTEA,
  valid_until TIMESTAMP WITH TIME ZONE,
  withdraws UUID,
  recorded_by UUID NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  agency_id UUID NOT NULL,
  CONSTRAINT pk_consent PRIMARY KEY (id),
  CONSTRAINT fk_consent_case_id_case_file FOREIGN KEY(case_id) REFERENCES case_file (id) ON DELETE CASCADE,
  CONSTRAINT fk_consent_recipient_agency_id_agency FOREIGN KEY(recipient_agency_id) REFERENCES agency (id),
  CONSTRAINT fk_consent_recipient_service_id_service FOREIGN KEY(recipient_service_id) REFERENCES service (id),
  CONSTRAINT fk_consent_withdraws_consent FOREIGN KEY(withdraws) REFERENCES consent (id),
  CONSTRAINT fk_consent_recorded_by_member FOREIGN KEY(recorded_by) REFERENCES member (id)
);

CREATE INDEX ix_consent_case_id ON consent (case_id);

CREATE TABLE referral (
  id UUID NOT NULL,
  code VARCHAR NOT NULL,
  to_agency_id UUID NOT NULL,
  unit_id UUID NOT NULL,
  case_id UUID NOT NULL,
  service_id UUID NOT NULL,
  consent_id UUID,
  urgency VARCHAR NOT NULL,
  status VARCHAR NOT NULL,
  request BYTEA NOT NULL,
  sender_copy BYTEA NOT NULL,
  decline_reason VARCHAR,
  due_at TIMESTAMP WITH TIME ZONE NOT NULL,
  sent_at TIMESTAMP WITH TIME ZONE NOT NULL,
  seen_at TIMESTAMP WITH TIME ZONE,
  decided_at TIMESTAMP WITH TIME ZONE,
  started_at TIMESTAMP WITH TIME ZONE,
  completed_at TIMESTAMP WITH TIME ZONE,
  cancelled_at TIMESTAMP WITH TIME ZONE,
  acknowledged_at TIMESTAMP WITH TIME ZONE,
  created_by UUID NOT NULL,
  version INTEGER NOT NULL,
  agency_id UUID NOT NULL,
  CONSTRAINT pk_referral PRIMARY KEY (id),
  CONSTRAINT uq_referral_code UNIQUE (code),
  CONSTRAINT fk_referral_to_agency_id_agency FOREIGN KEY(to_agency_id) REFERENCES agency (id),
  CONSTRAINT fk_referral_unit_id_unit FOREIGN KEY(unit_id) REFERENCES unit (id),
  CONSTRAINT fk_referral_case_id_case_file FOREIGN KEY(case_id) REFERENCES case_file (id),
  CONSTRAINT fk_referral_service_id_service FOREIGN KEY(service_id) REFERENCES service (id),
  CONSTRAINT fk_referral_consent_id_consent FOREIGN KEY(consent_id) REFERENCES consent (id),
  CONSTRAINT fk_referral_created_by_member FOREIGN KEY(created_by) REFERENCES member (id)
);

CREATE INDEX ix_referral_case_id ON referral (case_id);

CREATE INDEX ix_referral_to_agency_id_status ON referral (to_agency_id, status);

CREATE TABLE disclosure_package (
  id UUID NOT NULL,
  referral_id UUID NOT NULL,
  to_agency_id UUID NOT NULL,
  wrapped_key BYTEA NOT NULL,
  content BYTEA NOT NULL,
  fields TEXT[] NOT NULL,
  valid_until TIMESTAMP WITH TIME ZONE,
  closes_at TIMESTAMP WITH TIME ZONE,
  opened_at TIMESTAMP WITH TIME ZONE,
  destroyed_at TIMESTAMP WITH TIME ZONE,
  agency_id UUID NOT NULL,
  CONSTRAINT pk_disclosure_package PRIMARY KEY (id),
  CONSTRAINT uq_disclosure_package_referral_id UNIQUE (referral_id),
  CONSTRAINT fk_disclosure_package_referral_id_referral FOREIGN KEY(referral_id) REFERENCES referral (id),
  CONSTRAINT fk_disclosure_package_to_agency_id_agency FOREIGN KEY(to_agency_id) REFERENCES agency (id)
);

CREATE TABLE stay (
  id UUID NOT NULL,
  place_id UUID NOT NULL,
  referral_id UUID NOT NULL,
  during TSTZRANGE NOT NULL,
  status VARCHAR NOT NULL,
  agency_id UUID NOT NULL,
  CONSTRAINT pk_stay PRIMARY KEY (id),
  CONSTRAINT ex_stay_place_during EXCLUDE USING gist (place_id WITH =, during WITH &&) WHERE (status in ('held', 'confirmed', 'occupied')),
  CONSTRAINT fk_stay_place_id_place FOREIGN KEY(place_id) REFERENCES place (id),
  CONSTRAINT fk_stay_referral_id_referral FOREIGN KEY(referral_id) REFERENCES referral (id)
);

CREATE INDEX ix_stay_referral_id ON stay (referral_id);


-- Who the session's token belongs to, and what it may see.

create function app_agency() returns uuid language sql stable security definer parallel safe
  set search_path = pg_catalog, pg_temp as $$
  select s.agency_id
    from public.session s
    where s.token_hash = sha256(decode(nullif(current_setting('app.session', true), ''), 'hex'))
      and s.ended_at is null and s.expires_at > now()
$$;

alter function app_agency() owner to protect_owner;

revoke all on function app_agency() from public;

grant execute on function app_agency() to protect_web;

create function app_statistics() returns boolean language sql stable security definer parallel safe
  set search_path = pg_catalog, pg_temp as $$
  select exists (select m.id
    from public.session s
    join public.member m on m.id = s.member_id and m.agency_id = s.agency_id
    join public.agency a on a.id = s.agency_id
    where s.token_hash = sha256(decode(nullif(current_setting('app.session', true), ''), 'hex'))
      and s.ended_at is null and s.expires_at > now()
      and m.role = 'analyst' and m.status = 'active' and a.kind = 'commission')
$$;

alter function app_statistics() owner to protect_owner;

revoke all on function app_statistics() from public;

grant execute on function app_statistics() to protect_web;

alter table "coded_record" enable row level security;

alter table "coded_record" force row level security;

create policy app_select on "coded_record" for select using ((agency_id = (select app_agency()) or (select app_statistics())));

create policy app_insert on "coded_record" for insert with check (agency_id = (select app_agency()));

create policy app_update on "coded_record" for update using (agency_id = (select app_agency())) with check (agency_id = (select app_agency()));

create policy app_delete on "coded_record" for delete using (agency_id = (select app_agency()));

alter table "search_shard" enable row level security;

alter table "search_shard" force row level security;

create policy app_select on "search_shard" for select using (agency_id = (select app_agency()));

create policy app_insert on "search_shard" for insert with check (agency_id = (select app_agency()));

create policy app_update on "search_shard" for update using (agency_id = (select app_agency())) with check (agency_id = (select app_agency()));

create policy app_delete on "search_shard" for delete using (agency_id = (select app_agency()));

alter table "place" enable row level security;

alter table "place" force row level security;

create policy app_select on "place" for select using (agency_id = (select app_agency()));

create policy app_insert on "place" for insert with check (agency_id = (select app_agency()));

create policy app_update on "place" for update using (agency_id = (select app_agency())) with check (agency_id = (select app_agency()));

create policy app_delete on "place" for delete using (agency_id = (select app_agency()));

alter table "case_file" enable row level security;

alter table "case_file" force row level security;

create policy app_select on "case_file" for select using (agency_id = (select app_agency()));

create policy app_insert on "case_file" for insert with check (agency_id = (select app_agency()));

create policy app_update on "case_file" for update using (agency_id = (select app_agency())) with check (agency_id = (select app_agency()));

create policy app_delete on "case_file" for delete using (agency_id = (select app_agency()));

alter table "case_compartment" enable row level security;

alter table "case_compartment" force row level security;

create policy app_select on "case_compartment" for select using (agency_id = (select app_agency()));

create policy app_insert on "case_compartment" for insert with check (agency_id = (select app_agency()));

create policy app_update on "case_compartment" for update using (agency_id = (select app_agency())) with check (agency_id = (select app_agency()));

create policy app_delete on "case_compartment" for delete using (agency_id = (select app_agency()));

alter table "consent" enable row level security;

alter table "consent" force row level security;

create policy app_select on "consent" for select using (agency_id = (select app_agency()));

create policy app_insert on "consent" for insert with check (agency_id = (select app_agency()));

create policy app_update on "consent" for update using (agency_id = (select app_agency())) with check (agency_id = (select app_agency()));

create policy app_delete on "consent" for delete using (agency_id = (select app_agency()));

alter table "referral" enable row level security;

alter table "referral" force row level security;

create policy app_select on "referral" for select using ((agency_id = (select app_agency()) or to_agency_id = (select app_agency())));

create policy app_insert on "referral" for insert with check (agency_id = (select app_agency()));

create policy app_update on "referral" for update using ((agency_id = (select app_agency()) or to_agency_id = (select app_agency()))) with check ((agency_id = (select app_agency()) or to_agency_id = (select app_agency())));

create policy app_delete on "referral" for delete using (agency_id = (select app_agency()));

alter table "disclosure_package" enable row level security;

alter table "disclosure_package" force row level security;

create policy app_select on "disclosure_package" for select using ((agency_id = (select app_agency()) or to_agency_id = (select app_agency())));

create policy app_insert on "disclosure_package" for insert with check (agency_id = (select app_agency()));

create policy app_update on "disclosure_package" for update using ((agency_id = (select app_agency()) or to_agency_id = (select app_agency()))) with check ((agency_id = (select app_agency()) or to_agency_id = (select app_agency())));

create policy app_delete on "disclosure_package" for delete using (agency_id = (select app_agency()));

alter table "stay" enable row level security;

alter table "stay" force row level security;

create policy app_select on "stay" for select using (agency_id = (select app_agency()));

create policy app_insert on "stay" for insert with check (agency_id = (select app_agency()));

create policy app_update on "stay" for update using (agency_id = (select app_agency())) with check (agency_id = (select app_agency()));

create policy app_delete on "stay" for delete using (agency_id = (select app_agency()));


-- Rights of the web role: rows, never structure. The shape of the trail is narrower.

grant usage on schema public to protect_web;

grant select on alembic_version to protect_web;

grant select, insert, update, delete on
  agency,
  attempt,
  coded_record,
  done_once,
  search_shard,
  agency_root,
  service,
  unit,
  member,
  place,
  case_file,
  credential,
  invitation,
  key_grant,
  key_state,
  lost_form,
  release,
  session,
  case_compartment,
  certificate,
  consent,
  referral,
  disclosure_package,
  stay
to protect_web;


-- Who sends and who receives never changes, nor what a referral is about.

revoke update on referral from protect_web;
grant update (
  consent_id, urgency, status, request, sender_copy, decline_reason, due_at, seen_at, decided_at, started_at, completed_at, cancelled_at, acknowledged_at, version
) on referral to protect_web;

revoke update on disclosure_package from protect_web;
grant update (
  wrapped_key, content, fields, closes_at, opened_at, destroyed_at
) on disclosure_package to protect_web;

grant usage on all sequences in schema public to protect_web;

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
revoke all on trail_entry, trail_head, trail_epoch, trail_state from protect_web;
grant select on trail_entry, trail_head, trail_epoch, trail_state to protect_web;
grant insert (at, actor_id, agency_id, role, session_hash, action, result, purpose, consent_id, authorisation,
  case_generation, program, detail, leaf) on trail_entry to protect_web;
grant update (sequence, epoch, mac) on trail_entry to protect_web;
grant insert on trail_head, trail_epoch, trail_state to protect_web;
grant update (sequence, epoch, ratchet, frontier, root, up_to_xid) on trail_state to protect_web;


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
