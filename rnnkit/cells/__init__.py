"""Cells: one tick of a recurrence each, and its transpose."""

from rnnkit.cells.base import Cell
from rnnkit.cells.diagonal import Diagonal
from rnnkit.cells.elman import Elman
from rnnkit.cells.elman_layer_norm import LayerNormElman
from rnnkit.cells.gru import GRU
from rnnkit.cells.gru_2014 import GRU2014
from rnnkit.cells.indrnn import IndRNN
from rnnkit.cells.jordan import Jordan
from rnnkit.cells.leaky import LeakyElman
from rnnkit.cells.linear import LinearCell
from rnnkit.cells.lru import LRU
from rnnkit.cells.lstm import LSTM
from rnnkit.cells.lstm_1997 import LSTM1997
from rnnkit.cells.lstm_coupled import CoupledLSTM
from rnnkit.cells.lstm_peephole import PeepholeLSTM
from rnnkit.cells.min_gru import MinGRU, MinLSTM
from rnnkit.cells.stack import Stack

__all__ = [
    "GRU",
    "GRU2014",
    "LRU",
    "LSTM",
    "LSTM1997",
    "Cell",
    "CoupledLSTM",
    "Diagonal",
    "Elman",
    "IndRNN",
    "Jordan",
    "LayerNormElman",
    "LeakyElman",
    "LinearCell",
    "MinGRU",
    "MinLSTM",
    "PeepholeLSTM",
    "Stack",
]
