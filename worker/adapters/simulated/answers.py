"""What the API server says: rights, and the bodies of its refusals, word for word as recorded.

The transcripts named here lie in tests/contracts/transcripts, as `file/case`.
"""

from __future__ import annotations

from worker.adapters.simulated.objects import CLUSTER_SCOPED
from worker.adapters.simulated.rights import RESOURCES, RIGHTS
from worker.engine.ports import ApiAnswer, Json, ObjectRef

USER = "system:serviceaccount:aiops-system:aiops-operator"


def created() -> ApiAnswer:
    """Seen: cluster_evictions/good."""
    return ApiAnswer(201, {"kind": "Status", "status": "Success", "code": 201})


def forbidden(verb: str, ref: ObjectRef, subresource: str = "") -> ApiAnswer | None:
    """The refusal when the shipped account lacks the right, whether or not the object exists.

    Seen: cluster_reads/without_the_right, cluster_reads/writes_without_the_right,
    cluster_json_patches/without_the_right.
    """
    if (verb, ref.kind, subresource) in RIGHTS:
        return None
    of_cluster = ref.kind in CLUSTER_SCOPED
    assert ref.namespace or of_cluster, "a refusal for all namespaces was never recorded"
    where = "at the cluster scope" if of_cluster else f'in the namespace "{ref.namespace}"'
    group, resource = RESOURCES[ref.kind]
    full = f"{resource}/{subresource}" if subresource else resource
    message = (
        f'{_subject(ref)} is forbidden: User "{USER}" cannot {verb} resource "{full}" '
        f'in API group "{group}" {where}'
    )
    return _failure(403, "Forbidden", message, _details(ref))


def not_found(ref: ObjectRef) -> ApiAnswer:
    """Seen: cluster_evictions/absent_pod, cluster_patches/absent, cluster_json_patches/missing."""
    return _failure(404, "NotFound", f"{_subject(ref)} not found", _details(ref))


def modified(ref: ObjectRef) -> ApiAnswer:
    """Seen: cluster_patches/stale_version, cluster_patches/same_request_again."""
    message = (
        f"Operation cannot be fulfilled on {_subject(ref)}: the object has been modified; "
        "please apply your changes to the latest version and try again"
    )
    return _failure(409, "Conflict", message, _details(ref))


def other_uid(ref: ObjectRef, uid: str) -> ApiAnswer:
    """A patch that names another uid is no conflict but an invalid object.

    Seen: cluster_patches/wrong_uid.
    """
    group, _ = RESOURCES[ref.kind]
    words = f'Invalid value: "{uid}": field is immutable'
    cause = {"reason": "FieldValueInvalid", "message": words, "field": "metadata.uid"}
    details = {**_details(ref), "kind": ref.kind, "causes": [cause, cause]}
    message = f'{ref.kind}.{group} "{ref.name}" is invalid: metadata.uid: {words}'
    return _failure(422, "Invalid", message, details)


def patch_failed() -> ApiAnswer:
    """A JSON patch that doesn't fit: which operation, and why, isn't said.

    Seen: cluster_json_patches/a_failed_test, cluster_json_patches/missing.
    """
    message = "the server rejected our request due to an error in our request"
    return _failure(422, "Invalid", message, {})


def negative_replicas(ref: ObjectRef, replicas: int) -> ApiAnswer:
    """Seen: cluster_json_patches/invalid."""
    group, _ = RESOURCES[ref.kind]
    words = f"Invalid value: {replicas}: must be greater than or equal to 0"
    cause = {"reason": "FieldValueInvalid", "message": words, "field": "spec.replicas"}
    details = {**_details(ref), "kind": ref.kind, "causes": [cause]}
    message = f'{ref.kind}.{group} "{ref.name}" is invalid: spec.replicas: {words}'
    return _failure(422, "Invalid", message, details)


def precondition_failed(ref: ObjectRef, name: str, wanted: str, found: str) -> ApiAnswer:
    """Seen: cluster_evictions/wrong_uid, cluster_evictions/wrong_version."""
    field, why = {
        "uid": ("UID", "The object might have been deleted and then recreated"),
        "resourceVersion": ("ResourceVersion", "The object might have been modified"),
    }[name]
    message = (
        f'Operation cannot be fulfilled on {ref.kind} "{ref.name}": the {field} in the '
        f"precondition ({wanted}) does not match the {field} in record ({found}). {why}"
    )
    return _failure(409, "Conflict", message, {"name": ref.name, "kind": ref.kind})


def budget_violated(budget: Json) -> ApiAnswer:
    """Seen: cluster_budgets/blocked."""
    status = budget["status"]
    words = (
        f"The disruption budget {budget['metadata']['name']} needs {status['desiredHealthy']} "
        f"healthy pods and has {status['currentHealthy']} currently"
    )
    message = "Cannot evict pod as it would violate the pod's disruption budget."
    cause = {"reason": "DisruptionBudget", "message": words}
    return _failure(429, "TooManyRequests", message, {"causes": [cause]})


def several_budgets() -> ApiAnswer:
    """Seen: cluster_budgets/two_at_once."""
    message = (
        "This pod has more than one PodDisruptionBudget, which the eviction subresource does not "
        "support."
    )
    return _failure(500, "", message, {})


def _subject(ref: ObjectRef) -> str:
    group, resource = RESOURCES[ref.kind]
    qualified = f"{resource}.{group}" if group else resource
    return f'{qualified} "{ref.name}"' if ref.name else qualified


def _details(ref: ObjectRef) -> Json:
    group, resource = RESOURCES[ref.kind]
    named = {"name": ref.name, "group": group, "kind": resource}
    return {key: value for key, value in named.items() if value}


def _failure(code: int, reason: str, message: str, details: Json) -> ApiAnswer:
    body: Json = {"kind": "Status", "status": "Failure", "message": message, "code": code}
    if reason:
        body["reason"] = reason
    if details:
        body["details"] = details
    return ApiAnswer(code, body)
