.status.phase == "Running"
and ([.status.containerStatuses[]? | select(.ready or (.state.running == null))] | length) == 0
