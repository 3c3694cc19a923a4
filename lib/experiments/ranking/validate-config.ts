import { closest } from 'fastest-levenshtein';
import { z } from 'zod';
import { choiceProblem } from '../../multitask/choice';
import { encoders } from '../../ranking/encoders';
import { auxiliaryTasks } from '../../ranking/tasks';
import { problemText } from '../validate-config';

const count = z.number().int().positive();
const positive = z.number().positive();
const share = z.number().min(0).lt(1);

/** One of some names, with the nearest one in the message. */
const oneOf = (kind: string, names: readonly string[]) =>
  z.string().superRefine((name, context) => {
    if (names.includes(name)) return;
    const message = `there is no ${kind} "${name}"; did you mean "${closest(name, names)}"? Known: ${names.join(', ')}.`;
    context.addIssue({ code: 'custom', message });
  });

/** A choice of a way to combine. */
const choice = (ofMethod: string | undefined) =>
  z.unknown().superRefine((value, context) => {
    const problem = choiceProblem(ofMethod ? { method: ofMethod, ...Object(value) } : value);
    if (problem) context.addIssue({ code: 'custom', message: problem });
  });

/** What a configuration file or the options of a command may hold; every entry is optional. */
const overrides = z
  .strictObject({
    name: z.string().regex(/^[\w.-]+$/, 'may hold letters, digits, ".", "_" and "-"'),
    methods: z.array(z.string()).min(1),
    seeds: z.array(z.number().int().min(0)).min(1),
    dataSeed: z.number().int().min(0),
    encoder: oneOf('encoder', Object.keys(encoders)),
    embedding: count,
    layers: count,
    auxiliary: z.array(oneOf('auxiliary task', Object.keys(auxiliaryTasks))).superRefine((names, context) => {
      const twice = names.find((name, k) => names.indexOf(name) < k);
      if (twice) context.addIssue({ code: 'custom', message: `the task "${twice}" stands twice.` });
    }),
    batch: count,
    epochs: count,
    patience: count,
    optimizer: z
      .strictObject({
        learningRate: positive,
        beta1: share,
        beta2: share,
        epsilon: positive,
        weightDecay: z.number().min(0),
        tables: z.enum(['lazy', 'dense']),
      })
      .partial(),
    pmtrec: choice('pmtrec'),
    variants: z.record(z.string().regex(/^[\w.-]+$/, 'may hold letters, digits, ".", "_" and "-"'), choice(undefined)),
  })
  .partial();

/** What is wrong with overrides of a configuration, in one sentence; nothing where they are right. */
export function rankingConfigProblem(layer: unknown, defaults: object): string | undefined {
  const given = Object.fromEntries(Object.entries(Object(layer)).filter(([, value]) => value !== undefined));
  const checked = overrides.safeParse(given);
  return checked.success ? undefined : problemText(checked.error.issues[0], defaults);
}
