"""Runs one notebook from top to bottom under the tslab kernel.

The first error ends it: the cell, its error and what it printed are shown. With --save the outputs are cleaned of what
belongs to this machine and written back; without it the file is left alone.
"""

import argparse
import os
import pathlib
import sys

import nbformat
from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from clean import clean_notebook  # noqa: E402


def text_of(output):
    """What a cell printed, as plain text."""
    if output.output_type == "stream":
        return output.text
    if output.output_type == "error":
        return "\n".join(output.traceback) or f"{output.ename}: {output.evalue}\n"
    return ""


def explain(notebook, position, error):
    """Shows the cell that failed, its output, and the error."""
    cells = notebook.cells
    cell = cells[position] if 0 <= position < len(cells) else None
    print(f"cell {position + 1} of {len(cells)} failed:")
    if cell is not None:
        print("\n".join("  | " + line for line in cell.source.splitlines()))
        print("".join(text_of(output) for output in cell.get("outputs", [])).rstrip())
    if not isinstance(error, CellExecutionError):
        print(f"{type(error).__name__}: {error}")


def write_atomic(path, text):
    """Writes the notebook whole or not at all."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("notebook", type=pathlib.Path)
    parser.add_argument("--root", type=pathlib.Path, required=True)
    parser.add_argument("--cell-timeout", type=int, default=600)
    parser.add_argument("--save", action="store_true")
    options = parser.parse_args()

    notebook = nbformat.read(options.notebook, as_version=4)
    nbformat.validate(notebook)
    position = -1

    def started(cell, cell_index):
        nonlocal position
        position = cell_index

    client = NotebookClient(
        notebook,
        kernel_name="tslab",
        timeout=options.cell_timeout,
        startup_timeout=120,
        coalesce_streams=True,
        resources={"metadata": {"path": str(options.notebook.parent)}},
        on_cell_start=started,
    )
    try:
        client.execute()
    except NoSuchKernel:
        print("the tslab kernel is not installed: run npm run setup")
        return 1
    except (CellExecutionError, CellTimeoutError, DeadKernelError, RuntimeError) as error:
        explain(notebook, position, error)
        return 1
    if options.save:
        clean_notebook(notebook, options.root)
        write_atomic(options.notebook, nbformat.writes(notebook, version=4).rstrip("\n") + "\n")
    code_cells = sum(cell.cell_type == "code" for cell in notebook.cells)
    print(f"{code_cells} cells")
    return 0


if __name__ == "__main__":
    sys.exit(main())
