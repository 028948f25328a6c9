"""What each baseline of translation says, against answers known beforehand."""

import math

import pytest
import torch
from torch.nn import functional as F

from cnn_vs_rnn.learner.batches import given_before
from cnn_vs_rnn.models.copy_source import CopySource
from cnn_vs_rnn.models.dictionary import Dictionary
from cnn_vs_rnn.models.most_frequent import MostFrequent
from cnn_vs_rnn.tasks.data import END, IGNORED, InputSpec, OutputSpec
from cnn_vs_rnn.tasks.sequence_pairs import pair_samples

LONGEST = 6
WORDS = 20  # tokens 4 to 19 begin a word, 20 to 29 go on with one


def fitted(cls, pairs, words=WORDS, **options):
    spec = InputSpec(kind="tokens", channels=4, length=LONGEST, variable=True, vocabulary=30, words=words)
    model = cls(spec, OutputSpec(size=30, sequence=LONGEST + 1), **options)
    model.fit(pair_samples(*zip(*pairs, strict=True), LONGEST), seed=0)
    return model


def says(model, *source):
    answer = model.translate(torch.tensor([source]), torch.tensor([len(source)]))[0].tolist()
    return answer[: answer.index(END)] if END in answer else answer


def test_the_source_is_said_again():
    model = fitted(CopySource, [([4, 5], [6])])
    answers = model.translate(torch.tensor([[7, 21, 8], [9, 0, 0]]), torch.tensor([3, 1]))
    assert answers.tolist() == [[7, 21, 8, END], [9, END, 0, 0]]
    beyond = model.translate(torch.arange(4, 13).view(1, 9))
    assert beyond.tolist() == [[4, 5, 6, 7, 8, 9, 10]]  # cut to the longest answer


def test_the_most_frequent_answer_is_given_to_every_source():
    model = fitted(MostFrequent, [([4], [9, 8]), ([5], [7]), ([6], [7]), ([7], [9, 8]), ([8], [5, 6, 7])])
    assert model.translate(torch.tensor([[4, 5], [6, 0]])).tolist() == [[9, 8, END]] * 2  # as often as 7, and before it


# the, dog, cat, bird, sleeps, eats; der, Hund, Katze, Vogel, schläft, frisst
THE, DOG, CAT, BIRD, SLEEPS, EATS = (4,), (5, 20), (5, 21), (6,), (7,), (8, 22)
DER, HUND, KATZE, VOGEL, SCHLAEFT, FRISST = (10,), (11,), (12, 23), (12, 24), (13,), (14, 25)
PAIRS = [
    ([*THE, *DOG, *SLEEPS], [*DER, *HUND, *SCHLAEFT]),
    ([*THE, *CAT, *EATS], [*FRISST, *DER, *KATZE]),
    ([*THE, *DOG, *EATS], [*DER, *HUND, *FRISST]),
    ([*THE, *CAT, *SLEEPS], [*DER, *KATZE, *SCHLAEFT]),
    ([*THE, *BIRD, *SLEEPS], [*DER, *VOGEL, *SCHLAEFT]),
]


def test_words_are_translated_by_what_they_stand_beside():
    model = fitted(Dictionary, PAIRS)
    for word, expected in ((THE, DER), (DOG, HUND), (CAT, KATZE), (SLEEPS, SCHLAEFT), (EATS, FRISST)):
        assert says(model, *word) == list(expected)
    assert says(model, *CAT, *SLEEPS, *THE) == [*KATZE, *SCHLAEFT, *DER]


def test_a_word_that_is_new_or_too_rare_is_copied():
    model = fitted(Dictionary, PAIRS)
    assert says(model, 9, 29, *CAT) == [9, 29, *KATZE]
    assert says(model, *BIRD) == list(BIRD)  # in one pair
    assert says(fitted(Dictionary, PAIRS, min_pairs=1), *BIRD) == list(VOGEL)
    nothing = fitted(Dictionary, PAIRS, min_pairs=9)
    assert says(nothing, *CAT, *SLEEPS) == [*CAT, *SLEEPS]


def test_the_coefficient_is_that_of_dice():
    # 4 is in three pairs; 10 in two of them and in no other, 11 in all of them and in three others.
    pairs = [([4], [10, 11]), ([4], [10, 11]), ([4], [11, 12]), ([5], [11]), ([6], [11]), ([7], [11])]
    assert 2 * 2 / (3 + 2) > 2 * 3 / (3 + 6)
    assert says(fitted(Dictionary, pairs), 4) == [10]


def test_a_long_translation_is_cut_to_the_longest_answer():
    pairs = [([4], [10, 21, 22, 23])] * 2
    assert says(fitted(Dictionary, pairs), 4, 4) == [10, 21, 22, 23, 10, 21, 22]


def test_without_parts_of_words_every_token_is_one():
    pairs = [([4, 20], [10, 25]), ([4, 21], [10, 26]), ([5, 20], [11, 25])]
    apart = fitted(Dictionary, pairs, words=None)
    assert says(apart, 5, 20, 4) == [5, 25, 10]  # 5 is in one pair alone
    assert says(fitted(Dictionary, pairs), 5, 20, 4) == [5, 20, 4]  # as words, 4 20 and the others are in one pair each


def test_likelihoods_are_those_of_how_often_the_rule_was_right():
    pairs = [([5, 6], [5, 6]), ([5], [7]), ([8], [8, 9])]
    model = fitted(CopySource, pairs)
    # Said against right: 5 6 END, 5 6 END; 5 END, 7 END; 8 END, 8 9 END: one and one of 7 wrong
    wrong = (2 + 1) / (7 + 2)
    counts = torch.ones(30)
    for token in (5, 6, END, 7, END, 8, 9, END):
        counts[token] += 1
    chances = model(torch.tensor([[9, 5]]), torch.tensor([2]), torch.zeros(1, 5, dtype=torch.long))[0].exp()
    for step, token in enumerate((9, 5, END)):
        expected = wrong * counts / counts.sum() + (1 - wrong) * F.one_hot(torch.tensor(token), 30)
        torch.testing.assert_close(chances[step], expected)
    torch.testing.assert_close(chances[3:], (counts / counts.sum()).expand(2, 30))  # it has nothing more to say


@pytest.mark.parametrize("cls", [CopySource, MostFrequent, Dictionary])
def test_a_rule_that_is_always_right_is_nearly_sure_and_one_that_is_always_wrong_doubts(cls):
    right = fitted(cls, [([5], [5])] * 90)
    wrong = fitted(CopySource, [([5, 6], [7, 8])] * 50)
    for model, answer, low, high in ((right, 5, 1, 1.02), (wrong, 7, 3, 30)):
        targets = torch.tensor([[answer, END, IGNORED]])
        logits = model(torch.tensor([[5]]), None, given_before(targets))
        loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORED).item()
        assert low <= math.exp(loss) < high
