"""A yes that means too much, and a human who is not heard."""

from __future__ import annotations

from tests.mutants.catalog.mutant import Mutant

GUARDS = "tests/property/test_guards.py"
YES = "tests/property/test_yes.py"

PEOPLE = (
    Mutant(
        "any yes will do",
        "worker/domain/people/approval.py",
        "    if answer.digest != request.digest or answer.nonce != request.nonce:\n",
        "    if False:\n",
        (YES,),
    ),
    Mutant(
        "a machine may say yes",
        "worker/domain/people/approval.py",
        "    if answer.bot:\n",
        "    if False:\n",
        (YES,),
    ),
    Mutant(
        "a yes for another plan",
        "worker/domain/guards/permission.py",
        "    if digest != request.digest:\n",
        "    if False:\n",
        (YES,),
    ),
    Mutant(
        "nobody's silence is a yes",  # asked or not: the hold alone would keep it waiting
        "worker/domain/guards/permission.py",
        "    if request is None or not request.approved_by:\n        return waiting\n",
        "    if request is None or not request.approved_by:\n        return None\n",
        (GUARDS,),
    ),
)
