import type { DataSchema } from '../schema';
import { aliexpress } from './aliexpress';
import { censusIncome } from './census-income';
import { kuairandPure } from './kuairand-pure';
import { tenrec } from './tenrec';

/** The built-in data sets that are read from files, by name. */
export const builtInSchemas: Readonly<Record<string, DataSchema>> = {
  'kuairand-pure': kuairandPure,
  aliexpress,
  tenrec,
  'census-income': censusIncome,
};
