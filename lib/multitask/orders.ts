import { permutation, seedAt } from '../backend/random';
import type { CombinationStep } from './combination';

/** For each task the others in an order that the seed decides, `[tasks][tasks − 1]`. */
export const randomOrders = ({ tasks, seed, step }: CombinationStep, purpose: string): number[][] =>
  tasks.map((_, i) =>
    Array.from(permutation(tasks.length, seedAt(seed, purpose, step, i))).filter((other) => other !== i),
  );
