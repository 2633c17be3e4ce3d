"""The labels that code knows by name; all others are data."""

from __future__ import annotations

COVERAGE = "coverage_service/service"
LIST = "coverage_list/services"
REUSE_AUTOMATIC = "certification_reuse/automatic"
CERTIFICATE = "audit_reports/certificate"
CERTIFIED = "provider_and_standard/certified"
NAMED_CERTIFICATIONS = "provider_and_standard/other_certifications"
STANDARD = "standard"
FAMILY = "standard/only_certifiable"
OTHER_STANDARD = "out_of_scope/other_standard"
OTHER_VENDOR = "out_of_scope/other_vendor"
INJECTION = "out_of_scope/injection"
GIBBERISH = "out_of_scope/gibberish"
ELLIPSIS = "follow_up/ellipsis"
HANDOFF = "human_handoff/person"
OUT_OF_SCOPE = "out_of_scope"
GREETING = "greeting"
HOUSE = frozenset({GREETING, "thanks", "goodbye", "bot_challenge"})
