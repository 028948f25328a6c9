"""The rule that decides a claim, as an experiment file states it.

A claim is a list of tests. Each test is one directed comparison, such as "the RNN scores better than the CNN at 200
steps by more than the margin": `of`, less `less`, against `margin`. How verdicts follow from it is in `claims.decide`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from cnn_vs_rnn.strict import Strict


class SideConfig(Strict):
    """One side of a comparison.

    model: the name of a model. family: instead of it; its champion on validation then stands for it.
    condition: of the experiment. task: only where the experiment has several. at: where along the quantity's axis.
    change_from: another condition; the value is then the change from there, of the same model, seed by seed.
    change_from_at: likewise, another place along the axis.
    """

    model: str | None = None
    family: Literal["cnn", "rnn", "hybrid", "baseline"] | None = None
    condition: str = "default"
    task: str | None = None
    at: float | None = None
    change_from: str | None = None
    change_from_at: float | None = None

    @model_validator(mode="after")
    def _is_one_thing(self) -> SideConfig:
        if (self.model is None) == (self.family is None):
            raise ValueError("a side needs a model or a family, and not both")
        return self


class TestConfig(Strict):
    """One comparison: it holds where the value of `of` is surely above that of `less`, and by at least `margin`.

    quantity: "score" (test score, signed so that more is better), or what a probe measures. of, less: sides; without
    `less` the value itself is compared. margin: in the unit of the quantity, and of a ratio a factor (1.1: ten per cent
    more); None: the task's equivalence.
    position: the value of what is swept (length, samples, ...), for the crossover.
    turned: compare -(of - less) instead: "at most".
    """

    __test__ = False  # no test of pytest's

    quantity: str = "score"
    of: SideConfig
    less: SideConfig | None = None
    margin: float | None = None
    turned: bool = False
    position: float | None = None
    budget: str = "parameters"  # what the two sides have equal, said where verdicts of budgets differ


class AdviceConfig(Strict):
    """What the claim's tests say to someone who has to choose: a row of the decision table.

    by: which property of the reader's problem the row is about. tests: the labels that it rests on; none: all.
    holds, fails: the advice where all of these hold, or all fail; where neither is so, the advice is open.
    """

    by: Literal["modality", "data size", "sequence length", "hardware", "latency"]
    situation: str
    tests: tuple[str, ...] = ()
    holds: str
    fails: str


class ClaimConfig(Strict):
    """A claim and its rule. The verdict needs every test: docs/claims.md."""

    statement: str  # the claim in our words
    rule: str  # the rule in words, as the reader sees it
    literature: str  # what was found before, with its source
    would_change_it: str  # what evidence would
    advice: tuple[AdviceConfig, ...] = ()
    axis: str = ""  # what the positions of the tests count, such as "time steps"
    tests: Annotated[dict[str, TestConfig], Field(min_length=1)]  # label -> test

    @model_validator(mode="after")
    def _positions_have_an_axis(self) -> ClaimConfig:
        if any(test.position is not None for test in self.tests.values()) and not self.axis:
            raise ValueError("tests with a position need `axis`, what the positions count")
        for advice in self.advice:
            for label in advice.tests:
                if label not in self.tests:
                    raise ValueError(f"advice on {advice.situation!r}: there is no test {label!r}")
        return self
