"""The format `aiops/v1`: every field of a playbook, its bounds, its meaning and its default.

The reader, the published JSON Schema and the reference page are made from these tables.
"""

from __future__ import annotations

from worker.adapters.playbook_files.forms import (
    Duration,
    Field,
    Listed,
    Object,
    OneOf,
    Pairs,
    Text,
    Whole,
)
from worker.adapters.playbook_files.step_format import (
    EXPRESSION,
    MODES,
    SHORT_NAME,
    STEP,
    seconds,
)
from worker.domain.document.identity import SubjectKind
from worker.domain.playbooks.playbook import Mode, Promotion

VERSION_MAX = 999_999_999  # what a whole number of nine digits holds
STEPS_MAX = 8  # rungs of one ladder: whoever needs more has several problems
NAMES_MAX = 64  # alerts or causes of one playbook
NAME_LENGTH_MAX = 256  # characters of an alert's name, as where alerts are read
LABELS_MAX = 16  # that an alert has to carry
LABEL_LENGTH_MAX = 1024  # characters of a label's value, as where alerts are read
SUMMARY_LENGTH_MAX = 500  # characters: one or two sentences
ESCALATION_LENGTH_MAX = 600  # characters: it is the end of a notice of 1024
RIGHT_AFTER_MAX = 1000  # shadow decisions; more than anybody waits for
SOAK_S = 60.0  # a blip shorter than this is nobody's incident
SOAK_MAX_S = 3600.0  # later than this a human was better told at once

SUBJECTS = OneOf(
    {
        str(SubjectKind.SERVICE): "a workload in its namespace",
        str(SubjectKind.NODE): "a node",
        str(SubjectKind.CLUSTER): "the cluster as a whole, and input that nobody could read",
        str(SubjectKind.UNRESOLVED): "what the inventory could not trace to an owner",
    }
)
_ALERT = Text(NAME_LENGTH_MAX, like="the name of an alert")
_CAUSE = Text(NAME_LENGTH_MAX, r"[a-zA-Z0-9_]+", "a cause such as crash_loop")

MATCH = Object(
    {
        "alerts": Field(
            Listed(_ALERT, 1, NAMES_MAX), "names of alerts, one of which must be in it"
        ),
        "causes": Field(Listed(_CAUSE, 1, NAMES_MAX), "causes, one of which it must have"),
        "subjects": Field(
            Listed(SUBJECTS, 1, len(SUBJECTS.choices)), "kinds of subject", default="[service]"
        ),
        "labels": Field(
            Pairs(
                Text(NAME_LENGTH_MAX, r"[a-zA-Z_][a-zA-Z0-9_]*", "the name of a label"),
                Text(LABEL_LENGTH_MAX, like="the label's whole value"),
                LABELS_MAX,
            ),
            "labels that an alert in it must carry, compared as a whole",
        ),
        "when": Field(
            EXPRESSION,
            "a condition (CEL); while it is unknown nothing is done about the incident at all, so "
            "prefer the `when` of a step",
        ),
    },
    any_of=("alerts", "causes"),
    any_of_remedy="matches everything; name alerts or causes",
)

PROMOTION = Object(
    {
        "to": Field(MODES, "the highest mode that it can earn", True),
        "after": Field(
            Whole(1, RIGHT_AFTER_MAX), "right shadow decisions for each mode more",
            default=str(Promotion(Mode.AUTO).right_after),
        ),
    }
)  # fmt: skip

SPEC = Object(
    {
        "match": Field(MATCH, "which incidents it is for; all that is given has to match", True),
        "steps": Field(
            Listed(STEP, 0, STEPS_MAX),
            "what to try, in this order; the end is a human, and an empty list is a human at once",
            True,
        ),
        "mode": Field(MODES, "how far it may go", default="the installation's `AIOPS_MODE`"),
        "promotion": Field(PROMOTION, "how it may earn a higher mode", default="it earns none"),
        "soak": Field(
            Duration(0.0, SOAK_MAX_S),
            "how old an incident has to be before anything is done: many heal by themselves",
            default=seconds(SOAK_S),
        ),
        "summary": Field(Text(SUMMARY_LENGTH_MAX), "what a person should know about it"),
        "escalation": Field(
            Text(ESCALATION_LENGTH_MAX),
            "what a human is told to look at when the ladder ends; needed when there is no step",
        ),
    }
)

PLAYBOOK = Object(
    {
        "apiVersion": Field(OneOf({"aiops/v1": "this format"}), "the format's version", True),
        "kind": Field(OneOf({"Playbook": "a playbook"}), "what this file is", True),
        "metadata": Field(
            Object({"name": Field(SHORT_NAME, "its name, once in a pack", True)}), "its name", True
        ),
        "spec": Field(SPEC, "the playbook", True),
    }
)

PACK = Object(
    {
        "version": Field(
            Whole(1, VERSION_MAX), "raised with every change: a higher one is newer", True
        )
    }
)
