"""What a hold is on, as people write it: a subject, a namespace, or the whole cluster."""

from __future__ import annotations

import re

from fastapi import HTTPException

from worker.domain.document.identity import Subject, SubjectKind
from worker.domain.scopes.scope import CLUSTER, Scope, ScopeKind
from worker.engine.holds import Where
from worker.interfaces.rest.bodies import Body, fields, text

LABEL = r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?"  # RFC 1123
NAMESPACE = re.compile(LABEL)
NAME = re.compile(rf"(?=.{{1,253}}$){LABEL}(?:\.{LABEL})*")
KIND = re.compile(r"[A-Za-z]{1,63}")
KINDS = {
    one.lower(): one
    for one in ("Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "ReplicaSet", "Pod")
}
SUBJECT = re.compile(r"[ -~]{1,400}")
HOW_SUBJECT = "write it as in `aiopsctl incidents`, such as service/shop/Deployment/web"
HOW_NAMESPACE = "write the name of a namespace"
PLACES = ("subject", "namespace", "cluster")


def where_of(body: Body) -> Where:
    """`{"scope": {"subject": …}}`, `{"namespace": …}` or `{"cluster": true}`, exactly one of them.
    Raises HTTPException."""
    scope = body["scope"]
    if not isinstance(scope, dict) or len(scope) != 1:
        raise HTTPException(422, f"scope: send an object with one of {', '.join(PLACES)}")
    fields(scope, "scope", (), PLACES)
    if "subject" in scope:
        return subject_in(scope, "subject")
    if "namespace" in scope:
        return Scope(ScopeKind.NAMESPACE, text(scope, "namespace", NAMESPACE, HOW_NAMESPACE))
    if scope["cluster"] is not True:
        raise HTTPException(422, "cluster: send true, or name a namespace or a subject")
    return CLUSTER


def subject_in(body: Body, name: str) -> Subject:
    """A subject by its text; a service also as namespace/kind/name. Raises HTTPException."""
    written = text(body, name, SUBJECT, HOW_SUBJECT)
    kind, *rest = written.split("/")
    parts = rest if len(rest) == 3 and kind == SubjectKind.SERVICE else [kind, *rest]
    if len(parts) == 3 and NAMESPACE.fullmatch(parts[0]):
        if KIND.fullmatch(parts[1]) and NAME.fullmatch(parts[2]):
            workload = KINDS.get(parts[1].lower(), parts[1])
            return Subject(SubjectKind.SERVICE, parts[0], f"{workload}/{parts[2]}")
    elif kind in (SubjectKind.NODE, SubjectKind.UNRESOLVED, SubjectKind.CLUSTER):
        return Subject.of_text(written)
    raise HTTPException(422, f"{name}: {written[:64]!r} is no subject; {HOW_SUBJECT}")
