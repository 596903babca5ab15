"""What the project's own development needs; nothing here is shipped."""
