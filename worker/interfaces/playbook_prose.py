"""A playbook as prose: what it is for, what it would do step by step, and who is told in the end.

Rules of this file: everything that is said is read from the types, so that it is what happens.
"""

from __future__ import annotations

from collections.abc import Iterator

from worker.domain.catalogue import DESCRIPTOR_OF
from worker.domain.incoming.correlation import CAUSE_OF_ALERT
from worker.domain.playbooks.playbook import Condition, Matcher, Mode, Playbook, Step

MODES = {
    Mode.OBSERVE: "it looks and tells, and nothing else",
    Mode.SUGGEST: "it tells a human what it would do",
    Mode.APPROVE: "it asks a human, and then acts",
    Mode.AUTO: "it acts by itself",
}


def prose(playbook: Playbook) -> str:
    """Paragraphs in Markdown, without a heading."""
    return "\n\n".join(_paragraphs(playbook))


def _paragraphs(playbook: Playbook) -> Iterator[str]:
    if playbook.summary:
        yield playbook.summary
    yield _matches(playbook.match)
    yield _begins(playbook)
    for rung, step in enumerate(playbook.steps):
        yield _step(playbook, rung, step)
    at_once = "at once" if not playbook.steps else "when nothing of this was possible or helped"
    words = f"**A human** gets the incident {at_once}"
    yield f"{words}, and is told: {playbook.escalation}" if playbook.escalation else f"{words}."


def _matches(match: Matcher) -> str:
    kinds = " or ".join(sorted(f"{kind} subject" for kind in match.subjects))
    parts = []
    if match.causes:
        causes = sorted(match.causes)
        alerts = sorted(alert for alert, cause in CAUSE_OF_ALERT.items() if cause in match.causes)
        known = f" ({', '.join(alerts)})" if alerts else ""
        parts.append(f"the cause {' or '.join(causes)}{known}")
    if match.alerts:
        parts.append(f"the alert {' or '.join(sorted(match.alerts))}")
    if match.labels:
        wanted = ", ".join(f"{name}={value}" for name, value in match.labels)
        parts.append(f"alerts with the labels {wanted}")
    if match.when is not None:
        parts.append(f"`{match.when.text}` (while that is unknown, nothing is done at all)")
    return f"**For** a {kinds} with {', and '.join(parts)}."


def _begins(playbook: Playbook) -> str:
    mode = "the installation's mode" if playbook.mode is None else f"mode {playbook.mode}"
    words = f"**Begins** when the incident is {duration(playbook.soak_s)} old, in {mode}"
    if playbook.mode is not None:
        words += f": {MODES[playbook.mode]}"
    if playbook.promotion is not None:
        up = playbook.promotion
        words += (
            f". It may earn up to {up.mode_max}, one mode for each {up.right_after} right shadow "
            "decisions"
        )
    return f"{words}."


def _step(playbook: Playbook, rung: int, step: Step) -> str:
    action = DESCRIPTOR_OF[step.verb]
    name = f" ({step.name})" if step.name else ""
    verb = step.verb.replace("_", " ")
    lines = [f"**Step {rung + 1}{name}: {verb}.** {action.words}"]
    lines += _conditions("Only while this is known to be true", step.when)
    lines += _conditions("Never unless this is known to be false", step.never)
    for key, value in step.parameters.items():
        lines.append(f"{key} {value}: {action.parameters[key].meaning}.")
    lines.append(f"Needed before: {'; '.join(action.before)}.")
    if step.mode is not None or step.asks_by_default:
        mode = step.mode or Mode.APPROVE
        lines.append(f"At most in mode {mode}: {MODES[mode]}.")
    times = "once" if step.attempts_max == 1 else f"{step.attempts_max} times"
    lines.append(
        f"At most {times} in an incident; the next incident of this cause then waits "
        f"{duration(step.cool_down_s)}, and twice as long after each repeat."
    )
    watch = step.watch
    lines.append(
        f"Judged from {duration(watch.settle_s)} on: {action.verified_by}, for "
        f"{duration(watch.window_s)} without a break (longer if the alert's rule looks back "
        f"further), which begins within {duration(watch.deadline_s)}."
    )
    undo = f"is undone ({action.undo.replace('_', ' ')}) and " if action.undo else ""
    lines.append(f"What didn't help {undo}is followed by {_then(playbook, rung)}.")
    return "\n- ".join(lines)


def _conditions(words: str, conditions: tuple[Condition, ...]) -> list[str]:
    return [f"{words}: `{one.text}`." for one in conditions]


def _then(playbook: Playbook, rung: int) -> str:
    after = playbook.rung_after(rung)
    return "a human" if after >= len(playbook.steps) else f"step {after + 1}"


def duration(seconds: float) -> str:
    """Such as 90 s, 20 min or 24 h."""
    for size, unit in ((3600.0, "h"), (60.0, "min")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:g} s"
