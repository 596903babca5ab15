"""What happens in which order: accept, turn, observe, perform, sweep. Speaks to ports only."""
