"""A playbook as a text, and packs made of such texts."""

from __future__ import annotations

from pathlib import Path

from worker.adapters.playbook_files import load_pack
from worker.domain.playbooks.pack import Pack

GOOD = """\
apiVersion: aiops/v1
kind: Playbook
metadata:
  name: mine
spec:
  match:
    causes: [crash_loop]
  steps:
    - action: evict_pod
"""
EVICT = "    - action: evict_pod\n"

FULL = """\
apiVersion: aiops/v1
kind: Playbook
metadata: {name: mine}
spec:
  mode: suggest
  promotion: {to: auto, after: 30}
  soak: 1500ms
  summary: Say why.
  escalation: |
    Look at the broker.
    Then at the members.
  match:
    alerts: [A, B]
    causes: [c]
    labels: {team: shop, env: "no"}
    when: alert.severity == "critical"
  steps:
    - {action: rollout_restart, attempts: 2, coolDown: 1.5h, next: more,
       verify: {settle: 5s, window: 2m, deadline: 3m}}
    - name: more
      action: raise_memory_limit
      parameters: {percent: 25, ceiling: 2Gi}
      when: [a == 1, b == 2]
      never: [c == 3]
      mode: approve
      next: human
    - action: evict_pod
"""


def no_conditions(condition: str) -> str | None:
    """Whoever writes `wrong` into a condition is told so; anything else compiles."""
    return "1:1: wrong" if "wrong" in condition else None


def pack(folder: Path, **files: str) -> Path:
    """A pack of these files; `pack.yaml` is version 7 unless it is given."""
    (folder / "pack.yaml").write_text(files.pop("pack", "version: 7\n"))
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    return folder


def load(folder: Path) -> Pack:
    return load_pack(folder, check_condition=no_conditions)


def changed(old: str, new: str, text: str = GOOD) -> str:
    assert text.count(old) == 1, f"{old!r} stands there {text.count(old)} times"
    return text.replace(old, new)


def step(more: str) -> str:
    """GOOD, with more fields in its step; each on a line of its own, from line 10 on."""
    return GOOD + "".join(f"      {line}\n" for line in more.splitlines())
