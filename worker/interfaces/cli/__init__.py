"""`aiopsctl`: commands are loaded when they are called, so that `--help` stays instant."""
