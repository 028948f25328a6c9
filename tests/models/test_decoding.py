"""From scores to answers: against all answers there are, on a vocabulary small enough to look at each of them."""

import itertools

import pytest
import torch
from torch import Tensor

from cnn_vs_rnn.models.decoding import beam_search, greedy
from cnn_vs_rnn.tasks.data import BEGIN, END

SIZE, FIRST = 7, END + 1  # tokens 4, 5 and 6 are real


def model(seed=0, spread=1.5):
    """Scores by the last two tokens, the step and a number of the row, of a state that holds all of these."""
    table = spread * torch.randn(3, 9, SIZE, SIZE, SIZE, generator=torch.Generator().manual_seed(seed))
    table[..., :END] += 20  # what is never an answer is very likely

    def step(state: tuple[Tensor, ...], tokens: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        row, time, before = state
        return table[row, time, before, tokens], (row, time + 1, tokens)

    return step


def start(*rows):
    rows = torch.tensor(rows)
    return (rows, torch.zeros_like(rows), torch.full_like(rows, BEGIN)), torch.full_like(rows, BEGIN)


def likelihood(step, row, answer):
    """Mean log-likelihood of the tokens of an answer, its END included."""
    state, token = start(row)
    total = 0.0
    for following in answer:
        scores, state = step(state, token)
        total += scores[0, END:].log_softmax(0)[following - END].item()
        token = torch.tensor([following])
    return total / len(answer)


def answers(longest):
    """Every answer that ends within `longest` tokens, and every one that is cut there."""
    for length in range(longest):
        for tokens in itertools.product(range(FIRST, SIZE), repeat=length):
            yield [*tokens, END]
    for tokens in itertools.product(range(FIRST, SIZE), repeat=longest):
        yield list(tokens)


def unpadded(answer):
    return [token for token in answer.tolist() if token]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("longest", [1, 2, 4])
def test_a_beam_wide_enough_finds_the_best_of_all_answers(seed, longest):
    step = model(seed)
    found = beam_search(step, *start(0, 1, 2), longest, beam=3**longest)
    for row, answer in enumerate(found):
        best = max(answers(longest), key=lambda one, row=row: likelihood(step, row, one))
        assert unpadded(answer) == best


@pytest.mark.parametrize("seed", range(6))
def test_a_narrow_beam_keeps_the_likeliest_so_far(seed):
    """The same search, written down hypothesis by hypothesis."""
    step, longest, beam = model(seed), 6, 2
    found = beam_search(step, *start(0, 1, 2), longest, beam)
    for row in range(3):
        kept, ended = [[]], []
        for length in range(1, longest + 1):
            grown = [[*answer, token] for answer in kept for token in range(END, SIZE)]
            grown.sort(key=lambda answer, row=row: -likelihood(step, row, answer))  # all of them of one length
            ended += [answer for answer in grown[:beam] if answer[-1] == END or length == longest]
            kept = [answer for answer in grown if answer[-1] != END][:beam]
        assert unpadded(found[row]) == max(ended, key=lambda answer, row=row: likelihood(step, row, answer))


@pytest.mark.parametrize("seed", range(6))
def test_greedy_takes_the_likeliest_token_at_each_step(seed):
    step, longest = model(seed), 6
    found = greedy(step, *start(0, 1, 2), longest)
    for row in range(3):
        answer = []
        while len(answer) < longest and END not in answer:
            grown = [[*answer, token] for token in range(END, SIZE)]
            answer = max(grown, key=lambda one, row=row: likelihood(step, row, one))  # all of them of one length
        assert unpadded(found[row]) == answer


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("decode", [greedy, lambda *given: beam_search(*given, 3)], ids=["greedy", "beam"])
def test_rows_do_not_influence_each_other_and_nothing_is_too_long(seed, decode):
    step = model(seed)
    together = decode(step, *start(0, 1, 2), 5)
    assert together.shape[1] <= 5
    for row in range(3):
        assert unpadded(decode(step, *start(row), 5)[0]) == unpadded(together[row])
    again = decode(step, *start(2, 0, 0), 5)
    assert [unpadded(one) for one in again] == [unpadded(together[row]) for row in (2, 0, 0)]


@pytest.mark.parametrize("decode", [greedy, lambda *given: beam_search(*given, 2)], ids=["greedy", "beam"])
def test_what_has_ended_is_padded_while_others_go_on(decode):
    def step(state, tokens):
        """Row 0 ends at once, row 1 after two tokens, row 2 never."""
        row, time = state
        scores = torch.full((len(row), SIZE), -9.0)
        ends = ((row == 0) | ((row == 1) & (time == 2))).long()
        scores[torch.arange(len(row)), torch.where(ends == 1, END, FIRST)] = 9.0
        return scores, (row, time + 1)

    rows = torch.arange(3)
    found = decode(step, (rows, torch.zeros_like(rows)), torch.full_like(rows, BEGIN), 4)
    assert found.tolist() == [[END, 0, 0, 0], [4, 4, END, 0], [4, 4, 4, 4]]


def test_beams_prefer_a_better_mean_to_a_shorter_answer():
    def step(state, tokens):
        """END at once is the likeliest answer of all, but the tokens of the longer one are likelier on average."""
        (time,) = state
        chances = torch.full((len(time), SIZE), 1e-6)
        chances[:, END] = torch.tensor([0.5, 1e-6, 1e-6, 1.0])[time]
        chances[:, FIRST] = torch.tensor([0.45, 0.9, 0.9, 1e-6])[time]
        return chances.log(), (time + 1,)

    begin = torch.tensor([BEGIN])
    assert 0.45 * 0.9 * 0.9 < 0.5 < (0.45 * 0.9 * 0.9) ** (1 / 4)
    assert unpadded(beam_search(step, (torch.tensor([0]),), begin, 4, 2)[0]) == [4, 4, 4, END]
    assert unpadded(greedy(step, (torch.tensor([0]),), begin, 4)[0]) == [END]
