"""Text to words and word pieces, exactly as the Rust inference reads it.

A *word* is a run of letters and digits or one punctuation mark, as BERT's basic tokeniser cuts them. A break of
paragraph (one or more newlines) becomes one word of its own, the piece [SEP]: the encoder sees where paragraphs end.
"""
import unicodedata
from dataclasses import dataclass, field

UNKNOWN, START, BREAK = 100, 101, 102
LONGEST_WORD = 100  # characters; a longer word is one unknown piece
OPENING, CLOSING, STRAIGHT = "“«„", "”»", "\""


@dataclass
class Words:
    spans: list = field(default_factory=list)      # (start, end) in code points; a break has end == start
    pieces: list = field(default_factory=list)     # list of piece ids for each word
    quoted: list = field(default_factory=list)     # 1 inside quotation marks, marks included
    paragraph: list = field(default_factory=list)  # number of the paragraph


def is_punctuation(c):
    o = ord(c)
    if 33 <= o <= 47 or 58 <= o <= 64 or 91 <= o <= 96 or 123 <= o <= 126:
        return True
    return unicodedata.category(c).startswith("P")


def is_dropped(c):
    """characters that BERT's cleaning removes: controls, formats, the replacement character"""
    return c not in "\t\n\r" and (c == "\ufffd" or unicodedata.category(c) in ("Cc", "Cf", "Co", "Cs", "Cn"))


def is_han(c):
    o = ord(c)
    return (0x4E00 <= o <= 0x9FFF or 0x3400 <= o <= 0x4DBF or 0x20000 <= o <= 0x2CEAF
            or 0xF900 <= o <= 0xFAFF or 0x2F800 <= o <= 0x2FA1F)


def folded(word):
    """lower case without accents"""
    decomposed = unicodedata.normalize("NFD", "".join(c for c in word if not is_dropped(c)))
    return "".join(c for c in decomposed if unicodedata.category(c) != "Mn").lower()


def word_pieces(word, vocabulary):
    w = folded(word)
    if not w:
        return []
    if len(w) > LONGEST_WORD:
        return [UNKNOWN]
    out, start = [], 0
    while start < len(w):
        end = len(w)
        while end > start:
            piece = vocabulary.get(("##" if start else "") + w[start:end])
            if piece is not None:
                out.append(piece)
                break
            end -= 1
        else:
            return [UNKNOWN]
        start = end
    return out


def read(text, vocabulary):
    """the words of a text"""
    words, at, inside, paragraph = Words(), 0, False, 0
    n = len(text)
    while at < n:
        c = text[at]
        if c.isspace():
            end = at
            while end < n and text[end].isspace():
                end += 1
            if "\n" in text[at:end] and words.spans and end < n:
                words.spans.append((at, at))
                words.pieces.append([BREAK])
                words.quoted.append(0)
                words.paragraph.append(paragraph)
                paragraph += 1
                inside = False
            at = end
            continue
        if is_punctuation(c) or is_han(c):
            end = at + 1
        else:
            end = at
            while end < n and not (text[end].isspace() or is_punctuation(text[end]) or is_han(text[end])):
                end += 1
        pieces = word_pieces(text[at:end], vocabulary)
        if pieces:
            mark = c if end == at + 1 else ""
            was = inside
            if mark and mark in OPENING:
                inside = True
            elif mark and mark in CLOSING:
                inside = False
            elif mark == STRAIGHT:
                inside = not inside
            words.spans.append((at, end))
            words.pieces.append(pieces)
            words.quoted.append(int(was or inside))
            words.paragraph.append(paragraph)
        at = end
    return words


def windows(words, budget, first=None):
    """ranges [start, end) of words whose pieces fit `budget` (less two marks); cut between paragraphs where one fits,
    else after a full stop, else anywhere"""
    out, start, n = [], 0, len(words.spans)
    limit = (first or budget) - 2
    while start < n:
        used, at, at_break, at_stop = 0, start, None, None
        while at < n and used + len(words.pieces[at]) <= limit:
            used += len(words.pieces[at])
            if words.pieces[at] == [BREAK]:
                at_break = at + 1
            elif words.spans[at][1] - words.spans[at][0] == 1 and words.pieces[at][0] in STOPS:
                at_stop = at + 1
            at += 1
        end = at if at == n else (at_break or at_stop or max(at, start + 1))
        out.append((start, end))
        start, limit = end, budget - 2
    return out


STOPS = {1012, 1029, 999, 1025}  # . ? ! ;


def vocabulary(path):
    with open(path, encoding="utf-8") as f:
        return {line.rstrip("\n"): i for i, line in enumerate(f)}
