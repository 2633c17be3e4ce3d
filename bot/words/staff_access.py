"""Words of the staff pages for signing in, accounts and the audit log."""

from __future__ import annotations

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "accounts": "Accounts",
        "audit_log": "Audit log",
    },
    "zh": {
        "accounts": "账号",
        "audit_log": "审计日志",
    },
}
