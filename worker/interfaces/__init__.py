"""What people and programs touch: webhook, REST, command line."""
