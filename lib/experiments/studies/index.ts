import type { Study, StudyOptions } from '../study';
import { dialStudies } from './dials';
import { kuairand, kuairandTuning } from './kuairand';

export { type Dial, type DialOptions, dialModules, dialStudy } from './dials';

/** The studies behind the tables and figures of this kit, by name. */
export const studies: Readonly<Record<string, (options: StudyOptions) => Study>> = {
  ...dialStudies,
  'kuairand-tuning': kuairandTuning,
  kuairand,
};
