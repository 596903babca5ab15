"""The bugs. Each replaces one piece of text, which must stand exactly once in its file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    name: str
    file: str
    old: str
    new: str


def _without_guard(name: str) -> Mutant:
    return Mutant(f"no guard: {name}", "worker/domain/guard.py", f"    {name},\n", "")


GUARDS = tuple(
    _without_guard(name)
    for name in (
        "protected", "opted_out", "has_controller", "clocks_agree", "one_disruption",
        "attempts_left", "cooled_down", "availability_floor", "mode_allows", "kill_switch",
    )
)  # fmt: skip

ORDER = (
    Mutant(
        "acts before the decision is durable",
        "worker/engine/turn.py",
        "            if not await parts.documents.save(decision.document, loaded.version):\n",
        "            for intent in decision.perform:\n"
        "                await parts.perform.perform(intent)\n"
        "            if not await parts.documents.save(decision.document, loaded.version):\n",
    ),
    Mutant(
        "acknowledges before the save",
        "worker/engine/accept.py",
        "        results = [_owners(one) <= saved.durable for one in read]\n",
        "        results = [True for one in read]\n",
    ),
    Mutant(
        "saves the document without an index entry",
        "worker/engine/accept.py",
        "                await self._index.add(saves.keys())\n",
        "",
    ),
    Mutant(
        "leaves the index without asking the document",
        "worker/engine/turn.py",
        "        if not await self._parts.documents.save(departed, loaded.version):\n"
        "            return False\n",
        "",
    ),
    Mutant(
        "a save that was lost counts as won",
        "worker/engine/documents.py",
        "        return save.key in await self.store.save([save])\n",
        "        await self.store.save([save])\n        return True\n",
    ),
)

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
        "worker/domain/owed.py",
        "    if done:\n        outcome = Outcome(Answer.ACCEPTED",
        "    if False:\n        outcome = Outcome(Answer.ACCEPTED",
    ),
)

TRUTH = (
    Mutant(
        "unknown evidence is healthy",
        "worker/domain/verification.py",
        "        return Judgement(Verdict.UNKNOWN, Reason.EVIDENCE_UNKNOWN, facts.rollout.why)\n",
        '        return Judgement(Verdict.HEALTHY, Reason.HEALTHY, "")\n',
    ),
    Mutant(
        "a sick pod is healthy",
        "worker/domain/verification.py",
        "    if sick:\n",
        "    if False:\n",
    ),
    Mutant(
        "credit at the first healthy look",
        "worker/domain/watching.py",
        "    if streak is not None and now_s - streak.since_s >= watch.window_s:\n",
        "    if streak is not None:\n",
    ),
    Mutant(
        "fewer replicas are no loss",
        "worker/domain/verification.py",
        "    if rollout.desired < reference.desired:\n",
        "    if False:\n",
    ),
    Mutant(
        "an escalation needs no receipt",
        "worker/engine/settle.py",
        "            if receipt is None:\n"
        "                return not_received(stored, notice.id, self._policy, now_s)\n",
        "            if receipt is None:\n"
        '                return received(stored, notice.id, sink="", receipt="", now_s=now_s)\n',
    ),
    Mutant(
        "an old firing re-opens what was resolved",
        "worker/domain/inbox.py",
        "        if known is not None and mark.order <= known.order:\n            continue\n",
        "",
    ),
    Mutant(
        "nobody is woken by the sweep",
        "worker/engine/sweep.py",
        "            self._waker.wake(key)\n",
        "            pass\n",
    ),
    Mutant(
        "a full inbox forgets in silence",
        "worker/domain/inbox.py",
        "            overflowed += 1\n",
        "            pass\n",
    ),
    Mutant(
        "the journal forgets its head",
        "worker/domain/subject.py",
        "journal_head=entry.hash)",
        'journal_head="")',
    ),
)

MUTANTS: tuple[Mutant, ...] = (*GUARDS, *ORDER, *FENCES, *TRUTH)
