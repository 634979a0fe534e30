"""The encoder (BERT's shape, six layers of 384) and its attribution heads."""
import math

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn

LABELS = ["O", "B-source", "I-source", "B-cue", "I-cue", "B-content", "I-content"]
WIDTH, INNER, HEADS = 384, 1536, 12
LINK_WIDTH = 96
DISTANCES = 33  # buckets of the signed distance in words, see `bucket`


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.query, self.key, self.value = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.joined, self.joined_norm = nn.Linear(WIDTH, WIDTH), nn.LayerNorm(WIDTH, eps=1e-12)
        self.wide, self.narrow, self.out_norm = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH), nn.LayerNorm(WIDTH, eps=1e-12)

    def forward(self, x, mask, drop):
        b, n, _ = x.shape
        q, k, v = (f(x).view(b, n, HEADS, -1).transpose(1, 2).reshape(b * HEADS, n, -1) for f in (self.query, self.key, self.value))
        # written out: the library's fused kernel needs three times as long backwards on a CPU
        shares = torch.baddbmm(mask.to(q.dtype), q, k.transpose(1, 2), alpha=1 / math.sqrt(WIDTH // HEADS)).softmax(-1)
        a = torch.bmm(shares.to(v.dtype), v).view(b, HEADS, n, -1).transpose(1, 2).reshape(b, n, WIDTH)
        x = self.joined_norm(x + F.dropout(self.joined(a), drop, self.training))
        return self.out_norm(x + F.dropout(self.narrow(F.gelu(self.wide(x))), drop, self.training))


class Encoder(nn.Module):
    def __init__(self, layers=6, vocabulary=30522):
        super().__init__()
        self.pieces, self.places, self.kinds = nn.Embedding(vocabulary, WIDTH), nn.Embedding(512, WIDTH), nn.Embedding(2, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(layers))
        self.kept = 0  # lower layers that stay as they are, with all below them

    def forward(self, pieces, quoted, mask, drop=0.1):
        b, n = pieces.shape
        m = torch.zeros(b, n).masked_fill(~mask, -1e4)[:, None, None, :].expand(b, HEADS, n, n).reshape(b * HEADS, n, n)
        if torch.is_autocast_enabled("cpu"):
            m = m.bfloat16()
        with torch.set_grad_enabled(torch.is_grad_enabled() and not self.kept):
            x = self.norm(self.pieces(pieces) + self.places.weight[:n] + self.kinds(quoted))
            x = F.dropout(x, 0.0 if self.kept else drop, self.training)
            for layer in self.layers[: self.kept]:
                x = layer(x, m, 0.0)
        for layer in self.layers[self.kept:]:
            x = layer(x, m, drop)
        return x

    def keep_below(self, kept, deeper):
        """keeps its lower layers, and goes on from there with the middle layers of a deeper encoder of the same family"""
        for part in (self.pieces, self.places, self.kinds, self.norm, self.layers[:kept]):
            part.requires_grad_(False)
        self.layers = nn.ModuleList(list(self.layers[:kept]) + list(deeper))
        self.kept = kept
        return self

    @staticmethod
    def pretrained(path, layers=6):
        w = load_file(path)
        e = Encoder(layers)
        own = {"pieces.weight": "embeddings.word_embeddings.weight", "places.weight": "embeddings.position_embeddings.weight",
               "kinds.weight": "embeddings.token_type_embeddings.weight"}
        names = {"query": "attention.self.query", "key": "attention.self.key", "value": "attention.self.value",
                 "joined": "attention.output.dense", "joined_norm": "attention.output.LayerNorm",
                 "wide": "intermediate.dense", "narrow": "output.dense", "out_norm": "output.LayerNorm"}
        for p in ("weight", "bias"):
            own["norm." + p] = "embeddings.LayerNorm." + p
            for i in range(layers):
                for a, b in names.items():
                    own["layers.%d.%s.%s" % (i, a, p)] = "encoder.layer.%d.%s.%s" % (i, b, p)
        e.load_state_dict({k: w[v] for k, v in own.items()})
        return e


def bucket(distance):
    """0..32 of a signed distance in words: exact to 4, then doubling"""
    d = abs(distance)
    b = d if d <= 4 else min(16, 4 + int(2 * math.log2(d / 4) + 1))
    return 16 + (b if distance > 0 else -b)


BUCKETS = torch.tensor([bucket(d) for d in range(-512, 513)])


class Tagger(nn.Module):
    """labels of words by a linear-chain field; for each word of a cue the source it has, for each word of a content
    the cue it belongs to"""

    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder
        n = len(LABELS)
        self.emit = nn.Linear(WIDTH, n)
        self.transition = nn.Parameter(torch.zeros(n, n))
        self.first = nn.Parameter(torch.zeros(n))
        self.dependent = nn.Linear(WIDTH, 2 * LINK_WIDTH)  # cue to source, content to cue
        self.governor = nn.Linear(WIDTH, 2 * LINK_WIDTH)
        self.distance = nn.Parameter(torch.zeros(2, DISTANCES))
        allowed = torch.zeros(n, n)
        for i, a in enumerate(LABELS):
            for j, b in enumerate(LABELS):
                if b[0] == "I" and a[1:] != b[1:]:
                    allowed[i, j] = -1e4
        self.register_buffer("allowed", allowed, persistent=False)
        self.register_buffer("allowed_first", torch.tensor([-1e4 if b[0] == "I" else 0.0 for b in LABELS]), persistent=False)

    def forward(self, pieces, quoted, mask, at, drop=0.1):
        """emissions [batch, words, labels] and links [batch, 2, word, word]; `at` is each word's first piece"""
        h = self.encoder(pieces, quoted, mask, drop).float()
        h = h.gather(1, at[..., None].expand(-1, -1, WIDTH))
        h = F.dropout(h, drop, self.training)
        b, n, _ = h.shape
        d = self.dependent(h).view(b, n, 2, LINK_WIDTH).transpose(1, 2)
        g = self.governor(h).view(b, n, 2, LINK_WIDTH).transpose(1, 2)
        place = torch.arange(n)
        links = d @ g.transpose(2, 3) / math.sqrt(LINK_WIDTH) + self.distance[:, BUCKETS[(place[None, :] - place[:, None]) + 512]]
        return self.emit(h), links.float()

    def transitions(self):
        return self.transition + self.allowed, self.first + self.allowed_first

    def chain_loss(self, emissions, labels, words):
        """mean negative log likelihood of a word's label; `words` masks padding"""
        t, f = self.transitions()
        b, n, _ = emissions.shape
        w = words.float()
        gold = emissions.gather(2, labels[..., None])[..., 0]
        gold = (gold * w).sum(1) + f[labels[:, 0]] + (t[labels[:, :-1], labels[:, 1:]] * w[:, 1:]).sum(1)
        a = f + emissions[:, 0]
        for i in range(1, n):
            new = torch.logsumexp(a[:, :, None] + t, 1) + emissions[:, i]
            a = torch.where(words[:, i, None], new, a)
        return (torch.logsumexp(a, 1) - gold).sum() / w.sum()
