"""/staff/: where staff read what was asked and how it was answered."""
