"""The session refuses a statement without a scope and narrows it with one, even where the database would not."""

import uuid

import pytest
from sqlalchemy import Engine, column, delete, exists, func, insert, literal_column, select, table, text, union, update
from sqlalchemy.orm import aliased, joinedload, selectinload

from protect.store import CommitOutsideGate, RawStatementRefused, Scope, ScopeMissing, ScopeViolation, Sealed
from tests.store.planted import HERE, NORTH, SOUTH, THERE, Agency, Case, Demand, Fact, Member, Note, gated

OTHER = aliased(Case)
NUMBERED = select(Case.id, Case.agency_id).cte("numbered")
INNER = select(Case).subquery()

# Every way to a case that a check of the mapped result alone would miss, giving the agencies it reached.
NARROWED = {
    "entity": select(Case.agency_id),
    "alias": select(OTHER.agency_id),
    "cte": select(NUMBERED.c.agency_id),
    "subquery": select(INNER.c.agency_id),
    "bare column of the entity": select(Case.__table__.c.agency_id).select_from(Case),
    "union": union(select(Case.agency_id), select(Note.agency_id)),
    "join": select(Agency.id).join(Case, Case.agency_id == Agency.id),
    "implicit join": select(Agency.id).where(Agency.id == Case.agency_id),
    "exists": select(Agency.id).where(exists().where(Case.agency_id == Agency.id)),
    "exists of a select": select(Agency.id).where(select(Case.id).where(Case.agency_id == Agency.id).exists()),
    "in": select(Agency.id).where(Agency.id.in_(select(Case.agency_id))),
    "any of a relationship": select(Agency.id).where(Agency.cases.any()),
    "lateral": select(Agency.id).join(
        select(Case.id).where(Case.agency_id == Agency.id).lateral(), literal_column("1") == 1
    ),
    "alias of a subquery": select(aliased(Case, select(Case).subquery()).agency_id),
}
COUNTED = {
    "count of rows": select(func.count()).select_from(Case),
    "count of a column": select(func.count(Case.id)),
    "count by a condition alone": select(func.count()).where(Case.number == 0),
    "scalar subquery": select(select(func.count(Case.id)).scalar_subquery()),
    "order by a subquery": select(func.count(Agency.id)).where(select(func.count(Case.id)).scalar_subquery() == 2),
}
BARE = Case.__table__
UNNARROWABLE = {
    "bare table": select(BARE),
    "bare count": select(func.count()).select_from(BARE),
    "bare alias": select(BARE.alias("c")),
    "bare table in a join": select(Agency).join(BARE, BARE.c.agency_id == Agency.id),
    "bare table in exists": select(Agency).where(exists(select(BARE.c.id).where(BARE.c.agency_id == Agency.id))),
    "bare alias beside the entity": select(Case).join(BARE.alias("c"), literal_column("1") == 1),
    "bare update": update(BARE).values(number=9),
    "bare delete": delete(BARE),
    "update from": update(Agency).where(Agency.id == Case.agency_id).values(kind="x"),
    "delete using": delete(Member).where(Member.agency_id == Case.agency_id),
}
WRITES = {
    "update": update(Case).values(number=9),
    "update by a subquery": update(Case).where(Case.id.in_(select(Note.case_id))).values(number=9),
    "delete": delete(Note),
    "open update by a case": update(Agency).where(Agency.id.in_(select(Case.agency_id))).values(kind="x"),
    "open delete by a case": delete(Member).where(exists().where(Case.agency_id == Member.agency_id)),
    "write in a CTE": select(update(Case).values(number=9).returning(Case.agency_id).cte()),
    "insert from a select": insert(Agency).from_select(["id", "kind"], select(Case.id, func.chr(65))),
}
STATE_THERE = [
    text(f"""select t from "{name}" t where '{THERE}' in ({", ".join(columns)}) order by t""")
    for name, columns in {
        "case": ["agency_id"],
        "note": ["agency_id"],
        "agency": ["id"],
        "member": ["agency_id"],
    }.items()
]
RAW = {
    "text": text('select agency_id from "case"'),
    "text in a condition": select(Agency).where(text('exists (select from "case")')),
    "literal column": select(literal_column('(select count(*) from "case")')),
    "table by name": select(table("case", column("agency_id"))),
    "columns of a text": text('select id from "case"').columns(Case.id),
}


@pytest.mark.parametrize("name", [*NARROWED, *COUNTED, *UNNARROWABLE, *WRITES])
def test_a_statement_without_a_scope_is_refused(web: Engine, name: str) -> None:
    statement = {**NARROWED, **COUNTED, **UNNARROWABLE, **WRITES}[name]
    with gated(web, None) as session, pytest.raises(ScopeMissing, match=r"case|note"):
        session.execute(statement)


@pytest.mark.parametrize("name", NARROWED)
def test_a_statement_reaches_the_own_agency_only(unprotected: Engine, name: str) -> None:
    with gated(unprotected, HERE) as session:
        assert set(session.scalars(NARROWED[name])) == {HERE}


@pytest.mark.parametrize("name", COUNTED)
def test_a_count_counts_the_own_agency_only(unprotected: Engine, name: str) -> None:
    with gated(unprotected, HERE) as session:
        expected = 3 if name.startswith("order") else 2
        assert session.scalar(COUNTED[name]) == expected


@pytest.mark.parametrize("name", UNNARROWABLE)
def test_what_cannot_be_narrowed_is_refused(unprotected: Engine, name: str) -> None:
    with gated(unprotected, HERE) as session, pytest.raises(ScopeViolation):
        session.execute(UNNARROWABLE[name])


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("synchronize", ["auto", "fetch", False])
def test_a_write_leaves_the_other_agency_as_it_was(unprotected: Engine, name: str, synchronize: object) -> None:
    with gated(unprotected, HERE) as session:
        connection = session.connection(execution_options={"raw": "the test looks at every agency"})
        before = [connection.execute(state).all() for state in STATE_THERE]
        options = {} if name.startswith(("insert", "write")) else {"synchronize_session": synchronize}
        session.execute(WRITES[name], execution_options=options)
        assert [connection.execute(state).all() for state in STATE_THERE] == before


@pytest.mark.parametrize("name", RAW)
def test_text_needs_a_reason(web: Engine, name: str) -> None:
    with gated(web, HERE) as session:
        for options in ({}, {"raw": ""}, {"raw": True}):
            with pytest.raises(RawStatementRefused):
                session.execute(RAW[name], execution_options=options)
        session.execute(RAW[name], execution_options={"raw": "the test gives its reason"})


def test_the_bare_connection_needs_a_reason(web: Engine) -> None:
    with gated(web, HERE) as session:
        with pytest.raises(RawStatementRefused):
            session.connection()
        session.connection(execution_options={"raw": "the test gives its reason"})


@pytest.mark.parametrize("loading", [joinedload, selectinload])
def test_eager_loading_is_narrowed(unprotected: Engine, loading: object) -> None:
    with gated(unprotected, HERE) as session:
        agencies = session.scalars(select(Agency).options(loading(Agency.cases)).order_by(Agency.id)).unique().all()
        assert [len(agency.cases) for agency in agencies] == [2, 0, 0]


def test_eager_loading_without_a_scope_gives_nothing(unprotected: Engine) -> None:
    with gated(unprotected, None) as session:
        agencies = session.scalars(select(Agency).options(joinedload(Agency.cases))).unique().all()
        assert [agency.cases for agency in agencies] == [[], [], []]
        with pytest.raises(ScopeMissing):
            session.scalars(
                select(Agency).options(selectinload(Agency.cases)).execution_options(populate_existing=True)
            ).all()


def test_lazy_loading_and_get_are_narrowed(unprotected: Engine) -> None:
    with gated(unprotected, THERE) as session:
        foreign = session.scalars(select(Case.id)).first()
    with gated(unprotected, HERE) as session:
        assert session.get(Case, foreign) is None
        assert session.get(Agency, THERE).cases == []
        own = session.scalars(select(Case).where(Case.id.in_(select(Note.case_id)))).one()
        session.refresh(own)
        assert len(own.notes) == 1
    with gated(unprotected, None) as session:
        with pytest.raises(ScopeMissing):
            session.get(Case, foreign)
        with pytest.raises(ScopeMissing):
            _ = session.get(Agency, HERE).cases


def test_a_unit_narrows_the_tables_that_say_so(unprotected: Engine) -> None:
    with gated(unprotected, HERE, unit_id=NORTH) as session:
        assert set(session.scalars(select(Case.unit_id))) == {NORTH}
        assert session.scalar(select(func.count(Note.id))) == 1
    with gated(unprotected, HERE) as session:
        assert set(session.scalars(select(Case.unit_id))) == {NORTH, SOUTH}


def test_a_demand_is_seen_by_both_parties_and_by_nobody_else(unprotected: Engine) -> None:
    for agency, seen in ((HERE, 2), (THERE, 2), (uuid.uuid4(), 0)):
        with gated(unprotected, agency) as session:
            assert session.scalar(select(func.count(Demand.id))) == seen


def test_statistics_read_every_fact_and_write_none(unprotected: Engine) -> None:
    with gated(unprotected, HERE, statistics=True) as session:
        assert session.scalar(select(func.count(Fact.id))) == 2
        assert session.execute(delete(Fact)).rowcount == 1
    with gated(unprotected, HERE) as session:
        assert session.scalar(select(func.count(Fact.id))) == 1


@pytest.mark.parametrize("kind", [Case, Demand, Fact])
def test_a_new_object_of_another_agency_is_refused(unprotected: Engine, kind: type) -> None:
    values = {Case: {"unit_id": NORTH}, Demand: {"to_agency_id": HERE}, Fact: {}}[kind]
    with gated(unprotected, HERE) as session:
        session.add(kind(agency_id=THERE, **values))
        with pytest.raises(ScopeViolation):
            session.flush()
    with gated(unprotected, None) as session:
        session.add(kind(agency_id=HERE, **values))
        with pytest.raises(ScopeMissing):
            session.flush()


def test_an_object_is_not_moved_to_another_agency(unprotected: Engine) -> None:
    with gated(unprotected, HERE) as session:
        session.scalars(select(Case)).first().agency_id = THERE
        with pytest.raises(ScopeViolation):
            session.flush()


def test_the_receiver_changes_a_demand_but_neither_removes_nor_takes_it(unprotected: Engine) -> None:
    received = select(Demand).where(Demand.to_agency_id == HERE)
    with gated(unprotected, HERE) as session:
        session.scalars(received).one().status = "accepted"
        session.flush()
        session.scalars(received).one().agency_id = HERE
        with pytest.raises(ScopeViolation):
            session.flush()
    with gated(unprotected, HERE) as session:
        session.delete(session.scalars(received).one())
        with pytest.raises(ScopeViolation):
            session.flush()


def test_rows_inserted_in_bulk_are_checked(unprotected: Engine) -> None:
    good = {"agency_id": HERE, "unit_id": NORTH, "number": 1, "name": Sealed(b"x")}
    with gated(unprotected, HERE) as session:
        session.execute(insert(Case), [good, good])
        session.execute(insert(Case).values(**good))
        for statement, rows in (
            (insert(Case), [good, {**good, "agency_id": THERE}]),
            (insert(Case).values(**{**good, "agency_id": THERE}), None),
            (insert(Case).values([good, good]), None),
            (insert(Case).from_select(["agency_id"], select(Agency.id)), None),
        ):
            with pytest.raises(ScopeViolation):
                session.execute(statement, rows)


def test_ways_round_the_checks_are_closed(unprotected: Engine) -> None:
    with gated(unprotected, HERE) as session:
        known = session.scalars(select(Case.id)).first()
        with pytest.raises(ScopeViolation):
            session.execute(update(Case), [{"id": known, "number": 3}])
        for way in (session.bulk_save_objects, session.bulk_insert_mappings, session.bulk_update_mappings):
            with pytest.raises(ScopeViolation):
                way([])


def test_only_the_gate_commits(web: Engine) -> None:
    with gated(web, HERE) as session:
        session.add(Fact(agency_id=HERE))
        with session.begin_nested():
            session.flush()
        with pytest.raises(CommitOutsideGate):
            session.commit()
    session = gated(web, HERE)
    with pytest.raises(CommitOutsideGate), session.begin():
        session.add(Fact(agency_id=HERE))
    session.close()
    with gated(web, HERE) as session:
        assert session.scalar(select(func.count(Fact.id))) == 1
        session.add(Fact(agency_id=HERE))
        session.info["committing"] = True
        session.commit()
        assert session.scalar(select(func.count(Fact.id))) == 2


def test_a_scope_is_a_scope(web: Engine) -> None:
    with gated(web, HERE) as session:
        session.info["scope"] = str(Scope(HERE))
        with pytest.raises(ScopeMissing):
            session.scalars(select(Case))
