"""What humans say and are asked: approvals, holds, and what they did in our stead."""
