"""Where a task's files come from: a mirror, what was fetched before, the origin; verified by sha256 whichever it is."""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from pathlib import Path

from cnn_vs_rnn.config import SourceFile, TaskConfig
from cnn_vs_rnn.errors import UserError, nearest
from cnn_vs_rnn.files import replacing
from cnn_vs_rnn.tasks.archive import content_digest, members

RAW = Path("data/01_raw")  # in the folder that a command works in, the project's
MIRROR = "DATA_MIRROR"  # the variable that names a folder with the same files
TIMEOUT_SECONDS = 30.0  # without a byte

log = logging.getLogger(__name__)


def fetched(config: TaskConfig, path: str) -> Path:
    """The verified local file `path` of a task, fetched if it is not there yet.

    Looked for in the folder that DATA_MIRROR names, then below data/01_raw, then at its origin.

    Raises UserError where a file that is found is not the published one, or where it can be found nowhere.
    """
    here = found_here(config, path)
    if here is None:
        here = RAW / path
        _download(config, _listed(config, path), here)
    return here


def found_here(config: TaskConfig, path: str) -> Path | None:
    """The verified file of the mirror, or of data/01_raw; None where neither has it."""
    file, mirror = _listed(config, path), os.environ.get(MIRROR)
    for local in (*([Path(mirror) / path] if mirror else []), RAW / path):
        if local.is_file():
            _verify(config, file, local)
            return local
    return None


def keep(config: TaskConfig, file: SourceFile) -> Path:
    """A verified copy of a file below data/01_raw, where DVC can pin it."""
    source, target = fetched(config, file.path), RAW / file.path
    if source != target:
        with replacing(target) as temporary:
            temporary.write_bytes(source.read_bytes())
    return target


def _listed(config: TaskConfig, path: str) -> SourceFile:
    files = {file.path: file for file in config.files}
    if path not in files:
        raise UserError(f"task {config.name} lists no file {path!r} under files: {nearest(path, files)}")
    return files[path]


def _verify(config: TaskConfig, file: SourceFile, local: Path) -> None:
    if _is_published(file, local):
        return
    raise UserError(
        f"task {config.name}: {local} is not the published file (its sha256 differs, it was cut short or changed): "
        "remove it, so that it is fetched again"
    )


def _is_published(file: SourceFile, local: Path) -> bool:
    with local.open("rb") as stream:
        if hashlib.file_digest(stream, "sha256").hexdigest() == file.sha256:
            return True
    if file.content_sha256 is None:
        return False
    try:
        return content_digest(members(local, only=file.members)) == file.content_sha256
    except UserError:  # damaged
        return False


def _download(config: TaskConfig, file: SourceFile, target: Path) -> None:
    """Fetch to a temporary folder, verify, then put in place: an interrupted download leaves nothing behind."""
    import pooch  # with requests, half a second to import
    import requests

    log.info("fetch   %s: %s", config.name, file.origin)
    with tempfile.TemporaryDirectory(prefix="cnn-vs-rnn-") as folder:
        local = Path(folder) / Path(file.path).name
        downloader = pooch.HTTPDownloader(timeout=TIMEOUT_SECONDS, progressbar=False)
        try:
            downloader(file.origin, str(local), None)
        except (requests.RequestException, ValueError, OSError) as error:
            raise UserError(
                f"task {config.name}: {file.origin} cannot be fetched ({_reason(error)}): connect to the network, or "
                f"set {MIRROR} to a folder that holds {file.path}"
            ) from error
        if not _is_published(file, local):
            raise UserError(
                f"task {config.name}: what {file.origin} sent is not the published file (it was cut short or changed: "
                f"its sha256 differs) and was thrown away: run again, or set {MIRROR} to a folder with {file.path}"
            )
        with replacing(target) as temporary:
            temporary.write_bytes(local.read_bytes())
    log.info("fetch   %s: %.1f MB in %s", config.name, target.stat().st_size / 1e6, target)


def _reason(error: Exception) -> str:
    """The kind of failure, without the nested objects that requests prints."""
    import requests
    from urllib3.exceptions import ReadTimeoutError

    response = getattr(error, "response", None)
    if response is not None:
        return f"answer {response.status_code}"
    if isinstance(error, requests.Timeout) or any(isinstance(cause, ReadTimeoutError) for cause in error.args):
        return f"no answer within {TIMEOUT_SECONDS:g} s"
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    return f"{type(error).__name__}: it was interrupted"
