"""Train the network on the landing page and write what the page needs.

python scripts/pinned.py .venv/bin/python scripts/landing.py      (about 5 s)

Writes book/_static/landing-weights.js, the weights that book/_static/landing.js runs in the reader's browser, and
book/_static/landing.svg, one name as a still picture.
"""

import functools
import json
from pathlib import Path

import numpy as np

import rnnkit
from rnnkit.data import load

STATIC = Path(__file__).parent.parent / "book" / "_static"
COUNTRIES = ("Croatia", "Finland", "Ireland", "Italy", "Kenya", "Netherlands")
COLOURS = ("#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")  # Okabe and Ito's
HIDDEN, SEED, STILL = 32, 0, "Italy"


def as_batch(record, letters):
    """Names as one-hot letters, with the country asked for after every letter."""
    ids, mask = rnnkit.pad([np.array([letters.index(c) for c in name]) for name in record.inputs])
    xs = rnnkit.one_hot(ids, len(letters)) * mask[..., None]
    return rnnkit.Batch(xs, np.broadcast_to(record.targets, mask.shape).copy(), mask)


def accuracy(net, p, batch):
    """Share of names whose country is believed most after the last letter."""
    right = net.forward(p, batch.xs)[0].argmax(-1) == batch.targets
    return right[rnnkit.last_tick(batch.mask)].mean()


def in_order(p):
    """The same function with its hidden units in an order worth looking at.

    tanh is odd, so a unit may change sign if all its weights do; and units may change places. Each unit is turned so
    that it argues for a country rather than against, and stands with the others that argue for the same one.
    """
    votes = p["W_y"] - p["W_y"].mean(1, keepdims=True)
    country = abs(votes).argmax(1)
    strongest = votes[np.arange(HIDDEN), country]
    sign, order = np.sign(strongest), np.lexsort((-abs(strongest), country))
    p = {
        "W_x": p["W_x"] * sign,
        "W_h": p["W_h"] * sign * sign[:, None],
        "b": p["b"] * sign,
        "W_y": p["W_y"] * sign[:, None],
        "b_y": p["b_y"],
    }
    p |= {"W_x": p["W_x"][:, order], "W_h": p["W_h"][order][:, order], "b": p["b"][order], "W_y": p["W_y"][order]}
    return {name: value.round(3) for name, value in p.items()}, country[order]


def read(net, p, letters, name):
    """Hidden states (T, H) and beliefs (T, countries) while reading one name."""
    xs = rnnkit.one_hot(np.array([[letters.index(c)] for c in name]), len(letters))
    ys, memory = net.forward(p, xs)
    e = np.exp(ys[:, 0] - ys[:, 0].max(1, keepdims=True))
    return memory.states[:, 0], e / e.sum(1, keepdims=True)


def chosen(net, p, letters, test):
    """For each country the unseen name that changes the network's mind most and is got right; then one got wrong."""
    stories = []
    for name, target in zip(test.inputs, test.targets, strict=True):
        if 6 <= len(name) <= 10 and name.isalpha():
            beliefs = read(net, p, letters, name)[1]
            right = beliefs[-1].argmax() == target
            drama = abs(np.diff(beliefs, axis=0)).sum() / 2 + beliefs[-1].max()
            stories.append((bool(right), int(target), float(drama), name))
    best = [max(s for s in stories if s[0] and s[1] == k)[3] for k in range(len(COUNTRIES))]
    wrong = max(s for s in stories if not s[0] and s[1] == COUNTRIES.index("Finland"))[3]
    return [*best, wrong]


def still(name, target, hs, beliefs, group):
    """One name as a picture: letters, hidden units below, belief below them."""
    w, unit, left, top, strip = 46, 6, 12, 34, 64
    width, height = left * 2 + w * len(name) + 118, top + unit * HIDDEN + 14 + strip + 12
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        'font-family="system-ui, sans-serif" font-size="14" fill="#1b1f24">',
        f"<title>A trained recurrent network reads the surname {name}, letter by letter. Below each letter its "
        f"{HIDDEN} hidden units, below them its belief about the country. At the end it says "
        f"{COUNTRIES[beliefs[-1].argmax()]}: {beliefs[-1].max():.0%}.</title>",
        f'<rect width="{width}" height="{height}" rx="8" fill="#fff"/>',
    ]
    for t, letter in enumerate(name):
        x = left + w * t
        parts.append(
            f'<text x="{x + w / 2 - 1}" y="24" font-size="19" font-weight="600" text-anchor="middle">{letter}</text>'
        )
        for u in range(HIDDEN):
            if hs[t, u] > 0.02:
                parts.append(
                    f'<rect x="{x}" y="{top + unit * u}" width="{w - 2}" height="{unit - 1}" '
                    f'fill="{COLOURS[group[u]]}" opacity="{hs[t, u]:.2f}"/>'
                )
        y = top + unit * HIDDEN + 14.0
        for k, belief in enumerate(beliefs[t]):
            parts.append(
                f'<rect x="{x}" y="{y:.1f}" width="{w - 2}" height="{belief * strip:.1f}" fill="{COLOURS[k]}"/>'
            )
            y += belief * strip
    x = left + w * len(name) + 8
    for k, country in enumerate(COUNTRIES):
        rows = np.flatnonzero(group == k)
        if len(rows):
            y = top + unit * (rows.mean() + 0.5) + 5
            parts.append(f'<circle cx="{x + 5}" cy="{y - 5:.1f}" r="5" fill="{COLOURS[k]}"/>')
            parts.append(f'<text x="{x + 16}" y="{y:.1f}">{country}</text>')
    parts.append(f'<text x="{x}" y="{top + unit * HIDDEN + 14 + strip / 2 + 5}">belief</text></svg>\n')
    return "\n".join(parts)


def main(out=STATIC):
    data = load("surnames", countries=COUNTRIES, per_country=None)
    letters = "".join(data.vocabulary)
    train, valid, test = (as_batch(part, letters) for part in (data.train, data.valid, data.test))
    net = rnnkit.Network(rnnkit.Elman(len(letters), HIDDEN), rnnkit.Readout(HIDDEN, len(COUNTRIES)))
    loss = rnnkit.losses.softmax_cross_entropy
    run = rnnkit.fit(
        functools.partial(rnnkit.bptt, net, loss=loss),
        net.init(np.random.default_rng(SEED)),
        rnnkit.minibatches(train, 32, SEED),
        rnnkit.optim.Adam(0.01),
        epochs=60,
        clip=1.0,
        validate=lambda p: loss(net.forward(p, valid.xs)[0], valid.targets, valid.mask)[0],
        patience=8,
    )
    p, group = in_order(run.p)
    names = chosen(net, p, letters, data.test)
    truth = dict(zip(data.test.inputs, data.test.targets.tolist(), strict=True))
    page = {
        "letters": letters,
        "countries": COUNTRIES,
        "colours": COLOURS,
        "group": group.tolist(),
        "names": [[name, truth[name]] for name in names],
        "trained_on": len(data.train.inputs),
        "tested_on": len(data.test.inputs),
        "accuracy": round(float(accuracy(net, p, test)), 4),
        "commonest": round(float(np.bincount(data.test.targets).max() / len(data.test.targets)), 4),
        **{name: value.tolist() for name, value in p.items()},
    }
    text = json.dumps(page, separators=(",", ":"))
    (out / "landing-weights.js").write_text(f"// Written by scripts/landing.py.\nwindow.landing = {text};\n")
    name = names[COUNTRIES.index(STILL)]
    hs, beliefs = read(net, p, letters, name)
    (out / "landing.svg").write_text(still(name, truth[name], hs, beliefs, group))
    print({k: page[k] for k in ("names", "trained_on", "tested_on", "accuracy", "commonest")})


if __name__ == "__main__":
    main()
