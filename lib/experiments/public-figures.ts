import type { ReferenceScores } from './store';

/** Test AUC of click and conversion by country. */
type Row = Readonly<Record<'NL' | 'ES' | 'FR' | 'US', readonly [click: number, conversion: number]>>;

/**
 * What the README of MTReclib prints for AliExpress: one model per country and no federation, mean of five runs, and
 * early stopping on the test split. Numbers of that kind stand beside this kit's and are never mixed with them: a second
 * public run of the same code differs by up to .012 in a cell.
 */
const mtreclib: Readonly<Record<string, Row>> = {
  SingleTask: { NL: [0.7222, 0.859], ES: [0.7266, 0.8855], FR: [0.7259, 0.8737], US: [0.7061, 0.8637] },
  'Shared-Bottom': { NL: [0.7228, 0.8511], ES: [0.7287, 0.8866], FR: [0.7245, 0.87], US: [0.7029, 0.8698] },
  OMoE: { NL: [0.7254, 0.8611], ES: [0.7253, 0.8859], FR: [0.7257, 0.8781], US: [0.7049, 0.8701] },
  MMoE: { NL: [0.7234, 0.8606], ES: [0.7285, 0.8898], FR: [0.7216, 0.8811], US: [0.7043, 0.8758] },
  PLE: { NL: [0.7292, 0.8591], ES: [0.7273, 0.8913], FR: [0.7276, 0.8805], US: [0.7138, 0.8675] },
  AITM: { NL: [0.724, 0.8577], ES: [0.729, 0.8885], FR: [0.7236, 0.8763], US: [0.7048, 0.873] },
  MetaHeac: { NL: [0.7263, 0.8615], ES: [0.7299, 0.8883], FR: [0.7249, 0.8813], US: [0.7089, 0.8743] },
};

/** The public figures on the whole AliExpress data, as rows beside the methods. */
export const aliexpressFigures: readonly ReferenceScores[] = Object.entries(mtreclib).map(([name, row]) => ({
  name: `${name} (MTReclib)`,
  kind: 'published',
  values: Object.fromEntries(
    Object.entries(row).map(([country, [click, conversion]]) => [country, { click, conversion }]),
  ),
}));
