"""The annotations that say what we did, below our prefix, so that only that is undone.

Each holds an intent's id. Whoever takes a thing out of our hands removes its annotation: it then
stays as it is.
"""

from __future__ import annotations

INTENT_ID = "intent-id"  # on everything that we write: which intent wrote last
PAUSED_BY = "paused-by"  # on a Deployment
SUSPENDED_BY = "suspended-by"  # on a CronJob
CORDONED_BY = "cordoned-by"  # on a node
