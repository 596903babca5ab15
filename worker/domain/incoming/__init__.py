"""From bytes outside to what a subject's document takes in: read, correlated, absorbed."""
