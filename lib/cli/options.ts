import { InvalidArgumentError, Option } from 'commander';
import { ConfigError, type ConfigOverrides, requireKnown } from '../experiments/config';
import type { LocalWork } from '../federated/local-work';
import { type MmoeSizes, mmoeSizes } from '../models/mmoe';

/** What commander collects for `run`. */
export interface RunFlags {
  data?: string[];
  schema?: string;
  config?: string;
  out?: string;
  resume?: true;
  again?: true;
  checkpointSeconds?: number;
  device?: string;
  methods?: string[];
  seeds?: number[];
  rounds?: number;
  localSteps?: number;
  passes?: number;
  cap?: number;
  batch?: number;
  participation?: number;
  size?: string;
  embedding?: number;
  experts?: number;
  dropout?: number;
  learningRate?: number;
  weightDecay?: number;
  tables?: string;
  combine?: string;
  mainTask?: string;
  embeddings?: string;
  weights?: string;
  selection?: string;
  diagnostics?: string;
  name?: string;
  scale?: number;
  scenarioConflict?: number;
  taskConflict?: number;
  inputShift?: number;
  clicksOnly?: string[];
  dataSeed?: number;
}

/** A whole number from 0. */
export const integer = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('It must be a whole number, such as 20.');
  return value;
};

/** Any finite number. */
export const number = (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value))
    throw new InvalidArgumentError('It must be a number, such as 0.001.');
  return value;
};

/** Names separated by commas. */
export const list = (text: string): string[] => text.split(',').map((part) => part.trim());

/** A list of seeds, with ranges. */
export const seedList = (text: string): number[] =>
  list(text).flatMap((part) => {
    const [, first, last] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
    if (first === undefined) throw new InvalidArgumentError('Give seeds as a list or a range, such as 1,2,3 or 1-5.');
    const count = Number(last ?? first) - Number(first) + 1;
    if (count < 1) throw new InvalidArgumentError('A range goes upwards, such as 1-5.');
    return Array.from({ length: count }, (_, i) => Number(first) + i);
  });

/** The options of `run`, in the order of the help. */
export const runOptions: readonly Option[] = [
  new Option('--data <paths...>', 'folder of the data set, or files for a schema of your own'),
  new Option('--schema <file>', 'JSON schema of your own data'),
  new Option('--methods <names>', 'methods, separated by commas').argParser(list),
  new Option('--seeds <list>', 'seeds, such as 1,2,3 or 1-5').argParser(seedList),
  new Option('--rounds <count>', 'communication rounds').argParser(integer),
  new Option('--local-steps <count>', 'training steps of every client in a round').argParser(integer),
  new Option('--passes <count>', 'instead of steps: passes of every client over its rows in a round').argParser(number),
  new Option('--cap <steps>', 'most steps of a client in a round, with --passes').argParser(integer),
  new Option('--batch <rows>', 'rows of a training batch').argParser(integer),
  new Option('--participation <share>', 'share of the clients that take part in a round').argParser(number),
  new Option('--size <name>', 'model size: small or published').choices(Object.keys(mmoeSizes)),
  new Option('--embedding <width>', 'width of a field vector').argParser(integer),
  new Option('--experts <count>', 'number of experts').argParser(integer),
  new Option('--dropout <share>', 'share of hidden units dropped').argParser(number),
  new Option('--learning-rate <rate>', "Adam's learning rate").argParser(number),
  new Option('--weight-decay <rate>', 'coupled weight decay').argParser(number),
  new Option('--tables <rows>', 'rows of embedding tables that a step moves: lazy (those it touches) or dense (all)'),
  new Option('--combine <name>', "how the tasks' gradients become one, in all methods: ew, pcgrad, pmtrec, …"),
  new Option('--main-task <name>', 'main task of pmtrec and metabalance (default: the last)'),
  new Option('--embeddings <rule>', 'how embedding tables travel: touched-sqrt, touched-mean, average or local'),
  new Option('--weights <by>', "clients' weights in averages: rows or equal"),
  new Option('--selection <kind>', 'round that tables show: per-client or common'),
  new Option(
    '--diagnostics <level>',
    "what rounds record beside scores: none, rules or full (also clients' norms, gates)",
  ),
  new Option('--name <name>', 'name of the experiment'),
  new Option('--out <folder>', 'results folder (default: results/<name>)'),
  new Option('--resume', 'only go on with a run that has begun in the folder'),
  new Option('--again', 'compute finished runs anew; their results are replaced when the new ones are there'),
  new Option('--checkpoint-seconds <count>', 'time between checkpoints of a run (default: 20)').argParser(number),
  new Option('--config <file>', 'JSON file with any of these settings; options given here win'),
  new Option('--device <kind>', 'cpu or gpu (default: what the set-up found)').choices(['cpu', 'gpu']),
  new Option('--scale <factor>', 'synthetic: times the number of rows').argParser(number),
  new Option('--scenario-conflict <dial>', 'synthetic: disagreement between scenarios, 0 to 1').argParser(number),
  new Option('--task-conflict <dial>', 'synthetic: disagreement between tasks, 0 to 1').argParser(number),
  new Option('--input-shift <dial>', 'synthetic: scale and offset of inputs per scenario, 0 to 1').argParser(number),
  new Option('--clicks-only <names>', 'synthetic: scenarios without conversion, separated by commas').argParser(list),
  new Option('--data-seed <seed>', 'seed of generated data, or of the split of a ranking data set').argParser(integer),
];

/** The settings that flags name, as overrides of a configuration. */
export function overridesOf(flags: RunFlags): ConfigOverrides {
  if (flags.size) requireKnown('model size', flags.size, Object.keys(mmoeSizes));
  const size: Partial<MmoeSizes> = flags.size ? mmoeSizes[flags.size as keyof typeof mmoeSizes] : {};
  const { embedding, experts, dropout, learningRate, weightDecay, tables } = flags;
  return defined({
    name: flags.name,
    methods: flags.methods,
    seeds: flags.seeds,
    rounds: flags.rounds,
    localWork: localWork(flags),
    batch: flags.batch,
    participation: flags.participation,
    embeddings: flags.embeddings,
    weights: flags.weights,
    selection: flags.selection,
    diagnostics: flags.diagnostics,
    model: { ...size, ...defined({ embedding, experts, dropout }) },
    optimizer: defined({ learningRate, weightDecay, tables }),
    combine: combination(flags),
  }) as ConfigOverrides;
}

function localWork({ localSteps, passes, cap }: RunFlags): LocalWork | undefined {
  if (localSteps !== undefined) return { steps: localSteps };
  if (passes === undefined && cap === undefined) return undefined;
  return defined({ passes: passes ?? 1, cap }) as LocalWork;
}

function combination({ combine: method, mainTask: main }: RunFlags) {
  if (method !== undefined) return defined({ method, main });
  if (main !== undefined) throw new ConfigError('--main-task needs --combine, such as --combine pmtrec.');
  return undefined;
}

/** The entries that are not `undefined`. */
export function defined<T extends object>(entries: T): Partial<T> {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as Partial<T>;
}
