"""Random augmentation, of each modality its own (``conf/augment``)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from cnn_vs_rnn.strict import Strict


class ImagePolicy(Strict):
    """Random augmentation of a batch of images (kornia). Each 0 or False switches its part off."""

    rotate_degrees: Annotated[float, Field(ge=0, le=180)] = 0.0
    crop: Annotated[float, Field(ge=0, lt=1)] = 0.0  # pad by this fraction of height and width, cut out at random
    translate: Annotated[float, Field(ge=0, lt=1)] = 0.0  # fraction of height and width
    scale: Annotated[float, Field(ge=0, lt=1)] = 0.0  # zoom between 1-scale and 1+scale
    horizontal_flip: bool = False  # only of tasks that say `mirror: true`: a mirrored digit is none
    erase_probability: Annotated[float, Field(ge=0, le=1)] = 0.0


class AudioPolicy(Strict):
    """Random augmentation of a batch of spectrograms (time, band) or waveforms (time, 1)."""

    shift: Annotated[float, Field(ge=0, lt=1)] = 0.0  # in time, fraction of the length, either way
    noise: Annotated[float, Field(ge=0)] = 0.0  # standard deviation, in that of the scaled input
    time_mask: Annotated[float, Field(ge=0, lt=1)] = 0.0  # longest stretch blanked, fraction of the length
    band_mask: Annotated[float, Field(ge=0, lt=1)] = 0.0  # widest stretch of bands blanked, fraction of the bands
    masks: Annotated[int, Field(ge=1)] = 1  # of each kind


class SeriesPolicy(Strict):
    """Random augmentation of a batch of time series, whose answers are of whole series."""

    jitter: Annotated[float, Field(ge=0)] = 0.0  # noise, standard deviation in that of the scaled input
    scaling: Annotated[float, Field(ge=0, lt=1)] = 0.0  # each channel times 1 +- this (standard deviation)
    warping: Annotated[float, Field(ge=0, lt=1)] = 0.0  # local speed 1 +- this
    window: Annotated[float, Field(ge=0, lt=1)] = 0.0  # up to this fraction cut off, the rest stretched


class TextPolicy(Strict):
    """Random augmentation of a batch of token sequences."""

    token_dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0  # probability of a token being replaced by 'unknown'


class AugmentConfig(Strict):
    """The augmentation of each modality; None leaves that modality as it is (``conf/augment``)."""

    name: str
    image: ImagePolicy | None = None
    audio: AudioPolicy | None = None
    series: SeriesPolicy | None = None
    text: TextPolicy | None = None
