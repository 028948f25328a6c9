"""Which words and pairs of words a text has, in no order: often as good as a network."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from pydantic import PositiveInt
from torch import Tensor

from cnn_vs_rnn.models.linear_map import LinearMap
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec, Samples

_FEATURES = 2**15  # n-grams are hashed to as many, so that no list of them need be kept
_FOLDS = 3


class BagOfNgrams(LinearMap):
    """Logistic regression on the TF-IDF weights of hashed n-grams of tokens (scikit-learn).

    As a baseline of text classification: Wang & Manning 2012, "Baselines and bigrams", and Zhang, Zhao, LeCun 2015,
    arXiv 1509.01626, section 3.1. The strength of the L2 penalty is chosen by cross-validation within the training
    samples; classes count equally where the task says so.

    longest: tokens of an n-gram at most; 2 suits words, 4 characters.
    """

    inverse_frequency: Float[Tensor, " feature"]

    def __init__(self, input: InputSpec, output: OutputSpec, longest: PositiveInt = 2) -> None:
        super().__init__(input, output)
        self.longest = longest
        self.register_buffer("inverse_frequency", torch.zeros(_FEATURES))

    def fit(self, train: Samples, seed: int) -> None:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.feature_extraction.text import TfidfTransformer
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import GridSearchCV, StratifiedKFold

        counts = self._counts(train.inputs, train.lengths)
        transformer = TfidfTransformer(sublinear_tf=True)
        features = transformer.fit_transform(counts)
        self.inverse_frequency = torch.from_numpy(transformer.idf_).float()
        model: Any = LogisticRegression(C=10.0, max_iter=200, class_weight="balanced" if self.output.balanced else None)
        folds = min(_FOLDS, np.unique(train.targets, return_counts=True)[1].min())
        if folds > 1:  # a class with a single sample cannot be in training and held-out part
            split = StratifiedKFold(folds, shuffle=True, random_state=seed)
            scoring = "f1_macro" if self.output.balanced else "accuracy"
            model = GridSearchCV(model, {"C": [1.0, 10.0, 100.0]}, scoring=scoring, cv=split)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(features, train.targets)
        best: Any = getattr(model, "best_estimator_", model)
        self.take_classes(best.coef_, best.intercept_, best.classes_)

    def forward(
        self, inputs: Int[Tensor, "batch time"], lengths: Int[Tensor, " batch"] | None = None
    ) -> Float[Tensor, "batch output"]:
        from sklearn.preprocessing import normalize

        counts = self._counts(inputs.cpu().numpy(), None if lengths is None else lengths.cpu().numpy())
        counts.data = 1 + np.log(counts.data)
        weighted = normalize(counts.multiply(self.inverse_frequency.cpu().numpy()).tocsr())
        scores = weighted @ self.weight.cpu().numpy().T + self.bias.cpu().numpy()
        return torch.from_numpy(np.asarray(scores, np.float32)).to(self.bias.device)

    def _counts(self, inputs: Int[np.ndarray, "batch time"], lengths: Int[np.ndarray, " batch"] | None) -> Any:
        """Sparse (batch, feature)."""
        from sklearn.feature_extraction import FeatureHasher

        ends = np.full(len(inputs), inputs.shape[1]) if lengths is None else lengths
        texts = (self._ngrams(row[:end].tolist()) for row, end in zip(inputs, ends, strict=True))
        hasher = FeatureHasher(_FEATURES, input_type="string", alternate_sign=False)
        return hasher.transform(texts).tocsr()

    def _ngrams(self, tokens: list[int]) -> Iterator[str]:
        for size in range(1, self.longest + 1):
            for start in range(len(tokens) - size + 1):
                yield " ".join(map(str, tokens[start : start + size]))
