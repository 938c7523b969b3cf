"""Chapter 14: its bench says what the text says."""

from _report import RESULTS, marked_numbers

PARTS = "as trained", "run together", "wide apart", "ten digits"


def test_ctc_reads_connected_speech_better_than_both_rivals():
    found = marked_numbers("14_fsdd", "errors")
    assert set(found) == {"alone", *PARTS}
    for test in PARTS:
        ctc, told, floor, cut = found[test]
        assert ctc[2] < 6.5  # the worst seed
        assert floor[0] < told[1]
        assert ctc[2] + 1 < min(told[1], cut[0])  # no ranges overlap
    assert [kind[0] for kind in found["as trained"]] == [1.7, 7.3, 1.8, 18.8]
    assert found["alone"][3][0] == 13.0 and found["alone"][0][2] < found["alone"][1][2]
    assert found["run together"][0][0] == 4.3
    assert 2 < found["run together"][0][0] - found["as trained"][0][0] < 3.5
    assert found["ten digits"][0][2] < found["as trained"][0][1] + 0.1
    assert found["as trained"][3][0] > 15 and found["run together"][3][0] > 25
    assert found["wide apart"][3][0] < 8 < 15 < found["wide apart"][1][1]


def test_the_floor_of_the_told_reader_is_as_the_text_says():
    share = {test: floor[0] / told[0] for test, (_, told, floor, _) in marked_numbers("14_fsdd", "errors").items()}
    assert 0.5 < min(share["run together"], share["ten digits"])
    assert 0.22 < share["as trained"] < 0.28 and share["wide apart"] == 0


def test_what_the_cut_does_to_lone_words():
    text = (RESULTS / "14_fsdd.md").read_text(encoding="utf-8")
    assert "without cutting: 1.7 % wrong. Of the 300 lone recordings the cut leaves 10 in several pieces, 0 in" in text
    assert "judged on the test strings" in text


def test_closer_words_cost_more():
    found = marked_numbers("14_fsdd", "errors")
    assert found["as trained"][0][2] < found["run together"][0][1]


def test_a_voice_never_heard_costs_most():
    found = marked_numbers("14_fsdd", "speakers")
    assert len(found) == 6 and all(heard[2] + 5 < fresh[0] for heard, fresh, _ in found.values())
    fresh = [fresh[0] for _, fresh, _ in found.values()]
    assert (round(min(fresh)), round(max(fresh))) == (14, 58)


def test_both_decoders_say_nearly_the_same():
    (path, _), (beam, agree) = marked_numbers("14_fsdd", "decoders").values()
    assert abs(path[0] - beam[0]) < 0.5 and agree[1] > 90
