"""The front doors: one blueprint a channel, each between its own format and utterances and replies."""
