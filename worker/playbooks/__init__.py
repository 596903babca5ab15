"""The shipped pack: YAML files, read by `worker.adapters.playbook_files`."""
