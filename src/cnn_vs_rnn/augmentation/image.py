"""Random augmentation of image batches, on the device of the batch (kornia)."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor, nn

from cnn_vs_rnn.augment_config import ImagePolicy


class ImageAugmentation(nn.Module):
    """A policy as a module: every image of a batch is changed in its own way. In eval mode it changes nothing.

    mirror: whether a mirrored image is of the same class; without it the policy's flip is left out.
    Draws from torch's global generator, so that `torch.manual_seed` repeats it.
    """

    def __init__(self, policy: ImagePolicy, *, mirror: bool) -> None:
        super().__init__()
        from kornia import augmentation as kornia  # slow to import: only where images are augmented

        steps: list[nn.Module] = [_Crop(policy.crop)] if policy.crop else []
        if policy.rotate_degrees or policy.translate or policy.scale:
            steps.append(
                kornia.RandomAffine(
                    degrees=policy.rotate_degrees,
                    translate=(policy.translate, policy.translate),
                    scale=(1 - policy.scale, 1 + policy.scale),
                    padding_mode="border",  # 0 is the mean of a scaled image, not its background
                    p=1.0,
                )
            )
        if policy.horizontal_flip and mirror:
            steps.append(kornia.RandomHorizontalFlip(p=0.5))
        if policy.erase_probability:
            steps.append(kornia.RandomErasing(p=policy.erase_probability))
        self.steps = nn.Sequential(*steps)

    def forward(
        self,
        images: Float[Tensor, "batch channel height width"],
        lengths: None = None,  # noqa: ARG002
    ) -> Float[Tensor, "batch channel height width"]:
        """Scaled images, changed."""
        return self.steps(images) if self.training else images


class _Crop(nn.Module):
    """Padded by a fraction of height and width with what is at the border, then cut back to its size at random."""

    def __init__(self, fraction: float) -> None:
        super().__init__()
        self.fraction = fraction

    def forward(
        self, images: Float[Tensor, "batch channel height width"]
    ) -> Float[Tensor, "batch channel height width"]:
        from kornia.augmentation import RandomCrop

        height, width = images.shape[2:]
        down, across = (max(1, round(self.fraction * side)) for side in (height, width))
        # Built anew for each batch: it must know the size of the images.
        return RandomCrop((height, width), (across, down, across, down), padding_mode="replicate", p=1.0)(images)
