"""What is believed that isn't so, and what a human is not told."""

from __future__ import annotations

from tests.mutants.catalog.mutant import Mutant

NOT_BACK = "tests/property/test_not_back.py"
UNKNOWN = "tests/property/test_unknown.py"
LIVES = "tests/property/test_lives.py"
ACCEPT = "tests/property/test_accept.py"
GUARDS = "tests/property/test_guards.py"
WORSE = "tests/property/test_worse.py"
NOT_FOOLED = "tests/simulation/test_not_fooled.py"
SCHEDULES = "tests/simulation/test_schedules.py"

TRUTH = (
    Mutant(
        "unknown evidence is healthy",
        "worker/domain/verify/verification.py",
        "        return Judgement(Verdict.UNKNOWN, Reason.EVIDENCE_UNKNOWN, facts.rollout.why)\n",
        '        return Judgement(Verdict.HEALTHY, Reason.HEALTHY, "")\n',
        (UNKNOWN,),
    ),
    Mutant(
        "a sick pod is healthy",
        "worker/domain/verify/verification.py",
        "    if sick:\n",
        "    if False:\n",
        (NOT_BACK,),
    ),
    Mutant(
        "a rule without data is as good as any",
        "worker/domain/verify/silence.py",
        "        if not found:\n",
        "        if False:\n",
        (NOT_FOOLED,),
    ),
    Mutant(
        "credit at the first healthy look",
        "worker/domain/verify/verifying.py",
        "    if streak is not None and in_time and now_s - streak.since_s >= watch.window_s:\n",
        "    if streak is not None and in_time:\n",
        (LIVES,),
    ),
    Mutant(
        "fewer replicas are no loss",
        "worker/domain/verify/verification.py",
        "    if rollout.desired < reference.desired:\n",
        "    if False:\n",
        (NOT_FOOLED,),
    ),
    Mutant(
        "worse is called no help",
        "worker/domain/verify/attribution.py",
        "    if rollout.available + starting >= before.available:\n",
        "    if True:\n",
        (WORSE,),
    ),
    Mutant(
        "an escalation needs no receipt",
        "worker/engine/settle.py",
        "            if receipt is None:\n"
        "                return not_received(stored, notice.id, self._policy, now_s)\n",
        "            if receipt is None:\n"
        '                return received(stored, notice.id, sink="", receipt="", now_s=now_s)\n',
        (SCHEDULES,),
    ),
    Mutant(
        "an old firing re-opens what was resolved",
        "worker/domain/incoming/inbox.py",
        "        if known is not None and mark.order <= known.order:\n            continue\n",
        "",
        (ACCEPT,),
    ),
    Mutant(
        "nobody is woken by the sweep",
        "worker/engine/sweep.py",
        "            self._waker.wake(key)\n",
        "            pass\n",
        (SCHEDULES,),
    ),
    Mutant(
        "a full inbox forgets in silence",
        "worker/domain/incoming/inbox.py",
        "            overflowed += 1\n",
        "            pass\n",
        (LIVES,),
    ),
    Mutant(
        "the journal forgets its head",
        "worker/domain/document/subject.py",
        "journal_head=entry.hash)",
        'journal_head="")',
        (LIVES,),
    ),
    Mutant(
        "what didn't help is left as it is",
        "worker/domain/verify/undo.py",
        "    return known and DESCRIPTOR_OF[Verb(attempt.action)].undo is not None\n",
        "    return False\n",
        (GUARDS,),
    ),
)
