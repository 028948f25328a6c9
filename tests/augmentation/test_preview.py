import io

import numpy as np
import pytest
import torch
from PIL import Image

from cnn_vs_rnn.augmentation.preview import render_preview
from cnn_vs_rnn.augmentation.scaling import prepare
from cnn_vs_rnn.config import AugmentConfig, ImagePolicy, TaskConfig
from cnn_vs_rnn.tasks.store import ingest

DIGITS = TaskConfig(
    name="digits",
    target="cnn_vs_rnn.tasks.digits:load",
    modality="image",
    description="",
    source="",
    loss="cross_entropy",
    score="accuracy",
    equivalence=0.01,
    test_fraction=0.25,
)
MILD = AugmentConfig(name="mild", image=ImagePolicy(rotate_degrees=10, translate=0.08, scale=0.1))
NONE = AugmentConfig(name="none")


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    root = tmp_path_factory.mktemp("digits")
    return prepare(ingest(DIGITS, root / "raw"), DIGITS, 1, root / "prepared")


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def test_augmented_images_stand_beneath_the_originals(digits):
    plain, augmented = (pixels(render_preview(digits, DIGITS, augment)) for augment in (NONE, MILD))
    assert plain.shape[1] == augmented.shape[1] >= 900
    assert augmented.shape[0] > plain.shape[0]
    assert (augmented > 240).all(axis=2).mean() > 0.5  # mostly light


def test_the_same_seed_draws_the_same_picture_and_leaves_the_global_seed_alone(digits):
    torch.manual_seed(7)
    wanted = torch.rand(1)
    torch.manual_seed(7)
    first = render_preview(digits, DIGITS, MILD)
    assert torch.equal(torch.rand(1), wanted)
    assert render_preview(digits, DIGITS, MILD) == first


@pytest.mark.parametrize("samples", [1, 3, 8])
def test_any_number_of_samples_fits(digits, samples):
    assert pixels(render_preview(digits, DIGITS, MILD, samples=samples)).shape[1] >= 900


def test_long_class_names_do_not_overlap(digits):
    names = tuple(f"a class of a very long name {number}" for number in range(10))
    renamed = digits.model_copy(update={"task": digits.task.model_copy(update={"classes": names})})
    assert pixels(render_preview(renamed, DIGITS, MILD)).shape[1] >= 900
