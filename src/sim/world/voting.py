"""The Council's five decision rules: when a vote gives a mandate, and how likely it is to (model page 7.3).

consensus            nobody opposes: an abstention does not stand in the way
consensus_minus_one  at most one member opposes
majority             more than half of the active members support
leader               the leader supports
each_as_it_deems     no vote: nobody needs a mandate, nobody is given one

`allows` is the rule. The Council applies it to the votes that are cast (`decide`); whoever anticipates the Council sums
it over the law of the number of votes (`expect`), the Poisson binomial law of independent members with chances of their
own. The sums run member by member in their order: the same cell must give the same bytes in every batch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.float64]
    Flags = NDArray[np.bool_]

RULES: Final = ("consensus", "consensus_minus_one", "majority", "leader", "each_as_it_deems")
"""Names of the rules; the index is the code."""

CONSENSUS: Final = 0
CONSENSUS_MINUS_ONE: Final = 1
MAJORITY: Final = 2
LEADER: Final = 3
EACH_AS_IT_DEEMS: Final = 4


def present(rule: NDArray[np.int8]) -> tuple[int, ...]:
    """Codes of the rules that some point of a batch has, in order."""
    return tuple(code for code in range(len(RULES)) if bool((rule == code).any()))


def allows(
    rule: int, opposed: ArrayLike, supported: ArrayLike, members: ArrayLike, leader_supports: ArrayLike
) -> Flags:
    """Whether a rule gives a mandate for votes counted.

    Args:
        rule: code of the rule.
        opposed: how many active members oppose.
        supported: how many support.
        members: how many are active.
        leader_supports: whether the leader is one of the supporters.

    """
    match rule:
        case 0:  # consensus
            return np.asarray(np.equal(opposed, 0))
        case 1:  # consensus minus one
            return np.asarray(np.less_equal(opposed, 1))
        case 2:  # majority
            return np.asarray(np.greater(np.multiply(supported, 2), members))
        case 3:  # leader
            return np.asarray(np.asarray(leader_supports, np.bool_))
        case _:
            return np.ones((), np.bool_)


def decide(
    opposes: Sequence[Flags], supports: Sequence[Flags], active: Sequence[Flags], rule: NDArray[np.int8]
) -> Flags:
    """Whether the votes cast give a mandate.

    Args:
        opposes: whether each member opposes, the leader first.
        supports: whether it supports.
        active: whether it votes at all.
        rule: code of the rule in each cell.

    """
    opposed = supported = members = np.zeros((), np.int64)
    for against, behind, votes in zip(opposes, supports, active, strict=True):
        opposed = opposed + (against & votes)
        supported = supported + (behind & votes)
        members = members + votes
    passed = np.ones(np.broadcast_shapes(opposed.shape, rule.shape), np.bool_)
    for code in present(rule):
        passed = np.where(rule == code, allows(code, opposed, supported, members, supports[0] & active[0]), passed)
    return np.asarray(passed)


def expect(
    not_opposed: Sequence[Array], supports: Sequence[Array], active: Sequence[Flags], rule: NDArray[np.int8]
) -> tuple[Array, list[Array]]:
    """Chance of a mandate, and for each member the chance that it supports and there is a mandate.

    Args:
        not_opposed: chance of each member, the leader first, not to oppose; members vote independently.
        supports: chance of each to support.
        active: whether it votes at all.
        rule: code of the rule in each cell.

    """
    # Times a flag is cheaper than asking by it.
    yes = [np.asarray(chance * votes + ~votes) for chance, votes in zip(not_opposed, active, strict=True)]
    own = [np.asarray(chance * votes) for chance, votes in zip(supports, active, strict=True)]
    members = np.zeros((), np.int64)
    for votes in active:
        members = members + votes
    passed: Array = np.ones((), yes[0].dtype)
    hands: list[Array] = [passed for _ in own]
    codes = present(rule)
    if codes == (CONSENSUS,):  # the same, without the detour over where each rule holds
        return _unanimous(yes, own)
    for code in codes:
        if code == EACH_AS_IT_DEEMS:
            continue
        chance, theirs = _unanimous(yes, own) if code == CONSENSUS else _counted(code, yes, own, members)
        here = rule == code
        passed = np.asarray(np.where(here, chance, passed))
        hands = [np.asarray(np.where(here, hand, before)) for hand, before in zip(theirs, hands, strict=True)]
    return passed, hands


def tally(chances: Sequence[Array], most: int | None = None) -> list[Array]:
    """Law of the number of successes of independent trials: its chances of 0, 1, ... up to `most` (or all).

    The Poisson binomial law by recursion over the trials (Chen and Liu 1997, "Statistical applications of the
    Poisson-binomial and conditional Bernoulli distributions").
    """
    law: list[Array] = [np.ones(())]
    for chance in chances:
        miss = 1.0 - chance
        inner = [np.asarray(law[count] * miss + law[count - 1] * chance) for count in range(1, len(law))]
        longer = [np.asarray(law[0] * miss), *inner, np.asarray(law[-1] * chance)]
        law = longer if most is None else longer[: most + 1]
    return law


def _unanimous(yes: Sequence[Array], own: Sequence[Array]) -> tuple[Array, list[Array]]:
    """Consensus: nobody opposes; a supporter among them does not oppose, so the others must not."""
    one = np.ones((), yes[0].dtype)
    before: list[Array] = [one]
    for chance in yes[:-1]:
        before.append(np.asarray(before[-1] * chance))
    after: Array = one
    hands: list[Array] = []
    for index in range(len(yes) - 1, -1, -1):
        hands.append(np.asarray(own[index] * before[index] * after))
        after = np.asarray(after * yes[index])
    hands.reverse()
    return after, hands


def _counted(
    code: int, yes: Sequence[Array], own: Sequence[Array], members: NDArray[np.int64]
) -> tuple[Array, list[Array]]:
    """Sum a rule over the law of the votes that it counts: those of all, and of all but one that supports."""
    passed = _chance(code, yes, own, members, None)
    return passed, [np.asarray(own[i] * _chance(code, yes, own, members, i)) for i in range(len(own))]


def _chance(
    code: int, yes: Sequence[Array], own: Sequence[Array], members: NDArray[np.int64], backer: int | None
) -> Array:
    """Chance of a mandate; with a `backer`, given that this member supports."""
    if code == LEADER:
        return np.ones(()) if backer == 0 else own[0]
    rest = [i for i in range(len(own)) if i != backer]
    sure = 0 if backer is None else 1
    law = tally([own[i] for i in rest]) if code == MAJORITY else tally([1.0 - yes[i] for i in rest], most=1)
    total: Array = np.zeros(())
    for count, chance in enumerate(law):
        # A rule looks at one of the two numbers only, and that is the one counted here.
        total = np.asarray(total + chance * allows(code, count, count + sure, members, leader_supports=False))
    return total
