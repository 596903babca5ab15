"""What many subjects share: leases, rates, who is sick, storms, and what playbooks have earned."""
