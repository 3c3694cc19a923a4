import { z } from 'zod';
import { ConfigError, readConfig } from './config';
import type { StudyDescription } from './description';

// Settings are checked with those of all layers, when the study is made.
const settings = z.record(z.string(), z.unknown());
const value = z.union([z.string(), z.number()]);
const methods = z
  .array(z.union([z.string(), z.strictObject({ name: z.string(), method: z.string(), config: settings.optional() })]))
  .min(1);
const point = z.strictObject({
  setting: z.record(z.string(), value),
  config: settings.optional(),
  open: settings.optional(),
});
const parts = {
  open: settings.optional(),
  config: settings.optional(),
  grid: z.union([z.record(z.string(), z.array(value).min(1)), z.array(point).min(1)]).optional(),
};
const seeds = z.array(z.number().int().min(0)).min(1);

const description = z.strictObject({
  track: z.literal('ranking').optional(),
  name: z.string().regex(/^[\w.-]+$/, 'may hold letters, digits, ".", "_" and "-"'),
  about: z.string(),
  dataset: z.string(),
  methods,
  ...parts,
  tuned: z.string().optional(),
  seeds,
  freshData: z.boolean().optional(),
  reference: z.string(),
  quick: z.strictObject({ methods: methods.optional(), ...parts, seeds: seeds.optional() }).optional(),
});

/**
 * Reads the description of a study from a JSON file.
 *
 * @throws ConfigError with the file, the entry and what is wrong with it
 */
export function readStudy(file: string): StudyDescription {
  const checked = description.safeParse(readConfig(file));
  if (checked.success) return checked.data as StudyDescription;
  const [issue] = checked.error.issues;
  throw new ConfigError(`${file}: ${issue.path.join('.') || 'the description'}: ${issue.message}.`);
}
