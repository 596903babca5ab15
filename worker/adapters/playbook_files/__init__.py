"""Playbook packs from YAML files: read whole or not at all, errors with file, line and remedy."""

from worker.adapters.playbook_files.case import Case
from worker.adapters.playbook_files.cases import TESTS_FOLDER, load_cases
from worker.adapters.playbook_files.checks import CheckCondition
from worker.adapters.playbook_files.loading import PACK_FILE, SHIPPED, load_pack
from worker.adapters.playbook_files.problems import PROBLEMS_MAX, PlaybookError
from worker.adapters.playbook_files.schema import playbook_schema

__all__ = [
    "PACK_FILE",
    "PROBLEMS_MAX",
    "SHIPPED",
    "TESTS_FOLDER",
    "Case",
    "CheckCondition",
    "PlaybookError",
    "load_cases",
    "load_pack",
    "playbook_schema",
]
