"""The cells as PyTorch modules, and the models that the course writes in PyTorch.

This is the one room that needs torch; `import rnnkit` leaves it alone. Arrays stay time-first.

>>> import torch, rnnkit
>>> from rnnkit import nn
>>> layer = nn.Recurrent(rnnkit.LSTM(3, 5), seed=0)
>>> hs, last = layer(torch.ones(7, 2, 3))
>>> hs.shape, last.shape
(torch.Size([7, 2, 5]), torch.Size([2, 10]))
"""

from rnnkit.nn.checkpoint import load, save
from rnnkit.nn.device import device
from rnnkit.nn.fit import fit
from rnnkit.nn.port import from_torch, to_torch
from rnnkit.nn.recurrent import Bidirectional, Recurrent
from rnnkit.nn.seq2seq import EncoderDecoder
from rnnkit.nn.side_by_side import SideBySide
from rnnkit.nn.skipgram import SkipGram, noise_distribution, skip_grams, subsample
from rnnkit.nn.window import WindowModel

__all__ = [
    "Bidirectional",
    "EncoderDecoder",
    "Recurrent",
    "SideBySide",
    "SkipGram",
    "WindowModel",
    "device",
    "fit",
    "from_torch",
    "load",
    "noise_distribution",
    "save",
    "skip_grams",
    "subsample",
    "to_torch",
]
