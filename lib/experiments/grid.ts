import type { OpenOptions } from '../data/open';
import { ConfigError, laidOver } from './config';
import type { AnyOverrides, Grid, StudySetting } from './description';

/**
 * The points of a grid, the last option changing fastest; one point without a setting where nothing is varied.
 *
 * @throws ConfigError where two options end with the same name, by which tables call them
 */
export function pointsOf(grid: Grid | readonly StudySetting[] = {}): readonly StudySetting[] {
  if (isList(grid)) return grid;
  return Object.entries(grid).reduce<StudySetting[]>(
    (points, [option, values]) => points.flatMap((point) => values.map((value) => withOption(point, option, value))),
    [{ setting: {} }],
  );
}

const isList = (grid: Grid | readonly StudySetting[]): grid is readonly StudySetting[] => Array.isArray(grid);

/** A point with one more option; its last name is what tables call it. */
export function withOption(point: StudySetting, option: string, value: string | number): StudySetting {
  const label = option.split('.').pop()!;
  if (label in point.setting) {
    throw new ConfigError(`A grid varies two options called "${label}"; list its points one by one instead.`);
  }
  const setting = { ...point.setting, [label]: value };
  const entry = optionAt(option, value);
  if (option.startsWith('synthetic.')) return { ...point, setting, open: laidOver(point.open, entry) as OpenOptions };
  return { ...point, setting, config: laidOver(point.config, entry) as AnyOverrides };
}

/** `{ model: { experts: 4 } }` for `model.experts` and 4. */
export function optionAt(option: string, value: unknown): Readonly<Record<string, unknown>> {
  return option.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as Record<string, unknown>;
}
