"""The lab: the real parts that end-to-end tests and benchmarks run against, on one machine.

`Lab.start(parts=(...))` is the way in; `python -m tests.lab` is the same for a person.
"""

from tests.lab.errors import LabError
from tests.lab.lab import Lab

__all__ = ["Lab", "LabError"]
