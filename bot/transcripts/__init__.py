"""What was asked and what was answered: the store, and the pages on which staff read it."""
