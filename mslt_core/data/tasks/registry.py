"""All tasks by name. The revisions are those that public evaluation code pins, November 2026."""

from collections.abc import Mapping
from types import MappingProxyType

from mslt_core.data.tasks import own, pairs, pawsx, sib200, tydiqa, udpos, xcopa, xnli
from mslt_core.data.tasks.cldr_ner import CldrNer
from mslt_core.data.tasks.task import TaskInfo
from mslt_core.data.tasks.wikiann import WikiAnn
from mslt_core.spec.languages import LANGUAGES
from mslt_core.spec.selecting import PAPER_POOL

# XTREME's languages and those that have a parallel treebank, but for the pool
_UDPOS = """
    af bg cs el et eu fa fi gl he hi hu id is it ja kk ko mr nl pl pt sv ta te th tl tr ur vi yo
"""

# all of its languages that we know, but for the pool
_SIB200 = """
    af ak am as ast ay az ba be bg bm bn bo bs ca ceb ckb cs cy da dz ee el eo et eu fa fi fo fon
    fur ga gd gl gn gu ha he hi hr ht hu hy id ig ilo is it ja jv ka ki kk km kn ko ku ky lb lg ln
    lo lt lv mg mi mk ml mn mr ms mt my ne nl nn no nso ny oc om or pa pl ps pt qu rn ro rw sa sc
    sd si sk sl sn so sq sr ss st su sv sw ta te tg th ti tk tl tn tr ts tt ug uk ur uz vi war wo
    xh yi yo yue zu
"""

_INFOS = (
    TaskInfo(
        name="cldr-ner",
        title="Example: names and numbers in short phrases",
        kind="tagging",
        needs_folder=False,
        source_pool=PAPER_POOL,
        target_langs=tuple(lang for lang in CldrNer.eval_langs if lang not in PAPER_POOL),
        # so that a run takes less than 20 s on two cores, start and scores included
        passes=2,
        eval_limit=150,
    ),
    TaskInfo(
        name="wikiann",
        title="WikiANN: names in Wikipedia",
        kind="tagging",
        needs_folder=True,
        open=WikiAnn,
        # pinned with the path <lang>/train-00000-of-00001.parquet
        hub="unimelb-nlp/wikiann@f0a3be6dc5564c0cc4150bb660144800a1f539d4",
        hub_folder=lambda lang: LANGUAGES[lang].wikiann,
        layout="train-<lang>.tsv and dev-<lang>.tsv: token, tab, tag",
        note="Made by rules from Wikipedia's links, with many repeats: up to a fifth of dev is "
        "in some training file and not scored.",
        source_pool=PAPER_POOL,
        # Lim et al. 2024, appendix A
        target_langs=("el", "fi", "he", "id", "ja", "ko", "th", "tr"),
    ),
    TaskInfo(
        name="xnli",
        title="XNLI: does one sentence follow from another",
        kind="classification",
        needs_folder=True,
        open=xnli.open_xnli,
        # pinned with the path all_languages/test-00000-of-00001.parquet
        hub="facebook/xnli@b8dd5d7af51114dbda02c0e3f6133f332186418e",
        hub_folder=lambda lang: LANGUAGES[lang].xnli,
        layout=pairs.LAYOUT,
        note="Without the translated training sets, test is trained on and dev scored.",
        source_pool=PAPER_POOL,
        # Lim et al. 2024, appendix A
        target_langs=("bg", "el", "hi", "sw", "th", "tr", "ur", "vi"),
    ),
    TaskInfo(
        name="pawsx",
        title="PAWS-X: do two sentences say the same",
        kind="classification",
        needs_folder=True,
        open=pawsx.open_pawsx,
        # pinned with the path zh/validation-00000-of-00001.parquet; MTEB's is an older script
        hub="google-research-datasets/paws-x@4cd8187c404bda33cb1f62b49b001115862acf37",
        hub_folder=lambda lang: lang if lang in pawsx.LANGS else None,
        layout=pairs.LAYOUT,
        note="There is no Arabic and no Russian. "
        "Without the translated training sets, test is trained on and dev scored.",
        source_pool=("de", "en", "es", "fr", "zh"),
        # Lim et al. 2024, appendix A
        target_langs=("ja", "ko"),
    ),
    TaskInfo(
        name="udpos",
        title="UD-POS: parts of speech",
        kind="tagging",
        needs_folder=True,
        open=udpos.open_udpos,
        layout=udpos.LAYOUT,
        note="The parallel treebanks (PUD) are test sets: sources need a treebank of their own.",
        source_pool=PAPER_POOL,
        target_langs=tuple(_UDPOS.split()),
    ),
    TaskInfo(
        name="sib200",
        title="SIB-200: topics of sentences",
        kind="classification",
        needs_folder=True,
        open=sib200.open_sib200,
        # MTEB's SIB200Classification pins it
        hub="Davlan/sib200@38977a667f6fc264d5c26ec57a01e16db040b358",
        hub_folder=sib200.hub_folder,
        layout=sib200.LAYOUT,
        note="Small: 701 training rows and 204 test rows, the same in all of 205 languages.",
        source_pool=PAPER_POOL,
        target_langs=tuple(_SIB200.split()),
        passes=10,  # 701 rows are soon seen
    ),
    TaskInfo(
        name="tydiqa",
        title="TyDi QA: answers in paragraphs",
        kind="questions",
        needs_folder=True,
        open=tydiqa.open_tydiqa,
        # pinned with the path secondary_task/validation-00000-of-00001.parquet
        hub="google-research-datasets/tydiqa@da78f23f9119363459acbaf46bf89426ff26c259",
        # all languages together; the primary task beside it is far larger
        hub_folder=lambda lang: "secondary_task" if lang in tydiqa.LANG_OF.values() else None,
        layout=tydiqa.LAYOUT,
        note="Of the paper's sources there are Arabic, English and Russian. XTREME's dev files "
        "have no answers: a fifth of train is scored then, and not trained on.",
        source_pool=("ar", "en", "ru"),
        target_langs=("bn", "fi", "id", "ko", "sw", "te"),
    ),
    TaskInfo(
        name="xcopa",
        title="XCOPA: causes and results",
        kind="choice",
        needs_folder=True,
        open=xcopa.open_xcopa,
        # pinned by several evaluation suites
        hub="cambridgeltl/xcopa@042f78955ba48e6404616762fa6e05e839c3907a",
        hub_folder=lambda lang: lang if lang in xcopa.LANGS else None,
        layout=xcopa.LAYOUT,
        note="Small: 400 training rows in English (COPA, which is not on the hub's page of "
        "XCOPA), in other languages the 100 rows of val.",
        source_pool=("en", "zh"),
        # Lim et al. 2024, appendix A, but for zh
        target_langs=("et", "ht", "id", "it", "qu", "sw", "ta", "th", "tr", "vi"),
        passes=10,  # 400 rows are soon seen
    ),
    TaskInfo(
        name="own",
        title="Your own data",
        kind=None,
        needs_folder=True,
        open=own.open_own,
        layout=own.LAYOUT,
        note="task.yaml says which kind of task it is, and names labels and columns.",
        source_pool=PAPER_POOL,
        target_langs=tuple(lang for lang in LANGUAGES if lang not in PAPER_POOL),
    ),
)

TASKS: Mapping[str, TaskInfo] = MappingProxyType({info.name: info for info in _INFOS})
