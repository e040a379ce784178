"""What all tests share: no network, one thread, a tiny seeded model and sentences to tag."""

import gc
import os
import shutil

# before torch, numpy and the hub client are imported: they read these once
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import settings

from mslt_core import machine
from mslt_core.pipeline import checkpoint, layer_of
from mslt_core.pipeline.measuring import asked_of
from mslt_core.spec.mechanism import PART_OF, MechanismSpec
from mslt_core.spec.results import RunGroup, RunInfo
from mslt_core.spec.sentences import TaggedSentence
from mslt_core.store import Store

# the same examples in every run, and no time limit on a machine that others use too
settings.register_profile("suite", deadline=None, derandomize=True)
settings.load_profile("suite")

LABELS = ("O", "B-PER", "I-PER", "B-LOC", "I-LOC")
LEXICON = {
    "ar": ("ذهب إلى المدينة في الصباح", "محمد ليلى", "القاهرة بغداد"),
    "de": ("gestern ging heute nach Hause und", "Anna Müller", "Berlin Köln"),
    "en": ("went home to see the old house", "Mary Smith", "London York"),
    "ru": ("вчера пошёл домой в город и", "Иван Петров", "Москва Тверь"),
    "zh": ("昨 天 去 了 城 市", "小 明", "北 京"),
}
"""Per language: words outside any name, the parts of a person's name, the parts of a place's."""

SCRIPTS = ((0x21, 0x17F), (0x386, 0x3CE), (0x401, 0x451), (0x5D0, 0x5EA), (0x621, 0x652))
SCRIPTS += ((0x901, 0x94D), (0xE01, 0xE4E), (0x3041, 0x30FE))
"""Latin, Greek, Cyrillic, Hebrew, Arabic, Devanagari, Thai, kana: first and last character."""


@pytest.fixture(autouse=True)
def no_gpu_kept(monkeypatch):
    """Work that a test does in this process leaves all GPUs to the next test."""
    for name in ("CUDA_VISIBLE_DEVICES", machine.ALL_GPUS):
        found = os.environ.get(name)
        monkeypatch.setenv(name, found or "")  # as it is now at the end
        if found is None:
            monkeypatch.delenv(name)
    monkeypatch.setattr(machine, "own", machine.Own())


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all tests: Playwright starts but once in a process."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no chromium on this machine")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=path,
            args=[
                "--no-sandbox",
                "--disable-background-networking",
                "--disable-sync",
                "--enable-unsafe-swiftshader",  # WebGL without a graphics card
            ],
        )
        yield started
        started.close()


@pytest.fixture(scope="session")
def tiny_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a seeded XLM-R masked-language model: 2 layers, 32 wide, tokenizer, no pooler."""
    import torch
    from transformers import XLMRobertaConfig, XLMRobertaForMaskedLM

    folder = tmp_path_factory.mktemp("checkpoint") / "tiny"
    tokenizer = _tokenizer()
    with torch.random.fork_rng():
        torch.manual_seed(0)
        config = XLMRobertaConfig(
            vocab_size=len(tokenizer),
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=64,
            max_position_embeddings=130,
            type_vocab_size=1,
            # wide enough for sentences to differ clearly although nothing was trained
            initializer_range=0.2,
        )
        XLMRobertaForMaskedLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    # the Trainer collects garbage at its start: half a second among the objects of the imports
    gc.freeze()
    return folder


@pytest.fixture(scope="session")
def tiny_encoder(tiny_checkpoint: Path) -> Any:
    """The tiny checkpoint's encoder, in eval mode."""
    from mslt_core.models.load import load_encoder

    return load_encoder(tiny_checkpoint)


@pytest.fixture(scope="session")
def tiny_tokenizer(tiny_checkpoint: Path) -> Any:
    """The tiny checkpoint's tokenizer."""
    from mslt_core.models.load import load_tokenizer

    return load_tokenizer(tiny_checkpoint)


@pytest.fixture(scope="session")
def labels() -> tuple[str, ...]:
    """Label names of the sentences that `tagged_rows` makes."""
    return LABELS


@pytest.fixture(scope="session")
def tagged_rows() -> Callable[..., list[TaggedSentence]]:
    """``tagged_rows(lang, n, seed=0)``: sentences in ar, de, en, ru or zh that can be learnt."""
    return _tagged_rows


@pytest.fixture(scope="session")
def pair(tiny_checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The tiny checkpoint, and the same with other weights."""
    from safetensors.numpy import load_file, save_file

    other = tmp_path_factory.mktemp("moved") / "other"
    shutil.copytree(tiny_checkpoint, other)
    weights = load_file(other / "model.safetensors")
    noise = np.random.default_rng(0)
    for name, array in weights.items():
        if "dense" in name:
            weights[name] = array + noise.normal(scale=0.2, size=array.shape).astype(array.dtype)
    save_file(weights, other / "model.safetensors", metadata={"format": "pt"})
    return str(tiny_checkpoint), str(other)


@pytest.fixture
def aligned_texts(tmp_path: Path) -> Callable[..., Path]:
    """``aligned_texts(langs, n)``: a folder of text files aligned by line, without documents."""

    def make(langs: tuple[str, ...], n: int) -> Path:
        folder = tmp_path / "own"
        folder.mkdir()
        for lang in langs:
            lines = [" ".join(row.tokens) + f" {i}" for i, row in enumerate(_tagged_rows(lang, n))]
            (folder / f"{lang}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return folder

    return make


@pytest.fixture
def planted_geometry(tmp_path: Path) -> Callable[..., MechanismSpec]:
    """``planted_geometry(store, groups, asked, arrays_of)``: runs count as measured, with what
    ``arrays_of(run)`` says of them. Without `asked` it is about mingling, in a corpus of its own.
    """

    def make(
        store: Store,
        groups: Sequence[RunGroup],
        arrays_of: Callable[[RunInfo], npt.NDArray[np.float64]],
        asked: MechanismSpec | None = None,
        *,
        base: npt.NDArray[np.float64] | None = None,
    ) -> MechanismSpec:
        langs = groups[0].runs[0].spec.target_langs
        folder = tmp_path / "parallel"
        folder.mkdir(exist_ok=True)
        for lang in langs:
            lines = "\n".join(f"{lang} {i}" for i in range(24))
            (folder / f"{lang}.txt").write_text(lines + "\n", encoding="utf-8")
        asked = asked or MechanismSpec(
            measure="language_mingling", corpus=str(folder), langs=langs, k=15
        )
        keys = [(info.run, arrays_of(info)) for group in groups for info in group.runs]
        keys += [] if base is None else [("base", base)]
        refs = {key: checkpoint(store, key) for key, _ in keys}
        one = refs[keys[0][0]]
        whole = asked_of(store, asked.look(("base",)))
        spec = whole.spec(one, layer_of(one, asked.layer), PART_OF[asked.measure])
        for key, array in keys:
            of_it = {"checkpoint": refs[key].fingerprint}  # texts are hashed once for all
            embeds = tuple(embed.model_copy(update=of_it) for embed in spec.embeds)
            store.arrays.put(spec.model_copy(update={"embeds": embeds}), {asked.measure: array})
        return asked

    return make


def _tagged_rows(lang: str, n: int, seed: int = 0) -> list[TaggedSentence]:
    """Some words, a person or a place, some words; 3 to 11 tokens."""
    words, *names = (part.split() for part in LEXICON[lang])
    rng = np.random.default_rng([seed, *lang.encode()])
    rows = []
    for i in range(n):
        before, after = (list(rng.choice(words, rng.integers(1, 6))) for _ in range(2))
        kind = int(rng.integers(2))
        name = names[kind][: rng.integers(1, 3)]
        begin = 1 + 2 * kind
        tags = [0] * len(before) + [begin, begin + 1][: len(name)] + [0] * len(after)
        tokens = tuple(map(str, [*before, *name, *after]))
        rows.append(TaggedSentence(row_id=f"{lang}:{i}", tokens=tokens, labels=tuple(tags)))
    return rows


def _tokenizer() -> Any:
    """Unigram pieces: every character of many scripts, and whole words of half the lexicon."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    words = [word for parts in LEXICON.values() for part in parts for word in part.split()]
    letters = [chr(c) for first, last in SCRIPTS for c in range(first, last + 1)]
    pieces = [f"▁{word}" for word in sorted(set(words))[::2]]
    pieces += sorted({"▁", *letters, *"".join(words)})
    vocab = [(token, 0.0) for token in ("<s>", "<pad>", "</s>", "<unk>")]
    vocab += [(piece, -1.0 if len(piece) > 1 else -5.0) for piece in pieces]
    tokenizer = Tokenizer(models.Unigram([*vocab, ("<mask>", 0.0)], unk_id=3))
    tokenizer.normalizer = normalizers.NFKC()
    # a word of nothing but spaces (a no-break space, say) yields no piece at all
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", 0), ("</s>", 2)],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<s>",
        cls_token="<s>",
        eos_token="</s>",
        sep_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        mask_token="<mask>",
        model_max_length=128,
    )
