import itertools
from pathlib import Path

import pytest
import torch
import yaml

from cnn_vs_rnn.augment_config import AugmentConfig, ImagePolicy
from cnn_vs_rnn.augmentation.image import ImageAugmentation
from cnn_vs_rnn.augmentation.policy import augmentation_for
from cnn_vs_rnn.config import TaskConfig

CONF = Path(__file__).parents[2] / "conf" / "augment"
POLICIES = {
    "rotate": ImagePolicy(rotate_degrees=10),
    "translate": ImagePolicy(translate=0.1),
    "scale": ImagePolicy(scale=0.1),
    "crop": ImagePolicy(crop=0.25),
    "flip": ImagePolicy(horizontal_flip=True),
    "erase": ImagePolicy(erase_probability=0.5),
    "all": ImagePolicy(
        rotate_degrees=10, crop=0.25, translate=0.1, scale=0.1, horizontal_flip=True, erase_probability=0.5
    ),
}
policies = pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)


def alike(shape=(3, 12, 10), batch=16):
    """A batch that holds one random image again and again."""
    image = torch.rand(shape, generator=torch.Generator().manual_seed(0))
    return image.repeat(batch, 1, 1, 1)


def task(modality):
    return TaskConfig(
        name="toy",
        target="",
        modality=modality,
        description="",
        source="",
        loss="cross_entropy",
        score="accuracy",
        equivalence=0.01,
    )


@policies
@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 12, 10)])
def test_shape_and_type_stay_and_the_input_is_not_overwritten(policy, shape):
    images = alike(shape)
    before = images.clone()
    changed = ImageAugmentation(policy, mirror=True)(images)
    assert changed.shape == images.shape
    assert changed.dtype == images.dtype
    assert torch.equal(images, before)
    assert torch.isfinite(changed).all()


@policies
def test_images_are_changed_each_in_its_own_way(policy):
    torch.manual_seed(0)
    images = alike()
    changed = ImageAugmentation(policy, mirror=True)(images)
    assert not torch.equal(changed, images)
    assert any(not torch.equal(one, other) for one, other in itertools.pairwise(changed))
    if not policy.horizontal_flip and not policy.erase_probability and not policy.crop:
        assert all(not torch.equal(one, other) for one, other in itertools.combinations(changed, 2))


@policies
def test_the_global_seed_repeats_it(policy):
    module, images = ImageAugmentation(policy, mirror=True), alike()
    torch.manual_seed(1)
    first, second = module(images), module(images)
    torch.manual_seed(1)
    assert torch.equal(module(images), first)
    assert not torch.equal(first, second)


def test_the_background_stays_the_background():
    images = torch.full((16, 1, 8, 8), -0.7)  # what blank paper is after scaling
    images[:, :, 3:5, 3:5] = 2.0
    changed = ImageAugmentation(ImagePolicy(rotate_degrees=30, crop=0.25, translate=0.2, scale=0.3), mirror=True)(
        images
    )
    assert torch.allclose(changed[:, :, 0, 0], torch.tensor(-0.7))
    assert changed.min() >= -0.7001


def test_a_crop_moves_the_image_by_whole_pixels_up_to_its_padding():
    torch.manual_seed(0)
    images = (torch.arange(8.0)[:, None] * 10 + torch.arange(12.0)).repeat(256, 1, 1, 1)
    changed = ImageAugmentation(ImagePolicy(crop=0.25), mirror=False)(images)
    down, across = (changed[:, 0, 4, 6] // 10 - 4).long(), (changed[:, 0, 4, 6] % 10 - 6).long()
    assert set(down.tolist()) == set(range(-2, 3))
    assert set(across.tolist()) == set(range(-3, 4))
    for image, rows, columns in zip(changed, down, across, strict=True):
        at = (torch.arange(8) + rows).clamp(0, 7)[:, None], (torch.arange(12) + columns).clamp(0, 11)
        assert torch.allclose(image[0], images[0, 0][at], atol=1e-4)


def test_only_a_task_that_allows_it_is_mirrored():
    images = torch.arange(12.0).repeat(64, 1, 1, 1)
    mirrored = images.flip(-1)
    torch.manual_seed(0)
    changed = ImageAugmentation(ImagePolicy(horizontal_flip=True), mirror=True)(images)
    flipped = (changed == mirrored).flatten(1).all(1)
    assert 16 < flipped.sum() < 48
    assert (flipped | (changed == images).flatten(1).all(1)).all()
    assert torch.equal(ImageAugmentation(ImagePolicy(horizontal_flip=True), mirror=False)(images), images)


def test_in_eval_mode_nothing_happens_and_nothing_is_stored_in_checkpoints():
    module, images = ImageAugmentation(POLICIES["all"], mirror=True), alike()
    assert torch.equal(module.eval()(images), images)
    assert not module.state_dict()
    assert not list(module.parameters())


def test_only_images_with_a_policy_are_augmented():
    mild = AugmentConfig(name="mild", image=ImagePolicy(rotate_degrees=5))
    assert isinstance(augmentation_for(task("image"), mild), ImageAugmentation)
    assert augmentation_for(task("series"), mild) is None
    assert augmentation_for(task("image"), AugmentConfig(name="none")) is None
    assert augmentation_for(task("image"), AugmentConfig(name="nothing", image=ImagePolicy())) is None


@pytest.mark.parametrize("path", sorted(CONF.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_policy_on_disk_runs(path):
    text = path.read_text(encoding="utf-8")
    augment = AugmentConfig(**yaml.safe_load(text))
    assert augment.name == path.stem
    assert text.startswith("# @package augment\n")
    module = augmentation_for(task("image"), augment)
    assert (module is None) == (augment.image is None)
    if module is not None:
        assert module(alike((1, 8, 8))).shape == (16, 1, 8, 8)
