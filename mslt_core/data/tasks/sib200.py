"""SIB-200: the topic of a sentence. The same 1,004 sentences of FLORES in 205 languages.

Layouts: ``data/annotated/<code_Script>/{train,dev,test}.tsv``, as on GitHub; ``<code_Script>/...``
or ``data/<code_Script>/...``, as on the hub; any other table with ``index_id``, ``category`` and
``text``. Of a language in several scripts only the usual one is read. No quoting.

References
----------
Adelani et al. (2024). SIB-200: A Simple, Inclusive, and Big Evaluation Dataset for Topic
Classification in 200+ Languages and Dialects. EACL.
"""

import functools
from collections.abc import Sequence
from pathlib import Path

from mslt_core.data import tables
from mslt_core.data.tasks.counting import count_rows
from mslt_core.data.tasks.layouts import Split, find_files
from mslt_core.data.tasks.splits import SplitTask, file_by_file
from mslt_core.spec.languages import by_any_code
from mslt_core.spec.sentences import LabelledText

LABELS = (
    *("science/technology", "travel", "politics", "sports", "health"),
    *("entertainment", "geography"),
)
"""In the order of the data's own labels.txt."""

CODES = tuple(
    """
    afr_Latn aka_Latn als_Latn amh_Ethi arb_Arab asm_Beng ast_Latn ayr_Latn azj_Latn bak_Cyrl
    bam_Latn bel_Cyrl ben_Beng bod_Tibt bos_Latn bul_Cyrl cat_Latn ceb_Latn ces_Latn ckb_Arab
    cym_Latn dan_Latn deu_Latn dzo_Tibt ell_Grek eng_Latn epo_Latn est_Latn eus_Latn ewe_Latn
    fao_Latn fin_Latn fon_Latn fra_Latn fur_Latn gaz_Latn gla_Latn gle_Latn glg_Latn grn_Latn
    guj_Gujr hat_Latn hau_Latn heb_Hebr hin_Deva hrv_Latn hun_Latn hye_Armn ibo_Latn ilo_Latn
    ind_Latn isl_Latn ita_Latn jav_Latn jpn_Jpan kan_Knda kat_Geor kaz_Cyrl khk_Cyrl khm_Khmr
    kik_Latn kin_Latn kir_Cyrl kmr_Latn kor_Hang lao_Laoo lin_Latn lit_Latn ltz_Latn lug_Latn
    lvs_Latn mal_Mlym mar_Deva mkd_Cyrl mlt_Latn mri_Latn mya_Mymr nld_Latn nno_Latn nob_Latn
    npi_Deva nso_Latn nya_Latn oci_Latn ory_Orya pan_Guru pbt_Arab pes_Arab plt_Latn pol_Latn
    por_Latn quy_Latn ron_Latn run_Latn rus_Cyrl san_Deva sin_Sinh slk_Latn slv_Latn sna_Latn
    snd_Arab som_Latn sot_Latn spa_Latn srd_Latn srp_Cyrl ssw_Latn sun_Latn swe_Latn swh_Latn
    tam_Taml tat_Cyrl tel_Telu tgk_Cyrl tgl_Latn tha_Thai tir_Ethi tsn_Latn tso_Latn tuk_Latn
    tur_Latn uig_Arab ukr_Cyrl urd_Arab uzn_Latn vie_Latn war_Latn wol_Latn xho_Latn ydd_Hebr
    yor_Latn yue_Hant zho_Hans zsm_Latn zul_Latn
    """.split()  # noqa: SIM905  a list of 135 would fill four screens
)
"""The folders of the languages that we know."""

PLACES = ("", "data/annotated", "annotated", "data")
LAYOUT = "<code_Script>/train.tsv, dev.tsv and test.tsv, such as eng_Latn/train.tsv"


def open_sib200(folder: Path) -> SplitTask:
    """SIB-200 in a local folder. Nothing is read before it is asked for."""
    return SplitTask(
        "sib200",
        "classification",
        LABELS,
        folder=folder,
        found=find_files(folder, below=PLACES, code_of=_lang_of),
        read=file_by_file(_read),
        layout=LAYOUT,
        parallel=True,
        count=functools.partial(count_rows, columns=("text",)),
    )


def hub_folder(lang: str) -> str | None:
    """The folder of a language on the hub, named as in FLORES: ``arb_Arab`` for Arabic."""
    return next((code for code in CODES if _lang_of(code) == lang), None)


def _lang_of(code: str) -> str | None:
    """Akan is there twice, as Asante Twi as well; the macro-language is ours."""
    return None if code.startswith("twi") else by_any_code(code)


def _read(path: Path, lang: str, split: Split) -> Sequence[LabelledText]:  # noqa: ARG001
    return [
        LabelledText(
            row_id=record.row_id,
            text=record.text("text"),
            label=record.choice("category", LABELS),
            meaning=str(record.value("index_id")),
        )
        for record in tables.read_records(path)
    ]
