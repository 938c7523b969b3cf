"""What does a custom cell cost in torch: `rnnkit.nn.Recurrent`, or a loop over `nn.LSTMCell`?

    python bench/torch_wrapper.py

One thread, float32, forward and backward. The two hold the same weights and give the same states, which is asserted.
"""

import sys

import torch
from _pairs import everywhere, ratio, table, write

import rnnkit
import rnnkit.nn
from rnnkit.check import relative_error

T, B = 64, 32
SIZES = (16, 32, 64, 128, 256, 512)


class Loop(torch.nn.Module):
    """The usual way to a recurrence of one's own: a module for the tick, and a Python loop."""

    def __init__(self, D, H):
        super().__init__()
        self.cell = torch.nn.LSTMCell(D, H)

    def forward(self, xs):
        state, hs = None, []
        for x in xs:
            state = self.cell(x, state)
            hs.append(state[0])
        return torch.stack(hs)


def measure():
    torch.manual_seed(0)
    for batch in (1, B):
        for H in SIZES:
            loop, wrapped = Loop(H, H), rnnkit.nn.Recurrent(rnnkit.LSTM(H, H), 0)
            with torch.no_grad():
                wrapped.W_x.copy_(loop.cell.weight_ih.T)
                wrapped.W_h.copy_(loop.cell.weight_hh.T)
                wrapped.b.copy_(loop.cell.bias_ih + loop.cell.bias_hh)
            xs, d = torch.randn(T, batch, H), torch.randn(T, batch, H)
            assert relative_error(wrapped(xs)[0].detach().numpy(), loop(xs).detach().numpy()) < 1e-4

            def trained(module, hs, d=d):
                module.zero_grad()
                (hs * d).sum().backward()

            gain = ratio(
                lambda loop=loop, xs=xs, trained=trained: trained(loop, loop(xs)),
                lambda wrapped=wrapped, xs=xs, trained=trained: trained(wrapped, wrapped(xs)[0]),
            )
            print(f"| {T}×{batch}×{H}×{H} | {gain:.2f} |", flush=True)


def main():
    lines = ["One thread, float32, forward and backward, the same weights on both sides."]
    for heading, found in everywhere(__file__):
        lines += ["", heading, "", *table("T×B×D×H", "times as fast as the loop"), *found]
    write("torch_wrapper", "A custom cell in torch, against a loop over `nn.LSTMCell`", *lines)


if __name__ == "__main__":
    measure() if "--measure" in sys.argv else main()
