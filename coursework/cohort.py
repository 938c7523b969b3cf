"""What one cohort's assignments have otherwise than another's: chosen by the cohort's key, the same at every call."""

import hashlib
import os


def pick(name, options, key=None):
    """One of the options, by the cohort's key.

    Args:
        name: the constant's name; each name is drawn on its own.
        options: a list of what it may be.
        key: the cohort's key; default: the environment's RNNKIT_COHORT, or "demo", for a source opened by itself.

    Returns:
        one of `options`.
    """
    key = os.environ.get("RNNKIT_COHORT", "demo") if key is None else key
    return options[seed(key, name) % len(options)]


def seed(*words):
    """A whole number below 2**64 that depends on the words alone."""
    return int.from_bytes(hashlib.sha256("\0".join(map(str, words)).encode()).digest()[:8], "big")
