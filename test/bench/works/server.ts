import { permutation } from '../../../lib/backend/random';
import { type Tensor, tf } from '../../../lib/backend/tensorflow';
import { type Variable, variable } from '../../../lib/backend/variable';
import { rowStream } from '../../../lib/data/row-stream';
import type { Split } from '../../../lib/data/types';
import { aggregate } from '../../../lib/federated/aggregate';
import type { Client } from '../../../lib/federated/client';
import { methods } from '../../../lib/federated/methods';
import { pfMsmtrecDefaults } from '../../../lib/federated/pf-msmtrec';
import { planDefaults, sharingOf } from '../../../lib/federated/plan';
import type { RuleState } from '../../../lib/federated/rules/rule';
import { type MmoeSizes, mmoe, mmoeSizes } from '../../../lib/models/mmoe';
import type { Model } from '../../../lib/models/model';
import type { Parameter, Values } from '../../../lib/models/parameter';
import type { Computed, PeerRequest, Setting, Work } from '../work';

const shape = { fieldSizes: Array(16).fill(50) as number[], numbers: 63, tasks: ['click', 'conversion'] };
const plan = methods['pf-msmtrec'](planDefaults);
/** The group whose values differ from client to client: by far the largest that a rule works on. */
const PERSONAL = 'expert.scenario';

/** The model, and those of its parameters that the plan shares. */
function sharedPart(sizes: MmoeSizes): Model {
  const model = mmoe(shape, sizes, pfMsmtrecDefaults.template);
  return { ...model, parameters: model.parameters.filter(({ group }) => sharingOf(plan, group) !== null) };
}

/** Clients' rows of training data: no two have the same number. */
const rowsOf = (clients: number): number[] => Array.from({ length: clients }, (_, i) => 1000 + 100 * i);

/** A client as the server sees it: parameters and rows, without optimiser or data. */
function serverClient(model: Model, name: string, rows: number, after: Values): Client {
  const split: Split = { rows, ids: [], numbers: [], labels: [] };
  return {
    data: { name, tasks: shape.tasks, train: split, scenarios: [] },
    model,
    places: undefined,
    slots: new Map(),
    statistics: new Map(
      Object.entries(after).map(([parameter, value]): [string, Variable] => [parameter, variable(value)]),
    ),
    stream: rowStream(1, 1),
    seed: 1,
    steps: 0,
    updates: {},
    combination: { numbers: {}, tensors: {} },
    touched: Object.fromEntries(
      model.parameters
        .filter(({ byRows }) => byRows)
        .map((table) => [table.name, new Uint8Array(table.shape[0]).fill(1)]),
    ),
  };
}

/** The server's part of rounds: every call of `round` is the next round, from the given values. */
class Server {
  readonly clients: Client[];
  private readonly ruleStates = new Map<string, RuleState>();
  private rounds = 0;

  constructor(
    private readonly model: Model,
    rows: readonly number[],
    after: readonly Values[],
  ) {
    this.clients = after.map((values, i) => serverClient(model, `client ${i}`, rows[i], values));
  }

  /** What the clients hold afterwards is the next round's `before`. */
  round(before: readonly Values[], after: readonly Values[]): void {
    this.clients.forEach((client, i) => {
      for (const [name, value] of Object.entries(after[i])) client.statistics.get(name)?.assign(value);
    });
    aggregate({
      plan,
      model: this.model,
      clients: this.clients,
      participants: [...this.clients.keys()],
      phase: { name: 'all', work: 1 },
      before,
      round: ++this.rounds,
      ruleStates: this.ruleStates,
    });
  }

  values(i: number): Values {
    return Object.fromEntries([...this.clients[i].statistics].map(([name, own]) => [name, own.read()]));
  }

  dispose(): void {
    for (const { statistics } of this.clients) for (const own of statistics.values()) own.dispose();
    for (const { tensors } of this.ruleStates.values()) tf.dispose(Object.values(tensors));
  }
}

/** What the peer must know of the parameters and the method. */
function peerParameters({ parameters }: Model, clients: number, more: (parameter: Parameter) => object = () => ({})) {
  const { c, rates } = pfMsmtrecDefaults.experts;
  return {
    rows: rowsOf(clients),
    settings: { ...rates, c, temperature: pfMsmtrecDefaults.towers.temperature },
    parameters: parameters.map((parameter) => {
      const { name, group, shape: of, expertAxis = null, taskAxis = null } = parameter;
      return { name, group, shape: of, expertAxis, taskAxis, ...more(parameter) };
    }),
  };
}

/** Clients that started from the same values and moved partly together. */
function movedClients({ parameters }: Model, count: number): { before: Values[]; after: Values[]; dispose(): void } {
  const before = Array.from({ length: count }, (): Record<string, Tensor> => ({}));
  const after = Array.from({ length: count }, (): Record<string, Tensor> => ({}));
  let seed = 0;
  for (const { name, group, shape: of } of parameters) {
    const draw = () => tf.randomUniform([...of], -0.02, 0.02, 'float32', ++seed);
    tf.tidy(() => {
      const [start, together] = [draw(), draw()];
      for (let i = 0; i < count; i++) {
        before[i][name] = tf.keep(group === PERSONAL ? tf.add(start, 0) : start.clone());
        after[i][name] = tf.keep(tf.addN([start, together, draw()]));
      }
    });
  }
  return { before, after, dispose: () => tf.dispose([...before, ...after]) };
}

/** Sizes at which both sides show that they compute the same. */
const checked: MmoeSizes = { embedding: 4, experts: 3, expertLayers: [12, 6], towerLayers: [5], dropout: 0 };

/** Evenly spread numbers between ±size in a shuffled order. */
const spread = (count: number, size: number, seed: number): Float32Array =>
  Float32Array.from(permutation(count, seed), (place) => size * ((2 * place + 1) / count - 1));

/** Two rounds of five clients from shared numbers. */
function check(setting: Setting): { ours: Computed; peer: PeerRequest } {
  const clients = 5;
  const model = sharedPart(checked);
  const numbers = model.parameters.map(({ shape: of }, p) => {
    const size = of.reduce((product, length) => product * length, 1);
    return {
      start: spread(size, 0.5, 3 * p),
      movements: [1, 2].map((round) => spread(clients * size, 0.1, 3 * p + round)),
    };
  });
  const from = (of: (p: number) => Float32Array, lead: readonly number[] = []): Values =>
    Object.fromEntries(model.parameters.map(({ name, shape: own }, p) => [name, tf.tensor(of(p), [...lead, ...own])]));
  const ours = tf.tidy(() => {
    let before = rowsOf(clients).map(() => from((p) => numbers[p].start));
    const server = new Server(model, rowsOf(clients), before);
    for (const round of [0, 1]) {
      const moved = from((p) => numbers[p].movements[round], [clients]);
      const after = before.map(
        (values, i): Values =>
          Object.fromEntries(
            Object.entries(values).map(([name, value]) => [name, tf.add(value, tf.gather(moved[name], i))]),
          ),
      );
      server.round(before, after);
      before = before.map((_, i) => server.values(i));
    }
    const result = Object.fromEntries(
      model.parameters.map(({ name }): [string, Float32Array] => [
        name,
        tf.stack(before.map((values) => values[name])).dataSync() as Float32Array,
      ]),
    );
    server.dispose();
    return result as unknown as Tensor;
  }) as unknown as Computed;
  const shared = ({ name, shape: own }: Parameter) => {
    const p = model.parameters.findIndex((parameter) => parameter.name === name);
    return {
      start: setting.share(`${name} start`, numbers[p].start, own),
      movements: numbers[p].movements.map((movement, round) =>
        setting.share(`${name} movements ${round}`, movement, [clients, ...own]),
      ),
    };
  };
  return { ours, peer: { name: 'numpy', module: 'server', parameters: peerParameters(model, clients, shared) } };
}

/** @param experts fewer than published where both sides would not fit into memory together */
const server = (clients: number, experts: number): Work => ({
  name: `server-${clients}`,
  about: `server side of a round, ${clients} clients, ${experts} experts of the published size`,
  goal: { ratio: 1 },
  runs: 1,
  quick: clients === 4,
  prepare() {
    const model = sharedPart({ ...mmoeSizes.published, experts });
    const { before, after, dispose } = movedClients(model, clients);
    const its = new Server(model, rowsOf(clients), after);
    return {
      run: () => its.round(before, after),
      dispose() {
        its.dispose();
        dispose();
      },
      peers: [{ name: 'numpy', module: 'server', parameters: peerParameters(model, clients) }],
    };
  },
  ...(clients === 4 && { check }),
});

export const works: readonly Work[] = [server(4, 8), server(20, 8), server(100, 2)];
