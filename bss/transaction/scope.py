"""The account scope of a viewer as a condition of SQL.

Owns: how a statement says "the rows of this organisation that lie at or below this account". Does not own: the
policy beneath, which says it again for every statement (`bss.migrations`).
"""

from __future__ import annotations

IN_SCOPE = "organisation_id = $1 AND path >= $2 AND path < $2 || '~'"
"""$1 is the viewer's organisation, $2 its path. A path has no '~', and every path below begins with it."""
