"""The decision core. Pure: the standard library alone; no await, clock, chance, I/O, logging."""
