"""The five worked customers of the policy (defaults 2(b), E1-E5) with exactly their inputs."""

from decimal import Decimal
from typing import Final

from workflows.demo.worked_trade import Behaviour

EXAMPLES = None
D = Decimal
BEHAVIOURS: Final = {
    "E1": (Behaviour(
        monthly=D(820_000), growth=21, term=30, margin=D("24.2"), lines=17,
        late=(("0.45", 6),), unpaid=(), slightly={1: 14}, peak=D(888_000), dso_change=-2,
    ), D(1_200_000), {"HP1": "99.1", "HP2": "100", "HP3": "0.4", "HP4": "6", "HP5": "74", "HP6": "-2", "DP1": "21", "DP3": "1.21", "DP4": "12"}),
    "E2": (Behaviour(
        monthly=D(420_000), growth=11, term=30, margin=D("20.8"), lines=31,
        late=(("0.9", 14), ("0.9", 14)), unpaid=(("0.5", 0),), slightly={3: 25, 2: 1}, peak=D(455_000), dso_change=3,
    ), D(500_000), {"HP1": "95.4", "HP2": "99", "HP3": "2.1", "HP4": "14", "HP5": "91", "HP6": "3", "DP1": "11", "DP3": "1.04", "DP4": "12"}),
    "E3": (Behaviour(
        monthly=D(150_000), growth=7, term=15, margin=D("18.4"), lines=9,
        late=(("0.35", 28), ("0.35", 28), ("0.35", 28), ("0.35", 27), ("0.35", 26), ("0.35", 25), ("0.35", 24), ("0.3", 22)),
        unpaid=(("1", 0), ("1", 0)), slightly={3: 39}, peak=D(137_200), dso_change=6, quiet_month=7,
    ), D(140_000), {"HP1": "90.5", "HP2": "96", "HP3": "6.5", "HP4": "28", "HP5": "98", "HP6": "6", "DP1": "7", "DP3": "0.92", "DP4": "11"}),
    "E5": (Behaviour(
        monthly=D(500_000), growth=22, term=30, margin=D("17"), lines=41,
        late=(("0.5", 60), ("0.5", 55), ("0.5", 45), ("0.5", 40), ("0.5", 35)),
        unpaid=(("1", 95), ("0.5", 60)), slightly={3: 20}, peak=D(686_000), dso_change=6,
    ), D(700_000), {"HP1": "92", "HP2": "97", "HP3": "9", "HP4": "95", "HP5": "98", "HP6": "6", "DP1": "22", "DP3": "0.85", "DP4": "12"}),
}
