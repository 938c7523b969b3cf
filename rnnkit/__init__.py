"""rnnkit: recurrent neural networks, small enough to read and exact enough to trust.

Arrays are time-first, `(T, B, D)`: time, batch, features. Parameters are a dict of named arrays that lives outside the
cell. A state is one array `(B, S)`. Read on in this order: `cells` (one tick and its transpose), `scan` (any cell
along time, and back), `network` (a read-out on top), `losses`, `bptt`, `optim`, `fit`. Then, as the course needs them:
`rtrl` (the gradient carried forwards), `parallel` (linear cells without a loop), `bidirectional`, `attention`, `crf`
and `ctc` (losses of whole labellings), `ngram` (models that count), `decode` (from probabilities to sequences). Beside
them: `check` (is the gradient right?), `probe` (what is inside?), and the rooms with heavier needs, imported by name:
`rnnkit.data`, `rnnkit.plot` and `rnnkit.nn` (the same cells in torch).
"""

from rnnkit import check, decode, losses, ngram, optim, probe, schedules, starts
from rnnkit.attention import AdditiveAttention, MultiplicativeAttention
from rnnkit.batch import Batch, last_tick, minibatches, one_hot, pad, windows
from rnnkit.bidirectional import Bidirectional, BidirectionalNetwork
from rnnkit.bptt import bptt, checkpointed_bptt, truncated_bptt
from rnnkit.cells import (
    GRU,
    GRU2014,
    LRU,
    LSTM,
    LSTM1997,
    Cell,
    CoupledLSTM,
    Diagonal,
    Elman,
    IndRNN,
    Jordan,
    LayerNormElman,
    LeakyElman,
    LinearCell,
    MinGRU,
    MinLSTM,
    PeepholeLSTM,
    Stack,
)
from rnnkit.crf import CRF
from rnnkit.ctc import ctc
from rnnkit.dropout import RecurrentDropout, variational_mask
from rnnkit.embedding import Embedding
from rnnkit.fit import Run, fit
from rnnkit.network import Network
from rnnkit.parallel import associative_scan, parallel_backscan, parallel_scan
from rnnkit.readout import Readout
from rnnkit.rtrl import rtrl
from rnnkit.scan import backscan, scan
from rnnkit.score import Score, score
from rnnkit.side_by_side import SideBySide

__all__ = [
    "CRF",
    "GRU",
    "GRU2014",
    "LRU",
    "LSTM",
    "LSTM1997",
    "AdditiveAttention",
    "Batch",
    "Bidirectional",
    "BidirectionalNetwork",
    "Cell",
    "CoupledLSTM",
    "Diagonal",
    "Elman",
    "Embedding",
    "IndRNN",
    "Jordan",
    "LayerNormElman",
    "LeakyElman",
    "LinearCell",
    "MinGRU",
    "MinLSTM",
    "MultiplicativeAttention",
    "Network",
    "PeepholeLSTM",
    "Readout",
    "RecurrentDropout",
    "Run",
    "Score",
    "SideBySide",
    "Stack",
    "associative_scan",
    "backscan",
    "bptt",
    "check",
    "checkpointed_bptt",
    "ctc",
    "decode",
    "fit",
    "last_tick",
    "losses",
    "minibatches",
    "ngram",
    "one_hot",
    "optim",
    "pad",
    "parallel_backscan",
    "parallel_scan",
    "probe",
    "rtrl",
    "scan",
    "schedules",
    "score",
    "starts",
    "truncated_bptt",
    "variational_mask",
    "windows",
]
