import { closest } from 'fastest-levenshtein';
import { z } from 'zod';
import { diagnosticsLevels } from '../federated/diagnostics/types';
import { choiceProblem } from '../multitask/choice';

const count = z.number().int().positive();
const positive = z.number().positive();
const notNegative = z.number().min(0);
const share = z.number().min(0).lt(1);

const rates = z
  .strictObject({
    initial: z.number().min(0).max(1),
    trained: z.boolean(),
    learningRate: positive,
    momentum: share,
    weightDecay: notNegative,
  })
  .partial();

const pfMsmtrec = z
  .strictObject({
    template: z
      .strictObject({
        scenario: z.enum(['plain', 'full', 'low-rank', 'additive']),
        task: z.enum(['none', 'full', 'low-rank', 'unit-scale']),
        rank: count,
      })
      .partial(),
    experts: z
      .strictObject({
        direction: z.enum(['conflict-averse', 'mean', 'pcgrad']),
        c: share,
        weights: z.enum(['rows', 'equal']),
        personalisation: z.enum(['rates', 'others', 'interpolated', 'similarity', 'none']),
        rates,
        temperature: positive,
      })
      .partial(),
    towers: z
      .strictObject({
        similarity: z.enum(['cosine', 'dot']),
        temperature: positive,
        over: z.enum(['same-task', 'all']),
        weights: z.enum(['rows', 'equal']),
        personalisation: z.enum(['rates', 'others', 'interpolated']),
        rates,
      })
      .partial(),
    gates: z.enum(['local', 'average']),
    projection: z.enum(['local', 'average']),
    alignment: notNegative,
    schedule: z.enum(['joint', 'bottom-up']),
    towerWork: z.number().positive().lt(1),
  })
  .partial();

/** What a configuration file or the options of a command may hold; every entry is optional. */
const overrides = z
  .strictObject({
    name: z.string().regex(/^[\w.-]+$/, 'may hold letters, digits, ".", "_" and "-"'),
    methods: z.array(z.string()).min(1),
    seeds: z.array(z.number().int().min(0)).min(1),
    rounds: count,
    localWork: z.union([
      z.strictObject({ steps: z.union([count, z.record(z.string(), count)]) }),
      z.strictObject({ passes: positive, cap: count.optional() }),
    ]),
    batch: z.number().int().min(2, 'must be at least 2: batch normalisation needs two rows'),
    participation: z.number().positive().max(1),
    model: z
      .strictObject({
        embedding: count,
        experts: count,
        expertLayers: z.array(count).min(1),
        towerLayers: z.array(count),
        dropout: share,
      })
      .partial(),
    optimizer: z
      .strictObject({
        learningRate: positive,
        beta1: share,
        beta2: share,
        epsilon: positive,
        weightDecay: notNegative,
        tables: z.enum(['lazy', 'dense']),
      })
      .partial(),
    combine: z.unknown().superRefine((choice, context) => {
      const problem = choice === undefined ? undefined : choiceProblem(choice);
      if (problem) context.addIssue({ code: 'custom', message: problem });
    }),
    selection: z.enum(['common', 'per-client']),
    diagnostics: z.enum(diagnosticsLevels),
    embeddings: z.enum(['touched-mean', 'touched-sqrt', 'average', 'local']),
    weights: z.enum(['rows', 'equal']),
    pfMsmtrec,
  })
  .partial();

/**
 * What is wrong with overrides of a configuration, in one sentence; nothing where they are right.
 *
 * @param defaults a whole configuration, which knows the names that an entry may have
 */
export function configProblem(layer: unknown, defaults: unknown): string | undefined {
  const checked = overrides.safeParse(layer);
  return checked.success ? undefined : problemText(checked.error.issues[0], defaults);
}

/** What is wrong with one option, in one sentence; an unknown one with the nearest name that `defaults` have there. */
export function problemText(issue: z.core.$ZodIssue, defaults: unknown): string {
  const where = issue.path.join('.');
  if (issue.code === 'custom') return `option "${where}": ${issue.message}`;
  if (issue.code !== 'unrecognized_keys') return `option "${where}" is wrong: ${issue.message}.`;
  const [unknown] = issue.keys;
  const nearest = closest(unknown, namesAt(defaults, issue.path));
  return `there is no option "${[where, unknown].filter(Boolean).join('.')}"; did you mean "${nearest}"?`;
}

/** Names of the entries at a path. */
function namesAt(value: unknown, path: readonly PropertyKey[]): string[] {
  const at = path.reduce<unknown>((inner, part) => Object(inner)[part], value);
  return Object.keys(Object(at));
}
