import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { forgetBrokenOff } from '../../lib/backend/broken-off';
import { tf } from '../../lib/backend/tensorflow';

test('after a computation without an end, tidy and gradients are as before', () => {
  const engine = tf.engine() as unknown as { state: { gradientDepth: number; activeTape: unknown[] | null } };
  // What a gradient within a tidy leaves when it is broken off in its middle.
  tf.engine().startScope('tidy');
  tf.engine().startScope('gradients');
  (tf.engine() as unknown as { startTape(): void }).startTape();
  const made = tf.keep(tf.scalar(2));

  forgetBrokenOff();
  const before = tf.memory().numTensors;
  assert.is(
    tf
      .grad((x) => x.square().asScalar())(made)
      .dataSync()[0],
    4,
  );
  assert.is(engine.state.activeTape, null);
  assert.is(engine.state.gradientDepth, 0);
  const result = tf.tidy(() => made.add(1).square());
  assert.is(result.dataSync()[0], 9);
  assert.is(tf.memory().numTensors, before + 2); // that and the gradient, which has no scope to be freed with
  tf.dispose([result, made]);
});

test.run();
