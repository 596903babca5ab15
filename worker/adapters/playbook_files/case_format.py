"""The format of a playbook's test cases: what is given, and what has to come of it.

Everything that a case doesn't give is well: three pods that are ready and unchanged for a month, no
autoscaler, no owner, the kill switch off, clocks that agree, a monitor that answers.
"""

from __future__ import annotations

from worker.adapters.playbook_files.format import NAME_LENGTH_MAX, PLAYBOOK
from worker.adapters.playbook_files.forms import (
    Duration,
    Field,
    Listed,
    Object,
    OneOf,
    Pairs,
    Plain,
    Quantity,
    Text,
    Truth,
    Whole,
)
from worker.adapters.playbook_files.step_format import ACTIONS, MODES, SHORT_NAME
from worker.domain.incoming.ops_event import OpsEventKind
from worker.domain.story.reason import Reason

CASES_MAX = 50  # of one file
ITEMS_MAX = 16  # alerts, events, sick pods, tried steps of one case
CASE_NAME_LENGTH_MAX = 120  # characters: it is a heading
REPLICAS_MAX = 100
AGO_MAX_S = 366 * 24 * 3600.0
MEMORY_MAX_BYTES = 2**40

_AGO = Duration(0.0, AGO_MAX_S)
_WORD = Text(NAME_LENGTH_MAX)
_REASON = OneOf({str(one): str(one).replace("_", " ") for one in Reason})

ALERT = Object(
    {
        "name": Field(_WORD, "the alert's name", True),
        "labels": Field(Pairs(_WORD, _WORD, ITEMS_MAX), "further labels"),
        "severity": Field(_WORD, "its severity", default="warning"),
        "status": Field(
            OneOf({"firing": "it fires", "resolved": "it is over"}), "its status", default="firing"
        ),
    }
)

POD = Object(
    {
        "state": Field(
            OneOf(
                {
                    "crashing": "its container is in CrashLoopBackOff",
                    "unready": "it runs and isn't ready",
                    "waiting": "its container doesn't start",
                    "pending": "no node takes it",
                }
            ),
            "how it is sick", True,
        ),
        "name": Field(_WORD, "its name", default="web-1, web-2 …"),
        "node": Field(_WORD, "its node", default="node-1, node-2 …"),
        "restarts": Field(Whole(0, 1000), "of its container", default="5 when crashing"),
        "exitCode": Field(Whole(0, 255), "of its last container", default="1 when crashing"),
        "reason": Field(_WORD, "why its last container ended, as OOMKilled"),
        "age": Field(_AGO, "how old it is", default="as old as the template"),
    }
)  # fmt: skip

FACTS = Object(
    {
        "replicas": Field(Whole(0, REPLICAS_MAX), "that are wanted", default="3"),
        "sick": Field(Listed(POD, 1, ITEMS_MAX), "these pods instead of as many that are well"),
        "changed": Field(
            _AGO, "how long before the incident the template was changed", default="720h"
        ),
        "rolling": Field(Truth(), "a rollout is under way", default="false"),
        "paused": Field(Truth(), "the rollout is paused", default="false"),
        "proven": Field(Truth(), "an older revision was healthy for long", default="true"),
        "memoryLimit": Field(
            Quantity(1, MEMORY_MAX_BYTES), "of its container", default="256Mi"
        ),
        "autoscaler": Field(
            Object(
                {
                    "max": Field(Whole(1, REPLICAS_MAX), "the most it may make", True),
                    "min": Field(Whole(1, REPLICAS_MAX), "the fewest", default="1"),
                }
            ),
            "one that scales it",
        ),
        "gitops": Field(_WORD, "what keeps its template as it is, as argocd"),
        "operator": Field(_WORD, "the operator that owns it"),
        "killSwitch": Field(Truth(), "whether it is set", default="false"),
        "silenced": Field(Truth(), "the alerts are silenced", default="false"),
        "unknown": Field(
            Listed(
                OneOf(
                    {
                        "rollout": "the workload itself", "pods": "its pods",
                        "history": "its revisions", "ownership": "who owns what of it",
                        "alerts": "what its monitor says", "killSwitch": "the kill switch",
                        "clock": "the API server's clock", "scopes": "what else goes on",
                    }
                ),
                1, 8,
            ),
            "what could not be read",
        ),
    }
)  # fmt: skip

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
                        "before": Field(_AGO, "how long before the incident", default="10m"),
                        "by": Field(_WORD, "who did it", default="somebody"),
                    }
                ),
                1, ITEMS_MAX,
            ),
            "ops-events that came in before",
        ),
        "tried": Field(
            Listed(_WORD, 1, ITEMS_MAX),
            "steps (their names or numbers) that were done in this incident and didn't help",
        ),
        "openFor": Field(
            _AGO, "how long the incident is open", default="a second longer than the soak"
        ),
        "facts": Field(FACTS, "what is seen, as far as it isn't well"),
    }
)  # fmt: skip

EXPECT = Object(
    {
        "action": Field(ACTIONS, "it decides to do this"),
        "target": Field(_WORD, "to this object, as Pod/web-1"),
        "parameters": Field(
            Pairs(_WORD, Plain(NAME_LENGTH_MAX), ITEMS_MAX), "with these values, and perhaps more"
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
