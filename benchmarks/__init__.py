"""Ratios against a peer or a limit, measured in one run: absolute times mean nothing here."""
