"""From an alert's labels to matchers that still fit when its pods were replaced.

Rules of this file: a repair makes new pods, on other nodes, of another version. Their series have
other labels than those that the alert named, so what names one pod is left out, or stands for any
pod of its workload. Text from outside is only ever a quoted value, never syntax.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from worker.adapters.prometheus_rules.selectors import OF_HEALTH
from worker.domain.document.identity import Subject, SubjectKind

OF_ONE_POD = frozenset(
    {
        "container", "container_id", "container_name", "controller_revision_hash",
        "exported_container", "exported_instance", "exported_node", "exported_pod", "host_ip",
        "hostname", "id", "image", "image_id", "instance", "kubernetes_node", "node",
        "pod", "pod_ip", "pod_name", "pod_template_hash", "pod_uid", "replicaset", "revision",
        "uid", "version",
    }
)  # fmt: skip
"""Labels that name a pod, where it runs or what it was made of: they end with it."""
LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_SUFFIX = "[bcdfghjklmnpqrstvwxz2456789]"  # source: Kubernetes' util/rand
_PODS: Mapping[str, str] = {
    "Deployment": rf"-{_SUFFIX}{{1,10}}-{_SUFFIX}{{5}}",
    "StatefulSet": "-[0-9]+",
    "DaemonSet": f"-{_SUFFIX}{{5}}",
    "Pod": "",
}


def lasting(labels: Mapping[str, str], subject: Subject) -> Mapping[str, str]:
    """By label, the matcher that its successors' series have to fit. Raises ValueError for labels
    that no matcher can be made of."""
    kind, name = subject.workload or ("", "")
    pods = re.escape(name) + _PODS[kind] if kind in _PODS else None
    ended = OF_ONE_POD - {"node"} if subject.kind is SubjectKind.NODE else OF_ONE_POD
    found: dict[str, str] = {}
    for label, value in labels.items():
        if not LABEL.fullmatch(label):
            raise ValueError(f"a label {label[:40]!r}")
        if pods is not None and re.fullmatch(pods, value):
            found[label] = f"{label}=~{_quoted(pods)}"
        elif label not in ended and label not in OF_HEALTH:
            found[label] = f"{label}={_quoted(value)}"
    return found


def _quoted(value: str) -> str:
    """JSON's escapes are among those that PromQL knows between double quotes."""
    value.encode()  # half a surrogate can't be sent, and raises
    return json.dumps(value, ensure_ascii=False)
