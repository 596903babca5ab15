"""The engine under a virtual clock, against fakes that fail as the real parts were seen to fail."""
