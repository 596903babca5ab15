"""Deliberate bugs: `make mutants` plants each of them in a copy and shows what finds it."""
