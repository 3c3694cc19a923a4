import { Command, CommanderError, InvalidArgumentError } from 'commander';

/** A problem that the reader can solve; its message is one line. */
export class BenchError extends Error {}

/** What `npm run bench` was asked for. */
export interface BenchOptions {
  /** `table`: the works; `record`: everything into the file that notebook 10 reads; else a file of `programs/`. */
  readonly program: string;
  /** Arguments of another program. */
  readonly rest: readonly string[];
  readonly quick: boolean;
  /** Names of works; empty: all. */
  readonly only: readonly string[];
  readonly peer: boolean;
  readonly check: boolean;
  /** The work whose time is taken apart. */
  readonly profile?: string;
  readonly list: boolean;
  readonly out?: string;
  readonly threads: number;
  readonly repeats?: number;
}

const positive = (text: string): number => {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a whole number from 1.');
};

/** The options of the command line as commander describes them. */
export function benchCommand(programs: readonly string[]): Command {
  return new Command('npm run bench --')
    .description('Speed of this kit beside PyTorch and NumPy, both sides in one run.')
    .argument('[program]', `record, or a benchmark of its own: ${programs.join(', ')}`)
    .option('--quick', 'fewer repeats, under two minutes')
    .option('--only <works...>', 'these works alone')
    .option('--list', 'name the works')
    .option('--no-peer', 'our side alone; PyTorch is not needed')
    .option('--check', 'only check that both sides compute the same')
    .option('--profile [work]', 'where the time of one run of ours goes (default: step-small)')
    .option('--repeats <count>', 'timed repeats of each side', positive)
    .option('--threads <count>', 'threads of each side', positive, 2)
    .option('--out <file>', 'write the result as JSON, too');
}

/**
 * Reads the command line. A program other than `record` keeps its arguments to itself.
 *
 * @returns undefined where help was asked for and shown
 * @throws BenchError in one line
 */
export function parseOptions(args: readonly string[], programs: readonly string[]): BenchOptions | undefined {
  if (programs.includes(args[0])) return { ...nothing, program: args[0], rest: args.slice(1) };
  const command = benchCommand(programs)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  try {
    command.parse([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    throw new BenchError(error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' '));
  }
  const { profile, ...flags } = command.opts();
  const [program = 'table'] = command.args;
  requireName('benchmark', program, ['table', 'record', ...programs]);
  const only: readonly string[] = flags.only ?? [];
  const profiled = profile === true ? 'step-small' : profile;
  const chosen = { program, only, profile: profiled, rest: [] };
  return { ...nothing, ...flags, ...chosen };
}

const nothing = { rest: [], quick: false, only: [], peer: true, check: false, list: false, threads: 2 };

/** Whether the peer is asked anything. */
export const needsPeer = ({ program, peer, profile, list }: BenchOptions): boolean =>
  (program === 'table' || program === 'record') && peer && !list && profile === undefined;

/** @throws BenchError where a work was named that there is not. */
export function requireWorks({ only, profile }: BenchOptions, works: readonly string[]): void {
  for (const name of profile === undefined ? only : [profile]) requireName('work', name, works);
}

function requireName(what: string, name: string, known: readonly string[]): void {
  if (!known.includes(name)) throw new BenchError(`There is no ${what} "${name}"; there are ${known.join(', ')}.`);
}
