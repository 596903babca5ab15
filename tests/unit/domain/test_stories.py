"""A timeline in, the journal's story out, to be read as prose by whoever changes a sentence."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.domain.builders import (
    ACCEPTED,
    BLANK,
    NOW_S,
    RESOLVED,
    SICK,
    WELL,
    alert,
    crashing,
    facts,
    ops_event,
    pod,
    rollout,
)
from tests.unit.domain.storytelling import (
    UNREACHABLE,
    answer,
    arrive,
    look,
    looks,
    prose,
    receive,
    told,
)
from worker.domain.document.identity import Subject, SubjectKind
from worker.domain.observed.facts import Facts

EVERYWHERE = facts(*(crashing(f"web-{n}", restarts=8) for n in (1, 2, 3)))


def test_a_pod_that_crashes_is_moved_and_the_repair_is_proven() -> None:
    text = told(
        (0, arrive(alert())),
        (0, look(SICK)),
        (20, arrive(ops_event(image="web:1.4"))),
        (60, look(SICK)),
        (61, answer(ACCEPTED)),
        (80, look(SICK)),
        *looks(WELL, 91, 299),
        (300, arrive(alert(status=RESOLVED))),
        *looks(WELL, 301, 391),
    )
    assert text == prose("""
        12:00:00  Incident inc-1 opened for service/shop/Deployment/web: crash loop.
        12:00:00  Alert KubePodCrashLooping is firing (pod web-1, severity warning).
        12:00:00  Seen: 2 of 3 replicas available, 1 crash looping, revision 5.
        12:00:00  Not now: soaking.
        12:00:20  ci finished a deploy (image web:1.4).
        12:01:00  Decided to evict pod shop/Pod/web-1, because 1 of 3 pods sick; on node-1,
                  container app CrashLoopBackOff, 5 restarts, last exit code 1 (inc-1-s1-a1).
        12:01:01  The API server accepted inc-1-s1-a1: HTTP 201.
        12:05:00  Alert KubePodCrashLooping is resolved (pod web-1, severity warning).
        12:06:31  Verified: 3 of 3 pods available, none sick for 300 s. The credit goes to evict
                  pod shop/Pod/web-1.
        12:06:31  Resolved: repaired by evict pod shop/Pod/web-1, 391 s after it opened.
    """)


def test_a_kill_switch_and_then_an_answer_that_never_came() -> None:
    stopped = replace(SICK, kill_switch_set=True)
    text = told(
        (0, arrive(alert())),
        (60, look(stopped)),
        (75, look(stopped)),
        (90, look(SICK)),
        (100, answer(UNREACHABLE)),
        (110, look(WELL)),
        (116, look(WELL)),
    )
    assert text == prose("""
        12:00:00  Incident inc-1 opened for service/shop/Deployment/web: crash loop.
        12:00:00  Alert KubePodCrashLooping is firing (pod web-1, severity warning).
        12:01:00  Seen: 2 of 3 replicas available, 1 crash looping, revision 5.
        12:01:00  Refused evict pod: kill switch.
        12:01:30  Decided to evict pod shop/Pod/web-1, because 1 of 3 pods sick; on node-1,
                  container app CrashLoopBackOff, 5 restarts, last exit code 1 (inc-1-s1-a1).
        12:01:40  No answer to inc-1-s1-a1, which may or may not have happened: reading the target
                  next (HTTP 504 upstream timed out).
        12:01:56  Found inc-1-s1-a1 already done: pod web-1 is gone.
    """)


def test_the_ladder_ends_with_a_human_who_is_told_when_it_is_over() -> None:
    text = told(
        (0, arrive(alert(severity="critical"))),
        (60, look(EVERYWHERE)),
        (61, answer(ACCEPTED)),
        (95, look(EVERYWHERE)),
        (96, look(EVERYWHERE)),
        (97, receive),
        *looks(WELL, 600, 720),
        (721, receive),
    )
    assert text == prose("""
        12:00:00  Incident inc-1 opened for service/shop/Deployment/web: crash loop.
        12:00:00  Alert KubePodCrashLooping is firing (pod web-1, severity critical).
        12:01:00  Seen: 0 of 3 replicas available, 3 crash looping, revision 5.
        12:01:00  Decided to evict pod shop/Pod/web-1, because 3 of 3 pods sick; on node-1,
                  container app CrashLoopBackOff, 8 restarts, last exit code 1 (inc-1-s1-a1).
        12:01:01  The API server accepted inc-1-s1-a1: HTTP 201.
        12:01:35  Verdict on evict pod shop/Pod/web-1: still sick (3 of 3 pods sick, first web-1
                  with 8 restarts).
        12:01:36  Refused rollout restart: sick everywhere (all 3 pods crash by themselves again
                  and again; another restart of the same template changes nothing).
        12:01:36  Handed over to a human: ladder exhausted. tried evict pod: still sick.
        12:01:37  pagerduty received the escalated notice (PD-1).
        12:12:00  Resolved, not by us: 3 of 3 pods available, none sick for 120 s.
        12:12:01  pagerduty received the resolved notice (PD-1).
    """)


def test_nobody_knows_whose_it_is() -> None:
    nobody = Subject(SubjectKind.UNRESOLVED, "shop", "")
    text = told(
        (0, arrive(alert("Odd", pod="web-77"))),
        (1, look(Facts(NOW_S))),
        (2, receive),
        (600, arrive(alert("Odd", pod="web-77", status=RESOLVED))),
        (601, look(BLANK)),
        subject=nobody,
    )
    assert text == prose("""
        12:00:00  Incident inc-1 opened for unresolved/shop: alert Odd.
        12:00:00  Alert Odd is firing (pod web-77, severity warning).
        12:00:01  Handed over to a human: owner unknown. Odd.
        12:00:02  pagerduty received the escalated notice (PD-1).
        12:10:00  Alert Odd is resolved (pod web-77, severity warning).
        12:10:01  Resolved, not by us: its monitor says resolved, and nothing else can be asked.
    """)


def test_a_repair_that_only_looked_like_one() -> None:
    restarted = facts(pod("web-4", restarts=1), pod("web-2"), pod("web-3"))
    fewer = replace(WELL, rollout=rollout(desired=2, updated=2, ready=2, available=2))
    text = told(
        (0, arrive(alert())),
        (60, look(SICK)),
        (61, answer(ACCEPTED)),
        *looks(WELL, 91, 389),
        (390, look(restarted)),
        (391, look(restarted)),
        (500, look(fewer)),
    )
    assert text == prose("""
        12:00:00  Incident inc-1 opened for service/shop/Deployment/web: crash loop.
        12:00:00  Alert KubePodCrashLooping is firing (pod web-1, severity warning).
        12:01:00  Seen: 2 of 3 replicas available, 1 crash looping, revision 5.
        12:01:00  Decided to evict pod shop/Pod/web-1, because 1 of 3 pods sick; on node-1,
                  container app CrashLoopBackOff, 5 restarts, last exit code 1 (inc-1-s1-a1).
        12:01:01  The API server accepted inc-1-s1-a1: HTTP 201.
        12:08:20  Verdict on evict pod shop/Pod/web-1: shrunk (2 replicas wanted, 3 before).
        12:08:20  Handed over to a human: shrunk. 2 replicas wanted, 3 before.
    """)
