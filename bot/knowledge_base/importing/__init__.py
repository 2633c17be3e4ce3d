"""Entries from a spreadsheet or a YAML file: read, checked in a dry run that stores nothing, then kept as drafts."""
