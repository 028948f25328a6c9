"""Ten thousand fixed convolutions and a ridge classifier: a strong baseline for series, fitted in seconds."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from cnn_vs_rnn.models.flattened import as_tensors, at_full_length, is_classification
from cnn_vs_rnn.models.linear_map import LinearMap
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec, Samples

_SHORTEST = 9  # time steps: the length of MiniRocket's kernels
_ALPHAS = np.logspace(-3, 3, 10)  # of the ridge, as in aeon's MiniRocketClassifier


class MiniRocket(LinearMap):
    """aeon's MiniRocket transform and a ridge on its scaled features, as in aeon's MiniRocketClassifier.

    Dempster, Schmidt & Webb 2021, "MiniRocket: a very fast (almost) deterministic transform for time series
    classification", arXiv 2012.08791. The penalty is chosen by leave-one-out within the training samples.

    aeon wants equal lengths of at least 9: shorter series are padded with zeros at the end, which keeps their duration
    visible. The scores are the ridge's (near -1 or 1), so their order means more than their softmax. Classes count
    equally in the ridge where the task says so.

    The first use after an installation compiles the transform (about 10 s, kept in numba's cache).
    """

    # What the transform learns: aeon's `parameters`, in its order. The buffers are float32 and int32, as there.
    _learnt = ("channels_per_combination", "channel_indices", "dilations", "features_per_dilation", "biases")

    def __init__(self, input: InputSpec, output: OutputSpec) -> None:
        super().__init__(input, output)
        for name in self._learnt:
            dtype = torch.float32 if name == "biases" else torch.int32
            self.register_buffer(name, torch.zeros(0, dtype=dtype))

    def warm_up(self) -> None:
        shape = (2, self.input.channels, max(_SHORTEST, self.input.length or 0))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _transform(seed=0).fit_transform(np.random.default_rng(0).normal(size=shape).astype(np.float32))

    def fit(self, train: Samples, seed: int) -> None:
        series = self._as_aeon(*as_tensors(train))
        transform = _transform(seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            transform.fit(series)
        for name, values in zip(self._learnt, transform.parameters, strict=True):
            setattr(self, name, torch.from_numpy(values))
        self._fit_ridge(self._features(series), train)

    def _fit_ridge(self, features: Float[np.ndarray, "sample feature"], train: Samples) -> None:
        from sklearn.linear_model import RidgeClassifierCV, RidgeCV
        from sklearn.preprocessing import StandardScaler

        scaler = StandardScaler(with_mean=False)
        features = scaler.fit_transform(features)
        if is_classification(train):
            weight = "balanced" if self.output.balanced else None
            model: Any = RidgeClassifierCV(alphas=_ALPHAS, class_weight=weight).fit(features, train.targets)
            self.take_classes(model.coef_ / scaler.scale_, model.intercept_, model.classes_)
        else:
            model: Any = RidgeCV(alphas=_ALPHAS).fit(features, train.targets)
            self.take_values(model.coef_ / scaler.scale_, model.intercept_)

    def forward(
        self, inputs: Float[Tensor, "batch time channel"], lengths: Int[Tensor, " batch"] | None = None
    ) -> Float[Tensor, "batch output"]:
        features = self._features(self._as_aeon(inputs, lengths))
        return self.scores(torch.from_numpy(features).to(self.weight.device))

    def _as_aeon(
        self, inputs: Float[Tensor, "batch time channel"], lengths: Int[Tensor, " batch"] | None
    ) -> Float[np.ndarray, "batch channel full_length"]:
        assert self.input.length is not None
        padded = at_full_length(inputs, lengths, max(_SHORTEST, self.input.length))
        return np.ascontiguousarray(padded.transpose(1, 2).cpu().numpy())

    def _features(self, series: Float[np.ndarray, "batch channel full_length"]) -> Float[np.ndarray, "batch feature"]:
        transform = _transform(seed=None)
        transform.parameters = tuple(getattr(self, name).cpu().numpy() for name in self._learnt)
        transform._n_jobs = 1
        return transform._transform(series)


def _transform(seed: int | None) -> Any:
    # aeon and numba take seconds to import
    from aeon.transformations.collection.convolution_based import MiniRocket as Transform

    return Transform(random_state=seed)
