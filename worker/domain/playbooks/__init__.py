"""What users wrote down: ordered remedies with limits, all of one version."""
