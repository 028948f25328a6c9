"""The verdicts as a Markdown page, of made-up ones."""

from made_claims import decided, outcome

from cnn_vs_rnn.report.claims_markdown import claims_markdown


def page(*claims):
    return claims_markdown(claims, {"machine": "2 cores | 24 GiB", "load": "0.1", "date": "2026-11-24"})


def test_ledger_rule_and_tests():
    text = page(
        decided("long-sequences", "depends", outcome("10 steps", "holds", 2.0, "times"), outcome("open", "open", None)),
        decided("of-users", "supported", outcome("40 steps", "holds", 0.05)),
    )
    assert text.index("[long-sequences](#long-sequences)") < text.index("[of-users](#of-users)")
    assert "**Depends.** Because of figures." in text
    assert "| 40 steps | holds | `gru` against `tcn` | 5 points | 4 to 6 points | ≥ 1 point | 0.012 |" in text
    assert "| 10 steps | holds | `gru` against `tcn` | 2 times | 1.99 to 2.01 times | ≥ 1.1 times | 0.012 |" in text
    assert "| open | open | `gru` against `tcn` | - | - | ≥ 1 point | 0.012 |" in text


def test_every_row_has_as_many_cells_as_its_header():
    text = page(decided("of-users", "supported", outcome("a | b", "holds", 0.05)))
    assert "2 cores / 24 GiB" in text
    assert "load" not in text
    tables = [block.splitlines() for block in text.split("\n\n") if block.startswith("|")]
    assert len(tables) == 3
    assert all(len({line.count("|") for line in table}) == 1 for table in tables)
