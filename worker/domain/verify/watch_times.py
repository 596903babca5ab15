"""How long health has to last until it counts: as long as the alerts' rules could stay silent.

Rules of this file: a window that is not known is no window, and nothing is credited in it. The
longest one that was ever known is remembered: a rules API that stops answering makes none shorter.
"""

from __future__ import annotations

from dataclasses import replace

from worker.domain.deciding.situation import Situation
from worker.domain.document.incident import Incident
from worker.domain.document.subject import SubjectDocument
from worker.domain.observed.evidence import Unknown
from worker.domain.observed.rule_window import NO_RULES
from worker.domain.playbooks.playbook import Watch

RULE_MARGIN_S = 30.0  # two evaluations of a rule, which come every 15 s


def watch_times(
    document: SubjectDocument, incident: Incident, situation: Situation
) -> tuple[Incident, Watch | None]:
    """The step's own times, made as long as the alerts' rules need, and the incident that remembers
    them; None: that is not known."""
    playbook = situation.known_playbook(document.subject, incident)
    watch = Watch()  # the pack changed under us: the patient defaults
    if playbook is not None and incident.rung < len(playbook.steps):
        watch = playbook.steps[incident.rung].watch
    rules = situation.facts.rules
    if isinstance(rules, Unknown):
        known, all_known = [], rules.why == NO_RULES
    else:
        names = {one.name for one in incident.alerts}
        known = [rules[name].least_s + RULE_MARGIN_S for name in names & rules.keys()]
        all_known = names <= rules.keys()
    if not all_known and not incident.window_s:
        return incident, None
    needed_s = max((incident.window_s, *known))
    if needed_s != incident.window_s:
        incident = replace(incident, window_s=needed_s)
    if needed_s > watch.window_s:
        watch = replace(watch, window_s=needed_s)
    return incident, watch
