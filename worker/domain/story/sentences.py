"""How each kind of journal entry is told: prose for whoever is called at night.

Rules of this file: a template is ours, what is filled in is not and is never read as a template. A
value that is missing is left blank, together with the brackets around it.
"""

from __future__ import annotations

from worker.domain.story.entry_kind import EntryKind
from worker.domain.story.reason import Reason

TEMPLATES = {
    EntryKind.ALERT: "Alert {alert} is {status} ({labels}).",
    EntryKind.OPS_EVENT: "{actor} {event} ({detail}).",
    EntryKind.OPENED: "Incident {incident} opened for {subject}: {cause}.",
    EntryKind.EVIDENCE: "Seen: {seen}.",
    EntryKind.HELD: "Not now: {reason} ({detail}).",
    EntryKind.REFUSED: "Refused {action}: {reason} ({detail}).",
    EntryKind.ASKED: (
        "Asked a human whether to {action} {target}, because {because} ({request}, open for "
        "{minutes} min)."
    ),
    EntryKind.ANSWERED: "An answer of {by} to {request} does nothing: {reason} ({words}).",
    EntryKind.SHADOW: "Somebody did what {playbook} would have done: {action} {target}.",
    EntryKind.DECIDED: "Decided to {action} {target}, because {because} ({intent}).",
    EntryKind.RESENT: "Sent {intent} again under the same id, because it was not done: {reason}.",
    EntryKind.OUTCOME: "The API server's answer to {intent}: {reason} ({detail}).",
    EntryKind.VERDICT: "Verdict on {action} {target}: {reason} ({detail}).",
    EntryKind.ESCALATED: "Handed over to a human: {reason}. {detail}",
    EntryKind.RECEIPT: "{sink} received the {notice} notice ({receipt}).",
    EntryKind.CLOSED: "Closed: {reason}. {detail}",
    EntryKind.UNTOLD: "{count} more things happened while the journal could not be published.",
}

SENTENCES = {
    (EntryKind.ALERT, Reason.INBOX_FULL): "{count} more alerts than one subject can hold.",
    (EntryKind.ALERT, Reason.INCIDENTS_FULL): "{count} more alerts than one subject can hold.",
    (EntryKind.OPS_EVENT, Reason.PUT_ON_HOLD): "{by} put {where} on hold until {until} ({words}).",
    (EntryKind.OPS_EVENT, Reason.LET_GO): "{by} lifted the hold on {where} ({words}).",
    (EntryKind.OPS_EVENT, Reason.DEMOTION_LIFTED): (
        "{by} gave {playbook} its mode back for {where} ({words})."
    ),
    (EntryKind.REFUSED, Reason.OBSERVE_MODE): (
        "Would {action} {target}, but the mode is observe: nothing was touched ({detail})."
    ),
    (EntryKind.REFUSED, Reason.DEMOTED): (
        "Would {action} {target}, but its playbook has lost that right, and a human was told so: "
        "nothing was touched ({detail})."
    ),
    (EntryKind.REFUSED, Reason.PERSON_AT_WORK): (
        "People are at work, so {action} waits for them ({detail})."
    ),
    (EntryKind.REFUSED, Reason.PLAN_CHANGED): "It is another plan by now: {detail}.",
    (EntryKind.ANSWERED, Reason.APPROVED): "{by} approved {request} ({words}).",
    (EntryKind.ANSWERED, Reason.REJECTED_BY_HUMAN): "{by} said no to {request} ({words}).",
    (EntryKind.ANSWERED, Reason.NOTHING_ASKED): (
        "{by} answered {request}, which nobody asks any more: nothing is done ({words})."
    ),
    (EntryKind.ANSWERED, Reason.APPROVAL_EXPIRED): (
        "{by} answered {request} too late: nothing is done ({words})."
    ),
    (EntryKind.ANSWERED, Reason.ANSWERED_BEFORE): (
        "{by} answered {request} once more, which changes nothing ({words})."
    ),
    (EntryKind.REFUSED, Reason.SUGGEST_MODE): (
        "Would {action} {target}, and a human was told so: nothing was touched ({detail})."
    ),
    (EntryKind.DECIDED, Reason.UNDONE): (
        "Decided to undo {undoes} ({action} {target}), because {because} ({intent})."
    ),
    (EntryKind.OUTCOME, Reason.ACCEPTED): "The API server accepted {intent}: {detail}.",
    (EntryKind.OUTCOME, Reason.FOUND_DONE): "Found {intent} already done: {detail}.",
    (EntryKind.OUTCOME, Reason.UNREACHABLE): (
        "No answer to {intent}, which may or may not have happened: reading the target next "
        "({detail})."
    ),
    (EntryKind.VERDICT, Reason.UNDONE): "Undone: {detail}.",
    (
        EntryKind.VERDICT,
        Reason.HEALTHY,
    ): "Verified: {detail}. The credit goes to {action} {target}.",
    (EntryKind.CLOSED, Reason.REPAIRED): "Resolved: repaired by {action} {target}, {detail}.",
    (EntryKind.CLOSED, Reason.RESOLVED_BY_OTHERS): "Resolved, not by us: {detail}.",
    (EntryKind.CLOSED, Reason.GONE_FOR_GOOD): "Closed, not healed: {detail}.",
    (EntryKind.CLOSED, Reason.STORM_OVER): "Resolved: the storm is over ({detail}).",
}

NEVER_SENT = (
    Reason.KILL_SWITCH,
    Reason.KILL_SWITCH_UNREADABLE,
    Reason.NO_LEASE,
    Reason.RATE_LIMITED,
    Reason.SCOPE_UNREADABLE,
    Reason.PERSON_AT_WORK,
    Reason.NOT_SENT,
)
SENTENCES |= {
    (EntryKind.OUTCOME, reason): "{intent} was not sent: {reason} ({detail})."
    for reason in NEVER_SENT
}
