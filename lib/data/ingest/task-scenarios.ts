import { DataError, hint } from '../error';
import type { DataSchema } from '../schema';

/** The name that a data set shows for a scenario. */
export const scenarioName = ({ scenario }: DataSchema, value: string): string => scenario.names?.[value] ?? value;

/**
 * Which scenarios have which task, `[task][scenario]`.
 *
 * @param scenarios values of the scenarios that are kept, in order
 * @throws DataError where a task names a scenario that is not kept, or a scenario is left without a task.
 */
export function whoHasWhat(schema: DataSchema, scenarios: readonly string[]): boolean[][] {
  const names = scenarios.map((value) => scenarioName(schema, value));
  const has = schema.tasks.map(({ name, scenarios: own = names }) => {
    const unknown = own.find((one) => !names.includes(one));
    if (unknown === undefined) return names.map((one) => own.includes(one));
    throw new DataError(
      `schema "${schema.name}", task "${name}": there is no scenario "${unknown}"; ${hint(unknown, names)}`,
    );
  });
  const without = names.find((_, s) => !has.some((row) => row[s]));
  if (without === undefined) return has;
  throw new DataError(
    `schema "${schema.name}": scenario "${without}" has no task; name it in the "scenarios" of one, ` +
      'or leave it out of "scenario.values"',
  );
}
