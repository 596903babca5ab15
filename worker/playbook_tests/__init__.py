"""Runs the test cases of playbooks: the real decision, on facts made of what a case gives."""

from worker.playbook_tests.run import Result, run_case, run_cases

__all__ = ["Result", "run_case", "run_cases"]
