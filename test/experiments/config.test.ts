import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type ConfigOverrides, configDefaults, makeConfig, readConfig } from '../../lib/experiments/config';

const failure = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  return 'no error';
};

test('later layers win, entry by entry', () => {
  const config = makeConfig([
    { rounds: 3, model: { embedding: 8 } },
    { rounds: 5, model: { experts: 2 } },
  ]);
  assert.is(config.rounds, 5);
  assert.equal(config.model, { ...configDefaults.model, embedding: 8, experts: 2 });
  assert.is(config.batch, configDefaults.batch);
});

test('settings of a method are laid over its defaults at every depth', () => {
  const { pfMsmtrec } = makeConfig([{ pfMsmtrec: { template: { rank: 2 }, towers: { rates: { initial: 0.5 } } } }]);
  assert.equal(pfMsmtrec, {
    ...configDefaults.pfMsmtrec,
    template: { ...configDefaults.pfMsmtrec.template, rank: 2 },
    towers: {
      ...configDefaults.pfMsmtrec.towers,
      rates: { ...configDefaults.pfMsmtrec.towers.rates, initial: 0.5 },
    },
  });
  assert.equal(makeConfig([{ localWork: { passes: 2, cap: 5 } }, { localWork: { steps: 3 } }]).localWork, { steps: 3 });
});

test('a combination is taken as a whole', () => {
  const layers = [{ combine: { method: 'cagrad', c: 0.5 } }, { combine: { method: 'pmtrec' } }] as const;
  assert.equal(makeConfig(layers).combine, { method: 'pmtrec' });
  assert.is(makeConfig([]).combine, undefined);
});

test('a wrong setting is named, with what it can be', () => {
  const message = (layer: unknown) => failure(() => makeConfig([layer as ConfigOverrides], 'mine.json'));
  assert.is(message({ ruonds: 3 }), 'mine.json: there is no option "ruonds"; did you mean "rounds"?');
  assert.match(message({ model: { expert: 3 } }), 'there is no option "model.expert"; did you mean "experts"?');
  assert.match(message({ pfMsmtrec: { towers: { tau: 1 } } }), 'there is no option "pfMsmtrec.towers.tau"');
  assert.match(message({ rounds: 0 }), 'mine.json: option "rounds" is wrong');
  assert.match(message({ batch: 1 }), 'batch normalisation needs two rows');
  assert.match(message({ weights: 'row' }), 'option "weights" is wrong');
  assert.match(message({ diagnostics: true }), 'option "diagnostics" is wrong');
  assert.match(
    message({ combine: { method: 'pcgard' } }),
    'mine.json: option "combine": there is no combination "pcgard"',
  );
  assert.match(message({ combine: { method: 'cagrad', C: 1 } }), 'has no option "C"; did you mean "c"?');
  assert.match(message({ combien: 1 }), 'did you mean "combine"?');
  assert.match(message({ methods: ['fedagv'] }), 'There is no method "fedagv"; did you mean "fedavg"? Known: local,');
});

test('a configuration file that is absent or not JSON is named', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pf-config-'));
  const file = join(folder, 'mine.json');
  assert.is(
    failure(() => readConfig(file)),
    `There is no configuration file ${file}.`,
  );
  writeFileSync(file, '{ "rounds": ');
  assert.match(
    failure(() => readConfig(file)),
    'mine.json is not JSON',
  );
  rmSync(folder, { recursive: true });
});

test.run();
