"""The bugs, by what they break."""

from __future__ import annotations

from tests.mutants.catalog.fences import FENCES
from tests.mutants.catalog.guards import GUARDS
from tests.mutants.catalog.limits import LIMITS
from tests.mutants.catalog.mutant import Mutant as Mutant
from tests.mutants.catalog.order import ORDER
from tests.mutants.catalog.people import PEOPLE
from tests.mutants.catalog.truth import TRUTH

MUTANTS: tuple[Mutant, ...] = (*GUARDS, *ORDER, *FENCES, *LIMITS, *TRUTH, *PEOPLE)
