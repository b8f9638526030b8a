"""Write ldn_analysis/__init__.pyi, so that editors complete the names that load on first use.

    python docs/stub.py

A test compares the file with what this writes.
"""

from pathlib import Path

import ldn_analysis

PATH = Path(ldn_analysis.__file__).with_suffix(".pyi")


def write_stub() -> str:
    """One import per module, in the order of the rooms."""
    title = ldn_analysis.__doc__.strip().splitlines()[0]
    lines = [f'"""{title}"""', "", "# ruff: noqa: I001  (in the order of the rooms)", ""]
    for module, names in ldn_analysis._HOMES.items():
        lines.append(f"from .{module} import (")
        lines += [f"    {name} as {name}," for name in names]
        lines.append(")")
    return "\n".join([*lines, "", "__version__: str", ""])


if __name__ == "__main__":
    PATH.write_text(write_stub(), encoding="utf-8")
    print(PATH.name)
