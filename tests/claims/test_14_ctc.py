"""Chapter 14: its bench says what the text says."""

from _report import RESULTS, marked_numbers

PARTS = "as trained", "run together", "wide apart", "ten digits"


def test_ctc_reads_connected_speech_better_than_both_rivals():
    found = marked_numbers("14_fsdd", "errors")
    assert set(found) == {"alone", *PARTS}
    for test, (ctc, middle, cut) in found.items():
        assert ctc[2] < 6.5  # the worst seed
        assert ctc[2] + 1 < middle[1]  # no ranges overlap
        if test != "wide apart":
            assert ctc[2] + 1 < cut[0]
    assert [kind[0] for kind in found["as trained"]] == [1.7, 5.3, 4.7]
    assert found["run together"][0][0] == 4.3
    assert 2 < found["run together"][0][0] - found["as trained"][0][0] < 3.5
    assert found["ten digits"][0][2] < found["as trained"][0][1] + 0.1


def test_where_there_are_pauses_cutting_is_better():
    ctc, _, cut = marked_numbers("14_fsdd", "errors")["wide apart"]
    assert cut == [1.3] and ctc[0] == 3.2
    assert cut[0] < ctc[1] and cut[0] < ctc[0] / 2


def test_the_reader_told_where_is_behind_in_every_row():
    read, told = marked_numbers("14_fsdd", "errors"), marked_numbers("14_fsdd", "told")
    assert all(told[test][0][0] > read[test][0][0] + 1 for test in read)
    share = {test: floor[0] / where[0] for test, (where, floor) in told.items()}
    assert 0.5 < min(share["run together"], share["ten digits"])
    assert 0.22 < share["as trained"] < 0.28 and share["wide apart"] == share["alone"] == 0


def test_how_the_rivals_were_chosen():
    text = (RESULTS / "14_fsdd.md").read_text(encoding="utf-8")
    assert "without cutting: 1.3 % wrong" in text and "leaves 9 in several pieces and 0 in none" in text
    assert "judged on the test strings" in text and "learned only whole ones, had 18.8 % as trained" in text


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
