"""Own images: a folder of class folders."""

from __future__ import annotations

import io
import os
import statistics
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageOps, UnidentifiedImageError

from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.own_data.folders import class_folders, files_digest
from cnn_vs_rnn.own_data.found import Found
from cnn_vs_rnn.own_data.labels import answers_of
from cnn_vs_rnn.own_data.own_task import own_task
from cnn_vs_rnn.own_data.parts import assemble, said_of
from cnn_vs_rnn.own_data.request import OwnData
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec, RawTask, Samples

ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff")
LARGEST = 64  # pixels a side, unless the user says otherwise
SMALLEST = 8
MOST_PIXELS = 100_000_000  # of a file: more is taken for a decompression bomb
_LOOKED_AT = 200  # files whose size is looked at to choose the common one


def inspect_images(request: OwnData) -> Found:
    """Sizes of some of the files; everything is decoded when it is ingested."""
    root = Path(request.path)
    layout = class_folders(root, ENDINGS, "images")
    answers = answers_of(layout.labels, request.path, layout.parts)
    looked_at = layout.files[:: max(1, len(layout.files) // _LOOKED_AT)]
    sizes = [size for file in looked_at if (size := _size(file))]
    height = request.height or _common([size[0] for size in sizes])
    width = request.width or _common([size[1] for size in sizes])
    colour = request.colour if request.colour is not None else any(size[2] for size in sizes)
    decided = request.model_copy(
        update={"height": height, "width": width, "colour": colour, "digest": files_digest(layout.files)}
    )
    different = len({size[:2] for size in sizes}) > 1
    count = len(layout.files)
    return Found(
        task=own_task(
            decided,
            answers,
            layout.parts,
            name=root.name,
            target=f"{__name__}:load",
            modality="image",
            description=f"Which of {len(answers.classes)} classes is this image of?",
        ),
        said=(
            f"{count:,} images, {'colour' if colour else 'grey'}, "
            f"{'of different sizes, resized' if different else 'taken'} to {height}x{width} pixels "
            "(height=, width= and colour= change that)",
            answers.said(),
            said_of(layout.parts, "the folders"),
        ),
        samples=count,
        named_test=sum(part == "test" for part in layout.parts or ()),
        steps=height,
        channels=width * (3 if colour else 1),
        outputs=answers.size,
    )


def load(config: TaskConfig) -> RawTask:
    """Images (channel, height, width) as bytes. Files that cannot be decoded are quarantined, with the reason."""
    request = OwnData.of(config)
    root = Path(request.path)
    layout = class_folders(root, ENDINGS, "images")
    assert request.height is not None
    assert request.width is not None
    images, kept, quarantined = [], [], list(layout.quarantined)
    for at, file in enumerate(layout.files):
        try:
            images.append(decode(file, request.height, request.width, colour=bool(request.colour)))
            kept.append(at)
        except UnusableImageError as error:
            quarantined.append((str(file.relative_to(root)), str(error)))
    labels = [layout.labels[at] for at in kept]
    parts = [layout.parts[at] for at in kept]
    answers = answers_of(labels, request.path, parts)
    return assemble(
        Samples(np.stack(images), answers.targets(labels)),
        parts,
        None,
        input=InputSpec(kind="image", channels=3 if request.colour else 1, height=request.height, width=request.width),
        output=OutputSpec(size=answers.size),
        classes=answers.classes,
        quarantined=tuple(quarantined),
        notes=(f"resized to {request.height}x{request.width} pixels",),
    )


class UnusableImageError(Exception):
    """Why an image cannot be used, as the end of a sentence that starts with its name."""


def decode(
    file: Path | io.BytesIO, height: int, width: int, *, colour: bool
) -> UInt8[np.ndarray, "channel height width"]:
    """An image, turned as its camera says, on white where transparent, resized; UnusableImageError where it is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as of damaged EXIF data: what can be decoded is used
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise UnusableImageError(f"it has {opened.width * opened.height:,} pixels")
                image = ImageOps.exif_transpose(opened)
                image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UnusableImageError("it unpacks to too many pixels") from error
    except UnidentifiedImageError as error:
        raise UnusableImageError("it is empty" if not _bytes(file) else "it is no image") from error
    except UnusableImageError:
        raise
    except Exception as error:  # Pillow's readers answer damage with many kinds
        raise UnusableImageError(f"it is damaged ({' '.join(str(error).split())[:60]})") from error
    if image.mode.startswith("I") or image.mode == "F":  # 16 bits and more: stretched to a byte
        values = np.asarray(image, np.float64)
        low, high = (0.0, 65535.0) if image.mode.startswith("I;16") else (values.min(), values.max())
        image = Image.fromarray(np.uint8(255 * (values - low) / max(high - low, 1)))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    resized = image.convert("RGB" if colour else "L").resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(resized, np.uint8).reshape(height, width, -1).transpose(2, 0, 1)


def _bytes(file: Path | io.BytesIO) -> int:
    return file.stat().st_size if isinstance(file, Path) else file.seek(0, os.SEEK_END)


def _size(file: Path) -> tuple[int, int, bool] | None:
    """Height, width and whether it is in colour; None where that cannot be read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(file) as image:
                grey = image.mode in ("1", "L", "LA", "I", "F") or image.mode.startswith("I;16")
                return image.height, image.width, not grey
    except Exception:  # as in `decode`, which names it
        return None


def _common(sides: Sequence[int]) -> int:
    """The middle of all, within what trains in minutes."""
    return min(max(round(statistics.median(sides or [SMALLEST])), SMALLEST), LARGEST)
