"""Back-testing: recorded alerts and ops-events through today's decisions, with nothing touched."""
