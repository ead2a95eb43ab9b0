"""Whole-number tables under linear equations, solved by HiGHS; the only place that knows the solver."""

import time
from collections.abc import Sequence

import highspy
import numpy as np
from highspy._core import _Highs  # the public class around it greets on standard output
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Row = Sequence[tuple[int, float]]

NEAR = 1e-6
_OPTIONS: dict[str, bool | int | str] = {"output_flag": False, "log_to_console": False, "threads": 1, "parallel": "off"}
_INFEASIBLE = {highspy.HighsModelStatus.kInfeasible}
_UNBOUNDED = {highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible}


class SolverExhausted(Exception):
    """The solver met its time limit or gave no usable answer: nothing may be concluded."""


class Unbounded(Exception):
    """The objective has no bound."""


class System:
    """Equations `rows · x = 0` over `columns` unknowns, solved again and again under other bounds and costs."""

    def __init__(self, columns: int, rows: Sequence[Row], seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self._columns = columns
        self._all = np.arange(columns, dtype=np.int32)
        self._highs = _Highs()
        # The same settings in every instance of a process: HiGHS keeps one scheduler for all of them.
        for option, value in _OPTIONS.items():
            self._check(self._highs.setOptionValue(option, value))
        self._check(self._highs.passModel(_model(columns, rows)))

    def solve(self, cost: Vector, lower: Vector, upper: Vector) -> Vector | None:
        """The cheapest whole-number solution, or None when there is none. Raises Unbounded, SolverExhausted."""
        self._check(self._highs.changeColsBounds(self._columns, self._all, lower, upper))
        self._check(self._highs.changeColsCost(self._columns, self._all, cost))
        found = self._run()
        if found is not None and not _whole(found):
            self._integral(highspy.HighsVarType.kInteger)
            try:
                found = self._run()
            finally:
                self._integral(highspy.HighsVarType.kContinuous)
        return None if found is None else np.rint(found)

    def _run(self) -> Vector | None:
        left = self._end - time.monotonic()
        if left <= 0:
            raise SolverExhausted("no time left")
        # The limit counts from the creation of the instance, over all of its runs.
        self._highs.setOptionValue("time_limit", self._highs.getRunTime() + left)
        self._check(self._highs.run())
        status = self._highs.getModelStatus()
        if status in _INFEASIBLE:
            return None
        if status in _UNBOUNDED:
            raise Unbounded
        if status != highspy.HighsModelStatus.kOptimal:
            raise SolverExhausted(str(status))
        return np.asarray(self._highs.getSolution().col_value, dtype=np.float64)

    def _integral(self, kind: highspy.HighsVarType) -> None:
        kinds = np.full(self._columns, int(kind.value), dtype=np.uint8)
        self._check(self._highs.changeColsIntegrality(self._columns, self._all, kinds))

    def _check(self, status: highspy.HighsStatus) -> None:
        if status == highspy.HighsStatus.kError:
            raise SolverExhausted("the solver refused the problem")


def _whole(found: Vector) -> bool:
    return bool(np.all(np.abs(found - np.rint(found)) < NEAR))


def _model(columns: int, rows: Sequence[Row]) -> highspy.HighsLp:
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = columns, len(rows)
    model.col_cost_ = np.zeros(columns)
    model.col_lower_ = np.zeros(columns)
    model.col_upper_ = np.full(columns, highspy.kHighsInf)
    model.row_lower_ = model.row_upper_ = np.zeros(len(rows))
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.cumsum([0, *(len(row) for row in rows)], dtype=np.int32)
    model.a_matrix_.index_ = np.array([index for row in rows for index, _ in row], dtype=np.int32)
    model.a_matrix_.value_ = np.array([value for row in rows for _, value in row], dtype=np.float64)
    return model
