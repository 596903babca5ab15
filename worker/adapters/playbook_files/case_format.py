"""The format of a playbook's test cases: what is given, and what has to come of it.

Everything that a case doesn't give is well: three pods that are ready and unchanged for a month, no
autoscaler, no owner, the kill switch off, clocks that agree, a monitor that answers.
"""

from __future__ import annotations

from worker.adapters.playbook_files.case_facts import AGO, FACTS, ITEMS_MAX, WORD
from worker.adapters.playbook_files.format import NAME_LENGTH_MAX, PLAYBOOK
from worker.adapters.playbook_files.forms import (
    Field,
    Listed,
    Object,
    OneOf,
    Pairs,
    Plain,
    Text,
)
from worker.adapters.playbook_files.step_format import ACTIONS, MODES, SHORT_NAME
from worker.domain.incoming.ops_event import OpsEventKind
from worker.domain.story.reason import Reason

CASES_MAX = 50  # of one file
CASE_NAME_LENGTH_MAX = 120  # characters: it is a heading

_REASON = OneOf({str(one): str(one).replace("_", " ") for one in Reason})

ALERT = Object(
    {
        "name": Field(WORD, "the alert's name", True),
        "labels": Field(Pairs(WORD, WORD, ITEMS_MAX), "further labels"),
        "severity": Field(WORD, "its severity", default="warning"),
        "status": Field(
            OneOf({"firing": "it fires", "resolved": "it is over"}), "its status", default="firing"
        ),
    }
)

GIVEN = Object(
    {
        "alerts": Field(Listed(ALERT, 1, ITEMS_MAX), "the alerts that opened the incident", True),
        "subject": Field(
            Text(NAME_LENGTH_MAX, r"(?:[A-Z][A-Za-z]+|node)/[a-z0-9.-]+|unresolved",
                 "a subject such as Deployment/web, node/node-1 or unresolved"),
            "whose they are", default="Deployment/web",
        ),
        "mode": Field(MODES, "the installation's mode", default="auto"),
        "events": Field(
            Listed(
                Object(
                    {
                        "kind": Field(
                            OneOf({str(k): str(k).replace("_", " ") for k in OpsEventKind}),
                            "what was done", True,
                        ),
                        "before": Field(AGO, "how long before the incident", default="10m"),
                        "by": Field(WORD, "who did it", default="somebody"),
                    }
                ),
                1, ITEMS_MAX,
            ),
            "ops-events that came in before",
        ),
        "tried": Field(
            Listed(WORD, 1, ITEMS_MAX),
            "steps (their names or numbers) that were done in this incident and didn't help",
        ),
        "openFor": Field(
            AGO, "how long the incident is open", default="a second longer than the soak"
        ),
        "facts": Field(FACTS, "what is seen, as far as it isn't well"),
    }
)  # fmt: skip

EXPECT = Object(
    {
        "action": Field(ACTIONS, "it decides to do this"),
        "target": Field(WORD, "to this object, as Pod/web-1"),
        "parameters": Field(
            Pairs(WORD, Plain(NAME_LENGTH_MAX), ITEMS_MAX), "with these values, and perhaps more"
        ),
        "holds": Field(_REASON, "it does nothing yet, for this reason"),
        "escalates": Field(_REASON, "a human gets it, for this reason"),
        "refuses": Field(Listed(_REASON, 1, ITEMS_MAX), "reasons that were given on the way"),
    },
    any_of=("action", "holds", "escalates"),
    any_of_remedy="nothing is expected; write action, holds or escalates",
)

CASE = Object(
    {
        "name": Field(Text(CASE_NAME_LENGTH_MAX), "what it shows", True),
        "given": Field(GIVEN, "what is the case", True),
        "expect": Field(EXPECT, "what has to come of it", True),
    }
)

PLAYBOOK_TEST = Object(
    {
        "apiVersion": PLAYBOOK.fields["apiVersion"],
        "kind": Field(OneOf({"PlaybookTest": "cases of a playbook"}), "what this file is", True),
        "metadata": Field(
            Object({"name": Field(SHORT_NAME, "the playbook that they are about", True)}),
            "whose cases", True,
        ),
        "spec": Field(
            Object({"cases": Field(Listed(CASE, 1, CASES_MAX), "the cases", True)}),
            "the cases", True,
        ),
    }
)  # fmt: skip
