"""What the worker processes of one machine share without Redis: locks, counts and claims, in files of VAR_DIR."""
