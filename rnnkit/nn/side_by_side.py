"""Many small encoder–decoders trained as one: seeds of an experiment for little more than the time of one."""

from collections.abc import Callable, Sequence

import numpy as np
import torch

from rnnkit.arrays import check_rng, check_size, sigmoid
from rnnkit.batch import pad
from rnnkit.cells import GRU
from rnnkit.nn.seq2seq import EncoderDecoder


class _GRUs(torch.autograd.Function):
    """K recurrences of `rnnkit.GRU` in step: drives (T, K, B, 3H), W_h (K, H, 3H), b_hn (K, 1, H), states (K, B, H)."""

    @staticmethod
    def forward(ctx, drives, W_h, b_hn, s):
        a, W, b, h = (x.detach().numpy() for x in (drives, W_h, b_hn, s))
        H = h.shape[-1]
        states = np.empty((len(a) + 1, *h.shape), h.dtype)
        states[0] = h
        rzs, ns, ms = np.empty_like(a[..., : 2 * H]), np.empty_like(a[..., :H]), np.empty_like(a[..., :H])
        for t, drive in enumerate(a):
            ah = h @ W
            rz = sigmoid(drive[..., : 2 * H] + ah[..., : 2 * H])
            ms[t] = ah[..., 2 * H :] + b
            n = np.tanh(drive[..., 2 * H :] + rz[..., :H] * ms[t])
            h = n + rz[..., H:] * (h - n)
            states[t + 1], rzs[t], ns[t] = h, rz, n
        ctx.kept = W, states, rzs, ns, ms
        return torch.from_numpy(states[1:])

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, dstates):
        W, states, rzs, ns, ms = ctx.kept
        H, W_T = ns.shape[-1], np.ascontiguousarray(W.swapaxes(1, 2))
        dstates, das = dstates.numpy(), np.empty((*ns.shape[:-1], 3 * H), ns.dtype)
        within = np.empty_like(das)  # dL/d(h W_h): in the candidate's block what lies inside the reset
        ds = np.zeros_like(states[0])
        for t in reversed(range(len(ns))):
            ds = ds + dstates[t]
            r, z, n = rzs[t, ..., :H], rzs[t, ..., H:], ns[t]
            dsz = ds * z
            da_n = (ds - dsz) * (1 - n * n)
            dm = da_n * r
            das[t, ..., :H] = dm * (ms[t] - ms[t] * r)
            das[t, ..., H : 2 * H] = dsz * (states[t] - n) * (1 - z)
            das[t, ..., 2 * H :] = da_n
            within[t, ..., : 2 * H], within[t, ..., 2 * H :] = das[t, ..., : 2 * H], dm
            ds = within[t] @ W_T + dsz
        before, after = (x.swapaxes(0, 1).reshape(len(W), -1, x.shape[-1]) for x in (states[:-1], within))
        grads = before.swapaxes(1, 2) @ after, after[..., 2 * H :].sum(1, keepdims=True)
        return torch.from_numpy(das), *map(torch.from_numpy, grads), torch.from_numpy(ds)


class SideBySide(torch.nn.Module):
    """`K` encoder–decoders of one shape with GRU cells; none sees another.

    Parameters
    ----------
    models : list of EncoderDecoder
        Their parameters are copied, stacked along a first axis; `split` gives them back.

    Raises
    ------
    ValueError
        If the models differ in shape, or their cells are not GRUs.

    Notes
    -----
    Adam treats each number by itself, so that one optimiser serves all; clip with `clip`, network by network.
    In `fit` the loss is divided by the words of all networks together: one whose draws are longer than the others' has
    a slightly larger gradient before clipping than it would have alone.
    """

    def __init__(self, models: Sequence[EncoderDecoder]) -> None:
        super().__init__()
        shapes = [{name: x.shape for name, x in model.named_parameters()} for model in models]
        if not models or any(own != shapes[0] for own in shapes):
            raise ValueError("models: expected one or more, of one shape")
        if any(type(m.encoder.cell) is not GRU or type(m.decoder.cell) is not GRU for m in models):
            raise ValueError("models: expected encoders and decoders with the cell GRU")
        self.models = list(models)  # a plain list, which torch does not search: these parameters are not trained
        stacked = {n: torch.stack([dict(m.named_parameters())[n].detach() for m in models]) for n in shapes[0]}
        self.p = torch.nn.ParameterDict({n.replace(".", "/"): torch.nn.Parameter(x) for n, x in stacked.items()})
        self.attention = models[0].attention

    def forward(self, source: torch.Tensor, lengths: torch.Tensor, before: torch.Tensor) -> torch.Tensor:
        """Source (N, K, B), lengths (K, B) and words before (T, K, B), to logits (T, K, B, V)."""
        xs = self._look("source", source)
        there = torch.arange(len(xs))[:, None, None] < lengths
        hs = self._run("encoder", xs)
        last = hs.gather(0, (lengths - 1)[None, ..., None].expand(1, -1, -1, hs.shape[-1]))[0]
        if "other_way/W_h" in self.p:
            ticks = torch.arange(len(xs))[:, None, None]
            turned = torch.where(there, lengths - 1 - ticks, ticks)[..., None]
            back = self._run("other_way", xs.gather(0, turned.expand(xs.shape)))
            hs = torch.cat([hs, back.gather(0, turned.expand(back.shape))], -1)
        ys = self._run("decoder", self._look("target", before), self._map("bridge", last))
        if self.attention is not None:
            score = {name.removeprefix("score/"): x for name, x in self.p.items() if name.startswith("score/")}
            scores, _ = torch.func.vmap(self.attention.scores, (0, 1, 1), 1)(score, ys, hs)
            weights = scores.masked_fill(~there.permute(1, 2, 0)[None], -torch.inf).softmax(-1)
            contexts = torch.einsum("tkbn,nkbv->tkbv", weights, hs)
            ys = torch.tanh(self._map("join", torch.cat([contexts, ys], -1)))
        return self._map("output", ys)

    def fit(
        self,
        sources: Sequence[np.ndarray],
        targets: Sequence[np.ndarray],
        updates: int,
        *,
        rng: np.random.Generator,
        batch: int = 16,
        lr: float = 0.02,
        start: int = 1,
        end: int = 2,
        own: Callable[[float], float] | None = None,
    ) -> list[float]:
        """Train by Adam, each network on its own draws from the pairs, the gradient clipped to length 1.

        Parameters
        ----------
        sources, targets : lists of arrays of int
            Words from 1; 0 pads.
        updates : int
        rng : numpy.random.Generator
        batch : int
            Pairs for each network in an update.
        lr : float
            Rate; it falls linearly to 0 in the second half.
        start, end : int
            The words before and after a target.
        own : function, optional
            The share of the training done (0 to 1), to the share of words before that are the network's own guesses,
            taken from a pass with the right words: scheduled sampling in two passes. None by default.

        Returns
        -------
        losses : list of float
            Nats a word, mean over the networks, of each update.
        """
        check_rng(rng)
        K, losses = len(self.models), []
        adam = torch.optim.Adam(self.parameters(), lr)
        for update in range(check_size("updates", updates)):
            done = update / updates
            adam.param_groups[0]["lr"] = lr * min(1, 2 * (1 - done))
            drawn = rng.integers(len(sources), size=K * batch)
            source, before, after = (
                torch.from_numpy(pad(rows)[0]).view(-1, K, batch)
                for rows in (
                    [sources[n] for n in drawn],
                    [np.r_[start, targets[n]] for n in drawn],
                    [np.r_[targets[n], end] for n in drawn],
                )
            )
            lengths = torch.tensor([len(sources[n]) for n in drawn]).view(K, batch)
            if own is not None and (share := own(done)):
                with torch.no_grad():
                    guess = self(source, lengths, before).argmax(-1)
                swap = torch.from_numpy(rng.random(before[1:].shape) < share) & (before[1:] != 0)
                before[1:] = torch.where(swap, guess[:-1], before[1:])
            ys = self(source, lengths, before)
            loss = torch.nn.functional.cross_entropy(ys.flatten(0, 2), after.flatten(), ignore_index=0)
            adam.zero_grad()
            (K * loss).backward()
            self.clip(1.0)
            adam.step()
            losses.append(loss.item())
        return losses

    def split(self) -> list[EncoderDecoder]:
        """The models, each with its trained parameters."""
        with torch.no_grad():
            for k, model in enumerate(self.models):
                for name, x in model.named_parameters():
                    x.copy_(self.p[name.replace(".", "/")][k])
        return self.models

    def clip(self, most: float) -> None:
        """Shorten the gradient of each network that is longer than `most`."""
        grads = [x.grad for x in self.p.values() if x.grad is not None]
        length = sum(g.flatten(1).square().sum(1) for g in grads).sqrt()
        factor = (most / length).clamp(max=1)
        for g in grads:
            g *= factor.view(-1, *[1] * (g.dim() - 1))

    def _look(self, side, ids):
        table = self.p[f"{side}/weight"]
        own = torch.arange(len(table))[:, None] * table.shape[1]
        return torch.nn.functional.embedding(ids + own, table.flatten(0, 1))

    def _map(self, name, xs):
        W, b = self.p[f"{name}/weight"], self.p[f"{name}/bias"]
        many = xs if xs.dim() == 3 else xs.transpose(0, 1).flatten(1, 2)
        ys = torch.baddbmm(b[:, None], many, W.transpose(1, 2))
        return ys if xs.dim() == 3 else ys.view(len(W), len(xs), -1, ys.shape[-1]).transpose(0, 1)

    def _run(self, name, xs, s=None):
        W_x, W_h, b, b_hn = (self.p[f"{name}/{n}"] for n in ("W_x", "W_h", "b", "b_hn"))
        many = xs.transpose(0, 1).flatten(1, 2)
        drives = torch.baddbmm(b[:, None], many, W_x).view(len(W_x), len(xs), -1, b.shape[1]).transpose(0, 1)
        if s is None:
            s = torch.zeros(*xs.shape[1:3], W_h.shape[1], dtype=W_h.dtype)
        return _GRUs.apply(drives, W_h, b_hn[:, None], s)
