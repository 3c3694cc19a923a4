import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { DataError, hint, messageOf } from './error';
import type { DataSchema } from './schema';

// The validator stays inside this file: the public types are the plain interfaces of schema.ts.
const text = z.string().min(1, 'must not be empty');
const fraction = z.number().min(0).max(1);
const source = z.strictObject({
  name: text.regex(/^[A-Za-z_]\w*$/, 'must be a plain SQL name: letters, digits and _'),
  files: z.union([text, z.array(text).min(1)]),
  format: z.enum(['csv', 'parquet']).optional(),
  header: z.boolean().optional(),
  delimiter: z.string().min(1).max(4).optional(),
  quote: z.string().max(1).optional(),
  missing: z.array(z.string()).optional(),
  columns: z.array(text).min(1).optional(),
  types: z
    .record(z.string(), z.enum(['text', 'integer', 'number', 'float', 'boolean', 'date', 'timestamp']))
    .optional(),
  trim: z.boolean().optional(),
});
const scenario = z.strictObject({
  expression: text,
  values: z
    .array(z.union([z.string(), z.number()]))
    .min(1)
    .optional(),
  names: z.record(z.string(), text).optional(),
});
const task = z.strictObject({
  name: text,
  expression: text.optional(),
  scenarios: z.array(text).min(1).optional(),
});
const categorical = z.strictObject({
  kind: z.literal('categorical'),
  name: text,
  expression: text.optional(),
  minimumCount: z.int().min(1).optional(),
  bins: z.int().min(2).max(1000).optional(),
});
const numerical = z.strictObject({
  kind: z.literal('numerical'),
  name: text,
  expression: text.optional(),
  transform: z.enum(['none', 'log1p', 'signed-log1p', 'sqrt']).optional(),
  scaling: z.enum(['standard', 'minmax', 'none']).optional(),
});
const split = z.strictObject({
  by: z.strictObject({ train: text, validation: text, test: text }).optional(),
  files: z.strictObject({ train: text, validation: text.optional(), test: text }).optional(),
  random: z.strictObject({ train: fraction, validation: fraction, test: fraction }).optional(),
  validationFraction: fraction.optional(),
  seed: z.int().optional(),
  together: text.optional(),
});
const schema = z.strictObject({
  name: text.regex(/^[\w.-]+$/, 'may hold letters, digits, "-", "_" and "." only'),
  description: text.optional(),
  obtain: text.optional(),
  sources: z.array(source).min(1),
  query: text.optional(),
  scenario,
  tasks: z.array(task).min(1),
  fields: z.array(z.discriminatedUnion('kind', [categorical, numerical])).min(1),
  never: z.array(text).optional(),
  split,
  duplicates: z.enum(['keep', 'drop']).optional(),
  limits: z.strictObject({ rowsPerScenario: z.int().min(1).optional() }).optional(),
});

const knownKeys = [schema, source, scenario, task, categorical, numerical, split].flatMap((part) =>
  Object.keys(part.shape),
);

/**
 * Checks that a value is a data schema.
 * @param value What was read or written by hand.
 * @param where Named in the message, such as the path of the JSON file.
 * @throws DataError naming `where`, the path inside the schema, and what to write instead.
 */
export function parseSchema(value: unknown, where: string): DataSchema {
  const result = schema.safeParse(value);
  if (!result.success) throw new DataError(`${where}: ${explain(result.error.issues[0])}`);
  const found = result.data as DataSchema;
  checkNames(found, where);
  checkSplit(found, where);
  return found;
}

/**
 * Reads a data schema from a JSON file.
 * @throws DataError when the file is missing, is not JSON, or does not describe a data set.
 */
export function readSchema(file: string): DataSchema {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (problem) {
    throw new DataError(`${file}: cannot be read (${messageOf(problem)}); give the path of a schema in JSON`);
  }
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (problem) {
    throw new DataError(`${file}: not valid JSON: ${messageOf(problem)}`);
  }
  return parseSchema(value, file);
}

function explain(issue: z.core.$ZodIssue): string {
  const at = issue.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  const path = at.replace(/^\./, '');
  const place = path === '' ? 'the schema' : `"${path}"`;
  if (issue.code === 'unrecognized_keys') {
    return `${place} has an unknown entry "${issue.keys[0]}"; ${hint(issue.keys[0], knownKeys)}`;
  }
  if (issue.code === 'invalid_union' && path.startsWith('fields')) {
    return `${place} must be "categorical" or "numerical"`;
  }
  return `${place}: ${issue.message.replace(/^Invalid input: /, '')}`;
}

function checkNames(found: DataSchema, where: string): void {
  const seen = new Set<string>(['scenario', 'split']);
  const isTask = (name: string) => found.tasks.some((task) => task.name.toLowerCase() === name.toLowerCase());
  for (const { name } of [...found.tasks, ...found.fields]) {
    if (seen.has(name.toLowerCase())) {
      const label = isTask(name)
        ? '; if the field is the label of the task, remove the field: it would give it away'
        : '';
      throw new DataError(
        `${where}: the name "${name}" is taken twice; tasks and fields need names of their own${label}`,
      );
    }
    seen.add(name.toLowerCase());
  }
  if (found.query === undefined && found.sources.length > 1) {
    throw new DataError(`${where}: there are ${found.sources.length} sources but no "query" that joins them`);
  }
}

function checkSplit(found: DataSchema, where: string): void {
  const kinds = (['by', 'files', 'random'] as const).filter((kind) => kind in found.split);
  if (kinds.length !== 1) {
    throw new DataError(`${where}: "split" needs exactly one of "by", "files" and "random", not ${kinds.length}`);
  }
  if ('random' in found.split) {
    const { train, validation, test } = found.split.random;
    if (Math.abs(train + validation + test - 1) > 1e-9) {
      throw new DataError(`${where}: "split.random" adds up to ${train + validation + test}, but must add up to 1`);
    }
  }
}
