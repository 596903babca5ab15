"""A yes that means too much, and a human who is not heard."""

from __future__ import annotations

from tests.mutants.catalog.mutant import Mutant

GUARDS = "tests/property/test_guards.py"
SCHEDULES = "tests/simulation/test_schedules.py"

PEOPLE = (
    Mutant(
        "any yes will do",
        "worker/domain/people/approval.py",
        "    if answer.digest != request.digest or answer.nonce != request.nonce:\n",
        "    if False:\n",
        (SCHEDULES,),
    ),
    Mutant(
        "a machine may say yes",
        "worker/domain/people/approval.py",
        "    if answer.bot:\n",
        "    if False:\n",
        (SCHEDULES,),
    ),
    Mutant(
        "a yes for another plan",
        "worker/domain/guards/permission.py",
        "    if digest != request.digest:\n",
        "    if False:\n",
        (SCHEDULES,),
    ),
    Mutant(
        "nobody's silence is a yes",
        "worker/domain/guards/permission.py",
        "    if request is None or not request.approved_by:\n        return waiting\n",
        "    if request is None:\n        return waiting\n",
        (GUARDS,),
    ),
)
