"""The server side of a round of PF-MSMTrec in NumPy: one array per client and parameter, as they came in.

The mathematics are those of the defaults: experts in parts G + S, votes by rows, and a client takes the others'
movements only. What is large is written into arrays that were made once; nothing is computed twice.
"""

import numpy

from shared import array

LARGE = "expert.scenario"


class Server:
    def __init__(self, parameters):
        self.settings = parameters["settings"]
        self.parameters = parameters["parameters"]
        rows = numpy.array(parameters["rows"], numpy.float64)
        self.shares = (rows / rows.sum()).astype(numpy.float32)
        self.count = len(rows)
        self.state = {}

    def group(self, name):
        return [p for p in self.parameters if p["group"] == name]

    def receive(self, before, after):
        """before, after: by client, arrays by name."""
        self.before, self.after = before, after
        self.next = [{p["name"]: self.room(i, p) for p in self.group(LARGE) + self.group("tower")} for i in range(self.count)]
        if "taken" not in self.state:
            experts = self.group(LARGE)
            self.experts = experts[0]["shape"][experts[0]["expertAxis"]]
            self.width = sum(int(numpy.prod(p["shape"])) for p in experts) // self.experts
            self.movement = numpy.empty((self.count, self.width), numpy.float32)
            self.state["taken"] = numpy.empty((self.experts, self.count, self.width), numpy.float32)

    def room(self, client, parameter):
        return numpy.empty(parameter["shape"], numpy.float32)

    def round(self):
        for name in ("expert.global", "gate", "projection"):
            for parameter in self.group(name):
                self.average(parameter["name"])
        self.rows("embedding")
        self.coordinate()
        self.towers()
        self.state["known"] = True

    def average(self, name):
        mean = self.after[0][name] * self.shares[0]
        part = numpy.empty_like(mean)
        for client, share in zip(self.after[1:], self.shares[1:]):
            mean += numpy.multiply(client[name], share, out=part)
        for client in self.next:
            client[name] = mean

    def rows(self, name):
        """Every client touched every row: their movements' sum over the root of their number."""
        moved = sum(after[name] - before[name] for before, after in zip(self.before, self.after))
        table = self.before[0][name] + moved / numpy.sqrt(self.count)
        for client in self.next:
            client[name] = table

    def of_expert(self, values, expert):
        """Views of what belongs to an expert."""
        return [values[p["name"]][:, expert] if p["expertAxis"] else values[p["name"]][expert] for p in self.group(LARGE)]

    def parts(self, row, like):
        """One vector in the shapes of the expert's parts."""
        at = 0
        for part in like:
            yield row[at : at + part.size].reshape(part.shape)
            at += part.size

    def coordinate(self):
        rates = self.rates("alpha", (self.experts, self.count))
        for expert in range(self.experts):
            moved, taken = self.movement, self.state["taken"][expert]
            for i in range(self.count):
                after, before = (self.of_expert(values[i], expert) for values in (self.after, self.before))
                for out, a, b in zip(self.parts(moved[i], after), after, before):
                    numpy.subtract(a, b, out=out)
            gram = (moved @ moved.T).astype(numpy.float64)
            u = conflict_averse(gram, self.settings["c"], self.shares.astype(numpy.float64)).astype(numpy.float32)
            if "known" in self.state:
                self.train("alpha", expert, row_cosines(moved, taken))
            # What client i takes: the common direction without its own movement.
            numpy.multiply(moved, -u[:, None], out=taken)
            taken += u @ moved
            numpy.multiply(taken, rates[expert][:, None], out=moved)
            for i in range(self.count):
                after, new = self.of_expert(self.after[i], expert), self.of_expert(self.next[i], expert)
                for out, a, change in zip(new, after, self.parts(moved[i], after)):
                    numpy.add(a, change, out=out)

    def towers(self):
        logs = numpy.log(self.shares)
        for parameter in self.group("tower"):
            name, tasks = parameter["name"], parameter["shape"][0]
            rates = self.rates(name, (tasks, self.count))
            for task in range(tasks):
                after = numpy.stack([client[name][task].ravel() for client in self.after])
                moved = after - numpy.stack([client[name][task].ravel() for client in self.before])
                gram = moved @ moved.T
                lengths = numpy.sqrt(numpy.diag(gram))
                power = numpy.exp(logs + gram / numpy.outer(lengths, lengths) / self.settings["temperature"])
                attention = power / power.sum(1, keepdims=True)
                numpy.fill_diagonal(attention, 0)
                taken = attention @ moved
                if (name, task) in self.state:
                    self.train(name, task, row_cosines(moved, self.state[name, task]))
                self.state[name, task] = taken
                after += rates[task][:, None] * taken
                for client, row in zip(self.next, after):
                    client[name][task] = row.reshape(client[name][task].shape)

    def rates(self, name, shape):
        if ("rates", name) not in self.state:
            self.state["rates", name] = numpy.full(shape, self.settings["initial"], numpy.float32)
            self.state["momenta", name] = numpy.zeros(shape, numpy.float32)
        return self.state["rates", name]

    def train(self, name, place, cosines):
        rate, momentum = self.state["rates", name][place], self.state["momenta", name][place]
        momentum[:] = self.settings["momentum"] * momentum - cosines + self.settings["weightDecay"] * rate
        rate -= self.settings["learningRate"] * momentum
        momentum[(rate < 0) | (rate > 1)] = 0
        numpy.clip(rate, 0, 1, out=rate)


def row_cosines(a, b):
    products = numpy.einsum("ij,ij->i", a, b)
    return products / numpy.sqrt(numpy.einsum("ij,ij->i", a, a) * numpy.einsum("ij,ij->i", b, b))


def conflict_averse(gram, c, mean):
    """Coefficients of the movements in the common direction; weight moves between two clients at a time."""
    g = gram / numpy.trace(gram) * len(gram)
    target = g @ mean
    pull = c * numpy.sqrt(mean @ target)
    weights = numpy.full(len(g), 1 / len(g))
    direction = g @ weights
    for _ in range(20_000):
        norm = numpy.sqrt(weights @ direction)
        slope = target + pull * direction / norm
        to, source = int(slope.argmin()), int(numpy.where(weights > 0, slope, -numpy.inf).argmax())
        if slope[source] - slope[to] <= 1e-12:
            break
        a = g[to, to] + g[source, source] - 2 * g[to, source]
        b = direction[to] - direction[source]
        ratio = (target[source] - target[to]) / pull
        if ratio * ratio >= a:
            moved = weights[source] if ratio > 0 else 0
        else:
            step = (ratio * numpy.sqrt(max(0, a * norm * norm - b * b) / (a - ratio * ratio)) - b) / a
            moved = min(weights[source], max(0, step))
        if moved <= 0:
            break
        weights[to] += moved
        weights[source] -= moved
        direction += moved * (g[to] - g[source])
    push = c * numpy.sqrt(mean @ gram @ mean) / numpy.sqrt(weights @ gram @ weights)
    return (mean + push * weights) / (1 + c * c)


def prepare(parameters):
    """Clients that started from the same values and moved partly together."""
    server = Server(parameters)
    random = numpy.random.default_rng(1)

    def draw(shape):
        return random.standard_normal(shape, numpy.float32) * numpy.float32(0.01)

    before, after = [{} for _ in range(server.count)], [{} for _ in range(server.count)]
    for parameter in server.parameters:
        name, shape = parameter["name"], parameter["shape"]
        start, together = draw(shape), draw(shape)
        for i in range(server.count):
            # Only what is personal differs between clients before they train.
            before[i][name] = start.copy() if parameter["group"] == LARGE else start
            after[i][name] = draw(shape)
            after[i][name] += together
            after[i][name] += start
    server.receive(before, after)
    return server.round


def check(parameters):
    """Two rounds from shared numbers: the values that every client gets at the end, by name."""
    server = Server(parameters)
    before = [{p["name"]: array(p["start"]) for p in server.parameters} for _ in range(server.count)]
    for number in range(2):
        moved = {p["name"]: array(p["movements"][number]) for p in server.parameters}
        after = [{name: value + moved[name][i] for name, value in before[i].items()} for i in range(server.count)]
        server.receive(before, after)
        server.round()
        before = server.next
    return {p["name"]: numpy.stack([client[p["name"]] for client in before]).ravel().tolist() for p in server.parameters}
