"""From the scores of the next token to a whole answer."""

from __future__ import annotations

from collections.abc import Callable

import torch
from jaxtyping import Float, Int
from torch import Tensor

from cnn_vs_rnn.models.encoder_decoder import State
from cnn_vs_rnn.tasks.data import END

# (state, the last token of each row) -> scores of the next token (row, token), and the state after it
Step = Callable[[State, Tensor], tuple[Tensor, State]]


def greedy(step: Step, state: State, begin: Int[Tensor, " batch"], longest: int) -> Int[Tensor, "batch _"]:
    """The most likely token at each step, up to END or `longest` tokens; padded with 0."""
    tokens, done, answers = begin, torch.zeros_like(begin, dtype=torch.bool), []
    for _ in range(longest):
        scores, state = step(state, tokens)
        tokens = _allowed(scores).argmax(1).masked_fill(done, 0)
        answers.append(tokens)
        done = done | (tokens == END)
        if done.all():
            break
    return torch.stack(answers, dim=1)


def beam_search(
    step: Step, state: State, begin: Int[Tensor, " batch"], longest: int, beam: int
) -> Int[Tensor, "batch _"]:
    """Of the answers kept, the one with the highest mean log-likelihood of its tokens; padded with 0.

    At each step the `beam` most likely continuations of each sample stay (Graves 2012, arXiv 1211.3711, algorithm 1;
    Sutskever et al. 2014, section 3.2). What has ended is kept aside, the best `beam` of it, and compared by its mean
    over tokens, END included, as likelihoods alone would favour the short (Wu et al. 2016, arXiv 1609.08144, 7).
    """
    batch, device = len(begin), begin.device
    rows = torch.arange(batch, device=device).repeat_interleave(beam)
    state = tuple(part[rows] for part in state)
    tokens = begin[rows]
    first = torch.full((batch, beam), -torch.inf, device=device)
    first[:, 0] = 0.0  # all rows of a sample are alike at first: one of them counts
    likelihood = first
    answers = tokens.new_zeros(batch, beam, 0)
    best = torch.full((batch,), -torch.inf, device=device)  # mean log-likelihood of the best that has ended
    ended = tokens.new_zeros(batch, longest)
    for length in range(1, longest + 1):
        scores, state = step(state, tokens)
        steps = _allowed(scores).log_softmax(1).view(batch, beam, -1)
        size = steps.shape[2]
        # One END at most ends each row: beside it, `beam` others are sure to be among the best 2 x beam.
        total, place = (likelihood.unsqueeze(2) + steps).flatten(1).topk(min(2 * beam, beam * size), dim=1)
        parent, token = place // size, place % size
        grown = torch.cat([answers.gather(1, parent.unsqueeze(2).expand(-1, -1, length - 1)), token.unsqueeze(2)], 2)
        stops = token == END if length < longest else torch.ones_like(token, dtype=torch.bool)
        stops &= torch.arange(stops.shape[1], device=device) < beam  # an END that would not have been kept ends nothing
        found, which = (total / length).masked_fill(~stops, -torch.inf).max(dim=1)
        better = found > best
        chosen = grown[torch.arange(batch, device=device), which]
        ended[better] = torch.nn.functional.pad(chosen, (0, longest - length))[better]
        best = torch.where(better, found, best)
        kept = total.masked_fill(token == END, -torch.inf).topk(beam, dim=1)
        likelihood = kept.values
        # Nothing that is kept can do better: its mean is at most its likelihood so far, over the most tokens.
        if (best >= likelihood[:, 0] / longest).all():
            break
        parent, token = (one.gather(1, kept.indices) for one in (parent, token))
        answers = grown.gather(1, kept.indices.unsqueeze(2).expand(-1, -1, length))
        chosen_rows = (torch.arange(batch, device=device).unsqueeze(1) * beam + parent).flatten()
        state = tuple(part[chosen_rows] for part in state)
        tokens = token.flatten()
    return ended


def _allowed(scores: Float[Tensor, "row token"]) -> Float[Tensor, "row token"]:
    """Without padding, unknown and begin, which are never an answer."""
    scores = scores.clone()
    scores[:, :END] = -torch.inf
    return scores
