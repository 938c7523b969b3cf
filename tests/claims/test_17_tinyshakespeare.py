"""Chapter 17, tiny Shakespeare: the tables say what the chapter says."""

from _report import RESULTS, marked_numbers

EQUAL = marked_numbers("17_tinyshakespeare", "equal")
FULL = {name: row[0][0] for name, row in marked_numbers("17_tinyshakespeare", "full").items()}


def test_in_equal_time_the_lstm_is_ahead():
    for column, least in ((1, 0.23), (2, 0.24)):
        (theirs, theirs_sd), (ours, ours_sd) = EQUAL["transformer"][column], EQUAL["LSTM"][column]
        assert theirs - ours > least and theirs - ours > 10 * (theirs_sd + ours_sd)
        assert abs(theirs - ours - 0.25) < 0.02, "a quarter of a nat"
    assert round(EQUAL["transformer"][1][0] - EQUAL["LSTM"][1][0], 2) == 0.24
    assert all(1.45 < EQUAL[name][0][0] < 1.6 for name in EQUAL), "both read the text one and a half times"


def test_the_recipe_reaches_what_is_published():
    assert abs(EQUAL["transformer"][1][0] - 1.88) < 0.02 and round(EQUAL["transformer"][1][0], 2) == 1.89


def test_sizes_are_equal():
    text = (RESULTS / "17_tinyshakespeare.md").read_text(encoding="utf-8")
    assert "809,856 weights and 804,313" in text and "3 seeds" in text and "1,221,249 weights" in text
    assert "16 epochs, 0.7 hours of one core, one seed" in text


def test_counting_is_ahead_until_both_go_on():
    counts, network = FULL["modified Kneser–Ney, order 7"], FULL["LSTM"]
    assert counts == min(value for name, value in FULL.items() if "going on" not in name)
    assert round(network - counts, 2) == 0.06 and abs(counts - 1.517) < 0.001
    counting, learning = FULL["modified Kneser–Ney, order 7, going on counting"], FULL["LSTM, going on learning"]
    assert round(counting - learning, 2) == 0.06 and counting < counts - 0.05 and learning < network - 0.05
