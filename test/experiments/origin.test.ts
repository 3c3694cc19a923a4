import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { codeId, environmentNow, jointOrigin, originOf } from '../../lib/experiments/origin';

test('the id of a configuration depends on what decides numbers, and on nothing else', () => {
  const id = (configuration: object) => originOf({ ...configuration }).configuration;
  const one = id({ rounds: 2, model: { a: 1, b: 2 }, seeds: [1], methods: ['local'], environment: { node: '20' } });
  assert.match(one!, /^[0-9a-f]{8}$/);
  assert.is(id({ model: { b: 2, a: 1 }, rounds: 2, seeds: [2], methods: ['fedavg'] }), one);
  assert.is.not(id({ rounds: 3, model: { a: 1, b: 2 } }), one);
});

test('the environment says device, versions and code', () => {
  const environment = environmentNow();
  assert.match(environment.code, /^[0-9a-f]{8}$/);
  assert.is(environment.code, codeId());
  assert.match(environment.package, /^\d+\.\d+\.\d+$/);
  assert.ok(environment.tensorflow && environment.node && environment.memory > 0);
  const origin = originOf({ environment });
  assert.is(origin.code, environment.code);
  assert.is.not(originOf({ environment: { ...environment, node: '1' } }).environment, origin.environment);
});

test('several origins are named together, and what none has is left out', () => {
  assert.equal(
    jointOrigin([
      { configuration: 'c', code: 'a' },
      { configuration: 'c', code: 'b' },
    ]),
    { configuration: 'c', code: 'a+b' },
  );
  assert.equal(jointOrigin([{}]), {});
});

test.run();
