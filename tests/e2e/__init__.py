"""End to end on the real parts: Kafka, Dapr, Redis, a Kubernetes control plane, Prometheus."""
