export { type Device, deviceBanner, openDevice } from './device';
export { liveTensors } from './execute';
export type { AdamOptions } from './operations/adam';
export { permutation, seedAt } from './random';
export { tf } from './tensorflow';
