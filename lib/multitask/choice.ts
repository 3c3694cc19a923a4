import { closest } from 'fastest-levenshtein';
import { z } from 'zod';
import { type CombinationChoice, type CombinationName, combinations } from './combinations';

/** A wrong choice of a combination, in one sentence that says what it can be. */
export class CombinationError extends Error {}

const positive = z.number().positive();
const share = z.number().min(0).lt(1);
const upToOne = z.number().min(0).max(1);
const rate = { learningRate: positive };
const main = { main: z.string().min(1) };
const focused = {
  ...main,
  alpha: z.number().min(1),
  cap: z.number().min(1),
  temperature: positive,
  reduction: z.enum(['mean', 'sum']),
};

/** What the options of each method may be. */
const options: { readonly [Name in CombinationName]: z.ZodRawShape } = {
  ew: {},
  rlw: {},
  uw: rate,
  dwa: { temperature: positive },
  'imtl-l': rate,
  famo: { ...rate, weightDecay: z.number().min(0) },
  gradnorm: { ...rate, exponent: z.number().min(0) },
  mgda: { normalise: z.enum(['none', 'length', 'loss', 'loss-length']) },
  pcgrad: {},
  gradvac: { beta: upToOne },
  cagrad: { c: share },
  'nash-mtl': { every: z.number().int().positive() },
  'imtl-g': {},
  'aligned-mtl': {},
  graddrop: { leak: upToOne },
  mocograd: { lambda: z.number().min(0), beta: share },
  metabalance: { ...main, relax: upToOne, beta: share },
  pmtrec: {
    ...focused,
    scale: z.enum(['absolute', 'median', 'scale-free']),
    absent: z.enum(['kept', 'masked']),
    dense: z.enum(['mean', 'sum', 'norm']),
    denseTemperature: positive,
  },
  'pmtrec-client': { ...focused, scale: z.enum(['absolute', 'median']) },
};

/** What is wrong with a choice that comes from a file or a reader, in one sentence; nothing where it is right. */
export function choiceProblem(choice: unknown): string | undefined {
  const named = z.looseObject({ method: z.string() }).safeParse(choice);
  if (!named.success) return 'the combination needs a method, as in { "method": "pmtrec" }.';
  const { method } = named.data;
  if (!Object.hasOwn(options, method)) {
    const names = Object.keys(combinations);
    return `there is no combination "${method}"; did you mean "${closest(method, names)}"? Known: ${names.join(', ')}.`;
  }
  const name = method as CombinationName;
  const checked = z
    .strictObject({ method: z.literal(name), ...z.object(options[name]).partial().shape })
    .safeParse(choice);
  if (checked.success) return undefined;
  const [issue] = checked.error.issues;
  if (issue.code !== 'unrecognized_keys')
    return `option "${issue.path.join('.')}" of ${name} is wrong: ${issue.message}.`;
  const known = Object.keys(options[name]);
  const nearest = known.length > 0 ? `did you mean "${closest(issue.keys[0], known)}"?` : 'it has none.';
  return `the combination ${name} has no option "${issue.keys[0]}"; ${nearest}`;
}

/**
 * A choice for a data set with these tasks: `last` stands for the last of all tasks, also on a client that lacks it.
 * @throws CombinationError with what a wrong choice could be.
 */
export function choiceFor(choice: CombinationChoice, tasks: readonly string[]): CombinationChoice {
  const problem = choiceProblem(choice);
  if (problem) throw new CombinationError(problem);
  if (choice.method !== 'pmtrec' && choice.method !== 'pmtrec-client' && choice.method !== 'metabalance') return choice;
  const { main = 'last' } = choice;
  if (main === 'last') return { ...choice, main: tasks[tasks.length - 1] };
  if (tasks.includes(main)) return choice;
  const nearest = closest(main, [...tasks]);
  throw new CombinationError(
    `There is no task "${main}" to be the main one; did you mean "${nearest}"? Known: ${tasks.join(', ')}.`,
  );
}
