"""Every obstacle there is."""

from __future__ import annotations

from tests.unit.engine.obstacles.capacity import CAPACITY
from tests.unit.engine.obstacles.history import HISTORY
from tests.unit.engine.obstacles.moment import MOMENT
from tests.unit.engine.obstacles.permission import PERMISSION
from tests.unit.engine.obstacles.target import TARGET

OBSTACLES = (*TARGET, *PERMISSION, *MOMENT, *CAPACITY, *HISTORY)
