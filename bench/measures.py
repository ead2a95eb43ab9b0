"""The measures of docs/operations.md that a single machine can take, each with its target."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from bench import last_bed, paths, renewal, requests, search, trail
from bench.results import MILLI, Figure, Part
from bench.timing import Times, alternate
from bench.world import World
from protect.cases.models import CaseFile

ENOUGH_RACES = 100
SEALED_TABLES = ("case_file", "case_compartment", "search_shard")


@dataclass(frozen=True)
class Effort:
    """How often things are done."""

    rounds: int = 80
    searches: int = 24
    races: int = ENOUGH_RACES
    controls: int = 15
    appends: int = 8
    keys: int = 40_000


QUICK = Effort(rounds=20, searches=8, races=10, controls=5, appends=2, keys=12_000)


def list_fields(world: World, effort: Effort) -> Part:
    """P1. The target is about the data path: it is where the sides differ, and an entry would hide the difference."""
    officer, part = world.people["officer"], Part()
    times = alternate(paths.sides(officer, "list"), effort.rounds, world.processor)
    part.read("list 50 × 4 fields", times)
    part.compare(("P1", "list 50 cases × 4 fields / plain columns"), times, ("protect", "plain"), 1.6)
    part.compare(("P1", "the same / sqlalchemy-utils"), times, ("protect", "utils"), 0.6)
    _beside_objects(part, "P1", times)
    times = alternate(requests.sides(officer, "list"), effort.rounds, world.processor)
    part.read("list, whole request", times)
    part.compare(("P1", "whole request with its entry of the trail / plain"), times, ("protect", "plain"))
    return part


def open_fields(world: World, effort: Effort) -> Part:
    """P2. The data path again, and the whole request beside it."""
    officer, part = world.people["officer"], Part()
    times = alternate(paths.sides(officer, "open"), effort.rounds, world.processor)
    part.read("open 30 fields", times)
    part.compare(("P2", "open a case of 30 fields / plain columns"), times, ("protect", "plain"), 1.7)
    part.compare(("P2", "the same / sqlalchemy-utils"), times, ("protect", "utils"), 0.85)
    _beside_objects(part, "P2", times)
    times = alternate(requests.sides(officer, "open"), effort.rounds, world.processor)
    part.read("open, whole request", times)
    part.compare(("P2", "whole request with its entry of the trail / plain"), times, ("protect", "plain"))
    return part


def _beside_objects(part: Part, measure: str, times: Mapping[str, Times]) -> None:
    """What the ORM makes of the same rows costs time too: told, not judged."""
    for side, name in (("plain, as objects", "plain columns"), ("utils, as objects", "sqlalchemy-utils")):
        part.compare((measure, f"the same / {name}, read as objects of the ORM"), times, ("protect", side))


def create_case(world: World, effort: Effort) -> Part:
    """P3. A whole request: creating ends with what the disk has taken."""
    part = Part()
    times = alternate(requests.sides(world.people["officer"], "create"), effort.rounds, world.processor)
    part.read("create a case, whole request", times)
    part.compare(("P3", "create a case / plain columns"), times, ("protect", "plain"), 2.0)
    return part


def stored_bytes(world: World, _effort: Effort) -> Part:
    """P4. Tables, their indexes and what is kept apart, by case."""
    with world.people["officer"].gate() as gate:
        cases = gate.db.scalar(select(func.count()).select_from(CaseFile)) or 1

        def size(*tables: str) -> float:
            sizes = gate.db.execute(select(*[func.pg_total_relation_size(table) for table in tables])).one()
            return sum(sizes) / cases

        sealed, plain, utils = size(*SEALED_TABLES), size("bench_plain"), size("bench_utils")
    note = f"{sealed:,.0f} bytes a case; plain {plain:,.0f}, sqlalchemy-utils {utils:,.0f}"
    return Part([Figure("P4", "stored bytes per case / plain columns", sealed / plain, target=2.2, note=note)])


def row_security(world: World, effort: Effort) -> Part:
    """P5. The statements of list and open alone: opening fields would hide the difference."""
    part = Part()
    on, off = paths.statements(world.people["officer"]), paths.statements(world.bare["officer"])
    for what, target in (("list", 1.3), ("open", 1.2)):
        times = alternate({"on": on[what], "off": off[what]}, effort.rounds * 2, world.processor)
        part.read(f"row-level security, {what}", times)
        part.compare(("P5", f"row-level security on / off: {what}"), times, ("on", "off"), target)
    return part


def search_names(world: World, effort: Effort) -> Part:
    """P6. Whole requests, the entry of the trail included; every fourth asks the same."""
    part = Part()
    acts = {name: search.asked(world.many[name]) for name in search.SIZES}
    times = alternate(acts, effort.searches, world.processor)
    part.read("search, whole request", times)
    for name, target in (("small", 30.0), ("large", 300.0)):
        wall, processor = times[name].median() * MILLI, times[name].median("processor") * MILLI
        what = f"search by name among {search.SIZES[name]:,} cases"
        figure = Figure("P6", what, wall, processor, "ms", target, by_processor=name == "large")
        part.figures.append(figure)
    return part


def trail_appends(world: World, effort: Effort) -> Part:
    """P9. Entries a second as a share of plain inserts; each round ends when everything is sealed and signed."""
    part = Part()
    with trail.sides(world) as acts:
        times = alternate(acts, effort.appends, world.processor, warm_up=1)  # a round is thousands of statements
    part.read(f"{trail.WRITERS} writers × {trail.EACH} rows", times)
    wall, processor = (times["plain"].median(kind) / times["trail"].median(kind) for kind in ("wall", "processor"))
    missing = trail.gaps(world)
    note = f"{trail.WRITERS} writers; {missing or 'no'} numbers missing"
    what = "trail appends with sealing / plain inserts, rows a second"
    target = 0.9 if not missing else None
    part.figures.append(Figure("P9", what, wall, processor, target=target, at_least=True, note=note))
    return part


def last_place(world: World, effort: Effort) -> Part:
    """P10. Rounds in which not exactly one request got the bed; the control must show that the race is a race."""
    race = last_bed.protected(world, effort.races)
    control = last_bed.naive(world, effort.controls)
    wrong = sum(count != 1 for count in race.winners)
    note = f"{effort.races} rounds of {last_bed.REQUESTS}; "
    note += f"without the constraint: promised twice in {control.doubled} of {effort.controls}"
    proven = control.doubled > 0 and effort.races >= ENOUGH_RACES
    if not proven:
        note += "; too few rounds to say" if control.doubled else "; the control did not fail"
    target = 0.0 if proven else None
    return Part(
        [Figure("P10", "last bed: rounds without exactly one winner", float(wrong), None, "", target, note=note)]
    )


def renew_key(world: World, effort: Effort) -> Part:
    """P14. What is sealed anew after that, field by field, goes on while people work: told, not judged."""
    keys, rows = renewal.rates(world.people["officer"], effort.keys, world.processor)
    return Part(
        [
            Figure("P14", "renewal of a key: data keys a second", *keys, "/s", 20_000.0, at_least=True),
            Figure("P14", "the same: rows sealed anew a second, under fresh data keys", *rows, "/s", at_least=True),
        ]
    )


MEASURES: dict[str, Callable[[World, Effort], Part]] = {
    "P1": list_fields,
    "P2": open_fields,
    "P4": stored_bytes,
    "P5": row_security,
    "P3": create_case,
    "P6": search_names,
    "P9": trail_appends,
    "P10": last_place,
    "P14": renew_key,
}
"""In the order in which they are taken: what adds cases comes after what counts them."""
