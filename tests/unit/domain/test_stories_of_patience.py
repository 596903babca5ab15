"""Stories of what was not done, or not known, for long: prose again."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.domain.builders import ACCEPTED, POLICY, SICK, alert
from tests.unit.domain.storytelling import UNREACHABLE, answer, arrive, late, look, prose, told
from worker.domain.observed.evidence import Unknown
from worker.domain.playbooks.playbook import Mode


def test_what_would_be_done_and_is_not() -> None:
    observe = replace(POLICY, mode=Mode.OBSERVE)
    text = told(
        (0, arrive(alert())),
        (60, look(SICK, observe)),
        (120, look(SICK, observe)),
        (3600, look(SICK)),
        (3601, answer(ACCEPTED)),
    )
    assert text == prose("""
        12:00:00  Incident inc-1 opened for service/shop/Deployment/web: crash loop.
        12:00:00  Alert KubePodCrashLooping is firing (pod web-1, severity warning).
        12:01:00  Seen: 2 of 3 replicas available, 1 crash looping, revision 5.
        12:01:00  Would evict pod shop/Pod/web-1, but the mode is observe: nothing was touched (1
                  of 3 pods sick; on node-1, container app CrashLoopBackOff, 5 restarts, last exit
                  code 1).
        13:00:00  Decided to evict pod shop/Pod/web-1, because 1 of 3 pods sick; on node-1,
                  container app CrashLoopBackOff, 5 restarts, last exit code 1 (inc-1-s1-a1).
        13:00:01  The API server accepted inc-1-s1-a1: HTTP 201.
    """)


def test_handed_over_while_nobody_knew_and_then_the_answer_comes() -> None:
    blind = replace(SICK, pods=Unknown("timed out"))
    text = told(
        (0, arrive(alert())),
        (60, look(SICK)),
        (61, answer(UNREACHABLE)),
        (80, look(SICK)),
        (900, look(blind)),
        (901, late("-s1-a1", ACCEPTED)),
    )
    assert text == prose("""
        12:00:00  Incident inc-1 opened for service/shop/Deployment/web: crash loop.
        12:00:00  Alert KubePodCrashLooping is firing (pod web-1, severity warning).
        12:01:00  Seen: 2 of 3 replicas available, 1 crash looping, revision 5.
        12:01:00  Decided to evict pod shop/Pod/web-1, because 1 of 3 pods sick; on node-1,
                  container app CrashLoopBackOff, 5 restarts, last exit code 1 (inc-1-s1-a1).
        12:01:01  No answer to inc-1-s1-a1, which may or may not have happened: reading the target
                  next (HTTP 504 upstream timed out).
        12:01:20  Sent inc-1-s1-a1 again under the same id, because it was not done: sick pod.
        12:15:00  Handed over to a human: held too long. an action was sent, and it is not known
                  whether it happened.
        12:15:01  The API server accepted inc-1-s1-a1: HTTP 201.
    """)
