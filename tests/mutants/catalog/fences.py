"""What keeps a deed from being done twice, or to something else."""

from __future__ import annotations

from tests.mutants.catalog.mutant import Mutant

FENCES = (
    Mutant(
        "an eviction without its fence",
        "worker/actions/evict_pod.py",
        '            "deleteOptions": {\n'
        '                "preconditions": {"uid": target.uid, "resourceVersion": intent.fence}\n'
        "            },\n",
        "",
    ),
    Mutant(
        "a restart without its fence",
        "worker/actions/rollout_restart.py",
        '                "uid": target.uid,\n                "resourceVersion": intent.fence,\n',
        "",
    ),
    Mutant(
        "a restart at the time of sending",
        "worker/actions/rollout_restart.py",
        "intent.decided_at_s, UTC",
        "intent.sent_at_s, UTC",
    ),
    Mutant(
        "a patch without its generation",
        "worker/actions/json_patch.py",
        '        test(pointer("metadata", "uid"), intent.target.uid),\n'
        '        test(pointer("metadata", "generation"), intent.generation),\n',
        '        test(pointer("metadata", "uid"), intent.target.uid),\n',
    ),
    Mutant(
        "a memory limit without what it replaces",
        "worker/actions/raise_memory_limit.py",
        'intent.parameters["from"]',
        'intent.parameters["limit"]',
    ),
    Mutant(
        "no answer counts as done",
        "worker/engine/answer.py",
        "        return Outcome(Answer.UNCLEAR, Reason.UNREACHABLE, words)\n    if 200",
        "        return Outcome(Answer.ACCEPTED, Reason.ACCEPTED, words)\n    if 200",
    ),
    Mutant(
        "no answer counts as not done",
        "worker/engine/answer.py",
        "        return Outcome(Answer.UNCLEAR, Reason.UNREACHABLE, words)\n    if 200",
        "        return Outcome(Answer.REJECTED, Reason.THROTTLED, words)\n    if 200",
    ),
    Mutant(
        "resends without reading",
        "worker/domain/deciding/owed.py",
        "    if done:\n        outcome = Outcome(Answer.ACCEPTED",
        "    if False:\n        outcome = Outcome(Answer.ACCEPTED",
    ),
    Mutant(
        "an unclear deed is given up at once",
        "worker/domain/deciding/owed.py",
        "    if situation.now_s < intent.sent_at_s + situation.policy.in_flight_max_s:\n",
        "    if False:\n",
    ),
    Mutant(
        "what the workload bears is done again",
        "worker/domain/deciding/remedy.py",
        "    if isinstance(own, Gone | Unknown) or own.last_intent != identity:\n",
        "    if True:\n",
    ),
)
