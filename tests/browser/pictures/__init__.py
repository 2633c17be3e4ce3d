"""The states of the staff pages that pictures are taken of, one module an area.

Each module has `STATES`, functions that bring a `Staff` into the state that their docstring names, and `SETTINGS`
of the service they need. The tests of an area walk the same states. A new area is one line in `AREAS`.
"""

from __future__ import annotations

from tests.browser.pictures import staff_access, staff_figures, staff_importing, staff_knowledge, staff_reading

AREAS = (staff_access, staff_reading, staff_knowledge, staff_importing, staff_figures)
