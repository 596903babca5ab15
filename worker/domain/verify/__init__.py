"""After an action: whose doing, is it better, for how long, and putting back what didn't help."""
