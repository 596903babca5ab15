"""The alerting rules of Prometheus: for each alert, how long it waits and looks back."""

from worker.adapters.prometheus_rules.reader import PrometheusRules

__all__ = ["PrometheusRules"]
