import { existsSync, readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { liveTensors } from '../../lib/backend/execute';
import { tf } from '../../lib/backend/tensorflow';
import { shapeOf, splitOf } from './data';
import { profileOf, profileText } from './profile';
import { finding, measureScaling } from './scaling';
import { scratch } from './scratch';
import { allWorks } from './works';
import { works as columns } from './works/columns';
import { works as evaluation } from './works/evaluation';
import { works as steps } from './works/step';

const own = [...steps, ...evaluation, ...columns];

test('works: found by themselves, with names of their own', () => {
  const names = allWorks().map(({ name }) => name);
  assert.is(new Set(names).size, names.length);
  for (const { name } of own) assert.ok(names.includes(name), name);
});

for (const work of own) {
  test(`work ${work.name}: runs and keeps nothing`, async () => {
    const { setting } = scratch(false, { quick: true, rows: 64 });
    const prepare = async () => {
      const prepared = await work.prepare(setting);
      await prepared.run();
      prepared.whole?.();
      prepared.dispose();
      return prepared;
    };
    const { peers } = await prepare();
    const before = liveTensors();
    await prepare();
    assert.is(liveTensors(), before);
    for (const { parameters } of peers) assert.type(JSON.stringify(parameters), 'string');
  });
}

test('check: our side of a small step', () => {
  const { setting } = scratch(false, { quick: true, rows: 64 });
  const { ours, peer } = steps.find(({ name }) => name === 'step-template-small')!.check!(setting);
  assert.is(ours.losses.length, 3);
  assert.ok(ours.losses[2] < ours.losses[0]);
  assert.ok((peer.parameters.pulled as string[]).includes('expert.0.scenario'));
  for (const numbers of Object.values(ours)) assert.ok(Array.from(numbers).every(Number.isFinite));
});

test('shared numbers: what the peer reads, until they are cleared', () => {
  const { setting, clear } = scratch(true, { quick: true });
  const shared = setting.share('halves', Float32Array.of(0.5, 1.5), [2, 1]);
  assert.equal([shared.type, shared.shape], ['float32', [2, 1]]);
  assert.is(readFileSync(shared.file).readFloatLE(4), 1.5);
  clear();
  assert.not(existsSync(shared.file));
});

test("data: ids stay within their fields, and Zipf's law has few common ones", () => {
  const { ids } = splitOf(shapeOf([50, 100_000]), 10_000, 'zipf');
  for (const [i, size] of [50, 100_000].entries()) assert.ok(ids[i].every((id) => id < size));
  const first = ids[1].filter((id) => id === 0).length;
  assert.ok(first > 500 && first < 700, `${first}`); // log 2 / log 100,001 of them
});

test('profile: phases and operations, and nothing is heard afterwards', async () => {
  const { setting } = scratch(false, { quick: true, rows: 64 });
  const prepared = await steps.find(({ name }) => name === 'step-small')!.prepare(setting);
  const profile = await profileOf(prepared, 2);
  prepared.dispose();
  assert.equal(
    profile.phases.map(({ name }) => name),
    ['batch', 'forward', 'backward', 'update'],
  );
  const phases = profile.phases.reduce((sum, { ms }) => sum + ms, 0);
  assert.ok(phases > 0.9 * profile.ms && phases <= profile.ms);
  assert.ok(profile.operations.length > 5 && profile.outside > 0);
  assert.match(profileText(profile, 3), /others/);
  assert.not(Object.hasOwn(tf.backend(), 'executeSingleOutput'));
});

test('scaling: curves, a figure with a panel for each kind of work, and sentences', async () => {
  const sizes = { clients: [2, 3], batches: [16, 32], experts: [1, 2], vocabularies: [10, 20] };
  const { curves, figure, findings } = await measureScaling({ ...sizes, rows: 64, repeats: 1 });
  assert.is(findings.length, curves.length);
  assert.equal([...new Set(curves.map(({ along }) => along))], ['clients', 'batch rows', 'experts', 'ids per field']);
  assert.is((figure.layout.annotations as unknown[]).length, 4);
  assert.ok(curves.every(({ ms }) => ms.every((one) => one > 0)));
});

test('scaling: a sentence says where time grows faster than the work', () => {
  const curve = { along: 'clients', name: 'round' };
  assert.is(
    finding({ ...curve, work: [2, 20, 200], ms: [10, 100, 5000] }),
    'round: 2 to 200 clients (×100) take ×500 the time; steepest from 20 to 200, where it grows faster than the work (exponent 1.70).',
  );
  assert.match(finding({ ...curve, work: [2, 20], ms: [10, 90] }), /×9 the time; never faster than the work/);
});

test.run();
