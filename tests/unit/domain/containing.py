"""A node that is unfit and a CronJob whose jobs fail: what is seen of them, and what is done.

The story of the node: `node-1`, one of a pool of five, isn't ready. Of the CronJob: three jobs of
`shop/nightly` failed since one succeeded.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from tests.unit.domain.builders import ACCEPTED, NOW_S, POLICY, SOAKED_S, alert, decided, opened
from worker.domain.catalogue import Verb
from worker.domain.deciding.outcome import record
from worker.domain.deciding.policy import Policy
from worker.domain.document.identity import Subject, SubjectKind, Target
from worker.domain.document.incident import incident_id
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.alert import Alert
from worker.domain.incoming.correlation import cause_of
from worker.domain.observed.cron_jobs import CronJobHealth
from worker.domain.observed.evidence import AlertStates, Unknown
from worker.domain.observed.facts import Facts
from worker.domain.observed.nodes import NodeHealth
from worker.domain.observed.ownership import Ownership
from worker.domain.observed.rule_window import NO_RULES
from worker.domain.playbooks.pack import Pack
from worker.domain.playbooks.playbook import Matcher, Playbook, Step, Watch
from worker.domain.scopes.scope import Scope, ScopeDocument, ScopeKind
from worker.domain.scopes.scopes_seen import ScopesSeen

NODE = Subject(SubjectKind.NODE, "", "node-1")
NIGHTLY = Subject(SubjectKind.SERVICE, "shop", "CronJob/nightly")
NOT_READY = alert("KubeNodeNotReady", pod="")
JOB_FAILED = replace(
    alert("KubeJobFailed", pod=""),
    labels={"alertname": "KubeJobFailed", "namespace": "shop", "job_name": "nightly-3"},
)
POOL = Scope(ScopeKind.NODE_POOL, "workers")
WATCH = Watch(settle_s=30.0, window_s=120.0, deadline_s=600.0)
SETTLED_S = 60.0 + WATCH.settle_s  # seconds after NOW_S
DEADLINE_S = SETTLED_S + WATCH.deadline_s


def node(**changes: Any) -> NodeHealth:
    """Not ready, and nobody has done anything about it."""
    made = NodeHealth(
        target=Target("Node", "", "node-1", "uid-node-1"), resource_version="42", pool="workers",
        ready=False, schedulable=True, conditions={"Ready": "False"}, nodes_in_pool=5,
    )  # fmt: skip
    return replace(made, **changes)


def fit(**changes: Any) -> NodeHealth:
    return node(**{"ready": True, "conditions": {"Ready": "True"}, **changes})


def cron_job(**changes: Any) -> CronJobHealth:
    failed = {f"nightly-{n}": NOW_S - 1000.0 + n for n in (1, 2, 3)}
    made = CronJobHealth(
        target=Target("CronJob", "shop", "nightly", "uid-nightly"), resource_version="42",
        generation=3, suspended=False, active=1, failed=failed, succeeded_s=NOW_S - 86400.0,
    )  # fmt: skip
    return replace(made, **changes)


def facts_of(own: NodeHealth | CronJobHealth, *firing: Alert, **changes: Any) -> Facts:
    """All is known and nothing forbids; the alerts are quiet unless they are given."""
    known = Facts(
        at_s=NOW_S,
        alerts=AlertStates(frozenset(one.fingerprint for one in firing), frozenset()),
        kill_switch_set=False, clock_skew_s=0.0, rules=Unknown(NO_RULES),
        rule_data=Unknown(NO_RULES),
        scopes=ScopesSeen((ScopeDocument(ScopeKind.CLUSTER),), known=10),
    )  # fmt: skip
    if isinstance(own, NodeHealth):
        return replace(known, node=own, **changes)
    return replace(known, cron_job=own, **{"ownership": Ownership(), **changes})


@dataclass(frozen=True)
class Containment:
    """`sick` calls for it; `contained` bears our mark, `well` is well again and bears it still."""

    verb: Verb
    undo: Verb
    subject: Subject
    news: Alert
    sick: Facts
    contained: Facts
    well: Facts
    let_go: Facts
    """Well, and somebody else has undone it."""

    @property
    def incident_id(self) -> str:
        return incident_id(self.subject, cause_of(self.news.name), 1)

    @property
    def intent_id(self) -> str:
        return f"{self.incident_id}-s1-a1"

    @property
    def pack(self) -> Pack:
        match = Matcher(subjects=frozenset({SubjectKind.NODE, SubjectKind.SERVICE}))
        return Pack(1, (Playbook("contain", match, (Step(self.verb, watch=WATCH),)),))

    def opened(self) -> SubjectDocument:
        return opened(self.news, subject=self.subject)

    def looked(
        self, document: SubjectDocument, seen: Facts, after_s: float, policy: Policy = POLICY
    ) -> SubjectDocument:
        made = decided(document, seen, NOW_S + after_s, pack=self.pack, policy=policy)
        return made.document

    def acting(self) -> SubjectDocument:
        return self.looked(self.opened(), self.sick, 60.0)

    def verifying(self) -> SubjectDocument:
        document = self.acting()
        return record(document, document.intents[0].id, ACCEPTED, POLICY, SOAKED_S)

    def handed_over(self) -> SubjectDocument:
        """It stands, it mended nothing, and a human has it."""
        document = self.looked(self.verifying(), self.contained, DEADLINE_S)
        return self.looked(document, self.contained, DEADLINE_S + 1.0)

    def steadily(
        self, document: SubjectDocument, seen: Facts, from_s: float, for_s: float = 130.0
    ) -> SubjectDocument:
        """The same seen at looks close enough for unbroken health."""
        for number in range(int(for_s // 50.0) + 1):
            document = self.looked(document, seen, from_s + 50.0 * number)
        return self.looked(document, seen, from_s + for_s)


def _mark(subject: Subject, news: Alert) -> str:
    return f"{incident_id(subject, cause_of(news.name), 1)}-s1-a1"


OURS = {"last_intent": _mark(NODE, NOT_READY), "cordoned_by": _mark(NODE, NOT_READY)}
CORDONED = node(schedulable=False, **OURS)
CORDON = Containment(
    Verb.CORDON, Verb.UNCORDON, NODE, NOT_READY,
    sick=facts_of(node(), NOT_READY),
    contained=facts_of(CORDONED),
    well=facts_of(fit(schedulable=False, **OURS)),
    let_go=facts_of(fit()),
)  # fmt: skip
SUSPENDED_BY = {
    "last_intent": _mark(NIGHTLY, JOB_FAILED), "suspended_by": _mark(NIGHTLY, JOB_FAILED),
}  # fmt: skip
SUSPENDED = cron_job(suspended=True, generation=4, **SUSPENDED_BY)
SUSPEND = Containment(
    Verb.SUSPEND_CRON_JOB, Verb.RESUME_CRON_JOB, NIGHTLY, JOB_FAILED,
    sick=facts_of(cron_job(), JOB_FAILED),
    contained=facts_of(SUSPENDED, JOB_FAILED),
    well=facts_of(replace(SUSPENDED, succeeded_s=NOW_S + 60.0), JOB_FAILED),
    let_go=facts_of(cron_job(succeeded_s=NOW_S + 60.0), JOB_FAILED),
)  # fmt: skip
CONTAINMENTS = (CORDON, SUSPEND)
