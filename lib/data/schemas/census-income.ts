import type { DataSchema, FieldRule } from '../schema';

const columns = [
  'age',
  'class_of_worker',
  'industry_code',
  'occupation_code',
  'education',
  'wage_per_hour',
  'enrolled_last_week',
  'marital_status',
  'major_industry',
  'major_occupation',
  'race',
  'hispanic_origin',
  'sex',
  'union_member',
  'unemployment_reason',
  'employment_status',
  'capital_gains',
  'capital_losses',
  'dividends',
  'tax_filer_status',
  'previous_region',
  'previous_state',
  'family_status',
  'household_summary',
  'instance_weight',
  'migration_msa',
  'migration_region',
  'migration_within_region',
  'same_house_one_year_ago',
  'migration_sunbelt',
  'persons_worked_for_employer',
  'family_members_under_18',
  'birth_country_father',
  'birth_country_mother',
  'birth_country_self',
  'citizenship',
  'own_business',
  'veterans_questionnaire',
  'veterans_benefits',
  'weeks_worked',
  'year',
  'income',
];
const amounts = ['wage_per_hour', 'capital_gains', 'capital_losses', 'dividends'];
const counts = ['age', 'persons_worked_for_employer', 'weeks_worked'];
const never = ['marital_status', 'income', 'instance_weight', 'class_of_worker'];

function fieldOf(name: string): FieldRule {
  if (amounts.includes(name)) return { kind: 'numerical', name, transform: 'log1p' };
  return counts.includes(name) ? { kind: 'numerical', name } : { kind: 'categorical', name, minimumCount: 3 };
}

/** UCI Census-Income (KDD): the data of the multi-gate mixture-of-experts paper, with the class of worker as scenario. */
export const censusIncome: DataSchema = {
  name: 'census-income',
  description: 'UCI Census-Income (KDD): income above 50,000 and never married, by class of worker; CC BY 4.0',
  obtain: 'run `node data/census-income/prepare.mjs` (from archive.ics.uci.edu), or see data/census-income/README.md.',
  sources: [
    {
      name: 'people',
      files: ['census-income.data*', 'census-income.test*'],
      format: 'csv',
      header: false,
      delimiter: ', ',
      quote: '',
      missing: ['?'],
      trim: true,
      columns,
    },
  ],
  // "Never worked" and "Without pay" have a few hundred rows and next to no positive: no client could learn from them.
  scenario: {
    expression: 'class_of_worker',
    values: [
      'Not in universe',
      'Private',
      'Self-employed-not incorporated',
      'Local government',
      'State government',
      'Self-employed-incorporated',
      'Federal government',
    ],
  },
  tasks: [
    { name: 'income', expression: "income LIKE '50000+%'" },
    { name: 'never_married', expression: "marital_status = 'Never married'" },
  ],
  fields: columns.filter((name) => !never.includes(name)).map(fieldOf),
  never: ['marital_status', 'income', 'instance_weight'],
  split: { random: { train: 0.7, validation: 0.1, test: 0.2 }, seed: 1 },
};
