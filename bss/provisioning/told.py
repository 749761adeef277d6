"""What a viewer is told of a supplier's refusal.

Owns: that the supplier's own words are for those who may see its link, and the sentence that others get. Does not own:
the refusal (`bss.provisioning.provision`), or the readings that show it.
"""

from __future__ import annotations

from bss.module import ModuleOff
from bss.permission import Permission
from bss.refusal import PermissionDenied
from bss.viewer import Viewer

NOT_ACCEPTED = "the supplier has not accepted the subscription"


def told(viewer: Viewer, refusal: str | None) -> str | None:
    """The refusal in the supplier's words, or, for whom its link is none of their business, that there is one.

    The words may name the supplier, its offerings and its edges, which buyers of the organisation are not to know.
    """
    return refusal if refusal is None or hears(viewer) else NOT_ACCEPTED


def hears(viewer: Viewer) -> bool:
    """Whether the viewer is told a supplier's own words."""
    try:
        viewer.require(Permission.LINK_VIEW)
    except (PermissionDenied, ModuleOff):
        return False
    return True
