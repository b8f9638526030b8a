"""Audit of printed degrees of freedom: which would fit, and what was counted as a unit."""

import pandas as pd

from ..core.validation import require_count
from ..core.wording import format_number
from .p_values import describe_test, p_limits, p_of_size, read_df, read_test, recompute_p
from .results import NO, ONLY_IF, YES, AuditCheck, join_words

__all__ = ["check_degrees_of_freedom", "check_unit_of_analysis"]


def check_degrees_of_freedom(tests, *, max_df: int = 12) -> AuditCheck:
    """Which numerator degrees of freedom would make printed F and p agree.

    Where F and p do not go together, one of the numbers beside them may be the misprint.
    Every numerator from 1 to `max_df` is tried; several tests are given the same one. A p that
    follows by rounding of F counts as agreeing; the denominators are taken as printed.

    Parameters
    ----------
    tests : list of (F, p, (df1, df2))
        As printed, e.g. [("5.88", "0.001", (1, 67))]. All have the same printed df1.
    max_df : int
        Largest numerator that is tried.

    Returns
    -------
    AuditCheck
        `details` has one row per test and numerator: test, printed (whether this numerator
        was printed), df1, df2, p_value, p_low, p_high, fits ("rounded", "cut off" or ""),
        printed_low, printed_high (what rounds to the printed p).

    Raises
    ------
    ValueError
        If there is no test, the printed df1 differ or lie above max_df, or a number is not
        printed as one.

    See Also
    --------
    check_p_from_statistic : One test, with the degrees of freedom as printed.

    Examples
    --------
    >>> print(check_degrees_of_freedom([("5.88", "0.001", (1, 67))]).words)
    consistent only if the numerator had 3 degrees of freedom instead of 1
    """
    where = "check_degrees_of_freedom"
    require_count(max_df, "max_df", where)
    read = [read_test(*test[:2], "F", test[2], where) for test in tests]
    numerators = {degrees[0] for *_, degrees in read}
    if len(numerators) != 1 or not 1 <= min(numerators) <= max_df:
        raise ValueError(
            f"{where}: the tests need one numerator from 1 to {max_df}; received "
            f"{', '.join(f'{number:g}' for number in sorted(numerators)) or 'no test'}"
        )
    own = int(numerators.pop())
    names = [describe_test(value, p, "F", degrees) for value, p, degrees in read]
    rows = [
        (name, df1 == own, df1, df2, *recompute_p(value, p, "F", (df1, df2)), *p_limits(p))
        for name, (value, p, (_, df2)) in zip(names, read, strict=True)
        for df1 in range(1, max_df + 1)
    ]
    columns = ["test", "printed", "df1", "df2", "p_value", "p_low", "p_high", "fits"]
    columns += ["printed_low", "printed_high"]
    details = pd.DataFrame(rows, columns=columns)
    agrees = details["fits"].eq("rounded").groupby(details["df1"]).all()
    fitting = agrees.index[agrees].tolist()
    verdict, condition = YES if own in fitting else NO, ""
    if fitting and own not in fitting:
        verdict = ONLY_IF
        words = _describe_df(fitting, max_df)
        condition = f"the numerator had {words} instead of {own}"
    return AuditCheck(
        check="degrees of freedom of F",
        printed="; ".join(names),
        follows=f"p agrees with {_describe_df(fitting, max_df)} in the numerator",
        verdict=verdict,
        condition=condition,
        explanation=f"Numerators from 1 to {max_df} were tried"
        + (", the same for all tests." if len(names) > 1 else "."),
        details=details,
    )


def _describe_df(fitting: list[int], max_df: int) -> str:
    """Degrees of freedom that fit, in words."""
    if not fitting:
        return f"none of 1 to {max_df} degrees of freedom"
    if len(fitting) > 2 and fitting == list(range(fitting[0], max_df + 1)):
        return f"{fitting[0]} or more degrees of freedom"
    return f"{join_words(fitting)} degree{'' if fitting == [1] else 's'} of freedom"


def check_unit_of_analysis(df, n: int, *, conditions: int = 2, statistic=None) -> AuditCheck:
    """Whether an F test has more error degrees of freedom than its participants can give.

    n participants, each in k conditions, give (n - 1) x (k - 1) error degrees of freedom for
    the comparison of the conditions, and fewer where there are groups. More of them mean that
    something smaller than a participant in a condition was counted: a day, a visit, an item.
    That is no error where the model allows for the correlation of these; where it does not,
    the p value is too small (Hurlbert 1984 calls it pseudoreplication).

    Parameters
    ----------
    df : pair of number
        Of the numerator and of the denominator, as printed.
    n : int
        Participants.
    conditions : int
        Conditions or phases that each participant passed through.
    statistic : str or number, optional
        The printed F. With it p is shown for both numbers of degrees of freedom.

    Returns
    -------
    AuditCheck
        `details` has two rows, for the printed degrees of freedom and for those of the
        participants: reading, df1, df2, and p_value (nan without a statistic).

    Raises
    ------
    ValueError
        If df is not a positive pair, or n or conditions is below 2.

    See Also
    --------
    check_degrees_of_freedom : Searches the numerator that would fit.

    Examples
    --------
    >>> check = check_unit_of_analysis((1, 101), 28, statistic="7.7")
    >>> print(check.follows)
    28 participants in 2 conditions give 27 error degrees of freedom
    """
    where = "check_unit_of_analysis"
    effect, error = read_df("F", df, where)
    n, conditions = (
        require_count(value, name, where, 2)
        for value, name in ((n, "n"), (conditions, "conditions"))
    )
    limit = (n - 1) * (conditions - 1)
    rows = [("as printed", effect, error), ("of the participants", effect, float(limit))]
    details = pd.DataFrame(rows, columns=["reading", "df1", "df2"])
    details["p_value"] = float("nan")
    explanation = ""
    if statistic is not None:
        value, *_ = read_test(statistic, "1", "F", df, where)
        details["p_value"] = [p_of_size("F", float(value), row[1:]) for row in rows]
        p = [format_number(number) for number in details["p_value"]]
        explanation = (
            f"F = {value.text} has p {p[0]} on {error:g} error degrees of freedom and p {p[1]} "
            f"on {limit}."
        )
    few = error <= limit
    return AuditCheck(
        check="unit of analysis",
        printed=f"F({effect:g}, {error:g}) of {n} participants",
        follows=f"{n} participants in {conditions} conditions give {limit} error degrees of freedom",
        verdict=YES if few else ONLY_IF,
        condition=""
        if few
        else "repeated observations of the participants (days, visits) were the units, which needs "
        "a model of their correlation",
        explanation=explanation,
        details=details,
    )
