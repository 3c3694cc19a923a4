/**
 * Ways to combine the gradients of several tasks, one file for each.
 *
 * Labels in their texts: [paper] what the named paper prescribes, in the form in which it is commonly given; [source]
 * read in public code; [memory] to be checked in the paper; [choice] ours, where the paper is silent or we differ.
 */
export { CombinationError, choiceFor, choiceProblem } from './choice';
export {
  type Combination,
  type CombinationFigures,
  type CombinationState,
  type CombinationStep,
  type CombinedGradients,
  type GradientCombination,
  type GramCombination,
  type LossCombination,
  startState,
  type TaskGradients,
  type TaskWeights,
} from './combination';
export { type CombinationChoice, type CombinationName, combinations, makeCombination } from './combinations';
export { combineGradients } from './combine';
export { type PmtrecOptions, pmtrec, pmtrecDefaults } from './pmtrec';
export { type TriedCombination, type TriedStep, tryCombination } from './try-combination';
