"""Least squares of all specifications of a batch, for one order of the residuals or for many.

Each regression coefficient is a line through residuals: what is left of ESR and of the outcome
once the other columns are taken out of both (Frisch and Waugh 1933). Write Q for an orthonormal
basis of those columns, x for what is left of ESR and e for what is left of the outcome. If P puts
e in another order, the new outcome is its old fit + P e (Freedman and Lane 1983), and its
regression needs x'P e, Q'P e and e'e only:

    slope = x'P e / x'x,   residual sum of squares = e'e - |Q'P e|^2 - (x'P e)^2 / x'x.

So all orders of all specifications are matrix products. The data are the order in which e stands.
"""

from typing import NamedTuple

import numpy as np

from .batches import Batch

__all__: list[str] = []


class System(NamedTuple):
    """A batch with the covariates taken out: all that another order leaves alone.

    K outcomes, V forms of ESR, n participants, k columns adjusted for (the constant is one).
    """

    kinds: tuple[str, ...]
    resid: np.ndarray  # e, shape (K, n)
    fitted: np.ndarray  # the outcome about its mean less e, shape (K, n)
    inside: np.ndarray  # Q'y, shape (K, k)
    columns: np.ndarray  # x of each form, then Q; shape (K, n, V + k)
    sxx: np.ndarray  # x'x, shape (K, V)
    ss_form: np.ndarray  # of ESR about its mean, shape (V,)
    deletion: "Deletion | None"  # where a kind needs it


class Deletion(NamedTuple):
    """What leaving out one participant changes; each of shape (K, V, n) but the first."""

    moves: np.ndarray  # P e @ moves: what each participant adds to x'x * slope, (K, n, V * n)
    rest: np.ndarray  # times moves^2: what the residual sum of squares loses
    sxx: np.ndarray  # x'x without them
    ss_form: np.ndarray  # of ESR without them


class Solution(NamedTuple):
    """Fits of B orders: slope, its error and SD of ESR per SD of the outcome, (K, B, V, C)."""

    slope: np.ndarray
    std_error: np.ndarray
    scale: np.ndarray


def prepare_system(batch: Batch) -> System:
    """Take the covariates out of ESR and the outcomes of a batch."""
    basis = batch.basis
    inside = np.einsum("Knk,Kn->Kk", basis, batch.y)
    fitted = np.einsum("Knk,Kk->Kn", basis, inside)
    around = np.einsum("Knk,Vn->KVk", basis, batch.forms)
    x = batch.forms - np.einsum("Knk,KVk->KVn", basis, around)
    sxx, ss_form = (x**2).sum(-1), (batch.forms**2).sum(-1)
    needs = any(kind == "HC3" or kind.endswith("without") for kind in batch.kinds)
    return System(
        kinds=batch.kinds,
        resid=batch.y - fitted,
        fitted=fitted,
        inside=inside,
        columns=np.concatenate([np.swapaxes(x, 1, 2), basis], axis=-1),
        sxx=sxx,
        ss_form=ss_form,
        deletion=_prepare_deletion(batch, x, sxx, ss_form) if needs else None,
    )


def _prepare_deletion(batch: Batch, x, sxx, ss_form) -> Deletion:
    """Closed forms of a fit without one participant (Cook 1977): nothing is refitted."""
    n = x.shape[-1]
    leverage = (batch.basis**2).sum(-1)[:, None]  # without ESR
    remover = np.eye(n) - batch.basis @ np.swapaxes(batch.basis, 1, 2)
    remover = remover[:, None] - x[..., None] * x[..., None, :] / sxx[..., None, None]
    left = 1 - leverage - x**2 / sxx[..., None]  # 1 - leverage with ESR
    with np.errstate(divide="ignore", invalid="ignore"):
        moves = remover * (x / left)[..., None, :]  # (K, V, n, n)
        rest = np.where(x != 0, left / x**2, 0.0)
    return Deletion(
        moves=np.moveaxis(moves, 1, 2).reshape(len(x), n, -1),
        rest=rest,
        sxx=sxx[..., None] - x**2 / (1 - leverage),
        ss_form=np.broadcast_to(ss_form[:, None] - batch.forms**2 * n / (n - 1), x.shape),
    )


def count_freedom(system: System) -> tuple[np.ndarray, np.ndarray]:
    """Degrees of freedom and participants of each kind of fit."""
    n, k = system.resid.shape[1], system.inside.shape[1]
    n_obs = np.array([n - kind.endswith("without") for kind in system.kinds])
    return n_obs - k - 1, n_obs


def solve_orders(system: System, order: np.ndarray, part: slice = slice(None)) -> Solution:
    """Fit the batch with the residuals in each order.

    Parameters
    ----------
    system : System
        What `prepare_system` gives.
    order : ndarray of int, shape (B, n)
        Whose residual each participant gets; `arange(n)` fits the data.
    part : slice
        Which of the K outcomes.

    Returns
    -------
    Solution
    """
    own = _take_part(system, part)
    shuffled = np.take(own.resid, order, axis=1)  # (K, B, n)
    product = shuffled @ own.columns
    forms = len(own.ss_form)
    cross, inside = product[..., :forms], product[..., forms:]
    sxx = own.sxx[:, None]
    ss_resid = (own.resid**2).sum(-1)[:, None]
    kept = own.inside[:, None]
    ss_y = ss_resid + (kept * (kept + 2 * inside)).sum(-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = cross / sxx
        rss = (ss_resid - (inside**2).sum(-1))[..., None] - slope * cross
        rss = np.maximum(rss, 0.0)
        scale = np.sqrt(own.ss_form / ss_y[..., None])
        df = count_freedom(own)[0]
        found = []
        moves = None
        if own.deletion:
            moves = (shuffled @ own.deletion.moves).reshape(*slope.shape, -1)
        for kind, freedom in zip(own.kinds, df, strict=True):
            if kind == "HC3":
                found.append((slope, np.sqrt((moves**2).sum(-1)) / sxx, scale))
            elif kind.endswith("without"):
                found.append(_leave_out(own, shuffled, moves, slope, rss, ss_y, freedom))
            else:
                found.append((slope, np.sqrt(rss / freedom / sxx), scale))
    return Solution(*(np.stack(values, axis=-1) for values in zip(*found, strict=True)))


def _take_part(system: System, part: slice) -> System:
    """The same of some of the outcomes."""
    return system._replace(
        deletion=system.deletion and Deletion(*(value[part] for value in system.deletion)),
        **{
            name: getattr(system, name)[part]
            for name in ("resid", "fitted", "inside", "columns", "sxx")
        },
    )


def _take_part(system: System, part: slice) -> System:
    """The same of some of the outcomes."""
    return system._replace(
        deletion=system.deletion and Deletion(*(value[part] for value in system.deletion)),
        **{
            name: getattr(system, name)[part]
            for name in ("resid", "fitted", "inside", "columns", "sxx")
        },
    )


def _leave_out(own: System, shuffled, moves, slope, rss, ss_y, freedom) -> tuple[np.ndarray, ...]:
    """Slope, error and scale without the participant who moves the slope most."""
    n = shuffled.shape[-1]
    who = np.abs(moves).argmax(-1)  # (K, B, V)
    move = np.take_along_axis(moves, who[..., None], -1)[..., 0]
    rest, sxx, ss_form = (
        np.take_along_axis(values[:, None], who[..., None], -1)[..., 0]
        for values in own.deletion[1:]
    )
    y = np.take_along_axis(shuffled, who, -1) + np.take_along_axis(own.fitted[:, None], who, -1)
    ss_y = ss_y[..., None] - y**2 * n / (n - 1)
    std_error = np.sqrt(np.maximum(rss - move**2 * rest, 0.0) / freedom / sxx)
    return slope - move / own.sxx[:, None], std_error, np.sqrt(ss_form / ss_y)
