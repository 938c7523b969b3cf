"""Chapter 9: the tables of its benches say what the text says."""

import re
from pathlib import Path

from _report import marked_rows

ROOT = Path(__file__).resolve().parents[2]


def first_number(cell):
    return float(re.match(r"[−-]?[\d,]*\.?\d+", cell)[0].replace(",", ""))


def span(cell):
    return [float(x) for x in re.findall(r"\d*\.?\d+", cell)]


def test_embedded_reber_is_learned_at_least_as_fast_as_in_1997():
    table = marked_rows("09_reber", "embedded")
    _, solved, strings = table["LSTM 1997, cross-entropy, rate 0.1"]
    assert first_number(solved) == 30 and float(strings.split()[1].replace(",", "")) == 7500 <= 8440
    simple = [first_number(row[1]) for name, row in table.items() if name.startswith("simple")]
    assert simple == [7, 4]


def test_without_a_forget_gate_the_continual_stream_is_lost():
    table = marked_rows("09_reber", "continual")
    for name, (seeds, recalls, memory) in table.items():
        if name.startswith("LSTM 1997"):
            assert first_number(seeds) == 0 and abs(first_number(recalls) - 0.5) < 0.05 and first_number(memory) > 100
        else:
            assert first_number(seeds) >= 20 and first_number(memory) < 10
    assert first_number(table["with forget gate, bias 1: 8 cells, 575 weights"][0]) == 30


def test_gates_on_text_are_held_and_a_lines_end_is_nothing_special():
    table = {name: span(" ".join(cells)) for name, cells in marked_rows("09_gates", "gates").items()}
    median, least, most = table["forget gates between .1 and .9, %"]
    assert 10 <= least <= median <= most <= 30
    for name in ("input", "output"):
        assert table[f"{name} gates between .1 and .9, %"][1] > 30
    assert table["forget gates above .9 for 80 % of the time, %"][1] > 50
    assert 15 <= table["ticks until half is gone: median unit"][0] <= 25
    assert 30 < table["the same: longest-lived unit"][0] < 60 and table["the same: longest-lived unit"][2] < 200
    end, other = (
        table["units that fall by .5 at a line's end"],
        table["the same: the most at any of 19 other characters"],
    )
    assert end[0] <= 1 and end[2] <= 2 < 3 <= other[0]


def test_a_large_forget_bias_does_no_harm():
    table = {name: [int(cell) for cell in cells] for name, cells in marked_rows("09_settings", "bias").items()}
    assert table["0.0"][1:3] == [0, 0] and table["1.0"][2] == 0
    for name in ("4.0", "6.0", "8.0"):
        assert table[name][:2] == [12, 12] and 8 <= table[name][2] <= 10
    assert table["ln T"][:3] == [12, 12, 8]
    assert all(5 <= row[3] <= 6 for name, row in table.items() if name[0].isdigit())
    text = (ROOT / "bench" / "results" / "09_settings.md").read_text(encoding="utf-8")
    assert "Bias 0 at lag 24 after 1,500 updates: 0 of 12." in text


def test_below_the_stairs_5000_updates_find_nothing():
    table = marked_rows("09_settings", "stairs")
    assert len(table) == 3 and all(solved == "0" for solved, _ in table.values())
    assert min(first_number(least) for _, least in table.values()) > 0.1


def test_on_the_stairs_5000_updates_leave_some_where_they_were():
    found = {
        name: (int(solved), span(others))
        for name, (solved, others) in marked_rows("09_settings", "on the stairs").items()
    }
    assert [solved for solved, _ in found.values()] == [11, 7, 5]
    for solved, others in found.values():
        assert solved + len(others) == 12
    assert min(found["input and output gate: be silent"][1]) > 0.95  # they say 0 always
    assert min(found["all gates: replace"][1]) > 0.3


def test_the_cell_of_1997_is_lost_at_other_rates_and_saved_by_resets():
    table = marked_rows("09_stream", "stream")
    for name, (seeds, recalls, memory) in table.items():
        if "reset" in name:
            assert first_number(seeds) == 7 and first_number(recalls) > 0.99 and first_number(memory) < 50
        else:
            assert first_number(seeds) == 0 and first_number(recalls) < 0.6 and first_number(memory) > 50


def test_the_order_at_copying_turns_with_the_rate():
    median = {
        name: [first_number(cell) for cell in cells] for name, cells in marked_rows("09_settings", "copying").items()
    }
    simple, lstm, open_gates = median["silence 10, rate .01, 600 updates"]
    assert simple < open_gates < lstm
    assert max(median["silence 10, rate .01, 2,400 updates"]) < 0.05
    simple, lstm, open_gates = median["silence 10, rate .03, 600 updates"]
    assert open_gates < lstm < simple
    simple, lstm, open_gates = median["silence 40, rate .01, 1,200 updates"]
    assert open_gates < simple < lstm


def test_what_helps_beyond_the_lag_is_a_shut_input_gate_and_not_spreading():
    table = {name: [int(cell) for cell in cells] for name, cells in marked_rows("09_settings", "bias").items()}
    for name in ("ln T, b_i = −b_f", "spread, b_i = −b_f"):
        assert table[name][:3] == [12, 12, 12]
    for name in ("ln T", "spread, b_i as usual"):
        assert table[name][:2] >= [12, 11] and 7 <= table[name][2] <= 10
