"""A small cluster in memory, for the demo and tests: it does what the real one was seen to do."""

from worker.adapters.simulated.cluster import SimulatedCluster, SimulatedWrite

__all__ = ["SimulatedCluster", "SimulatedWrite"]
