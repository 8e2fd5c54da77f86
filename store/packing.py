"""Bytes of mails as the database keeps them: zlib, and back, bounded.

Text packs to a tenth; a file in base64 repeats nothing, so that looking for repetitions is nearly all of the work
and saves nearly nothing over coding its 64 characters in six bits (RFC 1951 3.2).
"""

import zlib

CONTENT_BYTES_MAX = 60_000_000
"""Bound of what is unpacked; the mailbox reads less (50 MB)."""
LEVEL = 3
SAMPLED_FROM_BYTES, SAMPLE_BYTES = 64_000, 4_000
"""Of something so large a piece is looked at first, from the middle…"""
REPEATS_NOTHING = 0.6
"""…which is that of a file when it does not pack to less than this share."""


def packed(content: bytes) -> bytes:
    """The bytes in zlib's format."""
    strategy = zlib.Z_HUFFMAN_ONLY if _repeats_nothing(content) else zlib.Z_DEFAULT_STRATEGY
    packing = zlib.compressobj(LEVEL, zlib.DEFLATED, zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, strategy)
    return packing.compress(content) + packing.flush()


def _repeats_nothing(content: bytes) -> bool:
    if len(content) < SAMPLED_FROM_BYTES:
        return False
    middle = len(content) // 2
    sample = content[middle : middle + SAMPLE_BYTES]
    return len(zlib.compress(sample, 1)) > REPEATS_NOTHING * len(sample)


def unpacked(content: bytes) -> bytes:
    """Packed bytes as they were, bounded."""
    return beginning(content, CONTENT_BYTES_MAX)


def beginning(content: bytes, size: int) -> bytes:
    """So many of the first bytes as they were, also of packed ones that were cut off."""
    return zlib.decompressobj().decompress(content, size)
