"""Embedded mode's store: one SQLite file for documents, journal and dead letters."""
