"""Stories about people: what they are asked, what they say, and when their hands come first."""

from __future__ import annotations

from dataclasses import replace

from tests.stories.telling import Human, Story, Worker, happened, ladder, noon_and, step
from tests.unit.domain.builders import ACCEPTED, POLICY, RESOLVED, SICK, WELL, alert, facts, pod
from tests.unit.domain.builders import crashing as crashes
from tests.unit.domain.storytelling import answer, arrive, receive, told
from worker.domain.calendar.recurrence import Absolute
from worker.domain.calendar.window import Window, WindowKind, WindowScope
from worker.domain.catalogue import Verb
from worker.domain.incoming.ops_event import OpsEventKind
from worker.domain.observed.evidence import AlertStates
from worker.domain.people.approval import Say
from worker.domain.people.person_hold import PersonHold
from worker.domain.playbooks.playbook import Mode
from worker.domain.scopes.scope import ScopeDocument, ScopeKind
from worker.domain.scopes.scopes_seen import ScopesSeen

EVICT = ladder("crash-loop", step(Verb.EVICT_POD))
ASKING = Worker(EVICT, replace(POLICY, mode=Mode.APPROVE))
SUGGESTING = Worker(EVICT, replace(POLICY, mode=Mode.SUGGEST))
OURS = Worker(EVICT)
ANOTHER = facts(crashes("web-2", restarts=3), pod("web-1"), pod("web-3"))


def answered_too_late() -> str:
    ada = Human("ada")
    return told(
        (0, arrive(alert())),
        (60, ASKING.look(SICK)),
        (61, receive),
        (62, ada.reads),
        (120, arrive(alert(status=RESOLVED))),
        *ASKING.looks(WELL, 121, 241),
        (300, ada.says(Say.YES, "go ahead")),
        (301, ASKING.look(WELL)),
    )


def answered() -> str:
    ada = Human("ada")
    return told(
        (0, arrive(alert())),
        (60, ASKING.look(SICK)),
        (61, receive),
        (62, ada.reads),
        (200, ada.says(Say.YES, "seen it before")),
        (201, ASKING.look(SICK)),
        (202, answer(ACCEPTED)),
        (203, ada.says(Say.YES)),
        *ASKING.looks(WELL, 235, 535),
    )


def plan_changed() -> str:
    ada = Human("ada")
    return told(
        (0, arrive(alert())),
        (60, ASKING.look(SICK)),
        (62, ada.reads),
        (200, ada.says(Say.YES)),
        (201, ASKING.look(ANOTHER)),
        (202, receive),
        (203, ada.reads),
        (260, ada.says(Say.NO, "I look at it myself")),
        (261, receive),
    )


def suggestion() -> str:
    return told(
        (0, arrive(alert())),
        (60, SUGGESTING.look(SICK)),
        (61, receive),
        (180, SUGGESTING.look(SICK)),
        (3600, SUGGESTING.look(SICK)),
        *SUGGESTING.looks(WELL, 3660, 3780),
    )


def on_it() -> str:
    return told(
        (0, arrive(alert())),
        (30, happened(OpsEventKind.ON_IT, "ada", **{"for": "45m"})),
        (60, OURS.look(SICK)),
        (120, OURS.look(SICK)),
        (1500, happened(OpsEventKind.RELEASED, "ada", found="nothing, over to you")),
        (1530, OURS.look(SICK)),
        (1531, answer(ACCEPTED)),
        *OURS.looks(WELL, 1570, 1870),
    )


def freeze() -> str:
    sale = Window(
        "black friday", WindowKind.FREEZE, WindowScope(), Absolute(noon_and(-60), noon_and(10))
    )
    frozen = Worker(EVICT, windows=(sale,))
    return told(
        (0, arrive(alert())),
        (60, frozen.look(SICK)),
        (330, frozen.look(SICK)),
        (600, frozen.look(SICK)),
        (601, answer(ACCEPTED)),
        *frozen.looks(WELL, 640, 940),
    )


def maintenance() -> str:
    hold = PersonHold(
        "maintenance_started:bot", "maintenance_started", "release-bot", noon_and(-30),
        noon_and(60), "ticket OPS-7",
    )  # fmt: skip
    shop = ScopesSeen((ScopeDocument(ScopeKind.NAMESPACE, "shop", holds=(hold,)),), known=40)
    held = replace(SICK, scopes=shop)
    return told(
        (0, arrive(alert())),
        *((after_s, OURS.look(held)) for after_s in (60, 120, 600, 1800)),
        (1860, OURS.look(SICK)),
        (1861, answer(ACCEPTED)),
        *OURS.looks(WELL, 1900, 2200),
    )


def silenced() -> str:
    muted = AlertStates(frozenset(), frozenset({"KubePodCrashLooping-web-1"}))
    return told(
        (0, arrive(alert())),
        (60, OURS.look(replace(SICK, alerts=muted))),
        (480, OURS.look(replace(SICK, alerts=muted))),
        (900, OURS.look(replace(SICK, alerts=muted))),
        (901, receive),
    )


STORIES = (
    Story("05-approval-too-late", "A yes comes after it got well by itself: nothing is done.",
          answered_too_late),
    Story("06-freeze", "A freeze ends, and what it held is judged at once.", freeze),
    Story("07-maintenance", "Maintenance of the namespace ends early: judged once, and repaired.",
          maintenance),
    Story("08-on-it", "A person says that she is on it, and later hands it back.", on_it),
    Story("09-silenced", "Somebody silenced it: nothing is done, and a human is told in time.",
          silenced),
    Story("14-suggestion", "Suggest mode: a human is told once, and nothing is touched.",
          suggestion),
    Story("15-approved", "A human is asked and says yes: done once, and proven.", answered),
    Story("16-plan-changed", "Between question and answer another pod fell sick: asked again.",
          plan_changed),
)  # fmt: skip
