"""Personal data and secrets, masked in what people write before anything understands, keeps or logs it."""

from bot.privacy.masking import Finding, find, mask

__all__ = ["Finding", "find", "mask"]
