"""The Dapr sidecar: state, publishing, delivery, actors, over one pooled HTTP connection."""
