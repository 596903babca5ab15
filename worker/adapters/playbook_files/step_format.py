"""The format `aiops/v1` of a step: its fields, and the parameters that its action takes."""

from __future__ import annotations

from worker.adapters.playbook_files.forms import (
    NAME,
    ByAction,
    Duration,
    Expression,
    Field,
    Form,
    Listed,
    Object,
    OneOf,
    Quantity,
    Text,
    Whole,
)
from worker.domain.catalogue import DESCRIPTOR_OF, Verb
from worker.domain.catalogue.descriptor import Parameter, ParameterKind
from worker.domain.planners import PLANNED
from worker.domain.playbooks.playbook import Mode, Step, Watch

HUMAN = "human"  # the word for the end of every ladder, as `next`
CONDITIONS_MAX = 16  # of one step, `when` and `never` each
EXPRESSION_LENGTH_MAX = 1024  # characters, as the evaluator takes them; longer, nobody reads it
ATTEMPTS_MAX = 10  # of one step in one incident; what helped nine times in vain never will
COOL_DOWN_MAX_S = 24 * 3600.0  # deeds are remembered about that long
SETTLE_MAX_S = 3600.0  # a change that takes an hour to show is not judged by a machine
WINDOW_MIN_S, WINDOW_MAX_S = 1.0, 24 * 3600.0  # no window at all would prove nothing
DEADLINE_MAX_S = 48 * 3600.0  # twice the longest window

MODES = OneOf(
    {
        str(Mode.OBSERVE): "look and tell, nothing else",
        str(Mode.SUGGEST): "tell a human what it would do",
        str(Mode.APPROVE): "ask a human, then act",
        str(Mode.AUTO): "act",
    }
)
ACTIONS = OneOf({str(verb): DESCRIPTOR_OF[verb].words for verb in Verb if verb in PLANNED})
"""Only what can be planned: some verbs exist as the undo of another, and are never a first step."""

EXPRESSION = Expression(EXPRESSION_LENGTH_MAX)
SHORT_NAME = Text(63, NAME, "a name of a-z, 0-9 and -, such as crash-loop")
_CONDITIONS = Listed(EXPRESSION, 1, CONDITIONS_MAX)
_STEP = Step(Verb.EVICT_POD)  # for the defaults


def seconds(value_s: float) -> str:
    """A duration as it is written in a playbook."""
    for size, unit in ((3600.0, "h"), (60.0, "m")):
        if value_s >= size and value_s % size == 0:
            return f"{value_s / size:.0f}{unit}"
    return f"{value_s:g}s"


VERIFY = Object(
    {
        "settle": Field(Duration(0.0, SETTLE_MAX_S), "nothing is judged before this", True),
        "window": Field(
            Duration(WINDOW_MIN_S, WINDOW_MAX_S),
            "healthy for this long without a break earns the credit; longer than the alert rule's "
            "`for` plus its lookback, else health is declared before the alert could fire again",
            True,
        ),
        "deadline": Field(
            Duration(WINDOW_MIN_S, DEADLINE_MAX_S),
            "the window has not even begun by then: the next step; at least as long as the window",
            True,
        ),
    }
)

STEP = Object(
    {
        "action": Field(ACTIONS, "what is done; a closed set", True),
        "name": Field(SHORT_NAME, f"how `next` calls this step; not `{HUMAN}`"),
        "parameters": Field(ByAction(), "bounds of the action; which ones there are depends on it"),
        "when": Field(
            _CONDITIONS, "conditions (CEL), all of which must be known to be true right before it"
        ),
        "never": Field(
            _CONDITIONS, "conditions (CEL), all of which must be known to be false right before it"
        ),
        "attempts": Field(
            Whole(1, ATTEMPTS_MAX), "how often it may be done in one incident",
            default=str(_STEP.attempts_max),
        ),
        "coolDown": Field(
            Duration(0.0, COOL_DOWN_MAX_S),
            "how long the next incident of the same cause waits after it; twice as long after "
            "each repeat",
            default=seconds(_STEP.cool_down_s),
        ),
        "verify": Field(
            VERIFY, "how it is told whether it helped",
            default=(
                f"settle {seconds(Watch().settle_s)}, window {seconds(Watch().window_s)}, "
                f"deadline {seconds(Watch().deadline_s)}"
            ),
        ),
        "next": Field(
            SHORT_NAME, f"the later step that follows when it didn't help, or `{HUMAN}`",
            default="the step below",
        ),
        "mode": Field(
            MODES, "how far this step may go, when that is less than the playbook allows",
            default="the playbook's; `approve` for an action of class high",
        ),
    }
)  # fmt: skip


def form_of(parameter: Parameter) -> Form:
    """How a parameter of an action is written."""
    low, high = parameter.minimum, parameter.maximum
    match parameter.kind:
        case ParameterKind.COUNT | ParameterKind.PERCENT:
            return Whole(low, high)
        case ParameterKind.BYTES:
            return Quantity(low, high)
        case ParameterKind.NAME:
            return Text(high, NAME, "a name of a-z, 0-9 and -")


def parameters_of(verb: Verb) -> Object:
    """The parameters that this action takes."""
    return Object(
        {
            name: Field(
                form_of(one), one.meaning, one.default is None,
                "" if one.default is None else str(one.default),
            )
            for name, one in DESCRIPTOR_OF[verb].parameters.items()
        }
    )  # fmt: skip
