"""The Flask service: channels, conversation, assistant, transcripts, command line."""
