"""What staff add to the knowledge: one person writes it, another approves it; it is said and undone within seconds."""
