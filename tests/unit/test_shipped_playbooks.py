"""The shipped pack: every ladder does in its cases what it promises, and ends with a human."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest

from worker.adapters.expressions.evaluator import CelExpressions
from worker.adapters.playbook_files import SHIPPED, Case, load_cases
from worker.domain.catalogue import DESCRIPTOR_OF
from worker.domain.incoming.correlation import CAUSE_OF_ALERT
from worker.domain.playbooks.playbook import Playbook, Step
from worker.interfaces.playbook_prose import prose
from worker.packs import read_pack
from worker.playbook_tests import run_case

PACK = read_pack()
CASES = load_cases()
EXPRESSIONS = CelExpressions()

# `for` of the alerting rules, in minutes; what looks back further names it in the file itself.
WAITS_MINUTES = {
    "KubePodCrashLooping": 15, "PodRestarting": 5, "KubePodNotReady": 15,
    "KubeContainerWaiting": 60, "KubeDeploymentReplicasMismatch": 15,
    "KubeStatefulSetReplicasMismatch": 15, "KubeDeploymentRolloutStuck": 15,
    "KubeDaemonSetRolloutStuck": 15, "KubeHpaMaxedOut": 15, "HighErrorRate": 5,
    "HighMemoryUsage": 5, "KafkaConsumerLag": 10,
}  # fmt: skip
MISSION = {"HighErrorRate", "PodRestarting", "HighMemoryUsage", "KafkaConsumerLag"}


def alerts_of(playbook: Playbook) -> set[str]:
    by_cause = {name for name, cause in CAUSE_OF_ALERT.items() if cause in playbook.match.causes}
    return by_cause | playbook.match.alerts


def contains(step: Step) -> bool:
    return DESCRIPTOR_OF[step.verb].contains


def each_playbook() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("playbook", PACK.playbooks, ids=lambda one: str(one.name))


@pytest.mark.parametrize("case", CASES, ids=lambda one: f"{one.playbook}: {one.name}")
def test_a_case_comes_out_as_it_should(case: Case) -> None:
    result = run_case(case, PACK, EXPRESSIONS)
    assert result.passed, "\n".join((*result.differs, *result.told))


@each_playbook()
def test_it_has_cases_that_act_refuse_and_hand_over(playbook: Playbook) -> None:
    expected = [one.expected for one in CASES if one.playbook == playbook.name]
    assert len(expected) >= 3
    assert any(one.escalates for one in expected)
    verbs = {one.action for one in expected if one.action}
    assert verbs <= {str(step.verb) for step in playbook.steps}
    if playbook.steps:
        told = {one.holds for one in expected} & {"suggest_mode", "awaiting_approval"}
        by_itself = any(step.mode is None for step in playbook.steps)
        assert verbs or (told and not by_itself), "no case shows it act, suggest or ask"
        assert any(one.refuses or one.holds for one in expected), "no case shows it refuse"


def test_every_step_that_may_act_by_itself_acts_in_a_case() -> None:
    acted = defaultdict(set)
    for case in CASES:
        acted[case.playbook].add(case.expected.action)
    for playbook in PACK.playbooks:
        wanted = {str(step.verb) for step in playbook.steps if step.mode is None}
        assert wanted <= acted[playbook.name], playbook.name


@each_playbook()
def test_it_says_what_it_is_for_and_what_to_look_at(playbook: Playbook) -> None:
    assert playbook.summary
    assert playbook.escalation
    assert playbook.mode is None, "the installation's mode decides"
    assert alerts_of(playbook), "its cause is no alert's"
    text = (SHIPPED / f"{playbook.name}.yaml").read_text()
    assert text.startswith("# "), "why it is so"


@pytest.mark.parametrize(
    "playbook",
    [one for one in PACK.playbooks if one.steps and not all(contains(step) for step in one.steps)],
    ids=lambda one: str(one.name),
)
def test_nothing_is_called_healthy_before_the_alert_could_fire_again(playbook: Playbook) -> None:
    """Where its silence counts: of what only contains harm it doesn't."""
    waits_s = max(60.0 * WAITS_MINUTES[one] for one in alerts_of(playbook))
    for step in playbook.steps:
        assert step.watch.deadline_s >= step.watch.window_s > waits_s


@each_playbook()
def test_a_change_of_the_template_never_follows_another_one(playbook: Playbook) -> None:
    """What a rollback or a higher limit didn't cure is for a human, not for the next guess."""
    for rung, step in enumerate(playbook.steps):
        if step.verb in ("roll_back", "raise_memory_limit", "scale", "raise_hpa_max"):
            assert playbook.rung_after(rung) == len(playbook.steps)
            assert step.attempts_max == 1


def test_the_missions_alerts_have_a_playbook() -> None:
    covered = set().union(*(alerts_of(one) for one in PACK.playbooks))
    assert covered >= MISSION
    assert len(PACK.playbooks) >= 20


def test_each_alert_has_one_playbook() -> None:
    """Which one it gets never depends on the order of the files: two of them exclude each other."""
    taken: dict[str, list[str]] = defaultdict(list)
    for playbook in PACK.playbooks:
        for alert in alerts_of(playbook):
            taken[alert].append(playbook.match.when.text if playbook.match.when else "")
    for alert, whens in taken.items():
        first, *others = whens
        assert others in ([], [first.replace("==", "!=")]), alert


@each_playbook()
def test_it_can_be_told_in_prose(playbook: Playbook) -> None:
    words = prose(playbook)
    assert playbook.escalation in words
    assert len(re.findall(r"\*\*Step [0-9]", words)) == len(playbook.steps)
    for step in playbook.steps:
        assert all(f"`{one.text}`" in words for one in (*step.when, *step.never))
