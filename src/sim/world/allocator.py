"""Memory that a process keeps for its batches.

A batch asks for the same few hundred KiB thousands of times. glibc hands blocks of that size back to the system as they
are freed, and the next one is faulted in page by page: a sixth of the time of a wide batch.
"""

from __future__ import annotations

from typing import Final

import numpy as np

KEPT: Final = 30 * 2**20
"""Bytes of the largest block that is kept once freed; glibc learns up to 32 MiB."""


def keep_freed_memory() -> None:
    """Let the allocator keep what is freed.

    glibc takes the largest block that was freed for the size up to which blocks are worth keeping (mallopt(3),
    M_MMAP_THRESHOLD). The block that teaches it this is never touched, and so costs nothing. Elsewhere nothing comes of
    it.
    """
    np.empty(KEPT, np.uint8)
