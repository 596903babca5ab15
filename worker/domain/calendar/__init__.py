"""When the calendar lets the worker act."""
