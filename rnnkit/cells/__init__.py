"""Cells: one tick of a recurrence each, and its transpose."""

from rnnkit.cells.base import Cell
from rnnkit.cells.elman import Elman
from rnnkit.cells.jordan import Jordan
from rnnkit.cells.lstm import LSTM

__all__ = ["LSTM", "Cell", "Elman", "Jordan"]
