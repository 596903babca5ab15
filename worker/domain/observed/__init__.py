"""What was seen of the cluster: evidence, unknowns kept unknown, and the questions that ask."""
