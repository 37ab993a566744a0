"""The encoder's layers in torch, computing with 4-bit weights as the engine will, so that rounding costs
nothing.

Forward uses the rounded weights, backward treats rounding as if it were not there (straight-through
estimator, Bengio et al. 2013).
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from escalation.danger.tuning.weights import BLOCK, ModelFile

MATRICES = ("q", "k", "v", "ao", "fi", "fo")
NORMS = ("aln", "oln")
DROPOUT = 0.1


class Rounded(torch.autograd.Function):
    """Weights as Q4_0 would give them back."""

    @staticmethod
    def forward(ctx: Any, weights: Tensor) -> Tensor:
        rows = weights.reshape(-1, BLOCK)
        peaks = rows.gather(1, rows.abs().argmax(1, keepdim=True))
        scales = (peaks / -8).half().float()
        inverse = torch.where(scales != 0, 1 / scales, torch.zeros_like(scales))
        steps = torch.clamp(torch.floor(rows * inverse + 8.5), 0, 15) - 8
        return (steps * scales).reshape(weights.shape)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        return gradients[0]


class Layer(nn.Module):
    """One transformer layer (BERT, norms after), named as in the model file."""

    def __init__(self, file: ModelFile, number: int, *, tuned: bool) -> None:
        super().__init__()
        self.number, self.tuned = number, tuned
        self.heads, self.epsilon = file.attention_heads, file.epsilon
        for name in MATRICES:
            bias = torch.tensor(file.tensor(f"l{number}.{name}.b"))
            weights = torch.tensor(file.tensor(f"l{number}.{name}.w")).view(len(bias), -1)
            self.register_parameter(f"{name}_w", nn.Parameter(weights, requires_grad=tuned))
            self.register_parameter(f"{name}_b", nn.Parameter(bias, requires_grad=tuned))
        for name in NORMS:
            for part in ("w", "b"):
                values = torch.tensor(file.tensor(f"l{number}.{name}.{part}"))
                self.register_parameter(f"{name}_{part}", nn.Parameter(values, requires_grad=tuned))

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """States (texts, pieces, width) after this layer; mask (texts, pieces) is True where a piece is."""
        queries, keys, values = (self._split(self._linear(states, name)) for name in ("q", "k", "v"))
        # Plain products: for short texts three times as fast backwards as torch's own attention.
        alike = queries @ keys.transpose(2, 3) / queries.shape[-1] ** 0.5
        seen = alike.masked_fill(~mask[:, None, None, :], -1e4).softmax(-1).to(values.dtype) @ values
        joined = seen.transpose(1, 2).reshape(states.shape)
        states = self._norm(states + self._drop(self._linear(joined, "ao")), "aln")
        inner = functional.gelu(self._linear(states, "fi"))
        return self._norm(states + self._drop(self._linear(inner, "fo")), "oln")

    def tensors(self) -> dict[str, Any]:
        """The tensors under their names in the model file."""
        return {
            f"l{self.number}.{name.replace('_', '.')}": values.detach().numpy()
            for name, values in self.named_parameters()
        }

    def _linear(self, states: Tensor, name: str) -> Tensor:
        weights = getattr(self, f"{name}_w")
        return functional.linear(
            states, Rounded.apply(weights) if self.tuned else weights, getattr(self, f"{name}_b")
        )

    def _norm(self, states: Tensor, name: str) -> Tensor:
        weights, bias = getattr(self, f"{name}_w"), getattr(self, f"{name}_b")
        return functional.layer_norm(states, (states.shape[-1],), weights, bias, self.epsilon)

    def _drop(self, states: Tensor) -> Tensor:
        return functional.dropout(states, DROPOUT, self.training)

    def _split(self, states: Tensor) -> Tensor:
        texts, pieces, width = states.shape
        return states.view(texts, pieces, self.heads, width // self.heads).transpose(1, 2)


class Entrance:
    """Piece numbers to the states the first layer sees."""

    def __init__(self, file: ModelFile) -> None:
        self.words = torch.tensor(file.tensor("emb.word")).view(-1, file.width)
        self.positions = torch.tensor(file.tensor("emb.pos")).view(-1, file.width)
        self.kind = torch.tensor(file.tensor("emb.type")).view(-1, file.width)[0]
        self.weights, self.bias = torch.tensor(file.tensor("emb.ln.w")), torch.tensor(file.tensor("emb.ln.b"))
        self.epsilon = file.epsilon

    def states(self, pieces: Tensor) -> Tensor:
        """States (texts, pieces, width)."""
        sums = self.words[pieces] + self.positions[: pieces.shape[1]] + self.kind
        return functional.layer_norm(sums, (sums.shape[-1],), self.weights, self.bias, self.epsilon)


def vectors(states: Tensor, mask: Tensor) -> Tensor:
    """The sentence vectors (texts, width): means over pieces, of length one."""
    counted = mask[..., None].float()
    return functional.normalize((states * counted).sum(1) / counted.sum(1), dim=-1)
