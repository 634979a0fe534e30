"""Passages with cues and what people found of them, and the reader of cues: lower layers of the attribution encoder as they
are, upper layers and heads of its own."""
import json
import re

import torch
import torch.nn.functional as F
from torch import nn

import text
from checkworthiness import attention_mask, like_length
from encoder import WIDTH

KINDS = ["none", "denial", "debunk", "correction"]
PARTS = ["denier", "denied", "subject"]
BEFORE, AFTER = 150, 90  # pieces that are read before a cue and after it
LONGEST_CUE = 12  # words
LOWER = 2  # layers that are shared with attribution
# words that are no cue by themselves, and no subject
WEAK = set("a an the is are was were be been being am has have had do does did it its this that these those there to of in as by on "
           "at for from with and or but he she they we i you his her their our your my".split())


def pruned(path):
    """the pieces that the program keeps; the three marks are read from among them"""
    with open(path, encoding="utf-8") as f:
        vocabulary = {piece: number for number, piece in enumerate(f.read().splitlines())}
    text.UNKNOWN, text.START, text.BREAK = (vocabulary[mark] for mark in ("[UNK]", "[CLS]", "[SEP]"))
    return vocabulary


def places(body, part):
    """every place of `part` in `body`"""
    out, at = [], body.find(part) if part else -1
    while at >= 0:
        out.append((at, at + len(part)))
        at = body.find(part, at + 1)
    return out


def words_of(s):
    return [w for w in re.findall(r"\w+", s.lower()) if w not in ("a", "an", "the")]


class Asked:
    """a cue with the words around it, and where the parts of its denial stand: (first, last) word of the window from 0,
    (-1, -1) where a part is told nowhere; no place at all where it is not known"""

    def __init__(self, words, cue):
        self.words, self.cue = words, cue
        size = [len(p) for p in words.pieces]
        start, used = cue[0], 0
        while start > 0 and used + size[start - 1] <= BEFORE:
            start -= 1
            used += size[start]
        end, used = cue[1], 0
        while end < len(size) and used + size[end] <= AFTER:
            used += size[end]
            end += 1
        self.start, self.end = start, end
        self.pieces, self.quoted, self.marked, self.at = [text.START], [0], [0], [0]
        for w in range(start, end):
            self.at.append(len(self.pieces))
            self.pieces += words.pieces[w]
            self.quoted += [words.quoted[w]] * size[w]
            self.marked += [int(cue[0] <= w < cue[1])] * size[w]
        self.pieces.append(text.BREAK)
        self.quoted.append(0)
        self.marked.append(0)
        self.kind, self.targets = 0, [[], [], []]
        self.state = None

    def learn(self, body, golds):
        """what people found at this cue"""
        self.kind = KINDS.index(golds[0]["kind"])
        middle = (self.cue[0] + self.cue[1] - 1) / 2

        def nearest(field, count):
            told = [g[field] for g in golds if g[field]]
            if not told:
                return [(-1, -1)]
            found = []
            for part in told:
                own = []
                for place in places(body, part):
                    inside = touched(self.words, *place)
                    if inside and inside[0] >= self.start and inside[-1] < self.end:
                        own.append((abs((inside[0] + inside[-1]) / 2 - middle), inside[0] - self.start, inside[-1] - self.start))
                found += [place[1:] for place in sorted(own)[:count]]
            return sorted(set(found))

        lowers = [(w - self.start, body[slice(*self.words.spans[w])].lower()) for w in range(self.start, self.end)]
        lowers = [(w, lower) for w, lower in lowers if re.match(r"\w", lower)]
        subjects = []
        for g in golds:
            subjects += begins(words_of(g["claim"]), lowers)
        self.targets = [nearest("denier", 2), nearest("denied", 3), subjects]


def begins(claim, lowers):
    """where the longest run of a claim's first words stands in the window"""
    claim = claim[1:] if claim[:1] == ["there"] else claim
    found = []
    for j in range(len(lowers)):
        k = 0
        while k < min(6, len(claim)) and j + k < len(lowers) and lowers[j + k][1] == claim[k]:
            k += 1
        if k and any(w not in WEAK for w in claim[:k]):
            found.append((k, lowers[j][0], lowers[j + k - 1][0]))
    longest = max((f[0] for f in found), default=0)
    return [f[1:] for f in found if f[0] == longest]


def touched(words, start, end):
    return [w for w, (a, b) in enumerate(words.spans) if a < end and start < b and b > a]


def overlaps(body, cue, place):
    """whether a proposed cue shares a word that means something with one that people marked"""
    for start, end in places(body, cue):
        low, high = max(start, place[0]), min(end, place[1])
        if low < high and set(words_of(body[low:high])) - WEAK:
            return True
    return False


def load(rows, proposed, vocabulary):
    """one `Asked` for each proposed cue of each passage"""
    with open(proposed, encoding="utf-8") as f:
        cues = {row["id"]: row["cues"] for row in map(json.loads, f)}
    with open(rows, encoding="utf-8") as f:
        passages = [json.loads(line) for line in f if line.strip()]
    out = []
    for row in passages:
        body = row["text"]
        words = text.read(body, vocabulary)
        for place in cues[row["id"]]:
            inside = touched(words, *place)
            if not inside:
                continue
            asked = Asked(words, (inside[0], inside[-1] + 1))
            golds = [g for g in row["denials"] if overlaps(body, g["cue"], place)]
            if golds:
                asked.learn(body, golds)
            out.append(asked)
    return out


def load_attributions(path, vocabulary, chance, share):
    """a share of the cues of PolNeAR as if their sources denied their contents: where a cue's parts begin and end is learnt
    from many more of them than there are denials"""
    out = []
    with open(path, encoding="utf-8") as f:
        for row in map(json.loads, f):
            words = text.read(row["text"], vocabulary)
            for a in row["attributions"]:
                if not a["cue"] or not a["content"] or chance.random() >= share:
                    continue
                inside = touched(words, a["cue"][0][0], a["cue"][-1][1])
                if not inside or len(inside) > LONGEST_CUE:
                    continue
                asked = Asked(words, (inside[0], inside[-1] + 1))

                def place(pieces):
                    if not pieces:
                        return [(-1, -1)]
                    held = touched(words, *pieces[0]) if len(pieces) == 1 else []
                    whole = held and held[0] >= asked.start and held[-1] < asked.end
                    return [(held[0] - asked.start, held[-1] - asked.start)] if whole else []

                asked.targets = [place(a["source"]), place(a["content"]), []]
                if asked.targets[1]:
                    out.append(asked)
    return out


class Reader(nn.Module):
    """upper layers over marked rows; of the cue its kind, of each word how likely a part begins or ends with it"""

    def __init__(self, encoder):
        super().__init__()
        self.upper = nn.ModuleList(encoder.layers[LOWER:])
        self.mark = nn.Parameter(torch.randn(WIDTH) * 0.1)
        self.deep = nn.Linear(WIDTH, WIDTH)
        self.ends = nn.Linear(WIDTH, 2 * len(PARTS))
        self.kinds = nn.Linear(2 * WIDTH, len(KINDS))

    def forward(self, x, mask, marked, at, cue, drop=0.1):
        x = x + self.mark * marked[..., None]
        m = attention_mask(mask)
        for layer in self.upper:
            x = layer(x, m, drop)
        h = x.float().gather(1, at[..., None].expand(-1, -1, WIDTH))
        h = F.dropout(h, drop, self.training)
        mean = (h * cue[..., None]).sum(1) / cue.sum(1, keepdim=True)
        return self.kinds(torch.cat([mean, h[:, 0]], 1)), self.ends(F.gelu(self.deep(h)))


@torch.no_grad()
def lower_states(encoder, items, size=64):
    """what the shared layers make of each window"""
    for part in like_length([i.pieces for i in items], size):
        longest = max(len(items[i].pieces) for i in part)
        at, quoted = torch.zeros(len(part), longest, dtype=torch.long), torch.zeros(len(part), longest, dtype=torch.long)
        mask = torch.zeros(len(part), longest, dtype=torch.bool)
        for row, i in enumerate(part):
            n = len(items[i].pieces)
            at[row, :n], quoted[row, :n], mask[row, :n] = torch.tensor(items[i].pieces), torch.tensor(items[i].quoted), True
        x = encoder.norm(encoder.pieces(at) + encoder.places.weight[:longest] + encoder.kinds(quoted))
        m = attention_mask(mask)
        for layer in encoder.layers[:LOWER]:
            x = layer(x, m, 0.0)
        for row, i in enumerate(part):
            items[i].state = x[row, : len(items[i].pieces)].to(torch.bfloat16 if torch.is_autocast_enabled("cpu") else x.dtype).clone()


def batch(items):
    """tensors of windows whose lower states are known"""
    b, n, m = len(items), max(len(i.pieces) for i in items), max(len(i.at) for i in items)
    x, mask, marked = torch.zeros(b, n, WIDTH), torch.zeros(b, n, dtype=torch.bool), torch.zeros(b, n)
    at, words, cue = torch.zeros(b, m, dtype=torch.long), torch.zeros(b, m, dtype=torch.bool), torch.zeros(b, m)
    targets = torch.zeros(b, 2 * len(PARTS), m, dtype=torch.bool)
    for row, i in enumerate(items):
        n = len(i.pieces)
        x[row, :n], mask[row, :n], marked[row, :n] = i.state.float(), True, torch.tensor(i.marked, dtype=torch.float)
        at[row, : len(i.at)], words[row, : len(i.at)] = torch.tensor(i.at), True
        cue[row, i.cue[0] - i.start + 1: i.cue[1] - i.start + 1] = 1
        for part, found in enumerate(i.targets):
            for first, last in found:
                targets[row, 2 * part, first + 1] = targets[row, 2 * part + 1, last + 1] = True
    return x, mask, marked, at, cue, words, targets, torch.tensor([i.kind for i in items])


def losses(reader, items):
    """of the kind, and of each part where its place is known"""
    x, mask, marked, at, cue, words, targets, kind = batch(items)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        kinds, ends = reader(x, mask, marked, at, cue)
    shares = ends.float().transpose(1, 2).masked_fill(~words[:, None], -1e4).log_softmax(-1)
    # of several right places any will do
    mine = torch.logsumexp(shares.masked_fill(~targets, -1e4), -1)
    known = targets.any(-1)
    out = [F.cross_entropy(kinds.float(), kind, label_smoothing=0.02)]
    for part in range(len(PARTS)):
        k = known[:, 2 * part]
        out.append(-(mine[:, 2 * part: 2 * part + 2] * k[:, None]).sum() / (2 * k.sum()).clamp(min=1))
    return out
