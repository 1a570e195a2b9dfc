"""Reduced ordered binary decision diagrams, small and iterative: an algebra with exact probabilities.

Nodes are numbers; 0 is never, 1 is always. A child is always made before its parent, so numbers are a topological
order and every pass over them is a loop. Bryant, Graph-Based Algorithms for Boolean Function Manipulation, 1986.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from archgen.model.subject import Subject

NEVER, ALWAYS = 0, 1
_TERMINAL = 1 << 60
_SHIFT = 30
"""Two nodes are one number in the memory of results: half the time of a tuple of them."""


class BudgetExceeded(Exception):
    """The diagram would need more nodes, or more steps, than it was allowed."""


class Bdd:
    """A shared store of nodes (variable, low, high) for elements in an order: smaller variables nearer the root.

    The elements of one group of the order are one variable: any of them has failed. An element that is not in the
    order is taken never to fail. `budget` bounds the nodes, and the steps threefold.
    """

    def __init__(self, order: Sequence[Sequence[Subject]], budget: int) -> None:
        self.never = NEVER
        self.always = ALWAYS
        self.variable = [_TERMINAL, _TERMINAL]
        self.low = [0, 1]
        self.high = [0, 1]
        self._steps = 0
        self._budget = budget
        self._place: Mapping[Subject, int] = {element: place for place, parts in enumerate(order) for element in parts}
        self._unique: dict[tuple[int, int, int], int] = {}
        self._either: dict[int, int] = {}
        self._both: dict[int, int] = {}

    def element(self, subject: Subject) -> int:
        """Return the function that is true exactly if the element, or one of its group, has failed."""
        place = self._place.get(subject)
        return NEVER if place is None else self._node(place, NEVER, ALWAYS)

    def _node(self, variable: int, low: int, high: int) -> int:
        if low == high:
            return low
        key = (variable, low, high)
        node = self._unique.get(key)
        if node is None:
            if len(self.variable) >= self._budget:
                raise BudgetExceeded
            node = len(self.variable)
            self.variable.append(variable)
            self.low.append(low)
            self.high.append(high)
            self._unique[key] = node
        return node

    def any_of(self, values: Iterable[int]) -> int:
        """Return the disjunction."""
        disjunction = NEVER
        for value in values:
            disjunction = self._apply(disjunction, value, False)
        return disjunction

    def at_least(self, count: int, values: Sequence[int]) -> int:
        """Return the function that is true if at least `count` of the functions are."""
        if count == len(values):
            conjunction = ALWAYS
            for value in values:
                conjunction = self._apply(conjunction, value, True)
            return conjunction
        reached = [ALWAYS] + [NEVER] * count
        for value in values:
            for level in range(count, 0, -1):
                reached[level] = self._apply(reached[level], self._apply(reached[level - 1], value, True), False)
        return reached[count]

    @staticmethod
    def _settled(first: int, second: int, conjunction: bool) -> int | None:
        """Return the result of an operation that needs no descent, else None."""
        if first == second:
            return first
        small, large = (first, second) if first < second else (second, first)
        if small == NEVER:
            return NEVER if conjunction else large
        if small == ALWAYS:
            return large if conjunction else ALWAYS
        return None

    def _apply(self, first: int, second: int, conjunction: bool) -> int:
        """Return the operation on two functions, from memory or computed."""
        settled = self._settled(first, second, conjunction)
        if settled is not None:
            return settled
        memo = self._both if conjunction else self._either
        key = (first << _SHIFT) | second if first < second else (second << _SHIFT) | first
        result = memo.get(key)
        return self._work_out(key, memo, conjunction) if result is None else result

    def _work_out(self, root: int, memo: dict[int, int], conjunction: bool) -> int:
        """Descend as Bryant does, with a stack of pairs instead of recursion, so that depth is no limit.

        Written out in one loop: it takes nearly all of the time, and calls would double it.
        """
        variables, lows, highs = self.variable, self.low, self.high
        absorbing, neutral = (NEVER, ALWAYS) if conjunction else (ALWAYS, NEVER)
        mask = (1 << _SHIFT) - 1
        stack = [root]
        while stack:
            key = stack[-1]
            if key in memo:
                stack.pop()
                continue
            first, second = key >> _SHIFT, key & mask
            top, beside = variables[first], variables[second]
            first_low = first_high = first
            second_low = second_high = second
            if top <= beside:
                first_low, first_high = lows[first], highs[first]
            if beside <= top:
                top = beside
                second_low, second_high = lows[second], highs[second]
            # each branch is settled, or known, or pushed to be worked out first
            if first_low in (second_low, absorbing) or second_low == neutral:
                low: int | None = first_low
            elif first_low == neutral or second_low == absorbing:
                low = second_low
            else:
                wanted = (
                    (first_low << _SHIFT) | second_low if first_low < second_low else (second_low << _SHIFT) | first_low
                )
                low = memo.get(wanted)
                if low is None:
                    stack.append(wanted)
            if first_high in (second_high, absorbing) or second_high == neutral:
                high: int | None = first_high
            elif first_high == neutral or second_high == absorbing:
                high = second_high
            else:
                wanted = (
                    (first_high << _SHIFT) | second_high
                    if first_high < second_high
                    else (second_high << _SHIFT) | first_high
                )
                high = memo.get(wanted)
                if high is None:
                    stack.append(wanted)
            if low is not None and high is not None:
                self._steps += 1
                if self._steps > 3 * self._budget:
                    raise BudgetExceeded
                memo[key] = self._node(top, low, high)
                stack.pop()
        return memo[root]

    def reachable(self, root: int) -> list[int]:
        """Return the inner nodes under a root, children before parents."""
        seen = {root}
        queue = [root]
        for node in queue:
            for child in (self.low[node], self.high[node]):
                if child not in seen:
                    seen.add(child)
                    queue.append(child)
        return sorted(node for node in seen if node > ALWAYS)

    def probability(self, root: int, chances: Sequence[float]) -> float:
        """Return the chance that the function is true, where `chances[v]` is that of variable v; variables independent."""
        return self._values(root, chances)[root]

    def _values(self, root: int, chances: Sequence[float]) -> dict[int, float]:
        values = {NEVER: 0.0, ALWAYS: 1.0}
        for node in self.reachable(root):
            chance = chances[self.variable[node]]
            values[node] = (1.0 - chance) * values[self.low[node]] + chance * values[self.high[node]]
        return values

    def derivatives(self, root: int, chances: Sequence[float]) -> list[float]:
        """Return the derivative of the function's chance by the chance of each variable (Birnbaum, 1969)."""
        values = self._values(root, chances)
        slopes = [0.0] * len(chances)
        weight = {root: 1.0}
        for node in reversed(self.reachable(root)):
            variable = self.variable[node]
            own = weight[node]
            slopes[variable] += own * (values[self.high[node]] - values[self.low[node]])
            for child, share in ((self.low[node], 1.0 - chances[variable]), (self.high[node], chances[variable])):
                weight[child] = weight.get(child, 0.0) + own * share
        return slopes
