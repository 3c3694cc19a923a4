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

/** Recall@20 and NDCG@20 of the table and the task ablation (single task) of PMTRec's paper. */
type PrintedRanking = Readonly<Record<string, readonly [recall: number, ndcg: number]>>;

/** What arXiv 2407.21364 prints with matrix factorisation: one run each, and a search of its own for PMTRec's options. */
const pmtrecPaper: Readonly<Record<string, PrintedRanking>> = {
  epinions: {
    BPR: [0.0349, 0.0198],
    EW: [0.0356, 0.0205],
    GradDrop: [0.0355, 0.0207],
    PCGrad: [0.0364, 0.0213],
    GradVac: [0.0364, 0.0213],
    CAGrad: [0.0379, 0.0221],
    'Aligned-MTL': [0.0314, 0.0186],
    'Nash-MTL': [0.0408, 0.0239],
    RLW: [0.0381, 0.0225],
    PMTRec: [0.0413, 0.0249],
  },
  'amazon-video-games': {
    BPR: [0.1085, 0.0553],
    EW: [0.1109, 0.0571],
    GradDrop: [0.0974, 0.0497],
    PCGrad: [0.1044, 0.0535],
    GradVac: [0.1046, 0.0538],
    CAGrad: [0.1006, 0.0515],
    'Aligned-MTL': [0.0843, 0.0429],
    'Nash-MTL': [0.1128, 0.0584],
    RLW: [0.1129, 0.0585],
    PMTRec: [0.1154, 0.0601],
  },
  'amazon-office': {
    BPR: [0.0729, 0.0402],
    EW: [0.0655, 0.0334],
    GradDrop: [0.0752, 0.0387],
    PCGrad: [0.0576, 0.0289],
    GradVac: [0.0576, 0.0289],
    CAGrad: [0.0819, 0.0428],
    'Aligned-MTL': [0.0417, 0.0217],
    'Nash-MTL': [0.0685, 0.0362],
    RLW: [0.0849, 0.0439],
    PMTRec: [0.0905, 0.0473],
  },
};

/** A metric that others print for the same data, by method: beside a ranking table, never among its means and marks. */
export interface RankingReference {
  readonly name: string;
  /** By metric, such as `recall@20`. */
  readonly values: Readonly<Record<string, number>>;
}

/** The paper's figures by data set. */
export const pmtrecFigures: Readonly<Record<string, readonly RankingReference[]>> = Object.fromEntries(
  Object.entries(pmtrecPaper).map(([dataset, printed]) => [
    dataset,
    Object.entries(printed).map(([name, [recall, ndcg]]) => ({
      name: `${name} (PMTRec's paper)`,
      values: { 'recall@20': recall, 'ndcg@20': ndcg },
    })),
  ]),
);
