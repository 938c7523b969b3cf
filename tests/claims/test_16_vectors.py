"""Chapter 16: its bench says what the text says."""

from _report import marked_numbers


def test_the_window_model_hardly_moved_its_vectors():
    found = marked_numbers("16_vectors", "nearness")
    assert list(found) == ["opposites", "one word", "-s", "-ed, -ing"]
    for window, moves, counting in found.values():
        assert window[2] < 3 and moves[2] < 8  # the best seed
        assert moves[2] + 10 < counting[0]
    for name in ("opposites", "one word", "-s"):
        window, moves, _ = found[name]
        assert moves[1] > window[2] + 1  # no ranges overlap
    for start, move, cosine in marked_numbers("16_vectors", "travel").values():
        assert start[0] > 5 * move[0] and cosine[0] > 0.98
