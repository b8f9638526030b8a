"""Export the multiple-choice questions for Moodle and other systems that read GIFT.

    python docs/quiz.py        writes build/questions.gift

The questions stand in questions.toml. Each {name} in them is a number that is computed here from
the tables of the project, so that a question cannot disagree with a notebook.
"""

import re
import sys
import tomllib
from pathlib import Path
from zlib import crc32

import ldn_analysis as ldn

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "build" / "questions.gift"
AT_ESR = 30
TESTS = 9
ALPHA = 0.05


def compute_lines() -> dict[str, float]:
    """Both panes of Fig. 2, their prediction and their difference."""
    data = ldn.load_dataset("esr_pain_change")
    fits = ldn.fit_lines(data)
    values = {}
    for name in ("ldn", "placebo"):
        fit = fits[name]
        low, high = fit.confidence_interval("slope")
        values |= {f"slope_{name}": f"{fit.slope:.2f}", f"p_{name}": f"{fit.p_value:.3f}"}
        values |= {f"low_{name}": f"{low:.2f}", f"high_{name}": f"{high:.2f}"}
    row = fits["ldn"].predict([AT_ESR]).iloc[0]
    values |= {"band_low": f"{row.conf_low:.0f}", "band_high": f"{row.conf_high:.0f}"}
    values |= {"pred_low": f"{row.pred_low:.0f}", "pred_high": f"{row.pred_high:.0f}"}
    difference = ldn.compare_slopes(data).to_frame().iloc[0]
    for name, column in (
        ("diff", "estimate"),
        ("diff_low", "conf_low"),
        ("diff_high", "conf_high"),
    ):
        values[name] = f"{difference[column]:.2f}"
    return values | {
        "rise": f"{20 * fits['ldn'].slope:.0f}",
        "r_squared": f"{100 * fits['ldn'].r_squared:.0f}",
    }


def compute_shares() -> dict[str, str]:
    """Fig. 1, and the printed responders."""
    summary = ldn.summarise_improvement(ldn.load_dataset("improvement"))
    best = summary.combine(["very much improved", "much improved"]).iloc[0]
    printed = ldn.load_dataset("published_values").set_index("id")["value"]
    error = (best["share"] * (1 - best["share"]) / best["n_obs"]) ** 0.5
    analysed = int(printed["rct_analysed"])
    values = {
        "best": f"{best['count']}",
        "n_fig1": f"{best['n_obs']}",
        "best_percent": f"{100 * best['share']:.0f}",
        "wilson_low": f"{100 * best['conf_low']:.0f}",
        "wilson_high": f"{100 * best['conf_high']:.0f}",
        "tight_low": f"{100 * (best['share'] - error):.0f}",
        "tight_high": f"{100 * (best['share'] + error):.0f}",
        "analysed": f"{analysed}",
    }
    for name in ("ldn", "placebo"):
        percent = int(printed[f"rct_responders_{name}"])
        count = round(percent * analysed / 100)
        values |= {f"share_{name}": f"{percent}", f"count_{name}": f"{count}"}
    return values


def compute_evidence() -> dict[str, str]:
    """The printed difference as a design, the pilot's R squared, and the pooled trials."""
    printed = ldn.load_dataset("published_values").set_index("id")["value"]
    analysed = int(printed["rct_analysed"])
    difference = float(printed["rct_pain_reduction_ldn"]) - float(
        printed["rct_pain_reduction_placebo"]
    )
    derived = ldn.compute_sd_from_p(
        printed["rct_pain_reduction_p"], n=analysed, difference=f"{difference:.1f}"
    )
    std_error = derived.to_frame().set_index("term").loc["std_error", "estimate"]
    errors = ldn.compute_design_errors([difference / 2], std_error, df=analysed - 1)
    pilot = ldn.infer_true_r_squared().to_frame().iloc[0]
    pooled = ldn.pool_effects_bayes(ldn.standardise_trials())
    low, high = pooled.confidence_interval("mean effect")
    return {
        "type_m": f"{errors.to_frame()['type_m'].iloc[0]:.1f}",
        "pilot_n": f"{pilot['n_obs']:.0f}",
        "pilot_r2": f"{100 * pilot['threshold']:.0f}",
        "true_low": f"{100 * pilot['conf_low']:.0f}",
        "true_high": f"{100 * pilot['conf_high']:.0f}",
        "pooled_low": f"{low:.1f}",
        "pooled_high": f"{high:.1f}",
        "n_trials": f"{ldn.cumulate_trials(ldn.standardise_trials()).to_frame()['n_trials'].max()}",
    }


def compute_values() -> dict[str, str]:
    """Every number that a question may name, as it is printed there."""
    values = compute_lines() | compute_shares() | compute_evidence()
    return values | {
        "reduction": f"{(60 - 45) / 60 * 100:.0f}",
        "reduction_of_end": f"{(60 - 45) / 45 * 100:.0f}",
        "tests": f"{TESTS}",
        "any_false": f"{100 * (1 - (1 - ALPHA) ** TESTS):.0f}",
        "tests_sum": f"{100 * ALPHA * TESTS:.0f}",
    }


def load_questions() -> list[dict]:
    """The questions with their numbers; right and wrong answers as pairs of answer and reason."""
    text = Path(__file__).with_name("questions.toml").read_text(encoding="utf-8")
    values = compute_values()

    def put(part):
        if isinstance(part, list):
            return [put(each) for each in part]
        unknown = set(re.findall(r"\{(\w+)\}", part)) - set(values)
        if unknown:
            sys.exit(f"docs/questions.toml: quiz.py computes no {', '.join(sorted(unknown))}")
        return re.sub(r"\{(\w+)\}", lambda found: values[found[1]], part)

    questions = tomllib.loads(text)["question"]
    return [{key: put(part) for key, part in question.items()} for question in questions]


def escape(text: str) -> str:
    """Text in which nothing is a sign of GIFT."""
    return re.sub(r"([~=#{}:\\])", r"\\\1", text)


def write_question(question: dict) -> str:
    """One question in GIFT; each answer is followed by its reason."""
    answers = [("~", wrong) for wrong in question["wrong"]]
    # Not always first: some systems keep the order of the file.
    place = crc32(question["name"].encode()) % (len(answers) + 1)
    answers.insert(place, ("=", question["right"]))
    lines = [f"\t{sign}{escape(answer)}#{escape(why)}" for sign, (answer, why) in answers]
    head = f"::{escape(question['name'])}::{escape(question['text'])} {{"
    return "\n".join([head, *lines, "}"])


def write_gift(questions: list[dict]) -> str:
    """All questions, in a category per notebook."""
    parts, category = [], ""
    for question in questions:
        notebook = question["name"][:2]
        if notebook != category:
            category = notebook
            parts.append(f"$CATEGORY: $course$/Two figures/Notebook {notebook}")
        parts.append(write_question(question))
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Write the file."""
    questions = load_questions()
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(write_gift(questions), encoding="utf-8")
    print(f"{len(questions)} questions: {OUT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
