"""The journal: what can happen, why, how it is chained and how it is told."""
