"""One answer out of several: the advice for own data under each of its conditions, such as budgets."""

from __future__ import annotations

from collections.abc import Sequence

from cnn_vs_rnn.statistics.recommendation import Advice, Decision, Recommendation
from cnn_vs_rnn.statistics.words import listed

DECISION_WORDS: dict[Decision, str] = {
    "cnn": "the CNN",
    "rnn": "the RNN",
    "hybrid": "the hybrid",
    "neither": "the baseline",
    "tie": "a tie",
    "undecided": "undecided",
}


def overall(recommendations: Sequence[Recommendation]) -> Advice:
    """The advice to follow.

    That of the first condition whose decision is not 'undecided', or of the first one where all are; conditions stand
    in the order in which they were asked for. Where there are several, the reason begins with what each says, and where
    they disagree it says whose advice this is. Raises ValueError where these are not of one task.
    """
    tasks = {one.task for one in recommendations}
    if len(tasks) != 1:
        raise ValueError(f"one advice is for one task, and these are {sorted(tasks)}")
    taken = next((one for one in recommendations if one.decision != "undecided"), recommendations[0])
    if len(recommendations) == 1:
        return Advice(**taken.model_dump(), under=())
    reason = f"{_agreement(recommendations, taken)} {taken.reason}"
    return Advice(**(taken.model_dump() | {"reason": reason, "under": tuple(recommendations)}))


def _agreement(recommendations: Sequence[Recommendation], taken: Recommendation) -> str:
    under: dict[tuple[Decision, str], list[str]] = {}
    for one in recommendations:
        under.setdefault((one.decision, one.model), []).append(one.condition)
    if len(under) == 1:
        return f"The same at {listed([one.condition for one in recommendations])}."
    text = "; ".join(f"{DECISION_WORDS[what]} ({model}) at {listed(where)}" for (what, model), where in under.items())
    whose = f"This is the advice for {taken.condition}."
    decisions = {decision for decision, _ in under}
    if len(decisions) == 1:
        return f"They agree but for the model: {text}. {whose}"
    if len(decisions - {"undecided"}) == 1:
        return f"Not decided everywhere: {text}. {whose}"
    return f"They disagree: {text}. {whose}"
