"""What the evidence says of a claim, and of each test of its rule."""

from __future__ import annotations

from typing import Literal

from cnn_vs_rnn.claims.rule import ClaimConfig
from cnn_vs_rnn.strict import Strict

# depends: on the length of training, as overtime showed (`statistics.overtime`)
Outcome = Literal["holds", "fails", "depends", "open"]
ClaimWord = Literal["supported", "refuted", "depends", "undecided"]


class TestOutcome(Strict):
    """One test. effect, low, high and margin are in the unit of the quantity; of a ratio they are factors.

    effect: `of` less `less`, positive (of a ratio: above 1) where it speaks for the claim. None: nothing to compare.
    """

    __test__ = False  # no test of pytest's

    label: str
    outcome: Outcome
    quantity: str
    unit: str  # points (of a score in per cent, itself a fraction), times (a ratio), or what else is said after numbers
    effect: float | None
    low: float | None  # of the interval at the experiment's confidence, not corrected for several tests
    high: float | None
    margin: float
    p: float | None  # two-sided, of an effect equal to what is excluded: 0 if the margin is reached, else the margin
    adjusted_p: float | None  # by Holm, over the tests of the claim
    seeds: int  # paired
    of_model: str  # what stood for each side; empty where there is none
    less_model: str
    of_value: float | None  # its mean over seeds
    less_value: float | None
    position: float | None  # of what is swept
    budget: str
    seeds_help: bool = False  # whether more seeds may decide it, where it is open
    # condition, task and model of those whose defeat does not count before they have trained longer
    late: tuple[tuple[str, str, str], ...] = ()
    note: str  # why it is open, or a caution; empty where there is nothing to say


class Crossover(Strict):
    """Where, along the claim's axis, the effect crosses the margin, with its interval over seeds."""

    at: float
    low: float
    high: float


class ClaimVerdict(Strict):
    """The verdict on a claim. effect, low and high are those of the test that it hinges on (`claims.decide`)."""

    claim: str
    experiment: str
    statement: str
    verdict: ClaimWord
    effect: float | None
    low: float | None
    high: float | None
    unit: str  # of effect, low and high
    seeds: int
    conditions: tuple[str, ...]
    reason: str
    crossover: Crossover | None
    outcomes: tuple[TestOutcome, ...]


class DecidedClaim(Strict):
    """A verdict with the rule that it follows from, and under what it was measured."""

    config: ClaimConfig
    verdict: ClaimVerdict
    models: tuple[str, ...]
    tasks: tuple[str, ...]
    parameters: int
    confidence: float
    parts: tuple[DecidedClaim, ...] = ()  # what each experiment decided of it, where several did (`claims.joined`)
