"""The widget in a real Chromium, against the real service with a fake assistant behind it."""
