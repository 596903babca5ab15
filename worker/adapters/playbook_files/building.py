"""From what was read without a problem to the domain's types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from worker.adapters.playbook_files.format import SOAK_S
from worker.adapters.playbook_files.problems import Problems
from worker.adapters.playbook_files.reading import Found, read
from worker.adapters.playbook_files.step_format import parameters_of
from worker.domain.catalogue import DESCRIPTOR_OF, Verb
from worker.domain.document.identity import SubjectKind
from worker.domain.playbooks.playbook import (
    Condition,
    Matcher,
    Mode,
    ParameterValue,
    Playbook,
    Promotion,
    Step,
    Watch,
)

Fields = Mapping[str, Found]


def playbook_of(found: Found) -> Playbook:
    """The playbook; the file had no problem."""
    name = str(found.fields["metadata"].fields["name"].value)
    spec = found.fields["spec"].fields
    return Playbook(
        name=name,
        match=_matcher(name, spec["match"].fields),
        steps=tuple(
            _step(f"{name}/{number}", one.fields)
            for number, one in enumerate(spec["steps"].items, start=1)
        ),
        mode=_mode(spec),
        promotion=_promotion(spec["promotion"].fields) if "promotion" in spec else None,
        soak_s=_or(spec, "soak", SOAK_S),
        summary=_or(spec, "summary", "").strip(),
        escalation=_or(spec, "escalation", "").strip(),
    )


def _matcher(name: str, match: Fields) -> Matcher:
    default = Matcher()
    kinds = frozenset(SubjectKind(one) for one in _texts(match, "subjects"))
    when = match.get("when")
    labels = match["labels"].fields if "labels" in match else {}
    return Matcher(
        alerts=frozenset(_texts(match, "alerts")),
        causes=frozenset(_texts(match, "causes")),
        subjects=kinds or default.subjects,
        labels=tuple(sorted((label, str(one.value)) for label, one in labels.items())),
        when=Condition(f"{name}/match", when.value) if when is not None else None,
    )


def _step(prefix: str, step: Fields) -> Step:
    verb = Verb(step["action"].value)
    default = Step(verb)
    return Step(
        verb=verb,
        parameters=_parameters(step, verb),
        attempts_max=_or(step, "attempts", default.attempts_max),
        cool_down_s=_or(step, "coolDown", default.cool_down_s),
        watch=_watch(step["verify"].fields) if "verify" in step else default.watch,
        name=_or(step, "name", ""),
        when=_conditions(f"{prefix}/when", step, "when"),
        never=_conditions(f"{prefix}/never", step, "never"),
        next=_or(step, "next", ""),
        mode=_mode(step),
    )


def _parameters(step: Fields, verb: Verb) -> dict[str, ParameterValue]:
    """What was written, and the catalogue's defaults for the rest."""
    values: dict[str, ParameterValue] = {
        name: one.default
        for name, one in DESCRIPTOR_OF[verb].parameters.items()
        if one.default is not None
    }
    if "parameters" in step:
        found = read(step["parameters"].node, parameters_of(verb), Problems())
        assert found is not None, "it was read before without a problem"
        values |= {name: one.value for name, one in found.fields.items()}
    return values


def _conditions(prefix: str, step: Fields, name: str) -> tuple[Condition, ...]:
    found = step[name].items if name in step else ()
    return tuple(Condition(f"{prefix}/{i}", one.value) for i, one in enumerate(found, start=1))


def _watch(verify: Fields) -> Watch:
    return Watch(*(verify[name].value for name in ("settle", "window", "deadline")))


def _promotion(promotion: Fields) -> Promotion:
    default = Promotion(Mode(promotion["to"].value))
    return Promotion(default.mode_max, _or(promotion, "after", default.right_after))


def _mode(fields: Fields) -> Mode | None:
    return Mode(fields["mode"].value) if "mode" in fields else None


def _texts(fields: Fields, name: str) -> list[str]:
    return [str(one.value) for one in fields[name].items] if name in fields else []


def _or(fields: Fields, name: str, default: Any) -> Any:
    return fields[name].value if name in fields else default
