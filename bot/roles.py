"""What staff may do: a viewer reads, a reviewer also judges, an admin also approves."""

ROLES = ("viewer", "reviewer", "admin")
