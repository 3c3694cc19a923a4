import type { Encoder, EncoderSizes } from './encoder';
import { lightGcn } from './lightgcn';
import { matrixFactorisation } from './matrix-factorisation';
import { ngcf } from './ngcf';

export type { Encoder, EncoderSizes } from './encoder';

/** The encoders, by name. */
export const encoders = {
  mf: matrixFactorisation,
  ngcf,
  lightgcn: lightGcn,
} as const satisfies Readonly<Record<string, (sizes: EncoderSizes) => Encoder>>;

export type EncoderName = keyof typeof encoders;
