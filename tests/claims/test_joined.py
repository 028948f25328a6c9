"""What several experiments decide of one claim, as one verdict."""

from made_claims import decided, outcome

from cnn_vs_rnn.claims.joined import joined


def part(experiment, claim, verdict, *outcomes, **changes):
    one = decided(claim, verdict, *outcomes, **changes)
    return one.model_copy(update={"verdict": one.verdict.model_copy(update={"experiment": experiment})})


def test_a_claim_of_one_experiment_stays_what_it_is():
    alone = [
        part("tour", "use-cases", "supported", outcome("a", "holds", 0.1)),
        decided("x", "refuted", outcome("b", "fails", -0.1)),
    ]
    assert joined(alone) == alone


def test_the_verdict_follows_from_the_tests_of_all_parts():
    row = {"by": "modality", "situation": "short", "tests": ["b"], "holds": "an RNN", "fails": "a CNN"}
    whole, other = joined(
        [
            part("translation", "use-cases", "refuted", outcome("b", "fails", -0.2, p=0.001), advised=[row]),
            decided("other", "supported", outcome("c", "holds", 0.1)),
            part("tour", "use-cases", "supported", outcome("a", "holds", 0.1, p=0.0001)),
        ]
    )
    assert (whole.verdict.verdict, other.verdict.claim) == ("depends", "other")
    assert [test.label for test in whole.verdict.outcomes] == ["a", "b"]  # by the name of the experiment
    assert whole.verdict.effect == 0.1  # of the smallest p
    assert whole.verdict.reason == (
        'Holds for "a", fails for "b". In `tour`: Because of figures. In `translation`: Because of figures.'
    )
    assert [one.verdict.experiment for one in whole.parts] == ["tour", "translation"]
    assert list(whole.config.tests) == ["a", "b"]
    assert whole.config.advice[0].situation == "short"


def test_among_more_tests_a_p_counts_for_less_and_never_for_more():
    (whole,) = joined(
        [
            part("tour", "use-cases", "supported", outcome("a", "holds", 0.1, p=0.03, adjusted_p=0.03)),
            part("translation", "use-cases", "supported", outcome("b", "holds", 0.2, p=0.02, adjusted_p=0.02)),
            part(
                "words",
                "use-cases",
                "undecided",
                outcome("c", "open", 0.3, p=0.0001, adjusted_p=0.0001, note="Diverged."),
            ),
            part("more", "use-cases", "undecided", outcome("d", "open", None, p=None, adjusted_p=None)),
        ]
    )
    by_label = {test.label: test for test in whole.verdict.outcomes}
    assert [by_label[label].outcome for label in "abcd"] == ["open"] * 4  # c had an excuse, and keeps it
    assert by_label["b"].adjusted_p == 3 * 0.02  # the second of four: one untested counts as 1
    assert by_label["c"].note == "Diverged."
    assert by_label["d"].adjusted_p is None
    assert whole.verdict.verdict == "undecided"
    assert whole.verdict.reason.startswith("All 4 tests are open.")


def test_two_experiments_may_use_one_label():
    (whole,) = joined(
        [
            part("tour", "use-cases", "supported", outcome("a", "holds", 0.1)),
            part("translation", "use-cases", "supported", outcome("a", "holds", 0.2)),
        ]
    )
    assert [test.label for test in whole.verdict.outcomes] == ["tour: a", "translation: a"]
    assert list(whole.config.tests) == ["tour: a", "translation: a"]
    assert whole.verdict.reason.startswith("Both tests hold.")
