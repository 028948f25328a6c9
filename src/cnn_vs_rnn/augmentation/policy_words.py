"""What a random augmentation does, in words."""

from __future__ import annotations

from cnn_vs_rnn.augment_config import AudioPolicy, AugmentConfig, ImagePolicy, SeriesPolicy, TextPolicy
from cnn_vs_rnn.augmentation.policy import augmentation_for
from cnn_vs_rnn.config import TaskConfig


def policy_words(task: TaskConfig, augment: AugmentConfig, channels: int) -> str:
    """One line on the augmentation of a task whose samples have that many channels."""
    if augmentation_for(task, augment) is None:
        return "training samples, not augmented"
    if task.modality == "image" and augment.image is not None:
        parts = _of_images(augment.image, task.mirror)
    elif task.modality == "audio" and augment.audio is not None:
        parts = _of_audio(augment.audio, channels)
    elif task.modality == "series" and augment.series is not None:
        parts = _of_series(augment.series)
    else:
        assert augment.text is not None
        parts = _of_text(augment.text)
    said = [words for words, used in parts.items() if used]
    return f"augmented at random: {', '.join(said)}" if said else "training samples, not augmented"


def _of_images(policy: ImagePolicy, mirror: bool) -> dict[str, object]:
    return {
        f"cut out after padding by {policy.crop:.0%}": policy.crop,
        f"turned up to {policy.rotate_degrees:g}°": policy.rotate_degrees,
        f"shifted up to {policy.translate:.0%}": policy.translate,
        f"zoomed up to {policy.scale:.0%}": policy.scale,
        "mirrored": policy.horizontal_flip and mirror,
        f"part erased in {policy.erase_probability:.0%}": policy.erase_probability,
    }


def _of_audio(policy: AudioPolicy, channels: int) -> dict[str, object]:
    times = "" if policy.masks == 1 else f"{policy.masks} times "
    return {
        f"shifted up to {policy.shift:.0%}": policy.shift,
        f"noise of {policy.noise:g} deviations": policy.noise,
        f"{times}up to {policy.time_mask:.0%} of the time blanked": policy.time_mask,
        f"{times}up to {policy.band_mask:.0%} of the bands blanked": policy.band_mask and channels > 1,
    }


def _of_series(policy: SeriesPolicy) -> dict[str, object]:
    return {
        f"up to {policy.window:.0%} cut off and the rest stretched": policy.window,
        f"speed varied by {policy.warping:.0%}": policy.warping,
        f"channels scaled by {policy.scaling:.0%}": policy.scaling,
        f"noise of {policy.jitter:g} deviations": policy.jitter,
    }


def _of_text(policy: TextPolicy) -> dict[str, object]:
    return {f"{policy.token_dropout:.0%} of the tokens dropped": policy.token_dropout}
