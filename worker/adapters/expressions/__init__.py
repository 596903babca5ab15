"""Conditions of playbooks: compiled CEL that answers yes, no or Unknown.

`compile_condition` is the only way to get a `Condition`. Why CEL, and what was measured:
docs/decisions/0008-conditions-are-cel.md.
"""

from worker.adapters.expressions.condition import Condition, compile_condition
from worker.adapters.expressions.tokens import ConditionError

__all__ = ["Condition", "ConditionError", "compile_condition"]
