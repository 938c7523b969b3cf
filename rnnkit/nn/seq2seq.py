"""Encoder and decoder: one network reads, another writes, with or without attention between them."""

from typing import Any

import numpy as np
import torch

from rnnkit.attention import Attention
from rnnkit.bidirectional import turn_round
from rnnkit.cells.base import Cell
from rnnkit.nn.recurrent import Recurrent


class EncoderDecoder(torch.nn.Module):
    r"""A sequence to a sequence.

    The encoder's last state, through an affine map, is where the decoder starts; without attention it knows no more.
    With attention, each decoder output asks the encoder's outputs, :math:`\tilde h_t = \tanh(W [c_t \mid h_t])`, and
    the word is read off :math:`\tilde h_t`.

    Parameters
    ----------
    vocabulary_sizes : (int, int)
        Of source and target.
    embedding_size : int
    encoder, decoder : Cell
        Both read vectors of `embedding_size`.
    attention : Attention, optional
        `rnnkit.AdditiveAttention` or `rnnkit.MultiplicativeAttention`, from decoder outputs to encoder outputs.
    bidirectional : bool
        True lets a second encoder read from the end; attention then sees both sides.
    seed : int
        For all parameters.

    Raises
    ------
    ValueError
        If sizes do not fit.

    Notes
    -----
    Source: I. Sutskever, O. Vinyals and Q. V. Le, Sequence to sequence learning with neural networks, NIPS 2014; the
    place of attention: Luong, Pham and Manning, EMNLP 2015, equation 5, without input feeding.
    """

    def __init__(
        self,
        vocabulary_sizes: tuple[int, int],
        embedding_size: int,
        encoder: Cell,
        decoder: Cell,
        *,
        attention: Attention | None = None,
        bidirectional: bool = False,
        seed: int = 0,
    ) -> None:
        super().__init__()
        shown = encoder.output_size * (2 if bidirectional else 1)
        for name, cell in (("encoder", encoder), ("decoder", decoder)):
            if cell.input_size != embedding_size:
                raise ValueError(f"{name}: expected input_size {embedding_size}, got {cell.input_size}")
        if attention and (attention.query_size, attention.key_size) != (decoder.output_size, shown):
            raise ValueError(f"attention: expected query_size {decoder.output_size} and key_size {shown}, "
                             f"got {attention.query_size} and {attention.key_size}")  # fmt: skip
        rng = np.random.default_rng(seed)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.source, self.target = (torch.nn.Embedding(V, embedding_size) for V in vocabulary_sizes)
            self.bridge = torch.nn.Linear(encoder.state_size, decoder.state_size)
            read = decoder.output_size
            self.join = torch.nn.Linear(shown + read, read) if attention else None
            self.output = torch.nn.Linear(read, vocabulary_sizes[1])
        self.encoder = Recurrent(encoder, rng)
        self.other_way = Recurrent(encoder, rng) if bidirectional else None
        self.decoder = Recurrent(decoder, rng)
        self.attention = attention
        self.score = torch.nn.ParameterDict(
            {n: torch.nn.Parameter(torch.tensor(x, dtype=torch.float32)) for n, x in attention.init(rng).items()}
            if attention
            else {}
        )

    def encode(self, source: torch.Tensor, lengths: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Source (N, B) and lengths (B,), to the decoder's start (B, S), encoder outputs (N, B, K), mask (N, B)."""
        xs = self.source(source)
        hs, last = self.encoder(xs, lengths=lengths)
        if self.other_way is not None:
            turn, _ = turn_round(xs, lengths.cpu().numpy())
            hs = torch.cat([hs, turn(self.other_way(turn(xs))[0])], -1)
        mask = torch.arange(len(source), device=source.device)[:, None] < lengths
        return self.bridge(last), hs, mask

    def forward(self, source: torch.Tensor, lengths: torch.Tensor, before: torch.Tensor) -> torch.Tensor:
        """Logits (T, B, V) of each target word, given the right words before it, `before` (T, B): teacher forcing."""
        return self.write(before, *self.encode(source, lengths))[0]

    def write(
        self, before: torch.Tensor, state: torch.Tensor, keys: torch.Tensor, mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor | None]:
        """Logits, state after the last word, and attention weights (T, B, N) or None; the rest as from `encode`."""
        hs, state = self.decoder(self.target(before), state)
        weights = None
        if self.attention is not None and self.join is not None:
            contexts, weights, _ = self.attention.forward(dict(self.score.items()), hs, keys, mask)
            hs = torch.tanh(self.join(torch.cat([contexts, hs], -1)))
        return self.output(hs), state, weights

    @torch.no_grad()
    def start(self, source: torch.Tensor, lengths: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """The state from which `rnnkit.decode` begins, first axis `B`."""
        state, keys, mask = self.encode(source, lengths)
        return state, keys.transpose(0, 1), mask.T

    @torch.no_grad()
    def step(self, tokens: np.ndarray, state: Any) -> tuple[np.ndarray, Any]:
        """Log-probabilities of the next words: what `rnnkit.decode` asks for."""
        s, keys, mask = state
        words = torch.as_tensor(tokens, device=s.device)[None]
        logits, s, _ = self.write(words, s, keys.transpose(0, 1), mask.T)
        return logits[0].log_softmax(-1).cpu().numpy(), (s, keys, mask)
