"""The shortest way to every reason: a real document, and what happened to it until it says so.

A reason that nothing can give any more has no way here, and so fails the test that reads these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from worker.domain.document.subject import SubjectDocument
from worker.domain.story.reason import Reason

Way = Callable[[], SubjectDocument]
Ways = Mapping[Reason, Way]
