"""The format of what a playbook's test case says is seen, as far as it isn't well."""

from __future__ import annotations

from worker.adapters.playbook_files.format import NAME_LENGTH_MAX
from worker.adapters.playbook_files.forms import (
    Duration,
    Field,
    Listed,
    Object,
    OneOf,
    Quantity,
    Text,
    Truth,
    Whole,
)

ITEMS_MAX = 16  # alerts, events, sick pods, tried steps of one case
REPLICAS_MAX = 100
NODES_MAX = 1000
AGO_MAX_S = 366 * 24 * 3600.0
MEMORY_MAX_BYTES = 2**40

AGO = Duration(0.0, AGO_MAX_S)
WORD = Text(NAME_LENGTH_MAX)

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
        "name": Field(WORD, "its name", default="web-1, web-2 …"),
        "node": Field(WORD, "its node", default="node-1, node-2 …"),
        "restarts": Field(Whole(0, 1000), "of its container", default="5 when crashing"),
        "exitCode": Field(Whole(0, 255), "of its last container", default="1 when crashing"),
        "reason": Field(WORD, "why its last container ended, as OOMKilled"),
        "age": Field(AGO, "how old it is", default="as old as the template"),
    }
)  # fmt: skip

NODE = Object(
    {
        "unfit": Field(WORD, "the condition that shows it unfit, as Ready or KernelDeadlock"),
        "cordoned": Field(Truth(), "somebody cordoned it", default="false"),
        "controlPlane": Field(Truth(), "it is one of the control plane", default="false"),
        "others": Field(Whole(0, NODES_MAX), "other nodes of its pool", default="9"),
        "othersOut": Field(Whole(0, NODES_MAX), "of them that take no pods", default="0"),
        "leaving": Field(WORD, "who takes it away"),
    }
)

CRON_JOB = Object(
    {
        "failed": Field(
            Whole(0, ITEMS_MAX), "how many of its jobs failed since one succeeded", default="0"
        ),
        "suspended": Field(Truth(), "somebody suspended it", default="false"),
    }
)

FACTS = Object(
    {
        "replicas": Field(Whole(0, REPLICAS_MAX), "that are wanted", default="3"),
        "sick": Field(Listed(POD, 1, ITEMS_MAX), "these pods instead of as many that are well"),
        "changed": Field(
            AGO, "how long before the incident the template was changed", default="720h"
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
        "gitops": Field(WORD, "what keeps its template as it is, as argocd"),
        "operator": Field(WORD, "the operator that owns it"),
        "node": Field(NODE, "the node, when it is one's trouble"),
        "cronJob": Field(CRON_JOB, "the CronJob, when it is one's trouble"),
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
                        "node": "the node", "cronJob": "the CronJob and its jobs",
                    }
                ),
                1, 10,
            ),
            "what could not be read",
        ),
    }
)  # fmt: skip
