"""The other side of the benchmark: a process that prepares and runs works on request.

Requests and answers are JSON, one a line, on standard input and output:

  {"command": "facts"}                                            → versions and threads
  {"command": "prepare", "name": …, "module": …, "parameters": …} → {}
  {"command": "run", "name": …, "times": 5}                       → {"ms": time of one run}
  {"command": "release", "name": …}                               → {}
  {"command": "check", "module": …, "parameters": …}              → {"result": {name: [numbers]}}
  {"command": "quit"}

What goes wrong is answered as {"error": one line}.
"""

import argparse
import importlib
import json
import platform
import sys
import time


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--threads", type=int, default=2)
    threads = options.parse_args().threads
    # Whatever a module prints must not stand among the answers.
    answers, sys.stdout = sys.stdout, sys.stderr
    peer = Peer(threads)
    for line in sys.stdin:
        request = json.loads(line)
        if request["command"] == "quit":
            return
        try:
            answer = getattr(peer, request.pop("command"))(**request)
        except Exception as error:  # the other side decides what to do about it
            answer = {"error": f"{type(error).__name__}: {error}".splitlines()[0]}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


class Peer:
    def __init__(self, threads):
        self.threads = threads
        self.prepared = {}

    def facts(self):
        import numpy
        import torch

        torch.set_num_threads(self.threads)
        blas = numpy.show_config(mode="dicts")["Build Dependencies"]["blas"]
        return {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "torchBlas": "MKL" if torch.backends.mkl.is_available() else "other",
            "numpy": numpy.__version__,
            "numpyBlas": f"{blas['name']} {blas['version']}",
            "threads": torch.get_num_threads(),
        }

    def prepare(self, name, module, parameters):
        self.prepared[name] = importlib.import_module(module).prepare(parameters)
        return {}

    def run(self, name, times):
        run = self.prepared[name]
        began = time.perf_counter()
        for _ in range(times):
            run()
        return {"ms": (time.perf_counter() - began) * 1000 / times}

    def release(self, name):
        del self.prepared[name]
        return {}

    def check(self, module, parameters):
        return {"result": importlib.import_module(module).check(parameters)}


main()
