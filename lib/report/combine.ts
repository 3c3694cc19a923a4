import type { Origin } from '../experiments/origin';
import type { ReferenceScores, StoredResults } from '../experiments/store';
import { configurationDifferences, FREE_ENTRIES, type StoredConfiguration } from '../experiments/store-configuration';
import type { ResultLine, RoundRecord } from '../experiments/types';
import { FEWEST_PAIRS } from '../statistics';

/** Results on the same data, from one or more folders, that may stand in one table. */
export interface CombinedResults {
  /** The data set's name, or the place of results that do not say. */
  readonly title: string;
  readonly sources: readonly StoredResults[];
  /** Methods that ran with several configurations have one name for each. */
  readonly results: readonly ResultLine[];
  readonly rounds: readonly RoundRecord[];
  readonly references: readonly ReferenceScores[];
  /** What a reader has to know before believing the table, one sentence each. */
  readonly caveats: readonly string[];
}

/** Entries that decide no number of a method, or that are compared by themselves. */
const NOT_COMPARED = [...FREE_ENTRIES, 'name', 'selection', 'dataset'];

/**
 * Puts results together that may be compared: those on the same data. Only runs of one method and one configuration are
 * ever averaged over seeds; a method with two configurations becomes two, named after what differs. A run that is found
 * twice counts once.
 */
export function combineResults(sources: readonly StoredResults[]): CombinedResults[] {
  const groups = new Map<string, StoredResults[]>();
  for (const source of sources) {
    const key = dataKey(source);
    groups.set(key, [...(groups.get(key) ?? []), source]);
  }
  return [...groups.values()].map(combined);
}

/** Name and fingerprint of the data that a configuration speaks of. */
export function dataOf(configuration: StoredConfiguration): { readonly name?: string; readonly fingerprint?: string } {
  return (configuration.dataset ?? {}) as { name?: string; fingerprint?: string };
}

/** Data without a fingerprint are known by how they were opened; without that, results stand alone. */
function dataKey({ folder, configuration }: StoredResults): string {
  return dataOf(configuration).fingerprint ?? JSON.stringify(configuration.dataset ?? folder);
}

function combined(sources: readonly StoredResults[]): CombinedResults {
  const named = sources.map((source, i) => renamed(source, (method) => methodName(method, sources, i)));
  const { results, repeated } = withoutRepetitions(named);
  const rounds = firstOfEach(named.map((source) => source.rounds)).kept;
  return {
    title: dataOf(sources[0].configuration).name ?? sources[0].folder,
    ...{ sources, results, rounds },
    references: distinctBy(
      sources.flatMap(({ references }) => references),
      (reference) => reference.name,
    ),
    caveats: [
      ...repeated,
      ...configurationCaveats(sources),
      ...environmentCaveats(sources),
      ...codeCaveats(results),
      ...failureCaveats(sources, results),
      ...seedCaveats(results, rounds),
    ],
  };
}

function renamed(source: StoredResults, nameOf: (method: string) => string): StoredResults {
  const rename = <Line extends { readonly method: string }>(line: Line) => ({ ...line, method: nameOf(line.method) });
  return { ...source, results: source.results.map(rename), rounds: source.rounds.map(rename) };
}

interface Run {
  readonly method: string;
  readonly seed: number;
}

const runText = ({ method, seed }: Run): string => `${method} with seed ${seed}`;

/** The lines of every run from the first place that has it, and the lines of other places. */
function firstOfEach<Line extends Run>(places: readonly (readonly Line[])[]): { kept: Line[]; left: Line[] } {
  const first = new Map<string, readonly Line[]>();
  for (const lines of places) {
    for (const line of lines) if (!first.has(runText(line))) first.set(runText(line), lines);
  }
  const all = places.flatMap((lines) => lines.map((line) => ({ line, isFirst: first.get(runText(line)) === lines })));
  return {
    kept: all.flatMap(({ line, isFirst }) => (isFirst ? [line] : [])),
    left: all.flatMap(({ line, isFirst }) => (isFirst ? [] : [line])),
  };
}

function withoutRepetitions(sources: readonly StoredResults[]): { results: ResultLine[]; repeated: string[] } {
  const { kept, left } = firstOfEach(sources.map((source) => source.results));
  const key = (line: ResultLine) =>
    JSON.stringify([runText(line), line.scenario, line.task, line.split, line.selection]);
  const aucs = new Map(kept.map((line) => [key(line), line.auc]));
  const runs = (lines: readonly ResultLine[]) => [...new Set(lines.map(runText))].join(', ');
  const other = left.filter((line) => aucs.get(key(line)) !== line.auc);
  return {
    results: kept,
    repeated: [
      ...(left.length > 0 ? [`Found in more than one place and counted once: ${runs(left)}.`] : []),
      ...(other.length > 0
        ? [`Not the same numbers in every place, and those of the first are shown: ${runs(other)}.`]
        : []),
    ],
  };
}

/** A method's name, with what its configuration here does differently where other sources ran it otherwise. */
function methodName(method: string, sources: readonly StoredResults[], index: number): string {
  const having = sources.filter(({ results, rounds }) =>
    [...results, ...rounds].some((line) => line.method === method),
  );
  const options = [
    ...new Set(
      having.flatMap((one) => having.flatMap((other) => optionsThatDiffer(one.configuration, other.configuration))),
    ),
  ];
  if (options.length === 0) return method;
  const last = (option: string) => option.split('.').pop() as string;
  const isClear = new Set(options.map(last)).size === options.length;
  const own = options.map(
    (option) => `${isClear ? last(option) : option} ${shown(optionOf(sources[index].configuration, option))}`,
  );
  const more = own.length > 3 ? [`and ${own.length - 3} more`] : [];
  return `${method} (${[...own.slice(0, 3), ...more].join(', ')})`;
}

const optionsThatDiffer = (one: StoredConfiguration, other: StoredConfiguration): string[] =>
  configurationDifferences(one, other, NOT_COMPARED).map(({ option }) => option);

function configurationCaveats(sources: readonly StoredResults[]): string[] {
  const options = [
    ...new Set(sources.flatMap((one) => optionsThatDiffer(sources[0].configuration, one.configuration))),
  ];
  if (options.length === 0) return [];
  const values = options.slice(0, 4).map((option) => {
    const each = sources.map(({ folder, configuration }) => `${shown(optionOf(configuration, option))} in ${folder}`);
    return `${option} is ${each.join(', ')}`;
  });
  const more = options.length > 4 ? `; and ${options.length - 4} more options` : '';
  return [
    `Configurations differ: ${values.join('; ')}${more}. Runs of different configurations are never averaged; differences between their rows may come from the options.`,
  ];
}

function environmentCaveats(sources: readonly StoredResults[]): string[] {
  const environments = new Map<string, string[]>();
  for (const { folder, configuration } of sources) {
    const text = environmentText(configuration);
    environments.set(text, [...(environments.get(text) ?? []), folder]);
  }
  if (environments.size < 2) return [];
  const each = [...environments].map(([text, folders]) => `${text} (${folders.join(', ')})`);
  return [
    `Runs come from different devices or versions, which may change the last digits and the seconds: ${each.join('; ')}.`,
  ];
}

/** Says which lines were made by which code where that is not the same for all. */
export function codeCaveats(lines: readonly (Run & Pick<Origin, 'code'>)[]): string[] {
  const runs = new Map<string, Set<string>>();
  for (const line of lines) {
    const code = line.code ?? 'not stored';
    runs.set(code, (runs.get(code) ?? new Set()).add(runText(line)));
  }
  if (runs.size < 2 && ![...runs.keys()].some((code) => code.includes('+'))) return [];
  const each = [...runs].map(
    ([code, names]) => `${code} (${names.size > 4 ? `${names.size} runs` : [...names].join(', ')})`,
  );
  return [
    `Runs come from different code, which may change numbers (a + stands between codes that shared one run): ${each.join('; ')}.`,
  ];
}

function failureCaveats(sources: readonly StoredResults[], results: readonly ResultLine[]): string[] {
  const finished = new Set(results.map(runText));
  const last = new Map(sources.flatMap(({ failures = [] }) => failures.map((one) => [runText(one), one.message])));
  const failed = [...last].filter(([run]) => !finished.has(run)).map(([run, message]) => `${run} (${message})`);
  return failed.length === 0 ? [] : [`Failed, so not among the results: ${failed.join(', ')}.`];
}

function seedCaveats(results: readonly ResultLine[], rounds: readonly RoundRecord[]): string[] {
  const seedsOf = (lines: readonly { method: string; seed: number }[]) => {
    const seeds = new Map<string, Set<number>>();
    for (const { method, seed } of lines) seeds.set(method, (seeds.get(method) ?? new Set()).add(seed));
    return seeds;
  };
  const finished = seedsOf(results);
  const begun = seedsOf(rounds);
  const few = [...finished].filter(([, seeds]) => seeds.size < FEWEST_PAIRS);
  const lists = new Set([...finished.values()].map((seeds) => [...seeds].sort((a, b) => a - b).join(', ')));
  const open = [...begun].flatMap(([method, seeds]) =>
    [...seeds].filter((seed) => !finished.get(method)?.has(seed)).map((seed) => `${method} with seed ${seed}`),
  );
  return [
    ...(few.length > 0
      ? [
          `Too few seeds for a test (fewer than ${FEWEST_PAIRS}): ${few.map(([method, { size }]) => `${method} has ${size}`).join(', ')}.`,
        ]
      : []),
    ...(lists.size > 1
      ? ['Methods ran with different seeds: means are over the seeds that each has, tests over those that two share.']
      : []),
    ...(open.length > 0 ? [`Not finished, so not among the test results: ${open.join(', ')}.`] : []),
  ];
}

/** Device and versions in one line. */
export function environmentText({ environment }: StoredConfiguration): string {
  if (typeof environment !== 'object' || environment === null) return 'device and versions not stored';
  const known = environment as Readonly<Record<string, unknown>>;
  if (typeof known.device === 'string') return known.device;
  const version = (name: string, key: string) => (known[key] === undefined ? [] : [`${name} ${String(known[key])}`]);
  const kind = known.kind === undefined ? [] : [String(known.kind).toUpperCase()];
  const threads = known.threads === undefined ? [] : [`${String(known.threads)} threads`];
  return [
    ...[...kind, ...threads, ...version('libtensorflow', 'tensorflow')],
    ...[...version('Node', 'node'), ...version('pf-msmtrec', 'package')],
  ].join(', ');
}

function optionOf(configuration: StoredConfiguration, option: string): unknown {
  return option
    .split('.')
    .reduce<unknown>((inner, name) => (inner as Readonly<Record<string, unknown>> | undefined)?.[name], configuration);
}

const shown = (value: unknown): string => {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'absent');
  return text.length > 40 ? `${text.slice(0, 37)}…` : text;
};

function distinctBy<Value>(values: readonly Value[], key: (value: Value) => string): Value[] {
  return [...new Map(values.map((value) => [key(value), value])).values()];
}
