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
    ss_form: np.ndarray  # of ESR about its mean, shape (V,)
    resid: np.ndarray  # e, shape (K, n)
    fitted: np.ndarray  # the outcome about its mean less e, shape (K, n)
    inside: np.ndarray  # Q'y, shape (K, k)
    columns: np.ndarray  # x of each form, then Q; shape (K, V + k, n)
    sxx: np.ndarray  # x'x, shape (K, V)
    deletion: "Deletion | None"  # where a kind needs it


class Deletion(NamedTuple):
    """What leaving out one participant changes; each of shape (K, V, n) but the first."""

    moves: np.ndarray  # P e @ moves: what each participant adds to x'x * slope, (K, n, V * n)
    rest: np.ndarray  # times moves^2: what the residual sum of squares loses
    sxx: np.ndarray  # x'x without them
    ss_form: np.ndarray  # of ESR without them


class Fit(NamedTuple):
    """One kind of fit in B orders; each of shape (K, V, B)."""

    slope: np.ndarray
    std_error: np.ndarray
    scale: np.ndarray  # SD of ESR per SD of the outcome


def prepare_system(batch: Batch) -> System:
    """Take the covariates out of ESR and the outcomes of a batch."""
    basis = batch.basis
    inside = np.einsum("Knk,Kn->Kk", basis, batch.y)
    fitted = np.einsum("Knk,Kk->Kn", basis, inside)
    around = np.einsum("Knk,Vn->KVk", basis, batch.forms)
    x = batch.forms - np.einsum("Knk,KVk->KVn", basis, around)
    sxx, ss_form = (x**2).sum(-1), (batch.forms**2).sum(-1)
    needed = any(kind == "HC3" or kind.endswith("without") for kind in batch.kinds)
    return System(
        kinds=batch.kinds,
        ss_form=ss_form,
        resid=batch.y - fitted,
        fitted=fitted,
        inside=inside,
        columns=np.concatenate([x, np.swapaxes(basis, 1, 2)], axis=1),
        sxx=sxx,
        deletion=_prepare_deletion(batch, x, sxx, ss_form) if needed else None,
    )


def _prepare_deletion(batch: Batch, x, sxx, ss_form) -> Deletion:
    """Closed forms of a fit without one participant (Cook 1977): nothing is refitted."""
    n = x.shape[-1]
    leverage = (batch.basis**2).sum(-1)[:, None]  # without ESR
    remover = np.eye(n) - batch.basis @ np.swapaxes(batch.basis, 1, 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        remover = remover[:, None] - x[..., None] * x[..., None, :] / sxx[..., None, None]
        left = 1 - leverage - x**2 / sxx[..., None]  # 1 - leverage with ESR
        moves = remover * (x / left)[..., None, :]  # (K, V, n, n)
        rest = np.where(x != 0, left / x**2, 0.0)
    return Deletion(
        moves=np.moveaxis(moves, 1, 2).reshape(len(x), n, -1),
        rest=rest,
        sxx=sxx[..., None] - x**2 / (1 - leverage),
        ss_form=np.tile(ss_form[:, None] - batch.forms**2 * n / (n - 1), (len(x), 1, 1)),
    )


def count_freedom(system: System) -> tuple[np.ndarray, np.ndarray]:
    """Degrees of freedom and participants of each kind of fit."""
    n, k = system.resid.shape[1], system.inside.shape[1]
    n_obs = np.array([n - kind.endswith("without") for kind in system.kinds])
    return n_obs - k - 1, n_obs


def split_system(system: System, step: int) -> list[System]:
    """The same in parts of so many outcomes, so that the products stay small."""
    outcomes = {name: getattr(system, name) for name in System._fields[2:-1]}
    parts = []
    for start in range(0, len(system.resid), step):
        part = slice(start, start + step)
        own = {name: values[part] for name, values in outcomes.items()}
        deletion = system.deletion and Deletion(*(values[part] for values in system.deletion))
        parts.append(system._replace(**own, deletion=deletion))
    return parts


def solve_orders(system: System, order: np.ndarray) -> list[Fit]:
    """Fit the batch with the residuals in each order, once for each kind of fit.

    Parameters
    ----------
    system : System
        What `prepare_system` gives.
    order : ndarray of int, shape (n, B)
        Whose residual each participant gets; a column of 0 to n - 1 fits the data.

    Returns
    -------
    list of Fit
        As `system.kinds`.
    """
    shuffled = system.resid.take(order, axis=1)  # (K, n, B)
    product = system.columns @ shuffled
    forms = len(system.ss_form)
    cross, inside = product[:, :forms], product[:, forms:]
    sxx = system.sxx[..., None]
    ss_resid = (system.resid**2).sum(-1)[:, None, None]
    kept = system.inside[..., None]
    ss_y = ss_resid + (kept * (kept + 2 * inside)).sum(1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = cross / sxx
        rss = np.maximum(ss_resid - (inside**2).sum(1, keepdims=True) - slope * cross, 0.0)
        whole = Fit(slope, np.sqrt(rss), np.sqrt(system.ss_form[:, None] / ss_y))
        largest = _find_largest(system, shuffled) if system.deletion else None
        fits = []
        for kind, df in zip(system.kinds, count_freedom(system)[0], strict=True):
            if kind == "HC3":
                fits.append(whole._replace(std_error=np.sqrt(largest.sum_squares) / sxx))
            elif kind.endswith("without"):
                fits.append(_leave_out(system, shuffled, largest, slope, rss, ss_y, df))
            else:
                fits.append(whole._replace(std_error=np.sqrt(rss / (df * sxx))))
    return fits


class Largest(NamedTuple):
    """Who moves the slope most, and by how much (times x'x); each of shape (K, V, B)."""

    who: np.ndarray
    move: np.ndarray
    sum_squares: np.ndarray | None  # of everybody's moves, which is what HC3 needs


def _find_largest(system: System, shuffled: np.ndarray) -> Largest:
    """Everybody's moves of the slope, outcome by outcome so that they stay in the cache."""
    count, n, orders = shuffled.shape
    shape = count, len(system.ss_form), orders
    who, move = np.empty(shape, int), np.empty(shape)
    squares = np.empty(shape) if "HC3" in system.kinds else None
    first = n * np.arange(orders * shape[1])
    product = np.empty((orders, system.deletion.moves.shape[-1]))
    moves = product.reshape(-1, n)
    sizes = np.empty_like(moves)
    for k in range(count):
        np.matmul(shuffled[k].T, system.deletion.moves[k], out=product)
        at = np.abs(moves, out=sizes).argmax(-1)
        who[k] = at.reshape(orders, -1).T
        move[k] = moves.reshape(-1).take(at + first).reshape(orders, -1).T
        if squares is not None:
            squares[k] = np.einsum("ij,ij->i", moves, moves).reshape(orders, -1).T
    return Largest(who, move, squares)


def _leave_out(system: System, shuffled, largest: Largest, slope, rss, ss_y, df) -> Fit:
    """The fit without the participant who moves the slope most."""
    count, n, orders = shuffled.shape
    who, move, _ = largest
    own = who + n * np.arange(count * who.shape[1]).reshape(count, -1, 1)
    rest, sxx, ss_form = (values.reshape(-1).take(own) for values in system.deletion[1:])
    own = who + n * np.arange(count).reshape(count, 1, 1)
    y = system.fitted.reshape(-1).take(own)
    y += shuffled.reshape(-1).take(own * orders + np.arange(orders))
    return Fit(
        slope - move / system.sxx[..., None],
        np.sqrt(np.maximum(rss - move**2 * rest, 0.0) / (df * sxx)),
        np.sqrt(ss_form / (ss_y - y**2 * (n / (n - 1)))),
    )
