"""aiops-operator: an event-driven auto-remediation worker for Kubernetes."""

__version__ = "0.1.0"
