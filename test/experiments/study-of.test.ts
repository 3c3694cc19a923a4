import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { schemaOf } from '../../lib/data/open';
import type { StudyDescription } from '../../lib/experiments/description';
import { pointsOf } from '../../lib/experiments/grid';
import { readStudy } from '../../lib/experiments/read-study';
import { studies } from '../../lib/experiments/studies';
import { studyRuns } from '../../lib/experiments/study';
import { studyOf } from '../../lib/experiments/study-of';

const tiny: StudyDescription = {
  name: 'mine',
  about: 'A question.',
  dataset: 'synthetic',
  open: { synthetic: { scale: 0.5, inputShift: 0 } },
  config: { rounds: 3, batch: 128 },
  methods: ['fedbn', { name: 'fedbn, tables at home', method: 'fedbn', config: { embeddings: 'local', rounds: 4 } }],
  grid: { 'model.experts': [1, 2], 'synthetic.scenarioConflict': [0, 1] },
  seeds: [7, 8],
  freshData: true,
  reference: 'fedbn',
  quick: { config: { batch: 64 }, open: { synthetic: { scale: 0.1 } }, seeds: [7] },
};

test('a grid gives every combination, named by the last part of its options', () => {
  const points = pointsOf({ 'model.experts': [1, 2], 'synthetic.scenarioConflict': [0, 1] });
  assert.equal(
    points.map(({ setting }) => setting),
    [
      { experts: 1, scenarioConflict: 0 },
      { experts: 1, scenarioConflict: 1 },
      { experts: 2, scenarioConflict: 0 },
      { experts: 2, scenarioConflict: 1 },
    ],
  );
  assert.equal(points[3].config, { model: { experts: 2 } });
  assert.equal(points[3].open, { synthetic: { scenarioConflict: 1 } });
  assert.equal(pointsOf(), [{ setting: {} }]);
  assert.throws(() => pointsOf({ 'a.x': [1], 'b.x': [2] }), /two options called "x"/);
});

test('settings lie over each other: preset, description, size, method, point, command line', () => {
  const { points, name } = studyOf(tiny);
  assert.is(name, 'mine');
  assert.is(points.length, 4 * 2 * 2);
  const [plain, , other] = points;
  assert.is(plain.config.optimizer.learningRate, 5e-3); // of the preset
  assert.is(plain.config.rounds, 3);
  assert.equal(plain.open, { synthetic: { scale: 0.5, inputShift: 0, scenarioConflict: 0, seed: 7 } });
  assert.is(plain.as, undefined);
  const home = points.find(({ as }) => as === 'fedbn, tables at home')!;
  assert.equal([home.config.embeddings, home.config.rounds, home.config.methods], ['local', 4, ['fedbn']]);
  assert.equal(other.open?.synthetic?.seed, 8);

  const quick = studyOf(tiny, { size: 'quick', config: { rounds: 1 }, methods: ['fedbn'] });
  assert.is(quick.name, 'mine-quick');
  assert.is(quick.points.length, 4);
  assert.equal([quick.points[0].config.batch, quick.points[0].config.rounds], [64, 1]);
  assert.is(quick.points[0].open?.synthetic?.scale, 0.1);
});

test('on other data a study keeps what it varies and leaves behind what belongs to its own data', () => {
  const { name, points } = studyOf(studies['sensitivity-c'], { dataset: 'kuairand-pure', data: 'folder' });
  assert.is(name, 'sensitivity-c-kuairand-pure');
  assert.equal(points[0].open, { data: 'folder' });
  assert.equal(points[0].config.seeds, [1, 2, 3, 4, 5]);
  assert.is(points[4].config.pfMsmtrec.experts.c, 0.8);
});

test('a wrong name or option is one sentence', () => {
  assert.throws(() => studyOf(tiny, { methods: ['fedbm'] }), /no method of this study "fedbm"; did you mean "fedbn"/);
  assert.throws(
    () => studyOf({ ...tiny, grid: { 'model.expert': [1] } }),
    /study mine: there is no option "model.expert"; did you mean "experts"/,
  );
  assert.throws(() => studyOf({ ...tiny, tuned: 'none.json' }), /no none.json with tuned settings: npm start -- tune/);
});

test('every study of the kit can be made at both sizes, and compares with a method that it has', () => {
  for (const description of Object.values(studies)) {
    if (description.dataset !== 'synthetic') schemaOf(description.dataset);
    for (const size of ['quick', 'full'] as const) {
      const runs = studyRuns(studyOf(description, { size }));
      assert.ok(
        runs.some(({ point, method }) => (point.as ?? method) === description.reference),
        description.name,
      );
    }
  }
});

test('a description in JSON is read and checked', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pf study '));
  const file = join(folder, 'mine.json');
  writeFileSync(file, JSON.stringify(tiny));
  assert.equal(studyOf(readStudy(file)), studyOf(tiny));
  writeFileSync(file, JSON.stringify({ ...tiny, seeds: ['1'] }));
  assert.throws(() => readStudy(file), /mine\.json: seeds\.0: /);
  writeFileSync(file, JSON.stringify({ ...tiny, seed: 1 }));
  assert.throws(() => readStudy(file), /mine\.json: the description: .*"seed"/);
  assert.throws(() => readStudy(join(folder, 'none.json')), /There is no configuration file/);
  rmSync(folder, { recursive: true });
});

test.run();
