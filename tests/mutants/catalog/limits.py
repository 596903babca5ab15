"""Leases, rates and storms that leak."""

from __future__ import annotations

from tests.mutants.catalog.mutant import Mutant

NOT_BACK = "tests/property/test_not_back.py"
SEVERAL = "tests/simulation/test_several.py"
SCOPES = "tests/property/test_scopes.py"
GUARDS = "tests/property/test_guards.py"

LIMITS = (
    Mutant(
        "a lease that has run out doesn't count",
        "worker/domain/scopes/scope.py",
        "    others = {one.subject for one in document.leases if one.subject != claim.subject}\n",
        "    others = {\n        one.subject for one in document.leases\n"
        "        if one.subject != claim.subject and one.until_s > now_s\n    }\n",
        (SCOPES,),
    ),
    Mutant(
        "a rate counts only what was claimed last",
        "worker/domain/scopes/scope.py",
        "        acts = (*lately(document, limits.window_s, now_s), Act(claim.intent, now_s))"
        "[-ACTS_MAX:]\n",
        "        acts = (Act(claim.intent, now_s),)\n",
        (SCOPES,),
    ),
    Mutant(
        "claimed twice counts twice",
        "worker/domain/scopes/scope.py",
        "    known = any(act.intent == claim.intent for act in document.acts)\n",
        "    known = False\n",
        (SCOPES,),
    ),
    Mutant(
        "a storm is over at once",
        "worker/domain/scopes/storm.py",
        "    if words is None and now_s >= document.storm_until_s:\n",
        "    if words is None:\n",
        (GUARDS,),
    ),
    Mutant(
        "nobody is told of a storm",
        "worker/engine/scope_reports.py",
        "                await self.roots.tell(STORM, storm_alert(found, found.since_s), now_s)\n",
        "                pass\n",
        (SEVERAL,),
    ),
    Mutant(
        "nobody reports that it is sick",
        "worker/engine/turn.py",
        "        document = await parts.scope_reports.report(document, now_s)\n",
        "",
        (SEVERAL,),
    ),
    Mutant(
        "a lease ends with the write",
        "worker/domain/scopes/leases.py",
        "    return (hangs or not rollout.rolling) and "
        "rollout.available >= attempt.before.available\n",
        "    return True\n",
        (NOT_BACK,),
    ),
    Mutant(
        "leases are never given back",
        "worker/engine/scope_reports.py",
        "            await self.scopes.give_back(document.subject, ended)\n",
        "",
        (SEVERAL,),
    ),
)
