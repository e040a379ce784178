"""The example base's tokenizer: word pieces learnt from plain lines in any script."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer, models
    from transformers import PreTrainedTokenizerFast

SPECIAL_TOKENS = ("<s>", "<pad>", "</s>", "<unk>")  # XLM-R's ids 0 to 3; <mask> is the last id
UNK_ID = 3
MASK = "<mask>"
WORD_START = "▁"
UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\u30fc\p{Thai}"


def train_tokenizer(lines: Iterable[str], vocab_size: int) -> PreTrainedTokenizerFast:
    """Unigram tokenizer over text of any script, with XLM-R's special tokens in XLM-R's order.

    It splits the same way whether it is given a text or its words (``is_split_into_words=True``):
    at spaces, around every punctuation mark, symbol and digit, and around every character of the
    scripts that are written without spaces. A word of the other scripts begins with "▁". So what
    the encoder saw in pretraining is what it sees in a token task.

    Parameters
    ----------
    lines : iterable of str
        Text to learn the pieces from.
    vocab_size : int
        Number of pieces at most, special tokens and the mask included.

    Returns
    -------
    PreTrainedTokenizerFast
        The same for the same lines. Not an ``XLMRobertaTokenizer``: that one drops the normaliser
        when it is loaded again. Decoding does not give the exact spaces back.
    """
    tokenizer = _splitter()
    counts = _word_counts(lines, tokenizer)
    pieces = _merged_pieces(counts, vocab_size - len(SPECIAL_TOKENS) - 1)  # 1: <mask>, the last id
    tokenizer.model = _scored(pieces, counts)
    return _as_pretrained(tokenizer)


def _splitter() -> Tokenizer:
    """A tokenizer that can normalise and split, without pieces yet."""
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers

    word_start = Regex(rf"(?<![\p{{L}}\p{{M}}])(?=[\p{{L}}&&[^{UNSPACED}]])")
    alone = Regex(rf"[{UNSPACED}]|[\p{{P}}\p{{S}}\p{{N}}&&[^{WORD_START}]]")
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(word_start, WORD_START)]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Split(alone, "isolated")]
    )
    tokenizer.decoder = decoders.Replace(WORD_START, " ")
    return tokenizer


def _as_pretrained(tokenizer: Tokenizer) -> PreTrainedTokenizerFast:
    """What transformers loads: <s> and </s> around every text, <mask> as the last id."""
    from tokenizers import processors
    from transformers import PreTrainedTokenizerFast

    bos, pad, eos, unk = SPECIAL_TOKENS
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, SPECIAL_TOKENS.index(bos)), (eos, SPECIAL_TOKENS.index(eos))],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=bos,
        eos_token=eos,
        sep_token=eos,
        cls_token=bos,
        unk_token=unk,
        pad_token=pad,
        mask_token=MASK,
        model_max_length=128,
    )


def _word_counts(lines: Iterable[str], tokenizer: Tokenizer) -> dict[str, int]:
    """How often each word occurs, as the tokenizer will see it, in alphabetical order."""
    normalise, split = tokenizer.normalizer.normalize_str, tokenizer.pre_tokenizer.pre_tokenize_str
    counts = Counter(piece for line in lines for piece, _ in split(normalise(line)))
    return dict(sorted(counts.items()))


def _merged_pieces(counts: Mapping[str, int], n_pieces: int) -> list[str]:
    """All characters, and the strings that byte-pair merging of frequent neighbours makes of them.

    Not the Unigram trainer's own choice: its candidates are only strings that something different
    can follow. In a small world a word mostly has one way to go on, so "and" never became a piece
    and rare words were spelt out; and it scores in the order of a hash, another one every run.
    """
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    merger = Tokenizer(models.BPE())
    merger.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = trainers.BpeTrainer(
        vocab_size=n_pieces, min_frequency=2, max_token_length=16, show_progress=False
    )
    merger.train_from_iterator((word for word, n in counts.items() for _ in range(n)), trainer)
    return sorted(merger.get_vocab())


def _scored(pieces: Sequence[str], counts: Mapping[str, int], rounds: int = 3) -> models.Unigram:
    """The Unigram model of these pieces, with scores counted from the words.

    Hard expectation maximisation: cut every word into as few pieces as can be, then a few times
    count the pieces, score them by their logarithmic frequency, and cut again by the scores.
    """
    scores = dict.fromkeys(pieces, -1.0)
    total = sum(counts.values())
    for _ in range(rounds):
        model = _unigram(scores)
        used = dict.fromkeys(pieces, 0.1)  # a piece no word needs stays possible, as a last choice
        for word, n in counts.items():
            for token in model.tokenize(word):
                used[token.value] += n
        scores = {piece: round(math.log(n / total), 4) for piece, n in used.items()}
    return _unigram(dict(sorted(scores.items(), key=lambda item: (-item[1], item[0]))))


def _unigram(scores: Mapping[str, float]) -> models.Unigram:
    from tokenizers import models

    vocab = [(token, 0.0) for token in SPECIAL_TOKENS] + list(scores.items())
    return models.Unigram(vocab, unk_id=UNK_ID)
