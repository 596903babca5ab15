"""decide and its stages: from what is open to an intent, a question, a hold or a handover."""
