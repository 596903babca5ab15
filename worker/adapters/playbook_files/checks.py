"""What no single field can tell: whether the parts of a playbook go together.

Rules of this file: each check looks at what could be read and says nothing about what is missing,
so that one run shows everything that is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from worker.adapters.playbook_files.forms import Object
from worker.adapters.playbook_files.problems import Problems
from worker.adapters.playbook_files.reading import Found, read
from worker.adapters.playbook_files.step_format import HUMAN, parameters_of
from worker.domain.catalogue import DESCRIPTOR_OF, Verb
from worker.domain.document.identity import SubjectKind
from worker.domain.playbooks.playbook import MODES, Mode

CheckCondition = Callable[[str], str | None]
"""What is wrong with a condition; None when it compiles."""

Fields = Mapping[str, Found]


def check(playbook: Found, check_condition: CheckCondition, problems: Problems) -> None:
    """Everything that can be said of one playbook by itself."""
    spec = _fields(playbook.fields.get("spec"))
    match = _fields(spec.get("match"))
    steps = [one.fields for one in spec["steps"].items] if "steps" in spec else []
    for expression in (*_listed(match, "when"), *_conditions(steps)):
        wrong = check_condition(expression.value)
        if wrong is not None:
            problems.add(expression.node, f"the condition doesn't compile: {wrong}")
    _handed_over(spec, problems)
    _promotion(spec, problems)
    _names(steps, problems)
    _ladder(steps, problems)
    for step in steps:
        _action(step, match, problems)
        _verify(step, problems)


def _fields(found: Found | None) -> Fields:
    return found.fields if found is not None else {}


def _listed(fields: Fields, name: str) -> Sequence[Found]:
    found = fields.get(name)
    if found is None:
        return ()
    return found.items if isinstance(found.value, tuple) else (found,)


def _conditions(steps: Sequence[Fields]) -> list[Found]:
    return [one for step in steps for name in ("when", "never") for one in _listed(step, name)]


def _handed_over(spec: Fields, problems: Problems) -> None:
    steps = spec.get("steps")
    empty = steps is not None and steps.node.elements() == []
    if steps is not None and empty and "escalation" not in spec:
        words = "no step, and nothing for the human who gets it; add `escalation`, or a step"
        problems.add(steps.node, words)


def _promotion(spec: Fields, problems: Problems) -> None:
    to = _fields(spec.get("promotion")).get("to")
    mode = spec.get("mode")
    if to is None or mode is None:
        return
    if MODES.index(Mode(to.value)) <= MODES.index(Mode(mode.value)):
        problems.add(to.node, f"{to.value} allows no more than its mode {mode.value}; write a "
                              "higher one, or no promotion")  # fmt: skip


def _names(steps: Sequence[Fields], problems: Problems) -> None:
    taken: set[str] = set()
    for step in steps:
        name = step.get("name")
        if name is None:
            continue
        if name.value == HUMAN:
            problems.add(name.node, f"{HUMAN!r} is the end of every ladder; write another name")
        elif name.value in taken:
            problems.add(name.node, f"{name.value!r} is another step's name; give each its own")
        taken.add(name.value)


def _ladder(steps: Sequence[Fields], problems: Problems) -> None:
    """Where each step leads, and that something leads to each of them."""
    numbers = {step["name"].value: i for i, step in enumerate(steps) if "name" in step}
    reached = {0}
    for number, step in enumerate(steps):
        then = step.get("next")
        named = numbers.get(then.value) if then is not None else None
        if then is not None and then.value != HUMAN and (named is None or named <= number):
            later = [name for name, i in numbers.items() if i > number and name != HUMAN]
            words = "is no step" if named is None else "is no later step"
            problems.add(then.node, f"{then.value!r} {words}; write {' or '.join((*later, HUMAN))}")
            named = number + 1
        if number not in reached:
            continue
        passed_over = then is None or "when" in step or "never" in step
        reached |= {number + 1} if passed_over else set()
        reached |= {named} if named is not None else set()
    for number, step in enumerate(steps):
        if number not in reached and "action" in step:
            words = "nothing leads to this step: the one above always goes elsewhere; name it as "
            problems.add(step["action"].node, words + "`next` of an earlier one, or remove it")


def _action(step: Fields, match: Fields, problems: Problems) -> None:
    action = step.get("action")
    if action is None:
        return
    verb = Verb(action.value)
    wanted = DESCRIPTOR_OF[verb].subject
    subjects = [one.value for one in _listed(match, "subjects")] or [str(SubjectKind.SERVICE)]
    others = [one for one in subjects if one != wanted]
    if others:
        words = f"{verb} is for a {wanted}, and this playbook is for {' and '.join(others)} too"
        if str(wanted) not in subjects:
            words = f"{verb} is for a {wanted}, and this playbook is for {' and '.join(others)}"
        problems.add(action.node, f"{words}; write another action, or other subjects")
    _parameters(step, verb, action, parameters_of(verb), problems)


def _parameters(step: Fields, verb: Verb, action: Found, form: Object, problems: Problems) -> None:
    given = step.get("parameters")
    if given is not None:
        read(given.node, form, problems)
        return
    missing = [name for name, field in form.fields.items() if field.required]
    if missing:
        problems.add(action.node, f"{verb} needs parameters: add {', '.join(missing)}")


def _verify(step: Fields, problems: Problems) -> None:
    verify = _fields(step.get("verify"))
    window, deadline = verify.get("window"), verify.get("deadline")
    if window is not None and deadline is not None and deadline.value < window.value:
        problems.add(deadline.node, "shorter than the window; nothing could ever be verified")
