"""Each guard switched off in turn; those that stop an undo too."""

from __future__ import annotations

from tests.mutants.catalog.mutant import Mutant
from worker.domain.guards import GUARDS as ALL

FILE = "worker/domain/guards/__init__.py"
ASKED = (
    "    return next((refusal for guard in guards if (refusal := guard(case)) is not None), None)\n"
)
HARMLESS = "tests/property/test_harmless.py"
REPEATS = "tests/property/test_bounded_repeats.py"
KILLERS = {
    "still_there": HARMLESS,
    "has_controller": HARMLESS,
    "availability_floor": HARMLESS,
    "attempts_left": REPEATS,
    "not_looping": REPEATS,
    "nothing_forgotten": "tests/simulation/test_old_store.py",
}
USUAL = "tests/property/test_guards.py"


def _without(name: str) -> Mutant:
    others = f'    guards = tuple(one for one in guards if one.__name__ != "{name}")\n{ASKED}'
    return Mutant(f"no guard: {name}", FILE, ASKED, others, (KILLERS.get(name, USUAL),))


GUARDS = tuple(_without(guard.__name__) for guard in ALL)
