"""What keeps a deed from being done twice, or to something else."""

from __future__ import annotations

from tests.mutants.catalog.mutant import Mutant

SEVERAL = "tests/simulation/test_several.py"
FENCED = "tests/simulation/test_fences.py"
OLD_STORE = "tests/simulation/test_old_store.py"

FENCES = (
    Mutant(
        "an eviction without its fence",
        "worker/actions/evict_pod.py",
        '            "deleteOptions": {\n'
        '                "preconditions": {"uid": target.uid, "resourceVersion": intent.fence}\n'
        "            },\n",
        "",
        (FENCED,),
    ),
    Mutant(
        "a restart without its fence",
        "worker/actions/rollout_restart.py",
        '                "uid": target.uid,\n                "resourceVersion": intent.fence,\n',
        "",
        (FENCED,),
    ),
    Mutant(
        "a restart without its mark, at the time of sending",  # each without the other is harmless
        "worker/actions/rollout_restart.py",
        """intent.decided_at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return WriteRequest(
        verb="patch",
        ref=ObjectRef(target.kind, target.namespace, target.name),
        subresource="",
        body={
            "metadata": {
                "uid": target.uid,
                "resourceVersion": intent.fence,
                "annotations": {f"{annotation_prefix}/intent-id": intent.id},
""",
        """intent.sent_at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return WriteRequest(
        verb="patch",
        ref=ObjectRef(target.kind, target.namespace, target.name),
        subresource="",
        body={
            "metadata": {
                "uid": target.uid,
                "resourceVersion": intent.fence,
""",
        (FENCED,),
    ),
    Mutant(
        "a patch without its generation",
        "worker/actions/json_patch.py",
        '        test(pointer("metadata", "uid"), intent.target.uid),\n'
        '        test(pointer("metadata", "generation"), intent.generation),\n',
        '        test(pointer("metadata", "uid"), intent.target.uid),\n',
        (FENCED,),
    ),
    Mutant(
        "a memory limit without what it replaces",
        "worker/actions/raise_memory_limit.py",
        'intent.parameters["from"]',
        'intent.parameters["limit"]',
        (SEVERAL,),
    ),
    Mutant(
        "no answer counts as done",
        "worker/engine/answer.py",
        "        return Outcome(Answer.UNCLEAR, Reason.UNREACHABLE, words)\n    if 200",
        "        return Outcome(Answer.ACCEPTED, Reason.ACCEPTED, words)\n    if 200",
        (FENCED,),
    ),
    Mutant(
        "no answer counts as not done",
        "worker/engine/answer.py",
        "        return Outcome(Answer.UNCLEAR, Reason.UNREACHABLE, words)\n    if 200",
        "        return Outcome(Answer.REJECTED, Reason.THROTTLED, words)\n    if 200",
        (FENCED,),
    ),
    Mutant(
        "resends without reading",
        "worker/domain/deciding/owed.py",
        "    if done:\n        outcome = Outcome(Answer.ACCEPTED",
        "    if False:\n        outcome = Outcome(Answer.ACCEPTED",
        (FENCED,),
    ),
    Mutant(
        "an unclear deed is given up at once",
        "worker/domain/deciding/owed.py",
        "    if situation.now_s < intent.sent_at_s + situation.policy.in_flight_max_s:\n",
        "    if False:\n",
        (FENCED,),
    ),
    Mutant(
        "what the workload bears is done again",
        "worker/domain/deciding/remedy.py",
        "    if isinstance(own, Gone | Unknown) or own.last_intent != identity:\n",
        "    if True:\n",
        (OLD_STORE,),
    ),
)
