"""A picture of what training sees: some training samples, and beneath them their random augmentation."""

from __future__ import annotations

import io

import numpy as np
import torch
from jaxtyping import Float, Int
from PIL import Image, ImageDraw, ImageFont

from cnn_vs_rnn.augmentation.policy import augmentation_for
from cnn_vs_rnn.augmentation.scaling import PreparedTask, read_part, read_scaling
from cnn_vs_rnn.config import AugmentConfig, TaskConfig
from cnn_vs_rnn.tasks.data import IGNORED, Samples

WIDTH = 1600  # pixels, shown at half that size on a usual screen
MARGIN, GAP = 48, 20
TITLE, TEXT, SMALL = (ImageFont.load_default(size) for size in (38, 27, 23))
PAPER, PANEL, INK, MUTED, RULE = "#ffffff", "#f6f7f9", "#1f2933", "#6b7785", "#dfe3e8"
LINES = ("#2563a8", "#d9662b", "#2c8c6b", "#8a5bb5")
# blank paper to dark ink for one channel; low, middle and high for a table of many channels
RAMP = np.array([(255, 255, 255), (150, 182, 217), (24, 58, 104)], np.float64)
SPREAD = 2.5  # standard deviations from the middle to the end of the diverging colours
DIVERGING = np.array([(37, 99, 168), (250, 250, 250), (217, 102, 43)], np.float64)


def render_preview(
    prepared: PreparedTask, config: TaskConfig, augment: AugmentConfig, seed: int = 0, samples: int = 8
) -> bytes:
    """PNG, 1600 pixels wide. The same seed gives the same picture.

    Images stand in an upper row, with their augmented versions beneath; scaled sequences are drawn as lines (up to 4
    channels) or as a table of channel by time. Raises UserError where the prepared files were changed.
    """
    train = read_part(prepared, seed, "train")
    chosen = train.take(_one_of_each(train, samples, seed))
    labels = [_label(prepared.task.classes, target) for target in chosen.targets]
    if prepared.task.input.kind == "sequence":
        return _png(_draw_sequences(chosen, labels, config))
    scaling = read_scaling(prepared, seed)
    rows = {"as they are": scaling.undo(chosen)}
    module = augmentation_for(config, augment)
    if module is not None:
        with torch.random.fork_rng(devices=[]), torch.no_grad():
            torch.manual_seed(seed)
            images = module(torch.from_numpy(chosen.inputs), None).numpy()
        rows["augmented"] = scaling.undo(Samples(images, chosen.targets))
    return _png(_draw_images(rows, labels, config, augment))


def _one_of_each(train: Samples, count: int, seed: int) -> Int[np.ndarray, " chosen"]:
    """Positions of one sample of each class in turn, shuffled within the class; of any samples without classes."""
    order = np.random.default_rng(seed).permutation(len(train))
    if train.targets.ndim > 1:
        return order[:count]
    labels = train.targets[order]
    turn = np.zeros(len(order), np.int64)  # the how-manieth of its class
    for label in np.unique(labels):
        turn[labels == label] = np.arange((labels == label).sum())
    return order[np.lexsort((labels, turn))][:count]


def _label(classes: tuple[str, ...], target: np.ndarray | np.generic) -> str:
    if target.ndim == 0:
        return classes[int(target)]
    if not classes:
        return " ".join(f"target {value:.2f}" for value in target)
    answers = target[target != IGNORED]
    return f"answer: … {' '.join(classes[int(index)] for index in answers[-10:])}"


def _draw_images(
    rows: dict[str, Samples], labels: list[str], config: TaskConfig, augment: AugmentConfig
) -> Image.Image:
    names, columns = list(rows), len(labels)
    left = MARGIN + 190
    side = (WIDTH - MARGIN - left - GAP * (columns - 1)) // columns
    top = 190
    sheet, draw = _sheet(config, top + len(names) * (side + GAP) - GAP + MARGIN, _policy_text(augment, len(names) > 1))
    originals = rows[names[0]].inputs
    low, high = float(originals.min()), float(originals.max())
    for row, name in enumerate(names):
        y = top + row * (side + GAP)
        draw.text((MARGIN, y + side // 2), name, font=TEXT, fill=MUTED, anchor="lm")
        for column, image in enumerate(rows[name].inputs):
            x = left + column * (side + GAP)
            if row == 0:
                label = _fitted(draw, labels[column], side)
                draw.text((x + side // 2, y - 22), label, font=TEXT, fill=INK, anchor="mm")
            picture = _to_picture((image - low) / max(high - low, 1e-12))
            sheet.paste(picture.resize((side, side), Image.Resampling.NEAREST), (x, y))
            draw.rectangle((x - 1, y - 1, x + side, y + side), outline=RULE, width=2)
    return sheet


def _draw_sequences(samples: Samples, labels: list[str], config: TaskConfig) -> Image.Image:
    steps, channels = samples.inputs.shape[1:]
    scaled = config.scale
    columns = min(2 if steps > 100 else 4, len(labels))
    width = (WIDTH - 2 * MARGIN - GAP * (columns - 1)) // columns
    height, top, head = 200, 150, 48
    rows = -(-len(labels) // columns)
    sheet, draw = _sheet(config, top + rows * (height + head + GAP) - GAP + MARGIN, _how_drawn(samples, scaled))
    low, high = float(samples.inputs.min()), float(samples.inputs.max())
    if scaled and channels > len(LINES):
        low, high = -SPREAD, SPREAD  # the mean is the middle colour
    for position, label in enumerate(labels):
        x = MARGIN + position % columns * (width + GAP)
        y = top + position // columns * (height + head + GAP) + head
        length = steps if samples.lengths is None else int(samples.lengths[position])
        room = width if samples.lengths is None else width - 110
        draw.text((x, y - 10), _fitted(draw, label, room), font=TEXT, fill=INK, anchor="ls")
        if samples.lengths is not None:
            draw.text((x + width, y - 10), f"{length} steps", font=SMALL, fill=MUTED, anchor="rs")
        draw.rectangle((x - 1, y - 1, x + width, y + height), fill=PANEL, outline=RULE, width=2)
        values = (samples.inputs[position, :length] - low) / max(high - low, 1e-12)
        span = max(1, round(width * length / steps))
        if channels <= len(LINES):
            _lines(draw, values, (x, y, span, height))
        else:
            table = Image.fromarray(_colour(values.T[::-1], DIVERGING if scaled else RAMP))
            sheet.paste(table.resize((span, height), Image.Resampling.NEAREST), (x, y))
    return sheet


def _how_drawn(samples: Samples, scaled: bool) -> str:
    steps, channels = samples.inputs.shape[1:]
    most = "" if samples.lengths is None else "up to "
    if channels == 1:
        what = "one line"
    elif channels <= len(LINES):
        what = f"{channels} channels, a line each"
    elif scaled:
        what = f"{channels} channels, a row each: blue below, orange above the training mean"
    else:
        what = f"{channels} channels, a row each: darker is higher"
    return f"training samples; {what}; {most}{steps} time steps from left to right"


def _lines(
    draw: ImageDraw.ImageDraw, values: Float[np.ndarray, "time channel"], box: tuple[int, int, int, int]
) -> None:
    x, y, width, height = box
    inset = 14
    across = x + inset + np.arange(len(values)) / max(len(values) - 1, 1) * (width - 2 * inset)
    for channel in reversed(range(values.shape[1])):
        up = y + height - inset - values[:, channel] * (height - 2 * inset)
        draw.line(list(zip(across.tolist(), up.tolist(), strict=True)), fill=LINES[channel], width=3, joint="curve")


def _sheet(config: TaskConfig, height: int, subtitle: str) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    sheet = Image.new("RGB", (WIDTH, height), PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.text((MARGIN, 40), config.name, font=TITLE, fill=INK)
    draw.text((MARGIN, 92), subtitle, font=TEXT, fill=MUTED)
    return sheet, draw


def _policy_text(augment: AugmentConfig, augmented: bool) -> str:
    if not augmented or augment.image is None:
        return "training samples, not augmented"
    policy = augment.image
    parts = {
        f"turned up to {policy.rotate_degrees:g}°": policy.rotate_degrees,
        f"shifted up to {policy.translate:.0%}": policy.translate,
        f"zoomed up to {policy.scale:.0%}": policy.scale,
        "mirrored": policy.horizontal_flip,
        f"part erased in {policy.erase_probability:.0%}": policy.erase_probability,
    }
    return "augmented at random: " + ", ".join(text for text, used in parts.items() if used)


def _fitted(draw: ImageDraw.ImageDraw, text: str, width: int) -> str:
    while len(text) > 1 and draw.textlength(text, TEXT) > width:
        text = text.removesuffix("…")[:-1] + "…"
    return text


def _to_picture(image: Float[np.ndarray, "channel height width"]) -> Image.Image:
    if len(image) == 3:
        return Image.fromarray((np.clip(image, 0, 1) * 255).round().astype(np.uint8).transpose(1, 2, 0))
    return Image.fromarray(_colour(image.mean(axis=0), RAMP))


def _colour(values: Float[np.ndarray, "height width"], ramp: Float[np.ndarray, "stop 3"]) -> np.ndarray:
    """RGB of values in [0, 1], interpolated between equidistant colours."""
    stops = np.linspace(0, 1, len(ramp))
    return np.stack([np.interp(values, stops, ramp[:, part]) for part in range(3)], axis=-1).round().astype(np.uint8)


def _png(sheet: Image.Image) -> bytes:
    buffer = io.BytesIO()
    sheet.save(buffer, format="PNG", optimize=True)
    return buffer.getvalue()
