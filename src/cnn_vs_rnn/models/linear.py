"""Linear models on the raw input: how much of a task needs no network."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from torch import Tensor

from cnn_vs_rnn.models.flattened import as_tensors, flattened, is_classification
from cnn_vs_rnn.models.linear_map import LinearMap
from cnn_vs_rnn.tasks.data import Samples

_FOLDS = 3


class Linear(LinearMap):
    """Logistic regression, or ridge regression for values, on the flattened, zero-padded input.

    The strength of the L2 penalty is chosen by cross-validation within the training samples (scikit-learn); classes
    count equally where the task says so.
    """

    def fit(self, train: Samples, seed: int) -> None:
        features = flattened(*as_tensors(train), self.input).numpy().astype(np.float64)
        if is_classification(train):
            self._fit_classes(features, train.targets, seed)
        else:
            from sklearn.linear_model import RidgeCV  # sklearn takes a second to import

            model: Any = RidgeCV(alphas=np.logspace(-3, 4, 8)).fit(features, train.targets)
            self.take_values(model.coef_, model.intercept_)

    def _fit_classes(
        self, features: Float[np.ndarray, "sample feature"], targets: Int[np.ndarray, " sample"], seed: int
    ) -> None:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import GridSearchCV, StratifiedKFold

        # Balanced, the plain likelihood of held-out samples would choose for the frequent classes.
        weight, scoring = ("balanced", "f1_macro") if self.output.balanced else (None, "neg_log_loss")
        model: Any = LogisticRegression(C=0.1, max_iter=200, class_weight=weight)
        folds = min(_FOLDS, np.unique(targets, return_counts=True)[1].min())
        if folds > 1:  # a class with a single sample cannot be in training and held-out part
            split = StratifiedKFold(folds, shuffle=True, random_state=seed)
            model = GridSearchCV(model, {"C": [0.001, 0.01, 0.1, 1.0]}, scoring=scoring, cv=split)
        with warnings.catch_warnings():
            # A separable task converges slowly towards ever larger weights; 200 steps are past any use.
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(features, targets)
        best: Any = getattr(model, "best_estimator_", model)
        self.take_classes(best.coef_, best.intercept_, best.classes_)

    def forward(
        self, inputs: Float[Tensor, "batch ..."], lengths: Int[Tensor, " batch"] | None = None
    ) -> Float[Tensor, "batch output"]:
        return self.scores(flattened(inputs, lengths, self.input))
