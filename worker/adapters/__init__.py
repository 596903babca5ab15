"""The only code that imports clients. Adapters don't import each other."""
