"""Symbols and units of the parameters, by pattern of the name; the first that fits. Sections of docs/parameters.md."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

GROUPS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Response of a guarantor (7.2)": r"response\.",
        "Council (7.3)": r"council\.",
        "Beliefs, signals (7.4)": r"(perception|signals)\.",
        "Choice (7.5)": r"choice\.",
        "Environment and harm (7.1, 7.5)": r"environment\.",
        "Crisis and threats (7.6)": r"crisis\.",
        "Accession (7.7)": r"accession\.",
        "Channels (7.8)": r"(arms|alignment)\.",
        "Iran": r"states\.Iran\.",
        "Russia": r"states\.Russia\.",
        "Armenia (suspended: at work in `armenia-returns`)": r"states\.Armenia\.",
        "Belarus": r"states\.Belarus\.",
        "Kazakhstan": r"states\.Kazakhstan\.",
        "Kyrgyzstan": r"states\.Kyrgyzstan\.",
        "Tajikistan": r"states\.Tajikistan\.",
        "Israel (7.5)": r"states\.Israel\.",
        "United States (7.5)": r"states\.United States\.",
    }
)
"""Section title -> pattern at the start of a name."""

SYMBOLS: Final[Mapping[str, str]] = MappingProxyType(
    {
        r"response\.intercept": "b0",
        r"response\.in_force": "δ",
        r"response\.covariates\..*": "β",
        r"response\.cutpoints\.aid": "κ_1",
        r"response\.cutpoints\.troops": "κ_2",
        r"response\.cutpoints\.combat": "κ_3",
        r"response\.shock": "s_u",
        r"perception\.acuity": "ρ",
        r"signals\..*\.slope|crisis\.threat\.warning\.slope": "b",
        r"choice\.precision": "λ",
        r"choice\.clash_cost": "qD*",
        r"environment\.threat\.start": "θ",
        r"environment\.threat\.noise": "s_θ",
        r"environment\.tension\.start": "τ",
        r"environment\.harm\.aid": "h_1",
        r"environment\.harm\.troops": "h_2",
        r"environment\.harm\.combat": "h_3",
        r"environment\.weights\.distance_scale": "d0",
        r"crisis\.request\.sharpness": "q",
        r"crisis\.request\.level": "g",
        r"states\.Iran\.defence": "D",
        r"states\.Iran\.missiles": "M",
        r"states\.Iran\.proxies": "X",
        r"states\..*\.resolve": "r",
        r"states\..*\.opportunity\.overt": "ν",
        r"states\..*\.opportunity\.tension": "k",
        r"states\..*\.tension_weight": "w_τ",
        r"states\..*\.(covert|strike|campaign)\.ease": "ζ",
        r"states\..*\.deterrence": "Γ",
        r"states\..*\.audience": "α",
        r"states\..*\.prevention": "ω",
        r"states\..*\.patron\.defend": "p_d",
        r"states\..*\.patron\.join": "p_j",
        r"states\..*\.patron\.join_threat": "p_θ",
    }
)
"""Symbols on the model page."""

UNITS: Final[Mapping[str, str]] = MappingProxyType(
    {
        r"response\..*|council\.(oppose_below|support_above|no_mandate|contested)": "logits",
        r"perception\.bias|.*\.tied|.*\.resolve|.*\.dependence": "logits",
        r"accession\.vote\.exposure\..*": "0 to 1",
        r"accession\.vote\..*|.*\.ease": "logits",
        r"council\.contested_memory|perception\.acuity": "0 to 1",
        r"council\.chair_delay|crisis\..*\.duration": "days",
        r"accession\.decision_months|arms\.delivery_lag|.*\.half_life": "months",
        r"signals\..*\.rate|.*jump_rate|environment\.recovery|arms\..*|.*\.opportunity\.(overt|covert)": "per month",
        r"crisis\.threat\.warning\.rate|crisis\.suspend": "probability",
        r".*\.slope": "logits per logit",
        r"choice\.precision|crisis\.request\.sharpness": "per utility",
        r"environment\.threat\.(drift|noise)": "θ per month",
        r"environment\.threat\.start": "θ",
        r"environment\.threat\.boldness|crisis\.(joined_factor|retaliation\.(in_kind|beyond))": "factor",
        r"environment\.tension\.persistence": "0 to 1",
        r"environment\.tension\..*|alignment\.rivals": "τ",
        r"environment\.harm\..*": "H",
        r"environment\.weights\.distance_scale|.*\.distance": "km",
        r"crisis\..*\.deaths": "deaths",
        r"crisis\.(covert|strike|campaign|setback_spread|further).*|crisis\.threat\.(excused|concession)": "0 to 1",
        r"alignment\.observer|states\.Iran\..*|.*\.committed|.*\.ties\..*": "0 to 1",
        r".*\.capability": "CINC share",
        r".*\.opportunity\.tension": "log rate per τ",
        r".*\.threat_weight": "log",
        r".*\.tension_weight|.*\.join_tension": "utility per τ",
        r".*\.(gain|concession|join_threat)": "utility per θ",
        r".*\.(loss|retaliation)": "utility per means",
        r".*\.deterrence|crisis\.request\.help": "utility per H",
        r".*\.(prevention|veto|emboldened)": "weight",
        r".*": "utility",
    }
)
"""Units, of what the symbols say."""
