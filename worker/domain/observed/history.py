"""The revisions of a Deployment that its ReplicaSets still hold, and which of them was healthy."""

from __future__ import annotations

from dataclasses import dataclass

from worker.domain.document.identity import Target

RESTART_ANNOTATION = "kubectl.kubernetes.io/restartedAt"


@dataclass(frozen=True, slots=True)
class Revision:
    """One ReplicaSet. `current_from_s`: since when this template was the wanted one, as far as
    its creation shows it. `template` is a digest of what it runs, restarts left out, so that two
    revisions which differ only in a restart are the same."""

    target: Target
    number: int
    template: str
    current_from_s: float
    ready: int
    images: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RolloutHistory:
    """Newest first; the first one is the current one."""

    revisions: tuple[Revision, ...]

    @property
    def current(self) -> Revision | None:
        return self.revisions[0] if self.revisions else None

    @property
    def unchanged_from_s(self) -> float:
        """Since when the current template is the wanted one: a restart doesn't make it another.
        Without any revision it is from all time."""
        current, since_s = self.current, 0.0
        for one in self.revisions:
            if current is None or one.template != current.template:
                break
            since_s = one.current_from_s
        return since_s

    def last_proven(self, proven_s: float, bad: frozenset[str]) -> Revision | None:
        """The newest other template that still has ready pods, or once was the wanted one for
        `proven_s`, and is not among the `bad` ones. None: nothing is known to have been healthy.

        How long it was wanted ends with the creation of the one after it: Kubernetes keeps no
        other record. Source: the Deployment controller's revision history.
        """
        current = self.current
        if current is None:
            return None
        for index, one in enumerate(self.revisions[1:], start=1):
            if one.template == current.template or one.template in bad:
                continue
            lasted_s = self.revisions[index - 1].current_from_s - one.current_from_s
            if one.ready > 0 or lasted_s >= proven_s:
                return one
        return None
