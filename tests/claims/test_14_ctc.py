"""Chapter 14: its bench says what the text says."""

import re

from _report import marked_rows

PARTS = "as trained", "run together", "wide apart", "ten digits"


def numbers(part):
    """First column of a table, to the numbers of the others: median, least and greatest."""
    return {
        first: [[float(n) for n in re.findall(r"\d+\.?\d*", cell)] for cell in rest]
        for first, rest in marked_rows("14_fsdd", part).items()
    }


def test_ctc_reads_connected_speech_better_than_both_rivals():
    found = numbers("errors")
    assert set(found) == {"alone", *PARTS}
    for test in PARTS:
        ctc, told, cut = found[test]
        assert ctc[2] < 6.5  # the worst seed
        assert ctc[2] + 1 < min(told[1], cut[0])  # no ranges overlap
    assert [kind[0] for kind in found["as trained"]] == [1.7, 7.3, 18.8]
    assert [kind[0] for kind in found["alone"]][2] == 13.0 and found["alone"][0][2] < found["alone"][1][2]
    assert 2 < found["run together"][0][0] - found["as trained"][0][0] < 3.5
    assert found["ten digits"][0][2] < found["as trained"][0][1] + 0.1
    assert found["as trained"][2][0] > 15 and found["run together"][2][0] > 25
    assert found["wide apart"][2][0] < 8 < 15 < found["wide apart"][1][1]


def test_closer_words_cost_more():
    found = numbers("errors")
    assert found["as trained"][0][2] < found["run together"][0][1]


def test_a_voice_never_heard_costs_most():
    found = numbers("speakers")
    assert len(found) == 6 and all(heard[2] + 5 < fresh[0] for heard, fresh, _ in found.values())
    fresh = [fresh[0] for _, fresh, _ in found.values()]
    assert (round(min(fresh)), round(max(fresh))) == (14, 58)


def test_both_decoders_say_nearly_the_same():
    (path, _), (beam, agree) = numbers("decoders").values()
    assert abs(path[0] - beam[0]) < 0.5 and agree[1] > 90
