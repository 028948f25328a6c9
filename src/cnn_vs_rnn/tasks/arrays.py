"""Named arrays in a file, and the digest that tells whether they are still the same."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from jaxtyping import Shaped

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.files import replacing

Arrays = Mapping[str, Shaped[np.ndarray, "..."]]


def digest_of(arrays: Arrays, *context: str) -> str:
    """sha256 in hex over the context, and the name, type, shape and bytes of every array."""
    digest = hashlib.sha256("\n".join(context).encode())
    for name, array in sorted(arrays.items()):
        digest.update(f"\n{name} {array.dtype.str} {array.shape}\n".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def write_arrays(path: Path, arrays: Arrays) -> None:
    """Write an npz file whole, or leave the old one."""
    with replacing(path) as temporary, temporary.open("wb") as file:  # a name instead would have .npz appended
        np.savez(file, **arrays)  # pyright: ignore[reportArgumentType]  # its stub takes ** for an option


def read_arrays(path: Path, digest: str, *context: str, advice: str) -> dict[str, np.ndarray]:
    """The arrays of a file that still has this digest.

    Raises UserError, ending in `advice`, where the file is missing, unreadable, or was changed.
    """
    arrays = load_arrays(path, advice)
    if digest_of(arrays, *context) != digest:
        raise UserError(f"{path} was changed after it was written: {advice}")
    return arrays


def load_arrays(path: Path, advice: str) -> dict[str, np.ndarray]:
    """The arrays of a file, nothing unpickled.

    Raises UserError, ending in `advice`, where it is missing or unreadable.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:  # given a name, it may leave it open
            return {name: stored[name] for name in stored.files}
    except FileNotFoundError:
        raise UserError(f"{path} is missing: {advice}") from None
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise UserError(f"{path} cannot be read ({error}): {advice}") from error
