"""Removes from a notebook's outputs what belongs to the machine it ran on."""

import pathlib
import re

# Lines of libtensorflow's own log: a severity letter, a date or zeros, a time.
LOG_LINE = re.compile(r"^(?:WARNING: All log messages before absl|[IWEF]\d{4} \d\d:\d\d:\d\d|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: [IWEF] ).*\n?", re.M)
KERNEL = {"display_name": "TypeScript", "language": "typescript", "name": "tslab"}


def clean_text(text, root):
    """Text without paths of this machine."""
    text = text.replace(str(root), ".")
    text = text.replace(str(pathlib.Path.home()), "~")
    return LOG_LINE.sub("", text)


def clean_value(value, root):
    """The same for anything that JSON can hold."""
    if isinstance(value, str):
        return clean_text(value, root)
    if isinstance(value, list):
        return [clean_value(item, root) for item in value]
    if isinstance(value, dict):
        return {key: clean_value(item, root) for key, item in value.items()}
    return value


def clean_output(output, root):
    """One output; undefined (None) when nothing is left of it."""
    if output.output_type == "stream":
        output.text = clean_text(output.text, root)
        return output if output.text.strip() else None
    if "data" in output:
        output.data = clean_value(output.data, root)
    return output


def clean_notebook(notebook, root):
    """Cleans outputs, and metadata that changes with each run."""
    notebook.metadata = {
        "kernelspec": KERNEL,
        "language_info": {"name": "typescript", "file_extension": ".ts", "mimetype": "text/typescript"},
    }
    for cell in notebook.cells:
        for name in ("execution", "ExecuteTime", "collapsed", "scrolled"):
            cell.metadata.pop(name, None)
        if cell.cell_type == "code":
            cell.outputs = [kept for kept in (clean_output(output, root) for output in cell.outputs) if kept]
