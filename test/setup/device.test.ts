import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { load } from './tools';

const none = { driver: undefined, device: false };
const card = { driver: '550.54.15', device: true };

/** chooseDevice on Linux, with the CUDA build not yet installed. */
async function choose(asked: string | undefined, gpu: object, cudaInstalled = false, platform = 'linux') {
  const { chooseDevice } = await load('setup/device.mjs');
  return chooseDevice(asked, gpu, cudaInstalled, platform);
}

/** The message of the error that a choice ends with. */
async function refusal(...args: Parameters<typeof choose>): Promise<string> {
  return choose(...args).then(
    () => 'no error',
    (error: Error) => error.message,
  );
}

test('device: the CPU where there is no GPU, CUDA where there is one', async () => {
  const cpu = await choose(undefined, none);
  assert.is(cpu.device, 'cpu');
  assert.is(cpu.wheel, 'cpu');
  const gpu = await choose(undefined, card);
  assert.is(gpu.device, 'gpu');
  assert.is(gpu.wheel, 'cuda');
});

test('device: PF_DEVICE decides', async () => {
  assert.is((await choose('cpu', card)).device, 'cpu');
  assert.is((await choose('gpu', card)).device, 'gpu');
  assert.is((await choose('cpu', card)).wheel, 'cpu');
});

test('device: the CUDA build is kept for a run on the CPU', async () => {
  assert.is((await choose('cpu', card, true)).wheel, 'cuda');
});

test('device: a GPU that was asked for and is not usable is an error that says what is missing', async () => {
  assert.match(await refusal('gpu', none), 'PF_DEVICE=gpu, but no NVIDIA driver: install the driver');
  assert.match(await refusal('gpu', { driver: '470.2', device: true }), '470.2 is too old: CUDA 12 needs driver 525');
  assert.match(await refusal('gpu', { driver: '550.1', device: false }), 'no GPU is visible: in a container');
  assert.match(await refusal('gpu', card, false, 'darwin'), 'CUDA runs on Linux and in WSL only');
  assert.match(await refusal('tpu', card), 'PF_DEVICE is "tpu"');
});

test('device: an engine without the GPU is an error when it was asked for, and said otherwise', async () => {
  const { decide } = await load('setup/steps/engine.mjs');
  const asked = await choose('gpu', card);
  const noticed = await choose(undefined, card);
  assert.throws(() => decide(asked, { gpu: false }), /found no usable GPU/);
  assert.is(decide(noticed, { gpu: false }).device, 'cpu');
  assert.match(decide(noticed, { gpu: false }).reason, 'found no usable GPU');
  assert.is(decide(noticed, { gpu: true }).device, 'gpu');
});

test('device: the option --device counts for the set-up too', async () => {
  const { askedDevice } = await load('setup/device.mjs');
  assert.is(askedDevice(['run', 'synthetic', '--device', 'gpu']), 'gpu');
  assert.is(askedDevice(['run', '--device=cpu']), 'cpu');
  assert.is(askedDevice(['run', '--device', 'tpu']), undefined);
  assert.is(askedDevice(['run', 'gpu']), undefined);
});

test.run();
