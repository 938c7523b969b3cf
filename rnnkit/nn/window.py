"""The first neural language model: a window of word vectors."""

import torch

from rnnkit.arrays import check_size


class WindowModel(torch.nn.Module):
    r"""The next word from the n-1 before it, :math:`y = b + W x + U \tanh(d + H x)`, where :math:`x` are their vectors.

    Parameters
    ----------
    vocabulary_size : int
        `V`.
    context : int
        Words looked at, n-1, 1 or more.
    embedding_size, hidden_size : int
        Numbers in a vector, and hidden units.
    direct : bool
        True adds :math:`W x`, the connections past the hidden layer; False (default) leaves them out.

    Notes
    -----
    Source: Y. Bengio, R. Ducharme, P. Vincent and C. Jauvin, A neural probabilistic language model, Journal of Machine
    Learning Research 3 (2003) 1137-1155, equation 1.
    """

    def __init__(
        self, vocabulary_size: int, context: int, embedding_size: int, hidden_size: int, direct: bool = False
    ) -> None:
        super().__init__()
        width = check_size("context", context) * check_size("embedding_size", embedding_size)
        self.embedding = torch.nn.Embedding(check_size("vocabulary_size", vocabulary_size), embedding_size)
        self.hidden = torch.nn.Linear(width, check_size("hidden_size", hidden_size))
        self.output = torch.nn.Linear(hidden_size, vocabulary_size)
        self.direct = torch.nn.Linear(width, vocabulary_size, bias=False) if direct else None

    def forward(self, words: torch.Tensor) -> torch.Tensor:
        """Logits (B, V) after words (B, n-1), the nearest last."""
        x = self.embedding(words).flatten(1)
        y = self.output(torch.tanh(self.hidden(x)))
        return y if self.direct is None else y + self.direct(x)
