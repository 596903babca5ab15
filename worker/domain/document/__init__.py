"""What is kept of a subject: its document, its incidents, what it owes, and how that is spelled."""
